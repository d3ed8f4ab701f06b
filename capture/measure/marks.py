"""Flashes and beeps: what a tape, or a test, has that belongs together in picture and sound.

A flash is a frame much brighter than those before it; a beep is where a quiet sound suddenly is loud, told to the
sample. A clapperboard, the head of a test tape, a film leader's 2-pop and a test deck's marks all do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["beeps", "flashes", "paired"]

_WINDOW_S = 0.002
_LOUDER = 4.0
"""Times the loudness before it; 12 dB."""
_QUIET = 10 ** (-50 / 20)
_APART_S = 0.25


def flashes(brightness: Sequence[float] | NDArray[np.float64], fps: float) -> list[float]:
    """Times, in seconds, of frames that are much brighter than what came before; `brightness`: mean luma of each."""
    bright = np.asarray(brightness, np.float64)
    if len(bright) < 2:
        return []
    rise = np.diff(bright)
    usual = max(1.0, 1.4826 * float(np.median(np.abs(rise - np.median(rise)))))
    found = (np.flatnonzero(rise > max(20.0, 8.0 * usual)) + 1) / fps
    return _first_of_each(found)


def beeps(sound: NDArray[Any], rate_hz: int) -> list[float]:
    """Times, in seconds, at which a quiet sound becomes loud; samples of one channel, whole numbers or ±1."""
    wave: NDArray[np.float64] = np.abs(sound.astype(np.float64))
    if sound.dtype.kind != "f":
        wave /= 2.0 ** (8 * sound.dtype.itemsize - 1)
    step = max(1, int(rate_hz * _WINDOW_S))
    count = len(wave) // step
    if count < 12:
        return []
    peaks = np.asarray(wave[: count * step].reshape(count, step).max(axis=1), np.float64)
    floor = np.full(count, _QUIET)
    for lag in range(2, 12):  # the loudest of the 20 ms before
        floor[lag:] = np.maximum(floor[lag:], peaks[:-lag])
    begins: list[float] = []
    loud = peaks > _LOUDER * floor
    for place in np.flatnonzero(loud).tolist():
        if place and loud[place - 1]:
            continue
        start = max(0, place - 1) * step
        piece = wave[start : (place + 1) * step]
        begins.append((start + int(np.argmax(piece > _LOUDER / 2 * floor[place]))) / rate_hz)
    return _first_of_each(np.array(begins))


def paired(picture_s: Sequence[float], sound_s: Sequence[float], within_s: float = 0.4) -> list[tuple[float, float]]:
    """Flashes with the beeps nearest to them, as the drift goes on: each pair tells where to look for the next."""
    sounds = np.asarray(sound_s, np.float64)
    made: list[tuple[float, float]] = []
    late = 0.0
    for at in sorted(picture_s):
        if not len(sounds):
            break
        nearest = float(sounds[np.argmin(np.abs(sounds - at - late))])
        if abs(nearest - at - late) <= within_s:
            made.append((at, nearest))
            late = nearest - at
    return made


def _first_of_each(times: NDArray[np.float64]) -> list[float]:
    found: list[float] = []
    for at in times:
        if not found or at - found[-1] > _APART_S:
            found.append(float(at))
    return found
