"""The sound meters: peak, mean and clipping of each channel, ten times a second, of the live sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from capture.session.matroska import Block
from capture.session.messages import Channel, Levels

__all__ = ["Ear"]

_EVERY_S = 0.1
_FULL = 32767
_FLOOR_DB = -200.0
SILENT_S = 1.0
"""Zeros for so long are no pause between two words: nothing is connected."""


class Ear:
    """`tell` hears Levels; `changed` hears of clipping (`clipped`) and of true silence (`silent`, then `sound`),
    with the sound's time."""

    def __init__(self, tell: Callable[[Levels], None], changed: Callable[[str, float, int], None]) -> None:
        self._tell, self._changed = tell, changed
        self._held: list[npt.NDArray[np.int16]] = []
        self._frames = 0
        self._clipped: list[int] = []
        self._quiet_s = 0.0
        self._silent = False
        self._told_clip_s = -10.0

    def hear(self, block: Block) -> None:
        channels = max(1, block.track.channels)
        usable = len(block.data) // (2 * channels) * 2 * channels
        self._held.append(np.frombuffer(block.data[:usable], "<i2").reshape(-1, channels))
        self._frames += len(self._held[-1])
        rate = block.track.rate or 48000
        if self._frames >= rate * _EVERY_S:
            self._measure(np.concatenate(self._held), block.pts_s, rate)
            self._held, self._frames = [], 0

    def _measure(self, sound: npt.NDArray[np.int16], t_s: float, rate: int) -> None:
        wide = sound.astype(np.int32)
        peaks = np.abs(wide).max(axis=0)
        means = np.sqrt((wide.astype(np.float64) ** 2).mean(axis=0))
        full = (np.abs(wide) >= _FULL).sum(axis=0)
        if len(self._clipped) != len(full):
            self._clipped = [0] * len(full)
        self._clipped = [before + int(now) for before, now in zip(self._clipped, full, strict=True)]
        still = (wide.max(axis=0) == wide.min(axis=0)).tolist()
        channels = tuple(
            Channel(_db(float(peak)), _db(float(mean)), clipped, bool(quiet))
            for peak, mean, clipped, quiet in zip(peaks, means, self._clipped, still, strict=True)
        )
        self._tell(Levels(t_s, channels))
        if int(full.sum()) >= 3 and t_s >= self._told_clip_s + 1.0:  # one sample may touch it in honest sound
            self._told_clip_s = t_s
            self._changed("clipped", t_s, int(full.sum()))
        self._quiet_s = self._quiet_s + len(sound) / rate if all(still) else 0.0
        if self._silent != (silent := self._quiet_s >= SILENT_S):
            self._silent = silent
            self._changed("silent" if silent else "sound", t_s - (self._quiet_s if silent else 0.0), 0)


def _db(value: float) -> float:
    return float(20 * np.log10(value / 32768)) if value > 0 else _FLOOR_DB
