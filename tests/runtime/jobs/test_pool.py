"""Several makers at one render: every frame once, whatever becomes of the makers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from runtime.jobs.events import Event, Note, Writing
from runtime.jobs.journal import wholes_of
from runtime.jobs.piecewise import Piecewise
from runtime.jobs.pool import Gone, Shares
from runtime.jobs.segments import size_among
from runtime.protocol import RenderSink
from runtime.session import Cancelled, NodeFailure, RenderError
from tests.runtime.jobs.flakily import Desk, Fault, FlakySession, lane

PATIENCE_S = 30.0


@dataclass
class Maker(FlakySession):
    """`meets`: its first segment begins when all makers have one in hand."""

    meets: threading.Barrier | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def render(self, sinks, on_progress):  # type: ignore[no-untyped-def]
        if self.meets is not None:
            meets, self.meets = self.meets, None
            meets.wait(PATIENCE_S)
        return super().render(sinks, on_progress)

    def cancel(self) -> None:
        self.cancelled.set()

    def until_cancelled(self, _: Sequence[RenderSink]) -> RenderError | None:
        assert self.cancelled.wait(PATIENCE_S)
        raise Cancelled("cancelled")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, [lane(tmp_path, 200)])
    yield made
    made.close()


def together(desk: Desk, *makers: Maker) -> Piecewise:
    job = desk.begin(makers[0])
    job.makers = makers  # type: ignore[assignment]
    return job


def lost(_: Sequence[RenderSink]) -> RenderError | None:
    raise Gone("the machine far away is gone")


def test_segments_are_made_at_once_and_joined_in_order(desk: Desk) -> None:
    meets = threading.Barrier(3)  # three segments are under way at the same time, or this never ends
    makers = [Maker(meets=meets) for _ in range(3)]
    job = together(desk, *makers)
    job.render()
    asked = sorted(span for maker in makers for span in maker.asked)
    assert asked == [(at, at + 20) for at in range(0, 200, 20)]
    assert all(maker.asked for maker in makers)
    assert desk.result(job) == list(range(200))


def test_every_journal_line_of_many_threads_is_whole(desk: Desk) -> None:
    desk.rules = replace(desk.rules, size=5)
    job = together(desk, *(Maker() for _ in range(6)))
    job.render()
    assert sorted(one.segment for one in wholes_of(job.folder.path)) == [(at, at + 5) for at in range(0, 200, 5)]


def test_progress_is_of_the_whole_and_told_on_the_thread_that_began_it(desk: Desk) -> None:
    threads: set[int] = set()
    desk.hear = lambda _: threads.add(threading.get_ident())
    together(desk, *(Maker() for _ in range(3))).render()
    written = [one.update.sinks[0].encoded for one in desk.heard if isinstance(one, Writing)]
    assert threads == {threading.get_ident()}
    assert max(written) == 200
    assert all(one <= 200 for one in written)


def test_what_a_lost_maker_had_in_hand_is_made_by_another(desk: Desk) -> None:
    meets = threading.Barrier(2)
    weak, strong = Maker([lost], meets=meets), Maker(meets=meets)
    job = together(desk, weak, strong)
    job.render()
    assert desk.notes() == ["the machine far away is gone. The others go on: 1 of 2"]
    assert weak.asked[0] in strong.asked
    assert desk.result(job) == list(range(200))


def test_of_a_halved_segment_only_what_is_missing_goes_back(desk: Desk) -> None:
    mute: list[Fault] = [lambda _: RenderError(NodeFailure("spots1", "", None, None, "died", (), crashed=True))] * 2
    weak = Maker([*mute, lambda _: None, lost])
    strong = Maker()
    strong.faults = [lambda _: weak_is_gone.wait(PATIENCE_S) and None]  # type: ignore[func-returns-value, list-item]
    weak_is_gone = threading.Event()
    desk.hear = lambda event: weak_is_gone.set() if isinstance(event, Note) and "gone" in event.text else None
    job = together(desk, weak, strong)
    job.render()
    first, last = weak.asked[0]
    assert weak.asked[2:] == [(first, first + 10), (first + 10, last)]
    assert (first + 10, last) in strong.asked
    assert desk.result(job) == list(range(200))


def test_when_all_makers_are_lost_it_ends_and_what_is_whole_stays(desk: Desk) -> None:
    job = together(desk, Maker([lambda _: None, lost]), Maker([lambda _: None, lost]))
    with pytest.raises(Gone, match="far away"):
        job.render()
    assert 1 <= len(wholes_of(job.folder.path)) <= 2


def test_a_frame_that_cannot_be_made_ends_the_others_too(desk: Desk) -> None:
    bad = Maker(bad=frozenset({3}))
    other = Maker()
    other.faults = [other.until_cancelled]
    job = together(desk, bad, other)
    with pytest.raises(RenderError, match="frame 3"):
        job.render()


def test_whoever_stops_listening_stops_all_makers(desk: Desk) -> None:
    makers = [Maker(), Maker()]
    makers[1].faults = [makers[1].until_cancelled]

    def hear(event: Event) -> None:
        if isinstance(event, Writing):
            raise KeyboardInterrupt

    desk.hear = hear
    job = together(desk, *makers)
    with pytest.raises(KeyboardInterrupt):
        job.render()
    assert not [one for one in threading.enumerate() if one.name.startswith("maker")]


def test_a_wait_for_room_ends_with_the_render(desk: Desk) -> None:
    desk.rules = replace(desk.rules, poll_s=PATIENCE_S, free=lambda _: -1)

    def hear(event: Event) -> None:
        raise KeyboardInterrupt

    desk.hear = hear
    began = time.monotonic()
    job = together(desk, Maker(), Maker())
    job._foretell = lambda: None  # type: ignore[method-assign]  # its word would be the first
    with pytest.raises(KeyboardInterrupt):
        job.render()
    assert time.monotonic() - began < PATIENCE_S


def test_the_first_shows_how_long_the_others_are_and_all_get_some(desk: Desk) -> None:
    desk.rules = replace(desk.rules, size=None, trial=8)
    job = together(desk, *(Maker() for _ in range(3)))
    job.render()
    spans = sorted(one.segment for one in wholes_of(job.folder.path))
    assert spans[:2] == [(0, 8), (8, 68)]
    assert desk.result(job) == list(range(200))


def test_segments_among_many_are_short_enough_for_all_to_end_together() -> None:
    assert size_among(3000, 100_000, 1) == 3000
    assert size_among(3000, 24_000, 10) == 300
    assert size_among(3000, 1000, 10) == 60
    assert size_among(40, 1000, 10) == 40


def test_nobody_waits_for_what_has_ended() -> None:
    shares = Shares([(0, 10)])
    assert shares.take() == (0, 10)
    got: list[object] = []
    waiting = threading.Thread(target=lambda: got.append(shares.take()))
    waiting.start()
    shares.back((0, 10), [(4, 10)])
    waiting.join(PATIENCE_S)
    assert got == [(4, 10)]
    shares.done((4, 10))
    assert shares.take() is None
    assert not shares.left


def test_a_slow_maker_is_not_given_the_last_segment() -> None:
    now = [0.0]
    shares = Shares([(start, start + 10) for start in range(0, 50, 10)], clock=lambda: now[0])
    quick, slow = shares.take("quick"), shares.take("slow")
    assert (quick, slow) == ((0, 10), (10, 20))
    now[0] = 1.0
    shares.done((0, 10), "quick")
    assert shares.take("quick") == (20, 30)
    now[0] = 2.0
    shares.done((20, 30), "quick")
    assert shares.take("quick") == (30, 40)
    now[0] = 2.5
    shares.done((10, 20), "slow")  # 4 a second against 10: the last one is with the quick one at 4, with it at 5
    got: list[object] = []
    waiting = threading.Thread(target=lambda: got.append(shares.take("slow")), daemon=True)
    waiting.start()
    now[0] = 3.0
    shares.done((30, 40), "quick")
    assert shares.take("quick") == (40, 50)
    shares.done((40, 50), "quick")
    waiting.join(60)
    assert got == [None]


def test_what_a_lost_maker_had_goes_to_a_slow_one_too() -> None:
    now = [0.0]
    shares = Shares([(0, 10), (10, 20)], clock=lambda: now[0])
    assert shares.take("slow") == (0, 10)
    assert shares.take("quick") == (10, 20)
    now[0] = 50.0
    shares.done((0, 10), "slow")
    shares.back((10, 20), [(10, 20)], "quick")
    assert shares.take("slow") == (10, 20)
