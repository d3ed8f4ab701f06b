"""Seconds on pixels: what is under the mouse stays there, and the ruler is readable at every zoom."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.timeline.scale import Scale, strokes
from editor.timeline.timecode import Count

PAL, NTSC = Count(Fraction(25)), Count(Fraction(30000, 1001))


@given(st.floats(1, 20000), st.floats(10, 1010), st.lists(st.floats(0.2, 6), max_size=8))
def test_zoom_keeps_the_moment_under_the_mouse(length: float, x: float, factors: list[float]) -> None:
    scale = Scale.whole(10, 1000, length)
    for factor in factors:
        before = scale.moment(x)
        scale = scale.zoomed(factor, x, 25)
        if 0 < scale.start < length - scale.width / scale.px_s - 1e-9:  # it is not at an end of the tape
            assert scale.moment(x) == pytest.approx(before, abs=1e-6 * length)
        assert scale.start >= 0
        assert scale.end <= length * (1 + 1e-9) + 1e-9


@given(st.sampled_from([PAL, NTSC]), st.floats(2, 40000), st.floats(1, 1e5), st.floats(0, 1))
def test_the_ruler_is_readable_at_every_zoom(count: Count, length: float, factor: float, where: float) -> None:
    scale = Scale.whole(0, 1200, length).zoomed(factor, 1200 * where, float(count.fps))
    drawn = list(strokes(scale, count))
    told = [stroke for stroke in drawn if stroke.text]
    assert len(drawn) < 400
    assert [stroke.frame for stroke in drawn] == sorted({stroke.frame for stroke in drawn})
    seen = [scale.x(count.moment_of(stroke.frame)) for stroke in told]
    assert all(after - before > 60 for before, after in pairwise(seen))
    assert all(count.code(stroke.frame).startswith(stroke.text) for stroke in told)


def test_the_ruler_goes_down_to_single_frames() -> None:
    scale = Scale.whole(0, 1200, 600.0).zoomed(1e9, 600, 25)
    frames = [stroke.frame for stroke in strokes(scale, PAL)]
    assert all(after == before + 1 for before, after in pairwise(frames))


@pytest.mark.parametrize("length", [2.0, 5.0, 9.0, 40.0])
def test_texts_on_the_ruler_are_evenly_spread(length: float) -> None:
    told = [stroke.frame for stroke in strokes(Scale.whole(0, 1200, length), PAL) if stroke.text]
    assert len({after - before for before, after in pairwise(told)}) == 1


def test_another_width_keeps_the_zoom_and_a_whole_tape_whole() -> None:
    whole = Scale.whole(10, 1000, 600)
    assert whole.refitted(10, 500, 600).is_whole
    near = whole.zoomed(20, 300, 25)
    assert near.refitted(10, 500, 600).px_s == near.px_s
    assert near.scrolled(1e9).end == pytest.approx(600)
