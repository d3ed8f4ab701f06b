"""Affine changes of R'G'B', carried out on Y'CbCr itself: nothing is clipped on the way, chroma keeps its size."""

from __future__ import annotations

from nodes.api import ClipInfo, Family, Matrix, Range, Ref, Script, converted, guess_matrix, replace
from nodes.library.colour._codes import black_white, neutral

type Rows = tuple[tuple[float, ...], ...]

LUMA: dict[Matrix, tuple[float, float]] = {
    Matrix.BT709: (0.2126, 0.0722),
    Matrix.FCC: (0.30, 0.11),
    Matrix.BT470BG: (0.299, 0.114),
    Matrix.SMPTE170M: (0.299, 0.114),
    Matrix.SMPTE240M: (0.212, 0.087),
    Matrix.BT2020_NCL: (0.2627, 0.0593),
}
"""Kr and Kb of ITU-T H.273, table 4."""


def luma_weights(clip: ClipInfo) -> tuple[float, float, float]:
    """How much red, green and blue make up brightness."""
    kr, kb = LUMA[guess_matrix(clip)]
    return kr, 1 - kr - kb, kb


def to_rgb(clip: ClipInfo) -> Rows:
    """Rows give R, G, B (0 … 1) from Y (0 … 1), Cb, Cr (-0.5 … 0.5)."""
    kr, kg, kb = luma_weights(clip)
    red, blue = 2 * (1 - kr), 2 * (1 - kb)
    return (1, 0, red), (1, -kb * blue / kg, -kr * red / kg), (1, blue, 0)


def to_yuv(clip: ClipInfo) -> Rows:
    kr, kg, kb = luma_weights(clip)
    blue, red = 2 * (1 - kb), 2 * (1 - kr)
    return (kr, kg, kb), (-kr / blue, -kg / blue, (1 - kb) / blue), ((1 - kr) / red, -kg / red, -kb / red)


def scaled(script: Script, clip: Ref, gains: tuple[float, ...], offsets: tuple[float, ...]) -> Ref:
    """Each of R', G', B' times its gain plus its offset (of 0 … 1), on a YUV or RGB clip of any depth."""
    info = clip.info
    black, white = black_white(info)
    span = white - black
    if info.format.family is Family.RGB:
        exprs = [
            f"x {black!r} - {gain!r} * {black + offset * span!r} +" for gain, offset in zip(gains, offsets, strict=True)
        ]
        return script.core.akarin.Expr([clip], exprs)
    back, there = to_yuv(info), to_rgb(info)
    rows = [[sum(back[i][c] * gains[c] * there[c][j] for c in range(3)) for j in range(3)] for i in range(3)]
    shift = [sum(back[i][c] * offsets[c] for c in range(3)) for i in range(3)]
    return _mixed(script, clip, rows, shift, black, span)


def _mixed(script: Script, clip: Ref, rows: list[list[float]], shift: list[float], black: float, span: float) -> Ref:
    """Y, Cb, Cr = rows · (Y, Cb, Cr) + shift, each plane at its own size."""
    info = clip.info
    middle = neutral(info)
    spread = 1.0 if info.format.floating else info.format.peak if info.range is Range.FULL else span * 224 / 219
    weight, zero = (span, spread, spread), (black, middle, middle)
    clip = script.let("source", clip)
    # one Expr for all planes: x is the plane itself, y and z the other two, brought to its size
    shuffle, yuv = script.core.std.ShufflePlanes, script.vs.YUV
    if info.format.chroma == "444":
        others = [
            shuffle(clip, planes=[1, 2, 0], colorfamily=yuv),
            shuffle(clip, planes=[2, 0, 1], colorfamily=yuv),
        ]
    else:
        full = info.format.with_chroma("444")
        wide = script.let("wide", converted(clip, full))
        lumas = shuffle(clip, planes=[0, 0, 0], colorfamily=yuv).std.CopyFrameProps(clip)
        # as chroma is thinned out, so is brightness here: sited alike, by field where interlaced
        small = script.let("small", converted(lumas.known(replace(info, format=full)), info.format))
        others = [
            shuffle([wide, clip, small], planes=[1, 2, 1], colorfamily=yuv),
            shuffle([wide, small, clip], planes=[2, 1, 1], colorfamily=yuv),
        ]
    exprs = []
    for i in range(3):
        terms = [
            f"{name} {rows[i][j] * weight[i] / weight[j]!r} *"
            for name, j in zip("xyz", (i, (i + 1) % 3, (i + 2) % 3), strict=True)
        ]
        constant = zero[i] + weight[i] * shift[i] - sum(rows[i][j] * weight[i] / weight[j] * zero[j] for j in range(3))
        exprs.append(f"{terms[0]} {terms[1]} + {terms[2]} + {constant!r} +")
    return script.core.akarin.Expr([clip, *others], exprs)
