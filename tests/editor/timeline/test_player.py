"""Playing, by a clock of the test's own: what is due is shown, what comes late is dropped, and it is said."""

from fractions import Fraction

import pytest
from pytestqt.qtbot import QtBot

from editor.desk.playhead import Playhead
from editor.engine.wishes import Trouble, Wish
from editor.timeline.player import Player
from graphs.document import NodeId
from tests.editor.viewer.fake_engine import FakeEngine, desk_with


class Bench:
    """A player over a PAL tape of 250 frames."""

    def __init__(self, node: str = "source1") -> None:
        self.now = 100.0
        self.engine, self.head = FakeEngine(desk_with()), Playhead()
        self.player = Player(self.engine, self.head, now=lambda: self.now)  # type: ignore[arg-type]
        output = self.engine.analysis.main_picture(NodeId(node))
        assert output is not None
        self.views = [("A", Wish(*output))]
        self.player.wishes = lambda: self.views
        self.said: list[str] = []
        self.player.told.connect(self.said.append)

    @property
    def frame(self) -> int:
        wish = self.views[0][1]
        return self.engine.analysis.frame_at(wish.node, wish.port, self.head.moment)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.player.tick()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench()


def test_it_shows_each_frame_when_it_is_due(bench: Bench) -> None:
    bench.head.seek(Fraction(2))
    bench.head.play(Fraction(1))
    bench.engine.give(count=12)
    seen = []
    for _ in range(6):
        bench.wait(0.04)
        seen.append(bench.frame)
    assert seen == [51, 52, 53, 54, 55, 56]
    assert bench.engine.played[0].told[-1] == 56


def test_the_clock_begins_with_the_first_picture(bench: Bench) -> None:
    bench.head.play(Fraction(1))
    bench.wait(5)
    assert bench.frame == 0
    bench.engine.give(count=4)
    bench.wait(0.05)
    assert bench.frame == 1


def test_late_frames_are_dropped(bench: Bench) -> None:
    bench.head.play(Fraction(1))
    bench.engine.give(count=8)
    bench.wait(0.2)
    assert bench.frame == 5


def test_a_machine_that_lags_skips_frames_and_stays_on_the_clock(bench: Bench) -> None:
    bench.head.play(Fraction(1))
    for _ in range(8):  # 10 of 25 a second
        bench.engine.give()
        bench.wait(0.1)
    for _ in range(8):
        bench.wait(0.1)
    run = bench.engine.played[-1]
    assert run.frames.step >= 3
    assert run.frames.start >= 25


def test_once_the_machine_has_time_again_fewer_are_skipped(bench: Bench) -> None:
    bench.head.play(Fraction(1))
    bench.engine.give(count=2)
    bench.wait(0.05)
    bench.wait(1.0)
    skipped = bench.engine.played[-1].frames.step
    assert skipped > 1
    for _ in range(200):
        run = bench.engine.played[-1]
        while not run.over and run.given < len(run.told) + 10:  # as a quick machine does
            bench.engine.give()
        bench.wait(0.04)
        if bench.engine.played[-1].frames.step < skipped:
            break
    assert bench.engine.played[-1].frames.step == skipped - 1


def test_where_skipping_does_not_pay_every_frame_is_shown_slowly(bench: Bench) -> None:
    bench.head.play(Fraction(1))
    while len(bench.engine.played) == 1 or bench.engine.played[-1].frames.step > 1:
        for _ in range(2 * bench.engine.played[-1].frames.step):  # a frame that is skipped costs as much
            bench.wait(0.1)
        bench.engine.give()
        assert bench.head.speed, "it never settled"
    before = bench.frame
    for _ in range(5):
        bench.engine.give()
        bench.wait(0.3)
    assert bench.frame == before + 5
    bench.player._tell()
    assert "slowed" in bench.said[-1]


def test_it_stops_at_the_end_and_starts_over_from_there(bench: Bench) -> None:
    bench.head.seek(Fraction(248, 25))
    bench.head.play(Fraction(1))
    bench.engine.give(count=2)
    bench.wait(0.05)
    bench.wait(0.2)
    assert bench.frame == 249
    bench.wait(0.2)
    assert bench.head.speed == 0
    bench.head.play(Fraction(1))
    assert bench.engine.played[-1].frames[0] == 0


def test_from_the_frame_of_the_out_point_it_starts_over(bench: Bench) -> None:
    """With a 50p view beside: the tape's last frame has two pictures there, and one stands on the first."""
    bob = bench.engine.analysis.main_picture(NodeId("bob1"))
    assert bob is not None
    bench.views = [*bench.views, ("B", Wish(*bob))]
    bench.head.set_span(Fraction(1), Fraction(2))
    bench.head.seek(Fraction(49, 25))
    bench.head.play(Fraction(1))
    assert any(run.frames == range(50, 100) for run in bench.engine.played)


def test_a_loop_keeps_between_the_marks(bench: Bench) -> None:
    bench.head.set_span(Fraction(1), Fraction(2))
    bench.head.loop = True
    bench.head.seek(Fraction(5))
    bench.head.play(Fraction(1))
    assert bench.engine.played[-1].frames == range(25, 50)
    bench.engine.give(count=25)
    bench.wait(0.97)
    bench.wait(0.1)
    bench.wait(0.1)
    assert bench.engine.played[-1].frames == range(25, 50)
    assert len(bench.engine.played) == 2


def test_backwards(bench: Bench) -> None:
    bench.head.seek(Fraction(2))
    bench.head.play(Fraction(-1))
    assert bench.engine.played[-1].frames == range(50, -1, -1)
    bench.engine.give(count=5)
    bench.wait(0.081)
    assert bench.frame == 48


def test_two_views_are_shown_at_the_same_moment(qtbot: QtBot) -> None:
    bench = Bench("bob1")
    source = bench.engine.analysis.main_picture(NodeId("source1"))
    assert source is not None
    bench.views = [("A", Wish(*source)), ("B", bench.views[0][1])]
    bench.head.play(Fraction(1))
    lead, follower = bench.engine.played
    assert (lead.wish.node, follower.wish.node) == ("bob1", "source1")
    bench.engine.give(0, 10)
    bench.wait(0.1)
    assert bench.head.moment == 0  # the source has not come yet
    bench.engine.give(1, 2)
    bench.wait(0.1)  # five frames on, but the source has come up to the fourth only
    assert bench.head.moment == Fraction(3, 50)
    assert follower.told == [1]


def test_an_edit_while_it_plays_asks_anew(bench: Bench) -> None:
    bench.head.play(Fraction(1))
    bench.engine.give(count=6)
    bench.wait(0.1)
    bench.engine.compile()
    assert bench.engine.played[0].stopped
    assert bench.engine.played[1].frames[0] == 2


def test_trouble_ends_it(bench: Bench) -> None:
    failed: list[object] = []
    bench.player.failed.connect(failed.append)
    bench.head.play(Fraction(1))
    run = bench.engine.played[0]
    trouble = Trouble("A", run.wish, "the file is gone")
    run.on_frame(trouble)
    assert failed == [trouble]
    assert bench.head.speed == 0
