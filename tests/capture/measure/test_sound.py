"""Levels of sound that is known."""

from __future__ import annotations

import numpy as np
import pytest

from capture.measure.sound import SILENT_DB, levels

TIME = np.arange(4800) / 48000


def sine(level: float, offset: float = 0.0) -> np.ndarray:
    return level * np.sin(2 * np.pi * 440 * TIME) + offset


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float32])
def test_a_sine_at_minus_six(kind: type) -> None:
    wave = sine(0.5)
    both = np.stack([wave, wave / 2], 1)
    if kind is not np.float32:
        both = both * (np.iinfo(kind).max)
    left, right = levels(both.astype(kind))
    assert left.peak_db == pytest.approx(-6.02, abs=0.02)
    assert left.rms_db == pytest.approx(-9.03, abs=0.02)
    assert right.peak_db == pytest.approx(-12.04, abs=0.03)
    assert (left.clipped, left.runs, left.silent) == (0, 0, False)


def test_an_offset_is_told_apart_from_what_swings() -> None:
    (found,) = levels(sine(0.1, offset=0.25).astype(np.float32))
    assert found.dc == pytest.approx(0.25, abs=0.002)
    assert found.rms_db == pytest.approx(-23.0, abs=0.1)


def test_runs_at_full_scale_are_clipping_and_a_lone_peak_is_none() -> None:
    loud = np.clip(sine(1.5), -1, 1)
    (found,) = levels(np.rint(loud * 32767).astype(np.int16))
    assert found.runs == 88  # 44 periods of two tops
    assert found.clipped == int((np.abs(np.rint(loud * 32767)) == 32767).sum())
    alone = np.zeros(4800, np.int16)
    alone[100], alone[200:202] = 32767, -32768
    alone[300] = 5
    (found,) = levels(alone)
    assert (found.clipped, found.runs) == (0, 0)
    assert found.peak_db == pytest.approx(0, abs=0.001)


def test_one_value_is_silence_and_noise_is_not() -> None:
    for value in (0, 3):
        (found,) = levels(np.full(480, value, np.int16))
        assert found.silent
        assert found.rms_db == SILENT_DB
    (noise,) = levels(np.random.default_rng(1).integers(-1, 2, 4800).astype(np.int16))
    assert not noise.silent
    assert levels(np.zeros((0, 2), np.int16))[1].silent
