"""The sound meters: each channel's level ten times a second, and clipping and true silence for the timeline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from capture.measure.sound import levels
from capture.session.matroska import Block
from capture.session.messages import Channel, Levels

__all__ = ["SILENT_S", "Ear"]

_EVERY_S = 0.1
SILENT_S = 1.0
"""Zeros for so long are no pause between two words: nothing is connected."""
_TOLD_S = 1.0


class Ear:
    """`tell` hears Levels. `changed` hears of clipping (`clipped`, and how many samples) and of true silence (`silent`,
    then `sound`), with the sound's own time."""

    def __init__(self, tell: Callable[[Levels], None], changed: Callable[[str, float, int], None]) -> None:
        self._tell, self._changed = tell, changed
        self._held: list[NDArray[np.int16]] = []
        self._samples = 0
        self._clipped: list[int] = []
        self._quiet_s, self._silent, self._told_s = 0.0, False, -_TOLD_S

    def hear(self, block: Block) -> None:
        channels = max(1, block.track.channels)
        usable = len(block.data) // (2 * channels) * 2 * channels
        self._held.append(np.frombuffer(block.data[:usable], "<i2").reshape(-1, channels))
        self._samples += len(self._held[-1])
        rate = block.track.rate or 48000
        if self._samples >= rate * _EVERY_S:
            self._measure(np.concatenate(self._held), block.pts_s, rate)
            self._held, self._samples = [], 0

    def _measure(self, sound: NDArray[np.int16], t_s: float, rate: int) -> None:
        found = levels(sound)
        if len(self._clipped) != len(found):
            self._clipped = [0] * len(found)
        self._clipped = [before + one.clipped for before, one in zip(self._clipped, found, strict=True)]
        channels = (
            Channel(one.peak_db, one.rms_db, all_clipped, one.silent)
            for one, all_clipped in zip(found, self._clipped, strict=True)
        )
        self._tell(Levels(t_s, tuple(channels)))
        clipped = sum(one.clipped for one in found)
        if clipped and t_s >= self._told_s + _TOLD_S:
            self._told_s = t_s
            self._changed("clipped", t_s, clipped)
        self._quiet_s = self._quiet_s + len(sound) / rate if all(one.silent for one in found) else 0.0
        silent = self._quiet_s >= SILENT_S
        if silent != self._silent:
            self._silent = silent
            self._changed("silent" if silent else "sound", t_s - self._quiet_s, 0)
