"""How loud a stretch of sound is, and what of it is lost.

In dBFS: 0 is full scale, a full sine has an RMS of −3. Clipping is a run of samples at full scale: a lone one may be
music, three in a row never are. Analog inputs are never quite silent: zeros (or any one value for a whole stretch) mean
that nothing is connected, or that a driver fills in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SILENT_DB", "Level", "levels"]

SILENT_DB = -200.0
"""Stands for −∞."""
CLIP_RUN = 3

type Samples = NDArray[np.int16] | NDArray[np.int32] | NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """Of one channel. `clipped`: samples in runs at full scale; `runs`: how many such runs; `dc`: the mean, −1…1 of
    full scale. `silent`: one value only, no noise even."""

    peak_db: float
    rms_db: float
    clipped: int = 0
    runs: int = 0
    dc: float = 0.0
    silent: bool = False


def levels(samples: Samples) -> tuple[Level, ...]:
    """One a channel, of samples × channels (or samples alone). 16- or 32-bit whole numbers, or floats of ±1.

    No samples at all are silence. RMS is of what swings: a constant offset is told in `dc` alone."""
    both = samples[:, None] if samples.ndim == 1 else samples
    full = 1.0 if both.dtype.kind == "f" else 2.0 ** (8 * both.dtype.itemsize - 1)
    top = 1.0 - 1e-6 if full == 1.0 else (full - 1) / full  # the highest code; the lowest is one further
    return tuple(_level(both[:, channel].astype(np.float64) / full, top) for channel in range(both.shape[1]))


def _level(wave: NDArray[np.float64], top: float) -> Level:
    if not len(wave):
        return Level(SILENT_DB, SILENT_DB, silent=True)
    high, low, dc = float(wave.max()), float(wave.min()), float(wave.mean())
    clipped, runs = _runs(np.abs(wave) >= top) if max(high, -low) >= top else (0, 0)
    rms = math.sqrt(max(0.0, float(np.dot(wave, wave)) / len(wave) - dc * dc))
    if high == low:
        return Level(_db(abs(high)), SILENT_DB, clipped, runs, dc, silent=True)
    return Level(_db(max(high, -low)), _db(rms), clipped, runs, dc)


def _runs(at_end: NDArray[np.bool_]) -> tuple[int, int]:
    """How many samples lie in runs of CLIP_RUN or more, and how many such runs there are."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], at_end, [False]))))
    lengths = edges[1::2] - edges[::2]
    long = lengths[lengths >= CLIP_RUN]
    return int(long.sum()), len(long)


def _db(value: float) -> float:
    return max(SILENT_DB, 20 * math.log10(value)) if value > 0 else SILENT_DB
