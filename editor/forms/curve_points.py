"""What can be done to the points of a curve. Pure: points in, points out; what cannot be done changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.curve import curve_at
from nodes.params import MOST_POINTS

type Point = tuple[float, float]
type Points = tuple[Point, ...]
GAP = 0.005
"""The least distance of two points across."""
DIGITS = 4


def moved(points: Points, index: int, x: float, y: float) -> Points:
    """With one point elsewhere, between its neighbours and within the square."""
    left = points[index - 1][0] + GAP if index else 0.0
    right = points[index + 1][0] - GAP if index + 1 < len(points) else 1.0
    x = min(max(x, left), right) if left <= right else points[index][0]
    there = round(x, DIGITS), round(min(max(y, 0.0), 1.0), DIGITS)
    return (*points[:index], there, *points[index + 1 :])


def added(points: Points, x: float, y: float | None = None) -> tuple[Points, int | None]:
    """With a new point at `x`, on the curve where `y` is not given; and its index, None where there is no room."""
    x = round(min(max(x, 0.0), 1.0), DIGITS)
    if len(points) >= MOST_POINTS or any(abs(x - other[0]) < GAP for other in points):
        return points, None
    height = curve_at(points, x) if y is None else y
    new = (x, round(min(max(height, 0.0), 1.0), DIGITS))
    made = tuple(sorted((*points, new)))
    return made, made.index(new)


def removed(points: Points, index: int) -> Points:
    """Without one point; two stay."""
    return points if len(points) <= 2 else (*points[:index], *points[index + 1 :])


def halfway(points: Points, index: int) -> float:
    """Across, the middle between a point and the next one, or the one before where there is none."""
    other = index + 1 if index + 1 < len(points) else index - 1
    return (points[index][0] + points[other][0]) / 2


def nearest(points: Sequence[Point], x: float, y: float, reach_x: float, reach_y: float) -> int | None:
    """The point within reach of a place, the nearest one."""
    away = [((px - x) / reach_x) ** 2 + ((py - y) / reach_y) ** 2 for px, py in points]
    best = min(range(len(points)), key=away.__getitem__)
    return best if away[best] <= 1 else None
