"""What DAIN's three programs for a card compute, pixel by pixel in plain loops: slow, and with nothing of the nets in
it. Read out of `correlation_forward`, `DepthFlowProjection_gpu_forward`, `…Averaging`, `…Fillhole` and
`FilterInterpolationLayer_gpu_forward` of github.com/baowenbo/DAIN. All take and give arrays of numpy without a batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[Any]


def correlated(here: Array, there: Array, reach: int) -> Array:
    """C × H × W twice → (2 · reach + 1)² × H × W. Kernel of one pixel, both strides 1, padded by `reach` zeros."""
    planes, height, width = here.shape
    side = 2 * reach + 1
    found = np.zeros((side * side, height, width), here.dtype)
    for y in range(height):
        for x in range(width):
            for j in range(-reach, reach + 1):
                for i in range(-reach, reach + 1):
                    if 0 <= y + j < height and 0 <= x + i < width:
                        product = np.dot(here[:, y, x], there[:, y + j, x + i])
                        found[(j + reach) * side + i + reach, y, x] = product / planes
    return found


def splatted(flow: Array, weight: Array) -> tuple[Array, Array]:
    """2 × H × W and H × W → the mean flow back where any arrived (else 0), and the weights that arrived."""
    _, height, width = flow.shape
    sums, count = np.zeros_like(flow), np.zeros_like(weight)
    for y in range(height):
        for x in range(width):
            fx, fy = flow[:, y, x]
            x2, y2 = x + fx, y + fy
            if not (x2 >= 0 and y2 >= 0 and x2 <= width - 1 and y2 <= height - 1):
                continue
            left, top = int(x2), int(y2)
            right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
            for row, column in ((top, left), (top, right), (bottom, left), (bottom, right)):  # at an edge one twice
                sums[0, row, column] -= weight[y, x] * fx
                sums[1, row, column] -= weight[y, x] * fy
                count[row, column] += weight[y, x]
    for y in range(height):
        for x in range(width):
            if count[y, x] > 0:
                sums[:, y, x] /= count[y, x]
    return sums, count


def filled(flow: Array, count: Array) -> Array:
    """The same with its holes filled: from each it walks left, right, up and down until something is there."""
    _, height, width = flow.shape
    made = flow.copy()
    for y in range(height):
        for x in range(width):
            if count[y, x] > 0:
                continue
            met = []
            for step_x, step_y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                column, row = x + step_x, y + step_y
                while 0 <= column < width and 0 <= row < height:
                    if count[row, column] > 0:
                        met.append(flow[:, row, column])
                        break
                    column, row = column + step_x, row + step_y
            if met:
                made[:, y, x] = sum(met) / len(met)
    return made


def projected(flow: Array, weight: Array) -> Array:
    return filled(*splatted(flow, weight))


def filtered(source: Array, flow: Array, kernels: Array) -> Array:
    """C × H × W, 2 × H × W and K² × H × W → C × H × W. The four quarters of each pixel's kernel apart, then mixed."""
    _, height, width = source.shape
    side = round(kernels.shape[0] ** 0.5)
    made = np.zeros_like(source)
    for y in range(height):
        for x in range(width):
            fx, fy = flow[:, y, x]
            x2, y2 = x + fx, y + fy
            inside = x2 >= 0 and y2 >= 0 and x2 <= width - 1 and y2 <= height - 1
            if not (inside and abs(fx) < width / 2 and abs(fy) < height / 2):
                made[:, y, x] = source[:, y, x]
                continue
            left, top = int(x2) + 1 - side // 2, int(y2) + 1 - side // 2
            alpha, beta = x2 - int(x2), y2 - int(y2)
            quarters = {
                key: np.zeros(source.shape[0], source.dtype)
                for key in ((False, False), (False, True), (True, False), (True, True))
            }
            for row in range(top, top + side):
                for column in range(left, left + side):
                    pixel = source[:, min(max(0, row), height - 1), min(max(0, column), width - 1)]
                    kernel = kernels[(row - top) * side + column - left, y, x]
                    quarters[row > int(y2), column > int(x2)] += pixel * kernel
            made[:, y, x] = (
                (1 - alpha) * (1 - beta) * quarters[False, False]
                + alpha * (1 - beta) * quarters[False, True]
                + (1 - alpha) * beta * quarters[True, False]
                + alpha * beta * quarters[True, True]
            )
    return made
