"""What a session decides, event by event; no process, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.session.asking import Asked, Feed, Source, Stops
from capture.session.messages import SignalKind
from capture.session.state import (
    CloseAsked,
    DiskBusy,
    DiskLow,
    End,
    Event,
    Exit,
    Finish,
    FinishAsked,
    Finished,
    Frames,
    Mark,
    MendAsked,
    Open,
    Phase,
    Refuse,
    RunEnded,
    Seen,
    Session,
    Stop,
    Tell,
    Tick,
    Wanted,
    step,
    wake_s,
)

ASKED = Asked(Source((Feed("v4l2", "/dev/video0"),)), "folder", "tape")
RECORD = Wanted(0.0, 1, "record", ASKED)


def asked(after_s: float = 0.0, blank_s: float = 0.0, at_end: bool = True, lost_s: float = 0.0) -> Asked:
    return replace(ASKED, stops=Stops(after_s, blank_s, at_end, lost_s))


def after(*events: Event, session: Session | None = None) -> tuple[Session, list[object]]:
    """The state after these, and what the last one brought about."""
    session = session or Session()
    actions: Sequence[object] = ()
    for event in events:
        session, actions = step(session, event)
    return session, list(actions)


def recording(wanted: Asked = ASKED) -> Session:
    return after(Wanted(0.0, 1, "record", wanted), Frames(1.0, 1))[0]


# each row: what has happened, the phase it ends in, what the last event brings about
TABLE: list[tuple[str, list[Event], Phase, list[object]]] = [
    ("a preview opens the device", [Wanted(0, 1, "preview", ASKED)], Phase.PREVIEW,
     [Tell(Phase.PREVIEW), Open(1, "preview", ASKED)]),
    ("a preview that is ended", [Wanted(0, 1, "preview", ASKED), FinishAsked(1, 2, "enough")], Phase.IDLE,
     [Tell(Phase.IDLE, "enough"), Stop(1)]),
    ("a preview gives way to a recording: its run ends first",
     [Wanted(0, 1, "preview", ASKED), Frames(1, 1), Wanted(2, 2, "record", ASKED)], Phase.RECORDING,
     [Tell(Phase.RECORDING), Stop(1)]),
    ("… and then the recording's begins",
     [Wanted(0, 1, "preview", ASKED), Frames(1, 1), Wanted(2, 2, "record", ASKED), RunEnded(3, 1, "end")],
     Phase.RECORDING, [Open(2, "record", ASKED)]),
    ("its first frame", [RECORD, Frames(1, 1)], Phase.RECORDING, [Mark("started")]),
    ("a device that cannot be opened at all", [RECORD, RunEnded(1, 1, "gone", "busy")], Phase.FAILED,
     [Tell(Phase.FAILED, "busy"), End("busy")]),
    ("a device that goes", [RECORD, Frames(1, 1), RunEnded(5, 1, "gone", "pulled")], Phase.PAUSED,
     [Mark("vanished", "pulled"), Tell(Phase.PAUSED, "pulled")]),
    ("… is tried again", [RECORD, Frames(1, 1), RunEnded(5, 1, "gone", "pulled"), Tick(5.5)], Phase.PAUSED,
     [Open(2, "record", ASKED, fresh=False)]),
    ("… and again when it is not there yet",
     [RECORD, Frames(1, 1), RunEnded(5, 1, "gone", "x"), Tick(5.5), RunEnded(6, 2, "gone", "no"), Tick(7.0)],
     Phase.PAUSED, [Open(3, "record", ASKED, fresh=False)]),
    ("… comes back: the hole is as long as no frame came",
     [RECORD, Frames(1, 1), RunEnded(5, 1, "gone", "x"), Tick(5.5), Frames(8, 2)], Phase.RECORDING,
     [Mark("back", "x", 7.0), Tell(Phase.RECORDING)]),
    ("a stray frame of the run before means nothing",
     [RECORD, Frames(1, 1), RunEnded(5, 1, "gone", "x"), Tick(5.5), Frames(8, 1)], Phase.PAUSED, []),
    ("the tape's end", [RECORD, Frames(1, 1), RunEnded(9, 1, "end", "the tape has ended")], Phase.FINISHING,
     [Tell(Phase.FINISHING, "the tape has ended"), Finish("the tape has ended", False)]),
    ("a full disk ends it", [RECORD, Frames(1, 1), RunEnded(9, 1, "disk", "full")], Phase.FINISHING,
     [Mark("disk", "full"), Tell(Phase.FINISHING, "full"), Finish("full", True)]),
    ("a disk that fills: its run is ended first", [RECORD, Frames(1, 1), DiskLow(2, "nearly")], Phase.FINISHING,
     [Mark("disk", "nearly"), Tell(Phase.FINISHING, "nearly"), Stop(1)]),
    ("stopped by the user", [RECORD, Frames(1, 1), FinishAsked(4, 2, "asked")], Phase.FINISHING,
     [Tell(Phase.FINISHING, "asked"), Stop(1)]),
    ("… frames that come until it ends count", [RECORD, Frames(1, 1), FinishAsked(4, 2, "asked"), Frames(5, 1)],
     Phase.FINISHING, []),
    ("… its end", [RECORD, Frames(1, 1), FinishAsked(4, 2, "asked"), RunEnded(6, 1, "gone", "killed")],
     Phase.FINISHING, [Finish("asked", False)]),
    ("… one that does not end is killed", [RECORD, Frames(1, 1), FinishAsked(4, 2, "asked"), Tick(14.0)],
     Phase.FINISHING, [Stop(1, kill=True)]),
    ("stopped while it is paused: nothing is to be ended",
     [RECORD, Frames(1, 1), RunEnded(5, 1, "gone", "x"), FinishAsked(5.1, 2, "asked")], Phase.FINISHING,
     [Tell(Phase.FINISHING, "asked"), Finish("asked", False)]),
    ("stopped before a frame had come", [RECORD, FinishAsked(1, 2, "asked"), RunEnded(2, 1, "end")], Phase.FAILED,
     [Tell(Phase.FAILED, "asked"), End("asked: no frame had come yet, nothing was recorded")]),
    ("done", [RECORD, Frames(1, 1), FinishAsked(4, 2, "asked"), RunEnded(6, 1, "end"), Finished(9)], Phase.DONE,
     [Tell(Phase.DONE, "asked")]),
    ("a second recording is refused", [RECORD, Frames(1, 1), Wanted(2, 7, "record", ASKED)], Phase.RECORDING,
     [Refuse(7, "the session is recording; wait until that has ended")]),
    ("nothing to finish", [FinishAsked(1, 3, "x")], Phase.IDLE, [Refuse(3, "nothing is being recorded")]),
    ("a device that hangs: its run is ended", [RECORD, Frames(1, 1), Tick(11.0)], Phase.RECORDING,
     [Stop(1, why="no picture came for 10 s")]),
    ("… and killed", [RECORD, Frames(1, 1), Tick(11.0), Tick(14.0)], Phase.RECORDING, [Stop(1, kill=True)]),
    ("… and tried again", [RECORD, Frames(1, 1), Tick(11.0), RunEnded(12.0, 1, "gone", "hung")], Phase.PAUSED,
     [Mark("vanished", "hung"), Tell(Phase.PAUSED, "hung")]),
    ("armed", [Wanted(0, 1, "armed", ASKED), Frames(1, 1), Seen(1, "snow"), Tick(9)], Phase.ARMED, []),
    ("… records when there is a picture",
     [Wanted(0, 1, "armed", ASKED), Frames(1, 1), Seen(1, "snow"), Seen(3, "picture"), Tick(3.4)], Phase.RECORDING,
     [Tell(Phase.RECORDING, "there is a picture"), Mark("started")]),
    ("… and after a long time without one begins anew",
     [Wanted(0, 1, "armed", ASKED), Frames(598, 1), Seen(599, "snow"), Tick(600)], Phase.ARMED, [Stop(1)]),
    ("… as armed as before",
     [Wanted(0, 1, "armed", ASKED), Frames(599, 1), Seen(599, "snow"), Tick(600), RunEnded(601, 1, "end")], Phase.ARMED,
     [Open(2, "armed", ASKED)]),
    ("closing while it records finishes first", [RECORD, Frames(1, 1), CloseAsked(2, "bye")], Phase.FINISHING,
     [Tell(Phase.FINISHING, "bye"), Stop(1)]),
    ("… and then the process ends", [RECORD, Frames(1, 1), CloseAsked(2, "bye"), RunEnded(3, 1, "end"), Finished(4)],
     Phase.DONE, [Tell(Phase.DONE, "bye"), Exit("bye")]),
    ("closing while idle", [CloseAsked(2, "bye")], Phase.IDLE, [Exit("closed")]),
    ("one that was cut off is made whole", [MendAsked(0, 1, ASKED)], Phase.FINISHING,
     [Tell(Phase.FINISHING, "it was cut off, and has been made whole"),
      Finish("it was cut off, and has been made whole", True)]),
    ("a recorder that died waits for its device as if it had been recording",
     [Wanted(0, 1, "record", ASKED, resume=True), RunEnded(1, 1, "gone", "busy")], Phase.PAUSED,
     [Mark("vanished", "busy"), Tell(Phase.PAUSED, "busy")]),
]  # fmt: skip


@pytest.mark.parametrize(("events", "phase", "actions"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_table(events: list[Event], phase: Phase, actions: list[object]) -> None:
    session, found = after(*events)
    assert (session.phase, found) == (phase, actions)


def test_it_ends_when_its_time_is_over_holes_included() -> None:
    session = recording(asked(after_s=60.0))
    assert wake_s(session) == 11.0  # the stall comes first
    session, _ = after(RunEnded(30, 1, "gone", "x"), Tick(30.5), Frames(40, 2), session=session)
    session, _ = after(Frames(60.9, 2, end_s=59.9), Tick(61.0), session=session)
    assert session.phase is Phase.RECORDING  # by the tape, not by the clock
    session, actions = after(Frames(62.5, 2, end_s=60.0), session=session)
    assert session.phase is Phase.FINISHING and Stop(2) in actions and "60 s" in session.reason


def test_it_ends_by_the_clock_where_the_tape_falls_far_behind_or_nothing_comes() -> None:
    session, _ = after(Frames(70.9, 1, end_s=40.0), Tick(70.9), session=recording(asked(after_s=60.0)))
    assert session.phase is Phase.RECORDING
    assert after(Tick(71.0), session=session)[0].phase is Phase.FINISHING
    gone, _ = after(RunEnded(60.9, 1, "gone", "x"), session=recording(asked(after_s=60.0)))
    assert gone.phase is Phase.PAUSED
    assert after(Tick(61.0), session=gone)[0].phase is Phase.FINISHING


def test_a_device_that_is_away_at_the_end_is_said() -> None:
    session, _ = after(Frames(50, 1), RunEnded(50.1, 1, "gone", "x"), session=recording(asked(after_s=60.0)))
    ended, _ = after(Tick(60.9), Tick(61.0), session=session)  # it is tried once more, and then time is over
    assert ended.reason == "60 s are over, nothing came for the last 11 s"


def test_an_armed_recording_lasts_as_long_as_asked_from_its_picture_on() -> None:
    armed = Wanted(0, 1, "armed", asked(after_s=60.0))
    session, _ = after(armed, Frames(1, 1, end_s=0.04), Frames(31, 1, end_s=30.0), Seen(31, "picture"), Tick(31.4))
    session, _ = after(Frames(91, 1, end_s=89.9), session=session)
    assert session.phase is Phase.RECORDING
    assert after(Frames(92, 1, end_s=90.0), session=session)[0].phase is Phase.FINISHING


@pytest.mark.parametrize(("kind", "word"), [("blank", "blank"), ("blue", "blue"), ("snow", "snow")])
def test_a_tape_without_a_picture_ends_it_after_a_while_and_a_picture_between_begins_anew(
    kind: SignalKind, word: str
) -> None:
    session = recording(asked(blank_s=5.0))
    seen: list[Event] = [
        Seen(10, kind),
        Frames(14, 1),
        Seen(14, "picture"),
        Frames(15, 1),
        Seen(16, kind),
        Seen(19, kind),
        Frames(20, 1),
    ]
    session, actions = after(*seen, Tick(20.9), session=session)
    assert session.phase is Phase.RECORDING and actions == []
    session, actions = after(Tick(21.0), session=session)
    assert session.phase is Phase.FINISHING and word in session.reason


def test_a_device_that_does_not_come_back_ends_it_where_that_was_asked_for() -> None:
    session, _ = after(RunEnded(5, 1, "gone", "x"), session=recording(asked(lost_s=20.0)))
    found: list[object] = []
    now_s, run = 5.0, 1
    while session.phase is Phase.PAUSED:
        due_s = wake_s(session)
        assert due_s is not None and due_s >= now_s
        now_s = due_s
        session, actions = step(session, Tick(now_s))
        found += actions
        if session.run > run:
            run = session.run
            session, actions = step(session, RunEnded(now_s, run, "gone", "no"))
    assert session.phase is Phase.FINISHING and session.fault and now_s == pytest.approx(21.0)
    assert Finish("the device did not come back within 20 s", True) in found


def test_the_end_of_the_tape_is_waited_out_where_that_was_asked_for() -> None:
    session, _ = after(RunEnded(9, 1, "end", "over"), session=recording(asked(at_end=False)))
    assert session.phase is Phase.PAUSED


EVENTS = st.one_of(
    st.builds(lambda p, r: ("wanted", p, r), st.sampled_from(["preview", "armed", "record"]), st.booleans()),
    st.sampled_from([("finish",), ("close",), ("frames",), ("disk",), ("finished",), ("mend",), ("tick",)]),
    st.builds(lambda k: ("seen", k), st.sampled_from(["picture", "blank", "blue", "snow"])),
    st.builds(lambda h: ("ended", h), st.sampled_from(["end", "gone", "disk", "refused"])),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.floats(0, 20)), max_size=40), st.sampled_from([0.0, 5.0]))
def test_whatever_comes_there_is_one_run_at_most_and_nothing_is_finished_twice(
    moves: list[tuple[tuple[object, ...], float]], limit_s: float
) -> None:
    wanted = asked(after_s=limit_s, blank_s=limit_s)
    session, now_s = Session(), 0.0
    alive: set[int] = set()
    finishing = 0
    for move, wait_s in moves:
        now_s += wait_s
        event: Event
        match move:
            case ("wanted", purpose, resume):
                event = Wanted(now_s, 1, purpose, wanted, bool(resume))  # type: ignore[arg-type]
            case ("finish",):
                event = FinishAsked(now_s, 2, "asked")
            case ("close",):
                event = CloseAsked(now_s, "closed")
            case ("frames",):
                event = Frames(now_s, session.run, end_s=now_s)
            case ("disk",):
                event = DiskLow(now_s, "full")
            case ("finished",):
                event = Finished(now_s)
            case ("mend",):
                event = MendAsked(now_s, 3, wanted)
            case ("seen", kind):
                event = Seen(now_s, kind)  # type: ignore[arg-type]
            case ("ended", how):
                event = RunEnded(now_s, session.run, how, "x")  # type: ignore[arg-type]
                alive.discard(session.run)
            case _:
                event = Tick(now_s)
        if isinstance(event, Finished) and finishing:
            finishing -= 1
        session, actions = step(session, event)
        for action in actions:
            if isinstance(action, Open):
                assert not alive, "a device is opened once"
                alive.add(action.run)
            if isinstance(action, Stop):
                assert action.run in alive
            if isinstance(action, Finish):
                finishing += 1
                assert not alive and finishing == 1, "files are made whole when nothing is written any more"
        assert session.alive == bool(alive)


def test_a_disk_that_stands_still_is_no_device_that_is_gone() -> None:
    busy: list[Event] = [DiskBusy(float(at)) for at in range(2, 40)]
    session, did = after(*busy, Tick(40.0), session=recording())
    assert did == [] and session.phase is Phase.RECORDING and wake_s(session) == pytest.approx(49.0)
    assert isinstance(after(Tick(49.0), session=session)[1][0], Stop)


def test_a_tape_that_nobody_looks_at_is_not_given_up_for_blank() -> None:
    """The preview, that alone sees what the picture is, may break; the recording does not need it."""
    session = recording(asked(blank_s=30.0))
    for at in range(2, 12):
        session, _ = after(Seen(float(at), "blank"), Frames(float(at), 1), session=session)
    for at in range(12, 120):
        session, did = after(Frames(float(at), 1), Tick(at + 0.5), session=session)
        assert session.phase is Phase.RECORDING and did == []
        due_s = wake_s(session)
        assert due_s is None or due_s > at
    for at in range(120, 151):  # it is looked at again: it has been blank for as long as that is known
        assert session.phase is Phase.RECORDING
        session, _ = after(Frames(float(at), 1), Seen(float(at), "blank"), session=session)
    assert session.phase is Phase.FINISHING


def test_an_armed_tape_that_nobody_can_look_at_is_kept() -> None:
    session, _ = after(Wanted(0, 1, "armed", ASKED), *(Frames(float(at), 1) for at in range(1, 600)))
    assert session.phase is Phase.ARMED
    session, did = after(Tick(600.0), session=session)
    assert session.phase is Phase.RECORDING and Mark("started") in did


def test_a_run_that_still_writes_what_came_is_not_killed() -> None:
    session = after(FinishAsked(2.0, 1, "asked"), session=recording())[0]
    for at in range(3, 60):
        session, did = after(DiskBusy(float(at)), Tick(at + 0.5), session=session)
        assert did == []
    assert after(Tick(68.9), session=session)[1] == [] and wake_s(session) == pytest.approx(69.0)
    assert after(Tick(69.0), session=session)[1] == [Stop(1, kill=True)]
