"""A render in segments, whatever happens: what is asked again, what is waited for, what is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from runtime.jobs.events import Event, Waiting
from runtime.jobs.journal import wholes_of
from runtime.jobs.piecewise import Rules
from runtime.protocol import RenderSink
from runtime.session import Cancelled, NodeFailure, RenderError
from tests.runtime.jobs.flakily import Desk, FlakySession, lane


def failing(text: str, frame: int | None = None, *log: str, crashed: bool = False) -> RenderError:
    return RenderError(NodeFailure("spots1", "", frame, None, text, log, crashed))


def once(text: str, *log: str) -> list[object]:
    return [lambda _: failing(text, None, *log)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, [lane(tmp_path, 90)])
    yield made
    made.close()


def test_the_segments_joined_are_every_frame_in_order(desk: Desk) -> None:
    job = desk.begin(session := FlakySession())
    job.render()
    assert session.asked == [(0, 20), (20, 40), (40, 60), (60, 80), (80, 90)]
    assert desk.result(job) == list(range(90))


def test_outputs_of_other_rates_are_cut_at_the_same_times(desk: Desk, tmp_path: Path) -> None:
    desk.lanes = [*desk.lanes, lane(tmp_path, 75, "encode2", Fraction(25))]
    job = desk.begin(FlakySession())
    job.render()
    assert desk.result(job) == list(range(90))
    assert desk.result(job, desk.lanes[1]) == list(range(75))


def test_what_was_whole_before_is_not_made_again(desk: Desk) -> None:
    def interrupted(_: Sequence[RenderSink]) -> RenderError | None:
        raise KeyboardInterrupt

    first = desk.begin(FlakySession([lambda _: None, lambda _: None, interrupted]))
    with pytest.raises(KeyboardInterrupt):
        first.render()
    desk.close()
    (first.folder.path / "encode1-00000040.mkv").write_bytes(b"half a segment")
    job = desk.begin(session := FlakySession())
    job.render()
    assert session.asked == [(40, 60), (60, 80), (80, 90)]
    assert job.made == 3
    assert desk.result(job) == list(range(90))


def test_a_damaged_segment_is_made_again_and_that_is_said(desk: Desk) -> None:
    job = desk.begin(FlakySession())
    job.render()
    desk.close()
    path = job.folder.path / "encode1-00000020.mkv"
    path.write_bytes(path.read_bytes()[:-3])
    again = desk.begin(session := FlakySession())
    again.render()
    assert session.asked == [(20, 40)]
    assert desk.notes() == ["1 segments are damaged and are made again"]
    assert desk.result(again) == list(range(90))


def test_a_failure_that_does_not_come_again_is_only_told(desk: Desk) -> None:
    job = desk.begin(session := FlakySession([lambda _: failing("the worker crashed", crashed=True)]))
    job.render()
    assert session.asked[:2] == [(0, 20), (0, 20)]
    assert desk.notes() == ["spots1: the worker crashed. It is tried once more"]
    assert desk.result(job) == list(range(90))


def test_a_frame_that_fails_twice_is_named_and_what_is_whole_stays(desk: Desk) -> None:
    job = desk.begin(FlakySession(bad=frozenset({47})))
    with pytest.raises(RenderError, match="spots1 · frame 47: cannot be made"):
        job.render()
    assert [one.segment for one in wholes_of(job.folder.path)] == [(0, 20), (20, 40)]


def test_who_wants_it_gets_the_neighbour_and_the_journal_says_so(desk: Desk) -> None:
    desk.rules = replace(desk.rules, substitute=True)
    job = desk.begin(FlakySession(bad=frozenset({46, 47, 89})))
    job.render()
    shown = desk.result(job)
    assert [shown[at] for at in (45, 46, 47, 48, 88, 89)] == [45, 45, 48, 48, 88, 88]
    bad = (46, 47, 89)
    assert [one for at, one in enumerate(shown) if at not in bad] == [at for at in range(90) if at not in bad]
    said = {pair for one in wholes_of(job.folder.path) for pair in one.shown.get("encode1", ())}
    assert said == {(46, 45), (47, 48), (89, 88)}
    assert [note for note in desk.notes() if "instead" in note]


def test_too_many_bad_frames_in_a_row_are_no_picture_of_the_tape(desk: Desk) -> None:
    desk.rules = replace(desk.rules, substitute=True)
    job = desk.begin(FlakySession(bad=frozenset(range(30, 55))))
    with pytest.raises(RenderError):
        job.render()


def test_where_the_worker_dies_without_a_word_halving_finds_the_frame(desk: Desk) -> None:
    desk.rules = replace(desk.rules, substitute=True)
    job = desk.begin(FlakySession(bad=frozenset({47}), mute=True))
    job.render()
    shown = desk.result(job)
    assert (shown[46], shown[47], shown[48]) == (46, 46, 48)
    assert len(shown) == 90


def test_without_substitutes_halving_still_names_the_frame(desk: Desk) -> None:
    job = desk.begin(session := FlakySession(bad=frozenset({47}), mute=True))
    with pytest.raises(RenderError):
        job.render()
    assert session.asked[-1] == (47, 48)


def starved() -> RenderError:
    text = "the worker held 412 MB of memory; its ceiling is 300 MB"
    return RenderError(NodeFailure("encode1", "", None, None, text, crashed=True, starved=True))


def test_a_ceiling_below_what_the_graph_needs_ends_it_at_once(desk: Desk) -> None:
    job = desk.begin(session := FlakySession([lambda _: starved()]))
    with pytest.raises(RenderError, match="held 412 MB"):
        job.render()
    assert session.asked == [(0, 20)]


def test_a_worker_that_grew_over_many_segments_is_begun_anew(desk: Desk) -> None:
    job = desk.begin(session := FlakySession([lambda _: None, lambda _: None, lambda _: starved()]))
    job.render()
    assert session.asked == [(0, 20), (20, 40), (40, 60), (40, 60), (60, 80), (80, 90)]
    assert ["begun anew" in note for note in desk.notes()] == [True]
    assert desk.result(job) == list(range(90))


def test_one_that_takes_too_much_right_after_that_ends_it(desk: Desk) -> None:
    job = desk.begin(session := FlakySession([lambda _: None, lambda _: starved(), lambda _: starved()]))
    with pytest.raises(RenderError, match="held 412 MB"):
        job.render()
    assert session.asked == [(0, 20), (20, 40), (20, 40)]


def test_a_full_disk_pauses_it_and_room_lets_it_go_on(desk: Desk) -> None:
    full = failing("ffmpeg ended with exit code 228", None, "[out#0] Error: No space left on device")
    room = iter([10**12, 5, 5, 10**12])
    desk.rules = replace(desk.rules, spare_bytes=100, free=lambda _: next(room, 10**12))
    job = desk.begin(session := FlakySession([lambda _: full]))
    job.render()
    assert session.asked[:2] == [(0, 20), (0, 20)]
    assert desk.result(job) == list(range(90))
    assert any("are free" in text and "are needed" in text for text in desk.waits())


def test_it_pauses_before_the_disk_is_full(desk: Desk) -> None:
    free = [10**9]
    desk.rules = replace(desk.rules, free=lambda _: free[0])
    job = desk.begin(session := FlakySession())

    def hear(event: Event) -> None:
        if isinstance(event, Waiting):
            free[0] = 10**9
        elif len(session.asked) == 1:
            free[0] = 10

    desk.hear = hear
    job.render()
    assert len(session.asked) == 5
    assert len(desk.waits()) == 1


def test_what_will_be_needed_is_told_before_hours_are_spent(desk: Desk) -> None:
    desk.rules = Rules(size=None, trial=20, target_s=0.1, poll_s=0, spare_bytes=0, free=lambda _: 500)
    desk.hear = lambda event: (_ for _ in ()).throw(Cancelled("enough")) if isinstance(event, Waiting) else None
    job = desk.begin(FlakySession())
    with pytest.raises(Cancelled):
        job.render()
    assert any("it will pause there" in note for note in desk.notes())


def test_a_source_that_is_gone_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    tape = tmp_path / "tape.dv"
    tape.touch()
    desk.sources = [str(tape)]

    def unplugged(_: Sequence[RenderSink]) -> RenderError:
        tape.unlink()
        return failing("input/output error")

    desk.hear = lambda event: tape.touch() if isinstance(event, Waiting) else None
    job = desk.begin(session := FlakySession([lambda _: None, unplugged]))
    job.render()
    assert session.asked[1:3] == [(20, 40), (20, 40)]
    assert desk.waits() == [f"{tape} is gone. Bring it back, and it goes on"]
    assert desk.result(job) == list(range(90))


def test_the_length_of_segments_is_decided_once(desk: Desk) -> None:
    desk.rules = Rules(size=None, trial=10, target_s=0.3, poll_s=0, spare_bytes=0)
    job = desk.begin(session := FlakySession())  # 10 frames in 0.1 s
    job.render()
    assert (job.folder.cuts(), session.asked) == (
        (10, 60),
        [(0, 10), (10, 90)],
    )
    desk.rules = replace(desk.rules, target_s=100)
    again = desk.begin(session := FlakySession())
    again.render()
    assert (again.folder.cuts(), session.asked) == ((10, 60), [])
