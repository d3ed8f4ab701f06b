"""Who works how long, with a real worker."""

from collections.abc import Iterator

import pytest

from runtime.session import NodeCost, Session
from tests.runtime.steps import PRELUDE, per_frame, source, step

SLOW = per_frame("slow", "time.sleep(0.02)")


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as one:
        yield one


def costs(session: Session, *, reset: bool = False) -> dict[str, NodeCost]:
    return {one.node: one for one in session.costs(reset=reset)}


def test_the_slow_node_is_found_and_frames_from_a_cache_cost_nothing(session: Session) -> None:
    below = step("below", "half = slow.std.BoxBlur()\nbelow = half.std.FlipVertical()", "slow")
    session.load([source(), SLOW, below], PRELUDE)
    assert {one.frames for one in session.costs()} == {0}
    for frame in range(5):
        session.preview("below", "out", frame)
    for _ in range(4):
        session.preview("below", "out", 4)
        session.preview("slow", "out", 4)
    found = costs(session)
    assert [found[node].frames for node in ("src", "slow", "below")] == [5, 5, 5]
    assert found["slow"].ms_per_frame >= 20
    assert found["slow"].share > 0.5
    assert 0 < found["below"].ms_per_frame < found["slow"].ms_per_frame
    assert sum(one.share for one in found.values()) == pytest.approx(1)


def test_filters_of_steps_above_are_theirs_even_where_the_wires_cross(session: Session) -> None:
    """Two slow branches meet: neither they nor their source are charged to the one below."""
    other = per_frame("other", "time.sleep(0.01)")
    meet = step("meet", "meet = core.std.Merge(slow, other)", "slow", "other")
    session.load([source(), SLOW, other, meet, step("same", "same = meet", "meet")], PRELUDE)
    for frame in range(4):
        session.preview("same", "out", frame)
    found = costs(session)
    assert found["slow"].ms_per_frame > found["other"].ms_per_frame >= 10
    assert 0 < found["meet"].ms_per_frame < found["other"].ms_per_frame
    assert found["same"].ms_per_frame == 0


def test_a_reset_and_an_edit_begin_anew_where_they_should(session: Session) -> None:
    last = step("last", "last = slow.std.FlipVertical()", "slow")
    session.load([source(), SLOW, last], PRELUDE)
    for frame in range(3):
        session.preview("last", "out", frame)
    edited = step("last", "last = slow.std.FlipHorizontal()", "slow", change="2")
    session.load([source(), SLOW, edited], PRELUDE)
    session.preview("last", "out", 7)
    found = costs(session, reset=True)
    assert (found["slow"].frames, found["last"].frames) == (4, 1)
    assert {(one.ms_per_frame, one.share, one.frames) for one in session.costs()} == {(0.0, 0.0, 0)}
    session.preview("last", "out", 8)
    assert costs(session)["slow"].frames == 1


def test_a_plan_that_is_empty_or_broken_costs_nothing(session: Session) -> None:
    assert session.costs() == ()
    session.load([source(), step("bad", "bad = src.std.Crop(left=3)", "src")], PRELUDE)
    session.preview("src", "out", 0)
    assert [one.node for one in session.costs()] == ["src"]
