"""What the decks' cards give: picture size, rate, field order and pixel format of a standard. Values alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

RATE_HZ = 48000
"""Of the sound, by a clock that is right; two channels of 16 bits."""
CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Standard:
    """`first`: the field that comes first, top or bottom. `fourcc`: how 4:2:2 lies in memory, 8 bits a sample."""

    name: str
    width: int
    height: int
    fps: Fraction
    first: str
    fourcc: str
    matrix: int
    """As ISO/IEC 23091-2 numbers it: 5 is BT.470 BG (625 lines), 6 SMPTE 170M (525)"""

    @property
    def frame_bytes(self) -> int:
        return self.width * self.height * 2

    @property
    def timecode_rate(self) -> int:
        """Frames that a timecode counts in a second: 25 or 30."""
        return round(self.fps)


PAL = Standard("pal", 720, 576, Fraction(25), "top", "UYVY", 5)
NTSC = Standard("ntsc", 720, 480, Fraction(30000, 1001), "bottom", "YUY2", 6)
STANDARDS = {one.name: one for one in (PAL, NTSC)}


def other(standard: Standard) -> Standard:
    return NTSC if standard.name == "pal" else PAL
