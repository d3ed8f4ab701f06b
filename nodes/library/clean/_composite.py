"""What colour-under-luma faults need to know of the composite signal a picture went through."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.api import ClipInfo, StrEnum


class Standard(StrEnum):
    """The colour system of the composite signal."""

    AUTO = "auto"
    """By size and rate: 576 lines or 25 frames are PAL."""
    PAL = "pal"
    NTSC = "ntsc"


@dataclass(frozen=True, slots=True)
class Signal:
    """How the colour subcarrier lies in a picture: `cycles` per pixel along a line; it turns over after `lines`
    lines of the same field, and after `frames` frames on the same line. ITU-R BT.470, BT.601."""

    name: str
    cycles: float
    lines: int
    frames: int


def signal_of(standard: Standard, clip: ClipInfo) -> Signal:
    name = standard.value
    if standard is Standard.AUTO:
        name = "pal" if clip.height in (576, 288) or clip.fps in (25, 50) else "ntsc"
    if name == "pal":
        return Signal(name, 4.43361875 / _sampling(clip.width, 52.0), 2, 2)
    return Signal(name, 3.579545 / _sampling(clip.width, 52.148), 1, 1)


def _sampling(width: int, active_us: float) -> float:
    """Luma samples in a microsecond. Up to 720 pixels wide but not 640: BT.601's 13.5 MHz, cut or not."""
    return 13.5 if 656 <= width <= 720 else width / active_us


def raster_lines(signal: Signal, height: int) -> int:
    """The active lines of the television raster that holds `height` lines; 0 where none does."""
    for lines in (576,) if signal.name == "pal" else (480, 486):
        if height <= lines:
            return lines
    return 0
