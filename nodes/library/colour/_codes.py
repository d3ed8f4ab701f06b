"""Levels as people count them (8-bit code values, 16 is black) in the samples of any format."""

from __future__ import annotations

from nodes.api import ClipInfo, Family, Range


def full_range(clip: ClipInfo) -> bool:
    """Whether 0 … 255 is the whole picture: RGB, and YUV marked so."""
    return clip.format.family is Family.RGB or clip.range is Range.FULL


def step(clip: ClipInfo) -> float:
    """One 8-bit code value of brightness (or of an RGB channel), in samples."""
    if clip.format.floating:
        return 1 / 255 if full_range(clip) else 1 / 219
    return clip.format.peak / 255 if full_range(clip) else float(1 << (clip.format.bits - 8))


def code(value: float, clip: ClipInfo) -> float:
    """The sample that stands for 8-bit code `value`. VapourSynth's floats run from black at 0 to white at 1."""
    if clip.format.floating and not full_range(clip):
        return (value - 16) / 219
    return value * step(clip)


def black_white(clip: ClipInfo) -> tuple[float, float]:
    """The samples of black and white."""
    return (code(0, clip), code(255, clip)) if full_range(clip) else (code(16, clip), code(235, clip))


def neutral(clip: ClipInfo) -> float:
    """The chroma sample of no colour."""
    return 0.0 if clip.format.floating else float(1 << (clip.format.bits - 1))


def chroma_limits(clip: ClipInfo) -> tuple[float, float]:
    """The legal chroma samples."""
    if clip.format.floating:
        return -0.5, 0.5
    if full_range(clip):
        return 0.0, clip.format.peak
    unit = 1 << (clip.format.bits - 8)
    return 16.0 * unit, 240.0 * unit
