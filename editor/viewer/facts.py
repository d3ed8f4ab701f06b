"""The clip and the pixel in words: `720x576 · PAR 16:15 · 50p · Rec.601`. Pure."""

from __future__ import annotations

from editor.language import tr
from nodes.clip import ClipInfo, Family, Fields, Matrix, Range
from runtime.readings import Pixel

_MATRICES = {
    Matrix.BT709: "Rec.709",
    Matrix.BT470BG: "Rec.601",
    Matrix.SMPTE170M: "Rec.601",
    Matrix.FCC: "FCC",
    Matrix.SMPTE240M: "SMPTE 240M",
    Matrix.BT2020_NCL: "Rec.2020",
}


def line(clip: ClipInfo) -> str:
    """What tells one clip from another at a glance."""
    parts = [f"{clip.width}x{clip.height}"]
    if clip.sar != 1 and clip.sar > 0:
        parts.append(f"PAR {clip.sar.numerator}:{clip.sar.denominator}")
    rate = f"{float(clip.fps):.3f}".rstrip("0").rstrip(".")
    scan = "p"
    if clip.separated:
        scan = " " + tr("fields")
    elif clip.fields is not Fields.PROGRESSIVE:
        scan = f"i {clip.fields.name}"
    parts.append(rate + scan)
    if clip.format.family is Family.YUV:
        if clip.matrix in _MATRICES:
            parts.append(_MATRICES[clip.matrix])
    else:
        parts.append(clip.format.family.name)
    if clip.range is Range.FULL and clip.format.family is not Family.RGB:
        parts.append(tr("full range"))
    return " · ".join(parts)


def pixel(read: Pixel) -> str:
    """`x 312  y 104   Y 126  U 118  V 140   #7E7A90`"""
    names = {"yuv": "YUV", "rgb": "RGB", "gray": "Y"}[read.family]
    values = (f"{value:.3f}" if read.is_float else f"{value:.0f}" for value in read.values)
    codes = "  ".join(f"{name} {value}" for name, value in zip(names, values, strict=False))
    red, green, blue = read.rgb
    return f"x {read.x}  y {read.y}   {codes}   #{red:02X}{green:02X}{blue:02X}"
