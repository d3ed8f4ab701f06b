"""The line through the points of a curve, and the param that holds them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.curve import curve_at, curve_segments
from nodes.library.colour.curves import Curves
from nodes.params import ParamError

PARAM = Curves.params["curve"]
share = st.integers(0, 1000).map(lambda whole: whole / 1000)
curves = st.lists(st.tuples(share, share), min_size=2, max_size=16, unique_by=lambda point: point[0]).map(sorted)


@given(curves)
def test_it_goes_through_its_points_and_never_beyond_their_heights(points: list[tuple[float, float]]) -> None:
    for x, y in points:
        assert curve_at(points, x) == pytest.approx(y, abs=1e-9)
    for (x, y), (x2, y2) in pairwise(points):
        for step in range(1, 8):
            height = curve_at(points, x + (x2 - x) * step / 8)
            assert min(y, y2) - 1e-9 <= height <= max(y, y2) + 1e-9


@given(curves)
def test_it_has_no_corner(points: list[tuple[float, float]]) -> None:
    pieces = curve_segments(points)
    assert len(pieces) == len(points) + 1
    for left, right in pairwise(pieces[1:]):
        t = right.x - left.x
        assert left.at(right.x) == pytest.approx(right.y, abs=1e-9)
        slope = left.slope + t * (2 * left.square + 3 * t * left.cube)
        assert slope == pytest.approx(right.slope, abs=1e-6 * max(1.0, abs(right.slope)))


def test_two_points_are_a_straight_line() -> None:
    assert curve_at([(0.0, 0.25), (1.0, 0.75)], 0.5) == 0.5


def test_a_curve_is_typed_and_stored() -> None:
    value = PARAM.parse("0:0, 0.5:0.6, 1:1")
    assert value == ((0.0, 0.0), (0.5, 0.6), (1.0, 1.0))
    assert PARAM.accept(PARAM.plain(value)) == value
    assert PARAM.plain(value) == [[0.0, 0.0], [0.5, 0.6], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([[0, 0]], "2 to 16 points"),
        ([[at / 20, 0] for at in range(20)], "2 to 16 points"),
        ([[0, 0], [0, 1]], "to the right"),
        ([[0, 0], [1, 1.5]], "lies outside"),
        ([[0, 0], [1]], "no point"),
        ([[0, 0], ["1", 1]], "no number"),
        ([[0, 0], [float("nan"), 1]], "finite"),
        ("0:0", "no list"),
    ],
)
def test_what_is_no_curve_is_refused_with_its_reason(value: Any, says: str) -> None:
    with pytest.raises(ParamError, match=says):
        PARAM.accept(value)


def test_a_typed_curve_that_is_none_says_how_to_write_one() -> None:
    with pytest.raises(ParamError, match=r"x:y, like 0\.5:0\.6"):
        PARAM.parse("0:0,half")
