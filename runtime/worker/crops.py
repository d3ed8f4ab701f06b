"""A face upright in a square, and back to where it was.

The square is that of FFHQ's aligned faces, which restorers were trained on: five points lie where `TEMPLATE` says. All
places are in pixels from the corner of the first pixel, so the middle of that pixel lies at 0.5.
"""

from __future__ import annotations

from math import ceil, hypot

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]
Picture = npt.NDArray[np.float32]
"""Planes, height, width."""

TEMPLATE = np.array(
    [
        (192.98138, 239.94708),
        (318.90277, 240.1936),
        (256.63416, 314.01935),
        (201.26117, 371.41043),
        (313.08905, 371.15118),
    ],
    np.float32,
) / np.float32(512)
"""Eyes, nose and corners of the mouth in a square of side 1 (facexlib, the helper of GFPGAN and CodeFormer)."""
MARGIN = 1 / 8
"""Of the square's side: over so much its edge fades into the picture."""
_MOST_POINTS = 4  # across one pixel


def placed(points: Numbers, side: int, aspect: float) -> Numbers:
    """Two rows of three: where in the picture a place (x, y, 1) of the square of `side` pixels lies, so that turning,
    moving and one scale bring the template nearest to `points`, by least squares. `aspect`: how wide a pixel of the
    picture is."""
    target = points.astype(np.float64) * (aspect, 1)
    source = TEMPLATE.astype(np.float64) * side
    middle, aim = source.mean(0), target.mean(0)
    (u, v), (x, y) = (source - middle).T, (target - aim).T
    whole = (u * u + v * v).sum()
    a, b = (u * x + v * y).sum() / whole, (u * y - v * x).sum() / whole
    turn = np.array([[a, -b], [b, a]])
    matrix = np.column_stack([turn, aim - turn @ middle])
    matrix[0] /= aspect
    return matrix.astype(np.float32)


def cut(planes: Picture, matrix: Numbers, side: int) -> Picture:
    """The square out of a picture; beyond the picture's edge its last pixels go on."""
    step = max(hypot(*matrix[:, 0]), hypot(*matrix[:, 1]))
    made = np.zeros((planes.shape[0], side, side), np.float32)
    steps = _between(step)
    rows = np.arange(side, dtype=np.float32)
    for down in steps:
        for across in steps:
            u, v = rows[None, :] + across, rows[:, None] + down
            made += bilinear(planes, *_moved(matrix, u, v))
    return made / np.float32(len(steps) ** 2)


def paste(planes: Picture, covered: npt.NDArray[np.bool_], square: Picture, matrix: Numbers, strength: float) -> None:
    """Lay a square over the picture, its edge fading; `covered` becomes true where anything changed."""
    side = square.shape[1]
    back = _inverse(matrix)
    left, top, right, bottom = _reach(matrix, side, planes.shape[2], planes.shape[1])
    if left >= right or top >= bottom:
        return
    columns, rows = np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32)
    steps = _between(max(hypot(*back[:, 0]), hypot(*back[:, 1])))
    laid = np.zeros((square.shape[0], len(rows), len(columns)), np.float32)
    weight = np.zeros(laid.shape[1:], np.float32)
    for down in steps:
        for across in steps:
            u, v = _moved(back, columns[None, :] + across, rows[:, None] + down)
            part = _ramp(u, side) * _ramp(v, side)
            laid += bilinear(square, u, v) * part
            weight += part
    # both are sums over the points of a pixel
    share, region = strength / len(steps) ** 2, np.s_[top:bottom, left:right]
    planes[:, *region] = planes[:, *region] * (1 - weight * share) + laid * share
    covered[region] |= weight > 0


def bilinear(planes: Picture, x: Numbers, y: Numbers) -> Picture:
    """The picture at these places."""
    _, height, width = planes.shape
    x, y = (np.clip(at - np.float32(0.5), 0, most - 1).astype(np.float32) for at, most in ((x, width), (y, height)))
    x, y = np.broadcast_arrays(x, y)
    x0, y0 = x.astype(np.intp), y.astype(np.intp)
    across, down = x - x0.astype(np.float32), y - y0.astype(np.float32)
    at = y0 * width + x0
    right, below = (x0 < width - 1).astype(np.intp), np.where(y0 < height - 1, width, 0)
    made = np.empty((planes.shape[0], *x.shape), np.float32)
    for target, plane in zip(made, planes, strict=True):
        flat = plane.reshape(-1)
        upper, lower = flat.take(at), flat.take(at + below)
        upper += (flat.take(at + right) - upper) * across
        lower += (flat.take(at + below + right) - lower) * across
        target[:] = upper + (lower - upper) * down
    return made


def _between(step: float) -> list[float]:
    """Where in a pixel to look, when neighbours lie `step` apart in what is looked at: often enough to miss none."""
    count = min(max(ceil(step - 1e-4), 1), _MOST_POINTS)
    return [(at + 0.5) / count for at in range(count)]


def _moved(matrix: Numbers, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    (a, b, c), (d, e, f) = matrix
    return a * x + b * y + c, d * x + e * y + f


def _inverse(matrix: Numbers) -> Numbers:
    turn: npt.NDArray[np.float64] = np.linalg.inv(matrix[:, :2].astype(np.float64))
    return np.column_stack([turn, -turn @ matrix[:, 2]]).astype(np.float32)


def _reach(matrix: Numbers, side: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what of the picture the square may touch."""
    corners = np.array([(0, 0), (side, 0), (0, side), (side, side)], np.float32)
    x, y = _moved(matrix, corners[:, 0], corners[:, 1])
    lowest, highest = np.floor([x.min(), y.min()]).astype(int), np.ceil([x.max(), y.max()]).astype(int)
    return max(lowest[0], 0), max(lowest[1], 0), min(highest[0], width), min(highest[1], height)


def _ramp(at: Numbers, side: int) -> Numbers:
    """0 at both ends of the side and beyond, 1 from the margin inward, smooth between."""
    near: Numbers = np.clip(np.minimum(at, side - at) / np.float32(MARGIN * side), 0, 1)
    return near * near * (3 - 2 * near)
