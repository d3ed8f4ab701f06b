"""Marks in the sound are found to the fraction of a sample, and nothing else is taken for one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.decks import marks
from capture.decks.sound import Sound


def tape(seconds: int, ppm: float = 0.0, fps: Fraction = Fraction(25)) -> NDArray[np.int16]:
    sound = Sound(fps, ppm)
    return np.concatenate([sound.of(number) for number in range(round(seconds * fps))])


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001)])
def test_a_mark_a_second_with_its_pictures_number(fps: Fraction) -> None:
    found = marks.read(tape(5, fps=fps))
    rate = round(fps)
    assert [one.number for one in found] == [n * rate for n in range(5)]
    for one in found:
        assert one.sample == pytest.approx(float(one.number * 48000 / fps), abs=0.6)


@pytest.mark.parametrize("ppm", [-200, 50, 1000])
def test_a_clock_that_is_off_shows_in_the_marks(ppm: float) -> None:
    found = marks.read(tape(40, ppm))
    spread = (found[-1].sample - found[0].sample) / (39 * 48000) - 1
    assert spread * 1e6 == pytest.approx(ppm, abs=1)


def test_noise_and_another_level_do_not_hurt() -> None:
    sound = tape(3) * 0.2 + np.random.default_rng(3).normal(0, 300, (3 * 48000, 2))
    assert [one.number for one in marks.read(sound.astype(np.int16))] == [0, 25, 50]


def test_a_resampled_recording_keeps_them() -> None:
    sound = tape(3)[:, 0].astype(np.float64)
    moved = np.interp(np.arange(len(sound)) + 0.5, np.arange(len(sound)), sound).astype(np.float32)
    found = marks.read(moved)
    assert [one.number for one in found[1:]] == [25, 50]
    assert found[1].sample == pytest.approx(47999.5, abs=0.1)


def test_silence_noise_and_music_have_none() -> None:
    rng = np.random.default_rng(4)
    time_s = np.arange(480_000) / 48000
    assert marks.read(np.zeros(480_000, dtype=np.int16)) == []
    assert marks.read(rng.normal(0, 8000, 480_000).astype(np.int16)) == []
    assert marks.read((8000 * np.sin(2 * np.pi * (300 + 4000 * time_s) * time_s)).astype(np.int16)) == []
    assert marks.read(np.zeros(10, dtype=np.int16)) == []


def test_a_mark_with_a_wrong_bit_is_left_out() -> None:
    sound = tape(2)
    tone = sound[48480 : 48480 + 72].copy()
    sound[48480 + 72 * 20 : 48480 + 72 * 21] = 8000 * np.sin(2 * np.pi * 3000 * np.arange(72) / 48000)[:, None]
    sound[48480 : 48480 + 72] = 8191 * np.sin(2 * np.pi * 4000 * np.arange(72) / 48000)[:, None]
    assert not np.array_equal(tone, sound[48480 : 48480 + 72])
    assert [one.number for one in marks.read(sound)] == [0]


def test_blue_is_mute_and_snow_hisses() -> None:
    sound = Sound(Fraction(25))
    assert not sound.of(3, "blue").any() and not sound.of(3, muted=True).any()
    assert sound.of(3, "snow").std() > 5 * sound.of(3).astype(float).std() / 5
    assert sound.of(0, "snow").shape == (1920, 2)
