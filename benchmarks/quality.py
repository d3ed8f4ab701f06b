"""How near one clip is to another: PSNR and SSIM per plane.

PSNR is 10·log10(255² / mean squared error), the mean taken over all pixels of all frames.
SSIM is Wang, Bovik, Sheikh and Simoncelli 2004: Gaussian window of 11×11 with sigma 1.5,
K1 = 0.01, K2 = 0.03, L = 255, variances with N rather than N − 1, averaged over the map without
the five pixels along the border, then over the frames. Equal to scikit-image's
`structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255)`
to 1e-6 (tests/benchmarks/test_quality.py holds a value taken from there).
Steadiness is the PSNR of the change from frame to frame against the truth's change: lines that bob up and
down, and noise that boils, count in full; an error that stays put does not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import vapoursynth as vs

core = vs.core

_WINDOW = [math.exp(-0.5 * (k / 1.5) ** 2) for k in range(-5, 6)]
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True)
class Quality:
    psnr_y: float
    psnr_uv: float
    ssim_y: float
    ssim_uv: float
    steady_y: float


def compare(clip: vs.VideoNode, truth: vs.VideoNode) -> Quality:
    """Both 8-bit YUV of one size and length. U and V are pooled: mean error, mean similarity."""
    scores = [_plane(clip, truth, plane) for plane in range(3)]
    (error_y, ssim_y), (error_u, ssim_u), (error_v, ssim_v) = scores
    return Quality(
        _psnr(error_y), _psnr((error_u + error_v) / 2), ssim_y, (ssim_u + ssim_v) / 2, _steadiness(clip, truth)
    )


def _steadiness(clip: vs.VideoNode, truth: vs.VideoNode) -> float:
    """PSNR of each frame's *change* from the one before, in luma."""
    x, y = (core.std.ShufflePlanes(c, 0, vs.GRAY).std.RemoveFrameProps() for c in (clip, truth))
    change = core.std.Expr([x[1:], x[:-1], y[1:], y[:-1]], "x y - z a - - dup *", vs.GRAYS).std.PlaneStats()
    return _psnr(float(np.mean([frame.props["PlaneStatsAverage"] for frame in change.frames(close=True)])))


def _psnr(mean_square: float) -> float:
    return 99.0 if mean_square == 0 else 10 * math.log10(255**2 / mean_square)


def _blur(clip: vs.VideoNode) -> vs.VideoNode:
    return clip.std.Convolution(_WINDOW, mode="hv")


def _plane(clip: vs.VideoNode, truth: vs.VideoNode, plane: int) -> tuple[float, float]:
    # as GRAYS holding 0…255: the constants below are those of 8 bit
    x, y = (
        core.std.ShufflePlanes(c, plane, vs.GRAY).std.RemoveFrameProps().std.Expr("x", vs.GRAYS) for c in (clip, truth)
    )
    square = core.std.Expr([x, y], "x y - dup *")
    mean_x, mean_y = _blur(x), _blur(y)
    xx, yy = _blur(x.std.Expr("x dup *")), _blur(y.std.Expr("x dup *"))
    xy = _blur(core.std.Expr([x, y], "x y *"))
    similar = core.std.Expr(
        [mean_x, mean_y, xx, yy, xy],
        f"x y * 2 * {_C1} + b x y * - 2 * {_C2} + * x dup * y dup * + {_C1} + z x dup * - a y dup * - + {_C2} + * /",
    ).std.Crop(5, 5, 5, 5)
    errors, likeness = [], []
    pair = square.std.PlaneStats().frames(close=True), similar.std.PlaneStats().frames(close=True)
    for wrong, alike in zip(*pair, strict=True):
        errors.append(wrong.props["PlaneStatsAverage"])
        likeness.append(alike.props["PlaneStatsAverage"])
    return float(np.mean(errors)), float(np.mean(likeness))
