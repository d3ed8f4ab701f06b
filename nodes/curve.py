"""The smooth line through the points of a curve: one for the filter that applies it and the widget that draws it.

Piecewise cubics that never swing beyond their points (PCHIP): F. N. Fritsch and J. Butland, "A method for constructing
local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5 (1984), with the three-point ends of
C. Moler, "Numerical Computing with MATLAB" (2004), 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Segment:
    """From `x` on, with t = x' - x: y + t·(slope + t·(square + t·cube))."""

    x: float
    y: float
    slope: float
    square: float = 0.0
    cube: float = 0.0

    def at(self, x: float) -> float:
        t = x - self.x
        return self.y + t * (self.slope + t * (self.square + t * self.cube))


def curve_segments(points: Sequence[Point]) -> tuple[Segment, ...]:
    """The line left of the first point, the piece behind each point, and the line right of the last: one more than
    there are points. Outside the points it goes straight on."""
    slopes = _slopes(points)
    pieces = [Segment(*points[0], slopes[0])]
    for ((x, y), (x2, y2)), (one, two) in zip(pairwise(points), pairwise(slopes), strict=True):
        width = x2 - x
        secant = (y2 - y) / width
        square = (3 * secant - 2 * one - two) / width
        cube = (one + two - 2 * secant) / width**2
        pieces.append(Segment(x, y, one, square, cube))
    return (*pieces, Segment(*points[-1], slopes[-1]))


def curve_at(points: Sequence[Point], x: float) -> float:
    """The height of the curve at `x`."""
    pieces = curve_segments(points)
    return pieces[sum(x >= point[0] for point in points)].at(x)


def _slopes(points: Sequence[Point]) -> list[float]:
    """The slope in each point; none leads beyond its neighbours."""
    widths = [right[0] - left[0] for left, right in pairwise(points)]
    secants = [(right[1] - left[1]) / width for (left, right), width in zip(pairwise(points), widths, strict=True)]
    if len(points) == 2:
        return [secants[0], secants[0]]
    inner: list[float] = []
    for (w1, w2), (s1, s2) in zip(pairwise(widths), pairwise(secants), strict=True):
        if s1 * s2 <= 0:
            inner.append(0.0)
        else:
            one, two = 2 * w2 + w1, w2 + 2 * w1
            inner.append((one + two) / (one / s1 + two / s2))
    first = _end(widths[0], widths[1], secants[0], secants[1])
    last = _end(widths[-1], widths[-2], secants[-1], secants[-2])
    return [first, *inner, last]


def _end(w1: float, w2: float, s1: float, s2: float) -> float:
    """The slope in an end point, from the two pieces next to it."""
    slope = ((2 * w1 + w2) * s1 - w1 * s2) / (w1 + w2)
    if slope * s1 <= 0:
        return 0.0
    if s1 * s2 < 0 and abs(slope) > 3 * abs(s1):
        return 3 * s1
    return slope
