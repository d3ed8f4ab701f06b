"""Measures how a clip's fields lie in time, from its pictures alone. Pure: luma in, numbers and a verdict out.

Where something moves, two fields of one instant fit together and two fields of different instants comb. Each frame
is woven in three ways: as it is (A), with the next frame's top field (X), with the next frame's bottom field (Y).

- whole frames: A does not comb, X and Y do;
- top field first: the top field is the older one, so the *next* top field is the nearest in time to this bottom
  field: X combs little, Y (a frame and a half apart) much; bottom field first the other way round;
- field-shifted (a whole frame's fields lie in two coded frames): A combs, X or Y does not at all;
- 2:3 pulldown: every fifth field of each parity repeats the one before it.

Lines are averaged over 8 pixels first: noise goes, the comb, which runs down the picture, stays.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[Any]
"""One frame's luma, lines × pixels, in 8-bit steps."""
_Lines = npt.NDArray[np.float32]

TOP, BOTTOM, SIDE = 8, 24, 16
"""Lines and pixels left out: vertical interval, head switching, ragged edges. Even, so that parity stays."""
BOX = 8
COMB = 36.0
"""A pixel combs where the product of its differences to the lines above and below exceeds this (8-bit steps²)."""
MOVES = 0.004
"""A frame moves where the share of combed pixels rises this far above the clip's own floor."""
ORDER = 0.15
"""log2(Y/X) beyond which the order is clear."""
WHOLE, SHIFTED = 0.35, 2.0
"""A / min(X, Y): below, frames are whole; above, they are put together from two coded frames."""
LEANS = 0.5
"""|log2(Y/X)| that whole frames never reach (0.2 at most was seen). An even pan over a picture full of detail combs
alike in every frame, goes into the floor, and makes A look small: then the order gives it away."""
REPEATS = 0.86
"""The least field difference of the five phases against the second least: below, that phase repeats."""
ENOUGH = 8
"""Moving frames needed for a verdict, and a quarter of all of them at a place."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one stretch of consecutive frames showed. a, x, y: combing of the moving frames above the floor."""

    first: int
    frames: int
    moving: int
    floor: float
    a: float
    x: float
    y: float
    repeat_top: float
    repeat_bottom: float
    phase_top: int
    phase_bottom: int

    @property
    def telecined(self) -> bool:
        """Both parities repeat one field in five, two or three frames apart."""
        apart = (self.phase_top - self.phase_bottom) % 5
        return self.repeat_top < REPEATS and self.repeat_bottom < REPEATS and apart in (2, 3)

    @property
    def enough(self) -> bool:
        return self.moving >= max(ENOUGH, self.frames / 4)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind`: tff, bff, progressive, shifted, telecine or unknown. `first` is the field that is first in time
    (tff, bff, or empty where it cannot be told). `order` is log2(Y/X): positive for top field first; `weave` is
    A / min(X, Y). `agree` is the share of the moving frames, by the places where a verdict is possible, that speak
    for it: far below 1 the recording is of mixed kinds."""

    kind: str
    first: str
    order: float
    weave: float
    moving: int
    frames: int
    agree: float
    places: tuple[Place, ...]

    def plain(self) -> dict[str, Any]:
        """As the wire can carry it."""
        return asdict(self) | {"places": [asdict(one) for one in self.places]}


def look(frames: Sequence[Luma], first: int = 0) -> Place:
    """Measure one stretch of consecutive frames (at least two) that begins at frame `first`."""
    lines = [_averaged(frame) for frame in frames]
    combs = np.array(
        [(_comb(here, here), _comb(then, here), _comb(here, then)) for here, then in pairwise(lines)], np.float64
    ).reshape(-1, 3)
    floor = float(np.percentile(combs.min(axis=1), 20)) if len(combs) else 0.0
    above = np.maximum(combs - floor, 0)
    moving = above[:, 1:].max(axis=1, initial=0) > MOVES
    a, x, y = (float(one) for one in above[moving].sum(axis=0)) if moving.any() else (0.0, 0.0, 0.0)
    phase_top, repeat_top = _repeat([_difference(one[0::2], two[0::2]) for one, two in pairwise(lines)])
    phase_bottom, repeat_bottom = _repeat([_difference(one[1::2], two[1::2]) for one, two in pairwise(lines)])
    return Place(
        first,
        len(combs),
        int(moving.sum()),
        floor,
        a,
        x,
        y,
        repeat_top,
        repeat_bottom,
        phase_top,
        phase_bottom,
    )


def judge(places: Sequence[Place]) -> Verdict:
    """The verdict that most of the moving frames speak for, by the places they lie in; where none has a majority,
    the verdict of all places added up. Places where too little moves have no vote."""
    voting = [place for place in places if place.enough]
    alone = [(place, _of([place])[:2]) for place in voting]
    votes: Counter[tuple[str, str]] = Counter()
    for place, told in alone:
        if told[0] != "unknown":
            votes[told] += place.moving
    best = votes.most_common(1)
    if best and 2 * best[0][1] > votes.total():
        voting = [place for place, told in alone if told == best[0][0]]
    kind, first, order, weave = _of(voting) if voting else ("unknown", "", 0.0, 0.0)
    agree = votes[kind, first] / votes.total() if votes else 0.0
    return Verdict(kind, first, order, weave, _moving(places), _frames(places), agree, tuple(places))


def _of(places: Sequence[Place]) -> tuple[str, str, float, float]:
    tiny = 1e-6
    a, x, y = (sum(getattr(place, name) for place in places) + tiny for name in ("a", "x", "y"))
    order, weave = math.log2(y / x), a / min(x, y)
    first = "tff" if order > ORDER else "bff" if order < -ORDER else ""
    cadence = sum(place.moving for place in places if place.telecined)
    if cadence * 2 > _moving(places):
        return "telecine", first, order, weave
    if weave < WHOLE and abs(order) < LEANS:
        return "progressive", "", order, weave
    if weave > SHIFTED and first:
        return "shifted", first, order, weave
    return first or "unknown", first, order, weave


def _moving(places: Sequence[Place]) -> int:
    return sum(place.moving for place in places)


def _frames(places: Sequence[Place]) -> int:
    return sum(place.frames for place in places)


def _averaged(luma: Luma) -> _Lines:
    """The inner picture, averaged over BOX pixels along each line."""
    inner = luma[TOP : luma.shape[0] - BOTTOM, SIDE : luma.shape[1] - SIDE]
    height, width = inner.shape[0] // 2 * 2, inner.shape[1] // BOX * BOX
    if height < 8 or width < BOX:
        raise ValueError(f"a picture of {luma.shape[1]}×{luma.shape[0]} is too small to measure")
    boxes = inner[:height, :width].reshape(height, -1, BOX)
    return boxes.mean(axis=2, dtype=np.float32)


def _comb(top: _Lines, bottom: _Lines) -> float:
    """The share of combed pixels when the top lines of one frame are woven with the bottom lines of another."""
    woven = top.copy()
    woven[1::2] = bottom[1::2]
    step = np.diff(woven, axis=0)
    # above and below a line: the product is positive where it stands out from both its neighbours
    return float(np.mean(-step[:-1] * step[1:] > COMB))


def _difference(one: _Lines, other: _Lines) -> float:
    return float(np.mean(np.abs(one - other)))


def _repeat(differences: Sequence[float]) -> tuple[int, float]:
    """The phase, modulo 5, at which fields differ least, and that difference against the next one's."""
    if len(differences) < 15:
        return 0, 1.0
    phases = [float(np.median(differences[phase::5])) for phase in range(5)]
    least, second, *_ = sorted(phases)
    return int(np.argmin(phases)), least / max(second, 1e-6)
