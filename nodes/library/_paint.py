"""A screen colour as the sample values of a clip's planes."""

from __future__ import annotations

from nodes.api import ClipInfo, Family, Matrix, Range, guess_matrix

# Kr and Kb of ITU-T H.273, table 4
_LUMA = {
    Matrix.BT709: (0.2126, 0.0722),
    Matrix.FCC: (0.30, 0.11),
    Matrix.BT470BG: (0.299, 0.114),
    Matrix.SMPTE170M: (0.299, 0.114),
    Matrix.SMPTE240M: (0.212, 0.087),
    Matrix.BT2020_NCL: (0.2627, 0.0593),
}


def paint(colour: str, clip: ClipInfo) -> list[float]:
    """`#rrggbb` (full-range R'G'B') in the clip's matrix, range and depth: one number a plane."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    if clip.format.family is Family.RGB:
        return [
            _scaled(part, clip, full=clip.range is Range.FULL or clip.format.floating) for part in (red, green, blue)
        ]
    kr, kb = _LUMA[guess_matrix(clip)]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    full = clip.range is Range.FULL or clip.format.floating
    if clip.format.family is Family.GRAY:
        return [_scaled(luma, clip, full=full)]
    chroma = ((blue - luma) / (1 - kb) / 2, (red - luma) / (1 - kr) / 2)
    return [_scaled(luma, clip, full=full), *(_chroma(part, clip, full=full) for part in chroma)]


def _scaled(part: float, clip: ClipInfo, *, full: bool) -> float:
    if clip.format.floating:
        return part
    if full:
        return round(part * clip.format.peak)
    return round((16 + 219 * part) * (1 << (clip.format.bits - 8)))


def _chroma(part: float, clip: ClipInfo, *, full: bool) -> float:
    """`part` is -0.5 … 0.5."""
    if clip.format.floating:
        return part
    middle = 1 << (clip.format.bits - 1)
    spread = clip.format.peak if full else 224 * (1 << (clip.format.bits - 8))
    return min(clip.format.peak, round(middle + part * spread))
