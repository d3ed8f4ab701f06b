"""By how much later each frame of one pass lies in another pass: the cheapest run of offsets there is. Pure.

A Viterbi search, block by block: each frame costs what it differs from the other pass's frame at an offset; to change
the offset costs once, so one frame that looks like its neighbour does not decide, and a still picture changes nothing.
A frame may also have no partner, which costs a little more than a frame that fits, and less than one that does not.
"""

from __future__ import annotations

from dataclasses import dataclass

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

_WINDOW, _PIECE, _AWAY = 600, 100, 37
"""Frames: of a stretch that is looked for, of its surest piece, and how far off it must not look alike."""
_SURE = 0.1
_ALIKE = 0.7
"""What two pieces of the same may cost on average; two that have nothing in common cost 1.1."""
_WORSE = 2.0
"""A tape's worst stretches cost so many times what its surest one does."""
_LOST = 0.3
"""With fewer partners in a block than this share, the trail is lost."""

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
    anchor = _anchor(first, other)
    if anchor is None:
        return np.full(len(first), NO_PARTNER), _MISS
    at, begin, fits = anchor
    walk = _Walk(first[at:], other, first_new[at:], other_new, fits)
    onward = walk.walk(begin + at)
    # before the anchor: the same, both passes read backwards
    back = _Walk(first[:at][::-1], other[::-1], first_new[:at][::-1], other_new[::-1], fits)
    turn = len(other) - at
    backward = back.walk(turn - begin)
    before = np.where(backward == NO_PARTNER, NO_PARTNER, turn - backward)[::-1]
    counted = walk.counted + back.counted
    found = np.concatenate((before, onward - np.where(onward == NO_PARTNER, 0, at)))
    return found, (walk.total + back.total) / counted if counted else _MISS


@dataclass
class _Walk:
    """Block after block, from the beginning on. `fits`: what a frame that fits costs where all is sure. `total`: what
    all frames with partners cost, `counted`: how many."""

    first: Faces
    other: Faces
    first_new: NDArray[np.bool_]
    other_new: NDArray[np.bool_]
    fits: float
    total: float = 0.0
    counted: int = 0

    def walk(self, begin: int) -> Indices:
        """`begin`: by how much later the first frame is in the other pass."""
        first, found = self.first, np.full(len(self.first), NO_PARTNER)
        for start in range(0, len(first), BLOCK):
            kept = min(BLOCK, len(first) - start)
            path, cost = self._block(start, begin)
            if (path[:kept] >= 0).mean() < _LOST:  # a long hole: look for where it goes on
                again = _anchor(first[start : start + BLOCK], self.other)
                if again is not None and abs(again[1] - start - begin) > REACH // 2:
                    begin = again[1] - start
                    path, cost = self._block(start, begin, bound=False)
            paired = np.flatnonzero(path[:kept] >= 0)
            found[start + paired] = path[paired] + begin - REACH
            self.total += float(cost[paired, path[paired]].sum())
            self.counted += len(paired)
            if len(paired):
                begin = int(found[start + paired[-1]])
        return found

    def _block(self, start: int, begin: int, *, bound: bool = True) -> tuple[Indices, NDArray[np.float32]]:
        first, other = self.first, self.other
        end = min(len(first), start + BLOCK + REACH)  # the next block's beginning is looked at too, and then again
        part = first[start:end]
        cost = np.full((len(part), 2 * REACH + 1), np.nan, np.float32)
        for at in range(2 * REACH + 1):
            offset = begin + at - REACH
            low, high = max(0, -(start + offset)), min(len(part), len(other) - start - offset)
            if low < high:
                there = slice(start + offset + low, start + offset + high)
                cost[low:high, at] = distance(part[low:high], other[there])
                cost[low:high, at][~(self.first_new[start + low : start + high] & self.other_new[there])] = np.nan
        usual = min(_usual(cost), _WORSE * self.fits + 0.1)
        cost[np.isnan(cost)] = usual + _OUTSIDE
        path = _cheapest(cost, usual + _ALONE, REACH if bound else None)
        partners = np.arange(start, end) + path + begin - REACH
        path[(partners < 0) | (partners >= len(other))] = -1
        return path, cost


def _usual(cost: NDArray[np.float32]) -> float:
    """What a frame that fits costs here."""
    some = cost[~np.isnan(cost).all(axis=1)]
    return float(np.median(np.nanmin(some, axis=1))) if len(some) else 0.3


def _anchor(first: Faces, other: Faces) -> tuple[int, int, float] | None:
    """A frame of the first pass, by how much later it is in the other, and what it costs there, where that is surest.
    None: nowhere.

    Of some stretches of the first pass, how the picture changes from frame to frame is correlated with all of the
    other; of what fits, the place counts where the pictures agree best, and disagree most a little further on.
    """
    if min(len(first), len(other)) < 2:
        return (0, 0, 0.3) if len(first) and len(other) else None
    size = min(_WINDOW, len(first))
    starts = sorted({int(one) for one in np.linspace(0, len(first) - size, max(1, min(24, 2 * len(first) // size)))})
    change = _changes(other)
    best: tuple[float, int, int] | None = None
    for start in starts:
        for offset in _likely(_changes(first[start : start + size]), change):
            found = _sureness(first, other, start, size, offset - start)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    if best is None or best[0] <= _SURE:
        return None
    _, at, offset = best
    piece = np.arange(max(0, at - _PIECE // 2), min(len(first), at + _PIECE // 2))
    cost, offset = min((_cost_at(first, other, piece, one), one) for one in range(offset - _AWAY, offset + _AWAY))
    return at, offset, cost


def _cost_at(first: Faces, other: Faces, frames: Indices, offset: int) -> float:
    inside = frames[(frames + offset >= 0) & (frames + offset < len(other))]
    return float(distance(first[inside], other[inside + offset]).mean()) if len(inside) * 2 > len(frames) else _MISS


def _changes(one: Faces) -> NDArray[np.float64]:
    made = np.log1p(20 * np.abs(np.diff(one, axis=0)).mean(axis=1)).astype(np.float64)
    return made - made.mean() if len(made) else made


def _likely(few: NDArray[np.float64], many: NDArray[np.float64]) -> list[int]:
    """The places in `many` that look most like `few`; its beginning may lie before that of `many`."""
    size = 1 << (len(few) + len(many)).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(few, size)) * np.fft.rfft(many, size), size)
    tried = np.concatenate((np.arange(len(many)), np.arange(-len(few) + 1, 0)))  # the transform wraps: so do indices
    return [int(tried[at]) for at in np.argsort(product[tried])[::-1][:20]]


def _sureness(first: Faces, other: Faces, start: int, size: int, offset: int) -> tuple[float, int, int] | None:
    """Of a stretch at an offset: how sure its surest piece is, that piece's middle, and the offset."""
    low, high = max(start, -offset), min(start + size, len(first), len(other) - offset)
    piece = min(_PIECE, size)
    if high - low < piece:
        return None
    here = distance(first[low:high], other[low + offset : high + offset])
    away = np.arange(low, high) + offset + _AWAY
    away = np.where(away < len(other), away, away - 2 * _AWAY)
    inside = (away >= 0) & (away < len(other))
    there = np.where(inside, distance(first[low:high], other[np.clip(away, 0, len(other) - 1)]), here)
    even = np.ones(piece) / piece
    margin = np.convolve(there - here, even, "valid")
    margin[np.convolve(here, even, "valid") > _ALIKE] = 0.0
    at = int(margin.argmax())
    return float(margin[at]), low + at + piece // 2, offset


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
