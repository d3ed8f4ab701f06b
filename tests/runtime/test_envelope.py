"""What is drawn of a sound and shown on meters is what ffmpeg hears, moment by moment."""

from __future__ import annotations

import math
import threading
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from nodes.sound import Silence, SoundFile, SoundJoin, SoundLevel, SoundOp, SoundShift
from runtime.envelope import RATE, EnvelopeError, envelope, kept
from runtime.ffmpeg import find
from tests.runtime import written


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ffmpeg() -> str:
    return find().path


@pytest.fixture
def loud_then_soft(tmp_path: Path) -> SoundFile:
    """Left: a full-scale square wave for a second, then silence for half a second. Right: a sine of half scale."""
    times = np.arange(int(1.5 * written.RATE)) / written.RATE
    left = np.where(times < 1, np.where(times * 100 % 1 < 0.5, 32767, -32768), 0)
    right = np.round(16384 * np.sin(2 * math.pi * 200 * times))
    path = tmp_path / "two.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, written.RATE, 0, "NONE", "NONE"))
        file.writeframes(np.stack([left, right], 1).astype("<i2").tobytes())
    return SoundFile(str(path), "two", 0, Fraction(0))


def test_each_window_holds_the_extremes_and_the_power_of_its_samples(loud_then_soft: SoundFile, ffmpeg: str) -> None:
    found = envelope(loud_then_soft, ffmpeg)
    assert (found.channels, found.seconds, len(found.low)) == (2, 1.5, 150)
    assert (found.low[50].tolist(), found.high[50].tolist()) == ([-32768, -16384], [32767, 16384])
    assert (found.low[120, 0], found.high[120, 0], found.rms[120, 0]) == (0, 0, 0)
    assert found.rms[120, 1] == pytest.approx(16384 / math.sqrt(2), rel=0.001)


def test_meters_read_decibels_below_full_scale(loud_then_soft: SoundFile, ffmpeg: str) -> None:
    found = envelope(loud_then_soft, ffmpeg)
    left, right = found.levels(0.2, 0.24)
    assert (left.peak_db, left.rms_db) == pytest.approx((0, 0), abs=0.01)
    assert (right.peak_db, right.rms_db) == pytest.approx((-6.02, -9.03), abs=0.01)
    assert found.levels(1.1, 1.2)[0].peak_db == -120
    assert {level.rms_db for level in (*found.levels(9, 10), *found.levels(-2, -1))} == {-120}


def test_columns_of_the_timeline_cover_their_stretch_and_no_more(loud_then_soft: SoundFile, ffmpeg: str) -> None:
    found = envelope(loud_then_soft, ffmpeg)
    drawn = found.columns(-0.5, 2.5, 12)  # a quarter of a second each
    assert drawn.shape == (12, 2, 2)
    assert drawn[:, 0].tolist() == [[0, 0]] * 2 + [[-32768, 32767]] * 4 + [[0, 0]] * 6
    assert drawn[:, 1].tolist() == [[0, 0]] * 2 + [[-16384, 16384]] * 6 + [[0, 0]] * 4
    near = found.columns(1.0, 1.02, 200)  # closer than the windows are
    assert near[:, 1].min(0).tolist()[0] == -16384
    assert (near[:, 0] == 0).all()
    assert found.columns(5, 6, 3).tolist() == [[[0, 0], [0, 0]]] * 3


def test_a_sound_is_heard_once_and_again_when_it_has_changed(loud_then_soft: SoundFile, ffmpeg: str) -> None:
    told: list[float] = []
    assert kept(loud_then_soft) is None
    first = envelope(loud_then_soft, ffmpeg, told.append)
    assert told == [1.5]
    again = envelope(loud_then_soft, ffmpeg, told.append)
    assert told == [1.5]
    assert np.array_equal(first.rms, again.rms)
    envelope(replace(loud_then_soft, identity="recorded anew"), ffmpeg, told.append)
    assert told == [1.5, 1.5]


@pytest.mark.parametrize("damage", [b"", b"tapeloom envelope 1\n", b"tapeloom envelope 1\n" + bytes([2] * 12)])
def test_a_damaged_memory_is_made_anew(loud_then_soft: SoundFile, ffmpeg: str, tmp_path: Path, damage: bytes) -> None:
    whole = envelope(loud_then_soft, ffmpeg)
    (file,) = (tmp_path / "cache" / "envelopes").iterdir()
    file.write_bytes(damage)
    assert kept(loud_then_soft) is None
    assert np.array_equal(envelope(loud_then_soft, ffmpeg).low, whole.low)
    assert kept(loud_then_soft) is not None


def test_what_a_graph_does_to_a_sound_is_seen(loud_then_soft: SoundFile, ffmpeg: str) -> None:
    later = envelope(SoundShift(loud_then_soft, Fraction(1, 2), written.RATE), ffmpeg)
    assert later.seconds == 2
    assert (later.high[49, 0], later.high[51, 0]) == (0, 32767)
    left, right = envelope(SoundLevel(loud_then_soft, "peak", -12.0, -1.0), ffmpeg).levels(0, 1)
    assert -15 < left.peak_db < -12  # the true peak, between the samples, is 12 below
    assert left.peak_db - right.peak_db == pytest.approx(6.02, abs=0.01)


def test_sound_that_ends_in_the_middle_of_a_window_is_whole(ffmpeg: str) -> None:
    short = SoundJoin(((Silence(48000, 1, Fraction(1)), Fraction(1001, 48000)),), 48000, 1)
    assert len(envelope(short, ffmpeg).low) == 3
    nothing: SoundOp = SoundJoin(((Silence(48000, 1, Fraction(1)), Fraction(0)),), 48000, 1)
    assert envelope(nothing, ffmpeg).seconds == 0
    assert envelope(nothing, ffmpeg).columns(0, 1, 2).tolist() == [[[0, 0]]] * 2


def test_a_file_that_is_no_sound_is_told_in_ffmpegs_words(ffmpeg: str, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("this is no sound")
    with pytest.raises(EnvelopeError, match="cannot be heard"):
        envelope(SoundFile(str(tmp_path / "text.wav"), "x", 0, Fraction(0)), ffmpeg)
    with pytest.raises(EnvelopeError, match="cannot be heard"):
        envelope(SoundFile(str(tmp_path / "none.wav"), "y", 0, Fraction(0)), ffmpeg)


def test_listening_can_be_given_up(ffmpeg: str) -> None:
    day, stop = Silence(48000, 2, Fraction(86400)), threading.Event()
    with pytest.raises(EnvelopeError, match="given up"):
        envelope(day, ffmpeg, lambda _: stop.set(), stop)
    assert kept(day) is None
    assert RATE == 100
