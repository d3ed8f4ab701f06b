"""What a DV frame's sound is: rate, bits, channels, whether it is locked to the picture (IEC 61834-4, pack 0x50)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from capture.dv.layout import System
from capture.dv.packs import NOTHING

__all__ = ["SoundMode", "sound_of"]

_RATES = (48_000, 44_100, 32_000)
_BITS = {0: 16, 1: 12, 2: 20}
_NO_CHANNEL = 15


@dataclass(frozen=True, slots=True)
class SoundMode:
    """`locked`: each frame has its set number of samples. Cameras of consumers do not lock: their sound clock is one of
    its own, and drifts."""

    rate_hz: int
    bits: int
    channels: int
    locked: bool
    emphasis: bool = False

    def __str__(self) -> str:
        lock = "locked" if self.locked else "unlocked"
        return f"{self.rate_hz} Hz, {self.bits} bits, {self.channels} channels, {lock}"


@lru_cache(maxsize=256)
def sound_of(first: int, second: int, system: System) -> tuple[SoundMode, int] | None:
    """From the source packs of the first and the second half of the tracks: the mode, and how many samples of each
    channel the frame has. None where there is no sound."""
    halves = [pack for pack in (first, second) if pack != NOTHING]
    if not halves:
        return None
    told = halves[0]
    rate, bits = told >> 27 & 7, told >> 24 & 7
    if rate >= len(_RATES) or bits not in _BITS:
        return None
    used = sum(pack >> 8 & 15 != _NO_CHANNEL for pack in halves)
    channels = used * (2 if bits == 1 else 1)
    mode = SoundMode(_RATES[rate], _BITS[bits], channels, not told >> 7 & 1, emphasis=not told >> 31 & 1)
    return mode, system.samples[rate] + (told & 0x3F)
