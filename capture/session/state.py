"""Decides what a session does next. Pure: no processes and no clock here.

`step(session, event)` gives the next state and what to do; recorder.py does it. Every event carries its time, in
seconds of a monotonic clock. One *run* is one ffmpeg on the device; a recording is one or several runs, with holes
between them. The rules:

- A device that cannot be opened at the very first try fails the request; one that has given frames and goes is waited
  for, and tried again and again: the tape may play only once more.
- A run is ended by asking; one that does not end is killed after a while. What it wrote is safe either way.
- Nothing but the end of its run turns recording into finishing: until then frames may come, and they count.
- An armed session records all the time, so that the first frame of a tape is not missed; what it recorded counts as
  soon as there is a picture.
- A disk that stands still is no device that is gone, and a run that still writes what came is not killed.
- A tape is only given up for blank while it is being looked at: what was seen last proves nothing for long.
- A full disk, or one about to be, ends the recording: trying again would not help.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from capture.session.asking import Asked
from capture.session.moves import (
    Action,
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
    How,
    Limits,
    Mark,
    MendAsked,
    Open,
    Phase,
    Purpose,
    Refuse,
    RunEnded,
    Seen,
    Session,
    Stop,
    Tell,
    Tick,
    Wanted,
)

__all__ = [
    "Action",
    "CloseAsked",
    "DiskBusy",
    "DiskLow",
    "End",
    "Event",
    "Exit",
    "Finish",
    "FinishAsked",
    "Finished",
    "Frames",
    "How",
    "Limits",
    "Mark",
    "MendAsked",
    "Open",
    "Phase",
    "Purpose",
    "Refuse",
    "RunEnded",
    "Seen",
    "Session",
    "Stop",
    "Tell",
    "Tick",
    "Wanted",
    "step",
    "wake_s",
]


@dataclass(slots=True)
class _Turn:
    """One step in the making."""

    s: Session
    now_s: float
    actions: list[Action] = field(default_factory=list)

    def become(self, phase: Phase, reason: str = "") -> None:
        if phase is not self.s.phase or reason:
            self.actions.append(Tell(phase, reason))
        self.s = replace(self.s, phase=phase, since_s=self.now_s)

    def open(self, purpose: Purpose, fresh: bool) -> None:
        asked, run = self.s.asked, self.s.run + 1
        assert asked is not None
        self.s = replace(
            self.s, run=run, purpose=purpose, alive=True, frames=0, opened_s=self.now_s, last_s=self.now_s,
            stopping_s=None, killed=False, retry_s=None, next=None,
        )  # fmt: skip
        self.actions.append(Open(run, purpose, asked, fresh))

    def stop(self, next: Purpose | Literal["finish", "idle"]) -> None:
        """End the run, if there is one, and go on with `next`."""
        self.s = replace(self.s, next=next, retry_s=None)
        if not self.s.alive:
            _go_on(self)
        elif self.s.stopping_s is None:
            self.s = replace(self.s, stopping_s=self.now_s)
            self.actions.append(Stop(self.s.run))


def step(session: Session, event: Event) -> tuple[Session, tuple[Action, ...]]:
    """What to do about an event."""
    turn = _Turn(replace(session, at_s=event.at_s), event.at_s)
    match event:
        case Wanted():
            _wanted(turn, event)
        case MendAsked(id=id, asked=asked):
            _mend_asked(turn, id, asked)
        case FinishAsked(id=id, reason=reason):
            _finish_asked(turn, id, reason)
        case CloseAsked(reason=reason):
            _close_asked(turn, reason)
        case Frames(run=run) if run == turn.s.run:
            _frames(turn, event)
        case Seen(kind=kind):
            if kind != turn.s.kind or _blind(turn.s, turn.now_s):
                turn.s = replace(turn.s, kind=kind, kind_s=turn.now_s)
            turn.s = replace(turn.s, seen_s=turn.now_s)
        case RunEnded(run=run) if run == turn.s.run and turn.s.alive:
            _run_ended(turn, event)
        case DiskLow(text=text):
            if turn.s.phase in (Phase.RECORDING, Phase.PAUSED, Phase.ARMED):
                turn.actions.append(Mark("disk", text))
                _to_finish(turn, text, fault=True)
        case DiskBusy():
            turn.s = replace(turn.s, busy_s=turn.now_s)
        case Finished():
            if turn.s.phase is Phase.FINISHING:
                turn.become(Phase.DONE, turn.s.reason)
                if turn.s.closing:
                    turn.actions.append(Exit(turn.s.reason))
    _look_at_the_clock(turn)
    return turn.s, tuple(turn.actions)


def _wanted(turn: _Turn, event: Wanted) -> None:
    s = turn.s
    if busy := _busy(s):
        turn.actions.append(Refuse(event.id, busy))
        return
    turn.s = replace(
        s, asked=event.asked, first_s=None, end_s=0.0, from_s=0.0, tries=0, reason="", fault=False, kind="none",
        kind_s=turn.now_s,
    )  # fmt: skip
    if event.resume:  # what was cut off has had a first frame: its device is waited for
        turn.s = replace(turn.s, first_s=turn.now_s)
    turn.become({"preview": Phase.PREVIEW, "armed": Phase.ARMED, "record": Phase.RECORDING}[event.purpose])
    turn.stop(event.purpose)


def _busy(s: Session) -> str:
    if s.closing:
        return "the session is closing; wait until that has ended"
    doing = {Phase.RECORDING: "recording", Phase.PAUSED: "recording", Phase.FINISHING: "finishing"}.get(s.phase)
    return f"the session is {doing}; wait until that has ended" if doing else ""


def _mend_asked(turn: _Turn, id: int, asked: Asked) -> None:
    if busy := _busy(turn.s):
        turn.actions.append(Refuse(id, busy))
        return
    turn.s = replace(turn.s, asked=asked, first_s=turn.now_s)
    _to_finish(turn, "it was cut off, and has been made whole", fault=True)


def _finish_asked(turn: _Turn, id: int, reason: str) -> None:
    match turn.s.phase:
        case Phase.RECORDING | Phase.PAUSED:
            _to_finish(turn, reason, fault=False)
        case Phase.PREVIEW | Phase.ARMED:
            turn.become(Phase.IDLE, reason)
            turn.stop("idle")
        case Phase.FINISHING:
            pass  # it is what was asked for
        case _:
            turn.actions.append(Refuse(id, "nothing is being recorded"))


def _close_asked(turn: _Turn, reason: str) -> None:
    turn.s = replace(turn.s, closing=True)
    match turn.s.phase:
        case Phase.RECORDING | Phase.PAUSED:
            _to_finish(turn, reason, fault=False)
        case Phase.FINISHING:
            pass
        case _:
            turn.become(Phase.IDLE)
            turn.stop("idle")


def _to_finish(turn: _Turn, reason: str, fault: bool) -> None:
    turn.s = replace(turn.s, reason=reason, fault=fault)
    turn.become(Phase.FINISHING, reason)
    turn.stop("finish")


def _frames(turn: _Turn, event: Frames) -> None:
    s = turn.s
    first = s.frames == 0
    end_s = s.end_s if event.end_s is None else event.end_s
    turn.s = replace(s, frames=s.frames + event.count, end_s=end_s, last_s=turn.now_s, tries=0)
    if s.phase is Phase.PAUSED and first and s.stopping_s is None:
        turn.actions.append(Mark("back", s.reason, turn.now_s - s.since_s))
        turn.become(Phase.RECORDING)
        turn.s = replace(turn.s, reason="")
    if s.purpose == "record" and s.first_s is None:
        turn.s = replace(turn.s, first_s=turn.now_s, from_s=0.0)
        turn.actions.append(Mark("started"))
    if (
        turn.s.phase is Phase.RECORDING
        and turn.s.stopping_s is None
        and 0 < turn.s.stops.after_s <= end_s - turn.s.from_s
    ):
        _to_finish(turn, f"{turn.s.stops.after_s:g} s are over", fault=False)


def _run_ended(turn: _Turn, event: RunEnded) -> None:
    turn.s = replace(turn.s, alive=False, stopping_s=None)
    if turn.s.next is not None:
        _go_on(turn)
        return
    match turn.s.phase:
        case Phase.RECORDING | Phase.PAUSED if event.how == "disk":
            turn.actions.append(Mark("disk", event.text))
            if turn.s.first_s is None:
                _fail(turn, event.text)
            else:
                _to_finish(turn, event.text, fault=True)
        case Phase.RECORDING if event.how == "end" and turn.s.stops.at_end and turn.s.first_s is not None:
            _to_finish(turn, event.text or "the tape has ended", fault=False)
        case Phase.RECORDING | Phase.PAUSED if turn.s.first_s is not None:
            _pause(turn, event.text or "the device is gone")
        case _:  # preview, armed, or a recording that never began
            _fail(turn, event.text or "the device gave no picture")


def _fail(turn: _Turn, text: str) -> None:
    turn.become(Phase.FAILED, text)
    turn.actions.append(End(text))
    if turn.s.closing:
        turn.actions.append(Exit(text))


def _pause(turn: _Turn, text: str) -> None:
    if turn.s.phase is not Phase.PAUSED:
        turn.actions.append(Mark("vanished", text))
        turn.become(Phase.PAUSED, text)
        # the hole began when the last frame came, not when that was noticed
        turn.s = replace(turn.s, since_s=min(turn.now_s, turn.s.last_s), reason=text, kind="none")
    waits = turn.s.limits.retries_s
    wait_s = waits[min(turn.s.tries, len(waits) - 1)]
    turn.s = replace(turn.s, tries=turn.s.tries + 1, retry_s=turn.now_s + wait_s)


def _go_on(turn: _Turn) -> None:
    """The run that was in the way has ended."""
    what = turn.s.next
    turn.s = replace(turn.s, next=None)
    match what:
        case "preview" | "armed" | "record":
            # a resumed or a paused recording goes on; another one begins anew
            turn.open(what, fresh=turn.s.first_s is None)
        case "finish":
            if turn.s.first_s is None:
                turn.become(Phase.FAILED, turn.s.reason)
                turn.actions.append(End(f"{turn.s.reason}: no frame had come yet, nothing was recorded"))
                if turn.s.closing:
                    turn.actions.append(Exit(turn.s.reason))
            else:
                turn.actions.append(Finish(turn.s.reason, turn.s.fault))
        case "idle":
            if turn.s.closing:
                turn.actions.append(Exit("closed"))
        case None:
            pass


def _look_at_the_clock(turn: _Turn) -> None:
    s, now_s, limits = turn.s, turn.now_s, turn.s.limits
    if s.stopping_s is not None:
        if s.alive and not s.killed and now_s >= _patience_ends(s):
            turn.s = replace(s, killed=True)
            turn.actions.append(Stop(s.run, kill=True))
        return
    match s.phase:
        case Phase.PAUSED if s.stops.lost_s and now_s >= s.since_s + s.stops.lost_s:
            _to_finish(turn, f"the device did not come back within {s.stops.lost_s:g} s", fault=True)
            return
        case Phase.PAUSED if s.retry_s is not None and now_s >= s.retry_s:
            turn.open("record", fresh=False)
            return
        case Phase.RECORDING | Phase.PAUSED if s.stops.after_s and s.first_s is not None:
            # by the tape, as ffmpeg may be behind the clock; by the clock only where nothing comes, or far too little
            if now_s >= s.first_s + s.stops.after_s + (limits.behind_s if s.phase is Phase.RECORDING else 0):
                away = f", nothing came for the last {now_s - s.since_s:.0f} s" if s.phase is Phase.PAUSED else ""
                _to_finish(turn, f"{s.stops.after_s:g} s are over{away}", fault=False)
                return
    blank = s.phase is Phase.RECORDING and s.stops.blank_s > 0 and s.first_s is not None and s.kind in _WORDS
    if blank and now_s >= s.kind_s + s.stops.blank_s and not _blind(s, now_s):
        _to_finish(turn, f"the tape has been {_WORDS[s.kind]} for {s.stops.blank_s:g} s", fault=False)
        return
    if s.phase is Phase.ARMED and s.alive and s.kind == "picture" and now_s >= s.kind_s + limits.picture_s:
        turn.become(Phase.RECORDING, "there is a picture")
        turn.s = replace(turn.s, purpose="record", first_s=now_s, from_s=s.end_s)
        turn.actions.append(Mark("started"))
        return
    if s.phase is Phase.ARMED and s.alive and now_s >= s.opened_s + limits.armed_s:
        if s.frames and _blind(s, now_s):
            turn.become(Phase.RECORDING, "the picture cannot be looked at: all of it is kept")
            turn.s = replace(turn.s, purpose="record", first_s=now_s, from_s=s.end_s)
            turn.actions.append(Mark("started"))
        else:
            turn.stop("armed")
        return
    if s.alive and now_s >= _comes_by(s):
        # asked first: ffmpeg may hold a frame or two; its end brings what follows
        turn.s = replace(s, stopping_s=now_s)
        turn.actions.append(Stop(s.run, why=f"no picture came for {now_s - s.last_s:.0f} s"))


def _blind(s: Session, now_s: float) -> bool:
    """Whether nobody has looked at the picture lately."""
    return now_s > s.seen_s + s.limits.blind_s


def _comes_by(s: Session) -> float:
    """When the device is taken for gone, if no picture comes until then."""
    return max(s.last_s, s.busy_s) + (s.limits.stall_s if s.frames else s.limits.open_s)


def _patience_ends(s: Session) -> float:
    """When a run that was asked to end is killed: sooner where nobody asked but its stall."""
    assert s.stopping_s is not None
    return max(s.stopping_s, s.busy_s) + (s.limits.stop_s if s.next is not None else s.limits.stalled_stop_s)


_WORDS = {"blank": "blank", "blue": "blue", "snow": "only snow"}


def wake_s(session: Session) -> float | None:
    """When a Tick is next needed; None: not before something else happens."""
    s, limits = session, session.limits
    if s.stopping_s is not None:
        return None if s.killed else _patience_ends(s)
    times = []
    if s.alive:
        times.append(_comes_by(s))
    if s.phase is Phase.PAUSED:
        if s.retry_s is not None:
            times.append(s.retry_s)
        if s.stops.lost_s:
            times.append(s.since_s + s.stops.lost_s)
    if s.phase in (Phase.RECORDING, Phase.PAUSED) and s.stops.after_s and s.first_s is not None:
        times.append(s.first_s + s.stops.after_s + (limits.behind_s if s.phase is Phase.RECORDING else 0))
    if s.phase is Phase.RECORDING and s.stops.blank_s and s.kind in _WORDS and s.kind_s + s.stops.blank_s >= s.at_s:
        times.append(s.kind_s + s.stops.blank_s)
    if s.phase is Phase.ARMED and s.alive:
        times.append(s.opened_s + limits.armed_s)
        if s.kind == "picture":
            times.append(s.kind_s + limits.picture_s)
    return min(times, default=None)
