"""By how much later each frame of one pass lies in another pass: the cheapest run of offsets there is. Pure.

A Viterbi search, block by block: each frame costs what it differs from the other pass's frame at an offset; to change
the offset costs once, so one frame that looks like its neighbour does not decide, and a still picture changes nothing.
A frame may also have no partner, which costs a little more than a frame that fits, and less than one that does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

REACH = 150
"""Frames by which passes may drift apart within BLOCK frames: a stall of 6 seconds."""
BLOCK = 2000
NO_PARTNER = -(1 << 40)
"""The offset of a frame that the other pass does not have."""
_CHANGE = 2.0
"""What changing the offset costs: as much as two frames that fit not at all."""
_MISS = 1.2
"""The most a frame that does not fit costs: dropouts and noise must not outweigh a hundred good frames."""
_ALONE = 0.2
"""What a frame without a partner costs, beyond what one that fits does."""
_OUTSIDE = 0.05
"""The same where the other pass has not begun, or is over: then it is no fault to have none."""

Faces = NDArray[np.float32]
"""Frames × values, without brightness and contrast."""
Indices = NDArray[np.int64]


def faces(pictures: NDArray[np.uint8]) -> Faces:
    """Of small gray pictures, frames × height × width. Brightness and contrast differ from pass to pass."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    spread = flat.std(axis=1, keepdims=True)
    flat /= np.maximum(spread, 4.0)  # a blank frame's noise is no picture
    return flat


def distance(one: Faces, other: Faces) -> NDArray[np.float32]:
    """0 for the same picture; two pictures that have nothing in common are 1.13 apart (of normal deviates)."""
    found: NDArray[np.float32] = np.minimum(np.abs(one - other).mean(axis=1), _MISS)
    return found


def offsets(
    first: Faces, other: Faces, first_new: NDArray[np.bool_], other_new: NDArray[np.bool_]
) -> tuple[Indices, float]:
    """For each frame of the first pass by how much later it is in the other, or NO_PARTNER; and what it costs, on
    average, where it has a partner. `…_new`: which frames are no repetitions of the one before: those say nothing."""
    begin = _beginning(first, other)
    found = np.empty(len(first), np.int64)
    total, counted = 0.0, 0
    for start in range(0, len(first), BLOCK):
        end = min(len(first), start + BLOCK + REACH)  # the next block's beginning is looked at too, and then again
        part = first[start:end]
        cost = np.full((len(part), 2 * REACH + 1), np.nan, np.float32)
        for at in range(2 * REACH + 1):
            offset = begin + at - REACH
            low, high = max(0, -(start + offset)), min(len(part), len(other) - start - offset)
            if low < high:
                there = slice(start + offset + low, start + offset + high)
                cost[low:high, at] = distance(part[low:high], other[there])
                cost[low:high, at][~(first_new[start + low : start + high] & other_new[there])] = np.nan
        usual = _usual(cost)
        cost[np.isnan(cost)] = usual + _OUTSIDE
        path = _cheapest(cost, usual + _ALONE, REACH if start else None)
        kept = min(BLOCK, len(part))
        paired = np.flatnonzero(path[:kept] >= 0)
        found[start : start + kept] = np.where(path[:kept] >= 0, path[:kept] + begin - REACH, NO_PARTNER)
        total += float(cost[paired, path[paired]].sum())
        counted += len(paired)
        if len(paired):
            begin = int(found[start + paired[-1]])
    return found, total / counted if counted else _MISS


def _usual(cost: NDArray[np.float32]) -> float:
    """What a frame that fits costs here."""
    some = cost[~np.isnan(cost).all(axis=1)]
    return float(np.median(np.nanmin(some, axis=1))) if len(some) else 0.3


def _beginning(first: Faces, other: Faces) -> int:
    """The offset that most of the passes agree on: by how much the picture changes from frame to frame, correlated over
    all, and the best of that looked at frame by frame."""
    if min(len(first), len(other)) < 2:
        return 0
    one, two = (np.log1p(20 * np.abs(np.diff(face, axis=0)).mean(axis=1)) for face in (first, other))
    one, two = one - one.mean(), two - two.mean()
    size = 1 << (len(one) + len(two)).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(one, size)) * np.fft.rfft(two, size), size)
    tried = np.concatenate((np.arange(len(two)), np.arange(-len(one) + 1, 0)))  # negative ones: as the transform wraps
    likely = [int(tried[at]) for at in np.argsort(product[tried])[::-1][:40]]
    return min({0, *likely}, key=lambda offset: _cost_at(first, other, offset))


def _cost_at(first: Faces, other: Faces, offset: int) -> float:
    low, high = max(0, -offset), min(len(first), len(other) - offset)
    if high - low < min(25, len(first), len(other)):
        return _MISS
    step = max(1, (high - low) // 2000)
    return float(distance(first[low:high:step], other[low + offset : high + offset : step]).mean())


def _cheapest(cost: NDArray[np.float32], alone: float, begin: int | None) -> Indices:
    """The column of each row, −1: none."""
    rows, columns = cost.shape
    came = np.zeros((rows, columns), np.uint8)  # 0: along the column, 1: from the best one, 2: from none
    origin = np.zeros(rows, np.int64)
    alone_from = np.zeros(rows, bool)  # none came from the best column
    value, none = cost[0].copy(), alone + _CHANGE / 2
    if begin is not None:
        value += _CHANGE
        value[begin] -= _CHANGE
    for row in range(1, rows):
        best = int(value.argmin())
        lowest = float(value[best])
        over = min(lowest + _CHANGE, none + _CHANGE / 2)
        origin[row] = best
        came[row][value > over] = 1 if lowest + _CHANGE <= none + _CHANGE / 2 else 2
        alone_from[row] = lowest + _CHANGE / 2 < none
        none = min(none, lowest + _CHANGE / 2) + alone
        np.minimum(value, over, out=value)
        value += cost[row]
    path = np.empty(rows, np.int64)
    at = -1 if none < value.min() else int(value.argmin())
    for row in range(rows - 1, -1, -1):
        path[row] = at
        if not row:
            break
        if at < 0:
            at = int(origin[row]) if alone_from[row] else -1
        elif came[row, at]:
            at = int(origin[row]) if came[row, at] == 1 else -1
    return path
