"""How a render is cut."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.document import NodeId
from runtime.jobs.segments import MOST_FRAMES, TRIAL_FRAMES, Timeline, due, grid, halves, missing, size_for

unhurried = settings(deadline=None)  # the machine may be busy
SIZES = st.integers(10, 400)
RATES = st.sampled_from(
    [Fraction(25), Fraction(50), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(24000, 1001)]
)


@unhurried
@given(st.integers(0, 5000), st.integers(1, 3000), SIZES, SIZES)
def test_a_grid_covers_everything_once_and_in_order(first: int, frames: int, trial: int, size: int) -> None:
    cuts = list(grid((first, first + frames), trial, size))
    assert [one for a, b in cuts for one in range(a, b)] == list(range(first, first + frames))


@unhurried
@given(st.integers(1, 2000), SIZES, SIZES, st.data())
def test_what_is_due_and_what_is_done_are_everything_once(
    frames: int, trial: int, size: int, data: st.DataObject
) -> None:
    cuts = list(grid((0, frames), trial, size))
    done = data.draw(st.lists(st.sampled_from(cuts), unique=True))
    whole = sorted([*done, *due((0, frames), trial, size, done)])
    assert [one for a, b in whole for one in range(a, b)] == list(range(frames))


@unhurried
@given(st.integers(1, 2000), SIZES, SIZES, SIZES, st.data())
def test_another_size_later_cuts_around_what_is_done(
    frames: int, trial: int, size: int, other: int, data: st.DataObject
) -> None:
    done = data.draw(st.lists(st.sampled_from(list(grid((0, frames), trial, size))), unique=True))
    whole = sorted([*done, *due((0, frames), trial, other, done)])
    assert [one for a, b in whole for one in range(a, b)] == list(range(frames))


@unhurried
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20))))
def test_what_is_missing_is_what_nothing_covers(spans: list[tuple[int, int]]) -> None:
    done = [(first, min(100, first + length)) for first, length in spans]
    covered = {one for a, b in done for one in range(a, b)}
    assert {one for a, b in missing((0, 100), done) for one in range(a, b)} == set(range(100)) - covered


@unhurried
@given(RATES, RATES, st.integers(2, 4000), SIZES)
def test_every_output_gets_every_frame_once(lead: Fraction, other: Fraction, frames: int, size: int) -> None:
    least = max(1, int(frames / lead * other))
    a, b = NodeId("a"), NodeId("b")
    timeline = Timeline({a: (7, 7 + frames), b: (3, 3 + least)}, {a: lead, b: other})
    parts = [timeline.part(one) for one in grid(timeline.whole, size, size)]
    for node, (first, last) in timeline.spans.items():
        spans = [part[node] for part in parts if node in part]
        assert [one for start, end in spans for one in range(start, end)] == list(range(first, last))


def test_a_segment_takes_about_the_time_that_is_wanted() -> None:
    assert size_for(60, 3.0, target_s=30) == 600
    assert size_for(60, 600.0, target_s=30) == TRIAL_FRAMES
    assert size_for(60, 0.0) == MOST_FRAMES


def test_one_frame_has_no_halves() -> None:
    assert halves((4, 5)) is None
    assert halves((4, 9)) == ((4, 6), (6, 9))
