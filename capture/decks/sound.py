"""The sound of a test tape, cut to pictures: two quiet tones and some hiss, and a mark once a second (marks.py).

The sound card has a clock of its own. With `ppm` it runs fast (more samples than 48000 in a second of true time) or
slow, as real ones do: then the samples of an hour and its pictures no longer fit each other.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from capture.decks import marks
from capture.decks.standard import CHANNELS, RATE_HZ
from capture.decks.tape import Show

Samples = NDArray[np.int16]
_FULL = 32767
_TONES_HZ = (440, 554)
_TONE, _HISS, _SNOW = 0.05, 0.002, 0.1


class Sound:
    """`fps`: pictures a second. Sample 0 is that of the tape's first picture."""

    def __init__(self, fps: Fraction, ppm: float = 0.0, seed: int = 1) -> None:
        self._per_picture = RATE_HZ * (1 + Fraction(ppm) / 1_000_000) / fps
        self._every = round(fps)
        rng = np.random.default_rng(seed)
        time_s = np.arange(RATE_HZ)[:, None] / RATE_HZ
        tones = _TONE * np.sin(2 * np.pi * np.array(_TONES_HZ) * time_s)
        self._music = _coded(tones + _HISS * rng.standard_normal((RATE_HZ, CHANNELS)))
        self._hiss = _coded(_SNOW * rng.standard_normal((RATE_HZ, CHANNELS)))

    def first(self, number: int) -> int:
        """The sample that picture `number` begins with."""
        return round(number * self._per_picture)

    def of(self, number: int, show: Show = "programme", muted: bool = False) -> Samples:
        """The samples that come with a picture: samples × channels. A blue or black screen is mute."""
        start, stop = self.first(number), self.first(number + 1)
        if muted or show in ("blue", "black"):
            return np.zeros((stop - start, CHANNELS), dtype=np.int16)
        loop = self._hiss if show == "snow" else self._music
        samples = np.take(loop, np.arange(start, stop), axis=0, mode="wrap")
        if show == "programme":
            self._mark(samples, number, start)
        return samples

    def _mark(self, samples: Samples, number: int, start: int) -> None:
        """What of the last mark falls among these samples. A mark is 70 ms long, up to three pictures."""
        marked = number - number % self._every
        past = start - self.first(marked)
        mark = _marked(marked)
        if past < len(mark):
            piece = mark[past : past + len(samples)]
            samples[: len(piece)] = piece[:, None]


@lru_cache(maxsize=8)
def _marked(number: int) -> Samples:
    return _coded(marks.wave(number))


def _coded(sound: NDArray[np.float32] | NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(sound * _FULL), -_FULL, _FULL).astype(np.int16)
