"""Finds the cuts of a programme while it is captured, field by field. Pure: `step(scenes, field) -> (scenes, cut)`.

A field is boiled down to means of 16 × 12 blocks and a coarse histogram, and compared with the field of the same parity
before it, so that interlace is no change. A cut is much more change than the last second had and than the next fields
have (a fast pan goes on), and it stays (a flash goes back to what was): two fields of patience decide. Costs half a
millisecond a field.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capture.measure.planes import Plane

__all__ = ["Scenes", "signature", "step"]

_ACROSS, _DOWN, _BINS = 16, 12, 32
_LEAST = 9.0
"""8-bit codes of mean change that a cut has at least."""
_TIMES = 3.5
"""So many times the median change of the last second."""
_KEPT = 50
_PATIENCE = 2
"""Fields of the same parity that must stay changed: a flash is shorter."""
_RETURNED = 0.5
_ALONE = 2.0
"""Times the change of the fields after it."""


@dataclass(frozen=True, slots=True)
class Scenes:
    """`fields`: seen so far. `last`: of each parity, the newest signature. `before`: what was there before a change
    that is not decided yet, `since` the field of it, `size` how much it was, `behind` the changes after it. `calm`:
    before this field nothing begins."""

    fields: int = 0
    last: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None] = (None, None)
    changes: tuple[float, ...] = ()
    before: NDArray[np.float32] | None = None
    since: int = -1
    size: float = 0.0
    behind: tuple[float, ...] = ()
    calm: int = 0


def signature(y: Plane, bits: int = 8) -> NDArray[np.float32]:
    """A field's luma as 16 × 12 block means and 32 shares of brightness, both on a scale of 0 … 255."""
    deep, wide = (max(1, size // parts) for size, parts in zip(y.shape, (_DOWN, _ACROSS), strict=True))
    part = y[: deep * _DOWN : 2, : wide * _ACROSS : 2]
    rows = np.minimum(np.arange(part.shape[0]) * _DOWN // part.shape[0], _DOWN - 1)
    columns = np.minimum(np.arange(part.shape[1]) * _ACROSS // part.shape[1], _ACROSS - 1)
    sums = np.add.reduceat(part.astype(np.uint32), np.searchsorted(columns, np.arange(_ACROSS)), axis=1)
    sums = np.add.reduceat(sums, np.searchsorted(rows, np.arange(_DOWN)), axis=0)
    sizes = np.outer(np.bincount(rows, minlength=_DOWN), np.bincount(columns, minlength=_ACROSS))
    shares = np.bincount((part >> (bits - 5)).ravel(), minlength=_BINS)[:_BINS] / part.size
    blocks = sums / sizes / (1 << (bits - 8))
    return np.concatenate((blocks.ravel(), shares * 255)).astype(np.float32)


def step(scenes: Scenes, found: NDArray[np.float32], parity: int = 0) -> tuple[Scenes, int | None]:
    """With one more field's signature. `parity`: 0 upper, 1 lower; whoever looks at one field of a frame only gives 0.

    A cut is told two fields of its parity late, as the number of the first field of the new scene, counted from 0."""
    number, old = scenes.fields, scenes.last[parity]
    last = (found, scenes.last[1]) if parity == 0 else (scenes.last[0], found)
    after = replace(scenes, fields=number + 1, last=last)
    if old is None:
        return after, None
    change = _distance(found, old)
    if scenes.before is not None:
        return _decided(scenes, after, found, change)
    usual = float(np.median(scenes.changes)) if scenes.changes else 0.0
    if number >= scenes.calm and change > max(_LEAST, _TIMES * usual):
        return replace(after, before=old, since=number, size=change, behind=()), None
    return replace(after, changes=(*scenes.changes, change)[-_KEPT:]), None


def _decided(scenes: Scenes, after: Scenes, found: NDArray[np.float32], change: float) -> tuple[Scenes, int | None]:
    """Whether what changed a while ago stays changed."""
    assert scenes.before is not None
    stride = 1 if scenes.last[1] is None else 2
    passed = scenes.fields - scenes.since
    if passed >= stride and _distance(found, scenes.before) < _RETURNED * scenes.size:
        return replace(after, before=None, calm=scenes.fields + stride), None  # it was a flash
    behind = (*scenes.behind, change) if passed >= stride else ()  # the other parity's first field changed as much
    if passed < _PATIENCE * stride:
        return replace(after, behind=behind), None
    changes = (*scenes.changes, *behind)[-_KEPT:]
    if scenes.size < _ALONE * float(np.median(behind)):
        return replace(after, before=None, changes=(*changes, scenes.size)), None  # it goes on: a pan
    return replace(after, before=None, changes=behind), scenes.since


def _distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Mean change of the blocks, in 8-bit codes, and of the histogram, which movement hardly alters."""
    off = np.abs(one - other)
    blocks = _ACROSS * _DOWN
    return float(off[:blocks].mean() + off[blocks:].mean())
