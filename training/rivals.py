"""What the net is measured against: each takes an RGB picture H×W×3 of floats in 0..1 and gives one twice as large.

All through VapourSynth, as a graph would run them. Only the evaluation uses this, and not as part of Tapeloom, which
keeps VapourSynth to its worker.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import vapoursynth as vs
from vapoursynth import core
from vsaa import NNEDI3

type Picture = npt.NDArray[np.float32]
type Rival = Callable[[Picture], Picture]


def clip_of(picture: Picture) -> vs.VideoNode:
    height, width, _ = picture.shape
    blank = core.std.BlankClip(format=vs.RGBS, width=width, height=height, length=1)

    def fill(n: int, f: vs.VideoFrame) -> vs.VideoFrame:  # noqa: ARG001  # VapourSynth gives both
        frame = f.copy()
        for plane in range(3):
            np.asarray(frame[plane])[:] = picture[:, :, plane]
        return frame

    return core.std.ModifyFrame(blank, blank, fill)


def picture_of(clip: vs.VideoNode, frame: int = 0) -> Picture:
    with clip.get_frame(frame) as made:
        return np.stack([np.asarray(made[plane]) for plane in range(3)], 2).clip(0, 1)


def resized(kernel: str, picture: Picture) -> Picture:
    clip = clip_of(picture)
    return picture_of(getattr(clip.resize, kernel)(2 * clip.width, 2 * clip.height))


def nnedi3(picture: Picture) -> Picture:
    """Luma and colour alike, with the large predictor; its half-pixel shift undone by vsjetpack."""
    return picture_of(_nnedi3(clip_of(picture)))


def _nnedi3(clip: vs.VideoNode) -> vs.VideoNode:
    yuv = clip.resize.Bicubic(format=vs.YUV444P16, matrix=vs.MATRIX_BT709, range=vs.RANGE_FULL)
    planes = core.std.SplitPlanes(yuv)
    large = [NNEDI3(nsize=4, nns=4, qual=2).scale(plane, 2 * clip.width, 2 * clip.height) for plane in planes]
    joined = core.std.ShufflePlanes(large, [0, 0, 0], vs.YUV)
    return joined.resize.Bicubic(format=vs.RGBS, matrix_in=vs.MATRIX_BT709, range_in=vs.RANGE_FULL)


def bm3d_nnedi3(sigma: float, picture: Picture) -> Picture:
    """BM3D, both its steps, with `sigma` of 255 for brightness and colour, then NNEDI3."""
    opponent = core.bm3d.RGB2OPP(clip_of(picture), sample=1)
    rough = core.bm3d.Basic(opponent, profile="lc", sigma=[sigma] * 3, matrix=100)
    fine = core.bm3d.Final(opponent, rough, profile="lc", sigma=[sigma] * 3, matrix=100)
    return picture_of(_nnedi3(core.bm3d.OPP2RGB(fine, sample=1)))


PLAIN: dict[str, Rival] = {
    "bicubic": partial(resized, "Bicubic"),
    "Lanczos": partial(resized, "Lanczos"),
    "NNEDI3": nnedi3,
}
SIGMAS = (3.0, 6.0, 10.0, 15.0, 22.0)


def denoisers() -> dict[float, Rival]:
    """By their sigma: the evaluation takes the one that does best, which is more than a user could know."""
    return {sigma: partial(bm3d_nnedi3, sigma) for sigma in SIGMAS}
