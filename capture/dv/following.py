"""What happens from frame to frame: holes, repeats, jumps, recordings that begin, sound that changes. Pure:
`step(state, frame) -> (state, events)`.

A timecode that jumps forward means frames that are missing, or a tape on which another recording begins. Which of the
two is told by what the tape has, in this order: the tracks' absolute numbers; the camera's clock, where the jump is
long enough; the frames' sequence numbers. Where nothing helps, a jump of up to a minute is taken for missing frames.
How far it was is always said.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Literal

from capture.dv.frames import Frame
from capture.dv.sounds import SoundMode
from capture.dv.timecodes import Timecode, apart

__all__ = ["Event", "Kind", "State", "step"]

Kind = Literal[
    "missing",  # count frames are not there before this one
    "repeated",  # the frame before comes once more; count is 1
    "forward",  # the timecode jumps on by count frames, and nothing is missing
    "back",  # the timecode jumps back by count frames
    "standing",  # another picture with the timecode of the one before
    "recording",  # a recording begins here
    "sound",  # the sound's mode is another one from here on
    "shape",  # 4:3 and 16:9 change here
    "captions",  # captions begin, or end
    "skipped",  # count bytes before this frame belong to none
]

_MOST_MISSING_S = 60
_CLOCK_S = 1.5
"""The camera's clock tells whole seconds: by so much it may be off and still go on."""
_CYCLE = 12


@dataclass(frozen=True, slots=True)
class Event:
    """At `frame`, counted from 0 in the file. `was`, `now`: the timecodes, modes or times before and after."""

    kind: Kind
    frame: int
    count: int = 0
    was: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What was last known, and how many frames of tape ago. `fresh`: nothing has been seen yet. `pitch`: tracks from
    one frame to the next, in units of DV's own: 10 (12 of PAL); 15 (18) of DVCAM, whose tracks are wider."""

    fresh: bool = True
    timecode: Timecode | None = None
    since: int = 0
    recorded: datetime.datetime | None = None
    clock: bool = False
    since_recorded: int = 0
    track: int | None = None
    since_track: int = 0
    pitch: int = 0
    sequence: int | None = None
    since_sequence: int = 0
    sound: SoundMode | None = None
    wide: bool | None = None
    captions: bool = False
    starts: bool = False


def step(state: State, frame: Frame) -> tuple[State, tuple[Event, ...]]:
    found: list[Event] = []
    if frame.skipped:
        found.append(Event("skipped", frame.number, frame.skipped))
    if _repeats(state, frame):
        return state, (*found, Event("repeated", frame.number, 1, now=str(frame.timecode or "")))
    state = replace(
        state, since=state.since + 1, since_recorded=state.since_recorded + 1, since_track=state.since_track + 1,
        since_sequence=state.since_sequence + 1,
    )  # fmt: skip
    jump = _jump(state, frame)
    if jump is not None:
        found.append(jump)
    begun = _recording(state, frame, jump.count if jump is not None and jump.kind == "missing" else 0)
    if begun is not None:
        found.append(begun)
    found += _modes(state, frame)
    return _known(state, frame), tuple(found)


def _repeats(state: State, frame: Frame) -> bool:
    """The same video data with the same timecode; or, of a tape without one, the same data that are not the deck's own
    filling."""
    if not frame.same or state.fresh:
        return False
    if frame.timecode is None:
        filled = frame.errors is not None and frame.errors.video_count == len(frame.errors.video)
        return state.timecode is None and not filled
    return state.timecode is not None and frame.timecode.count == state.timecode.count and state.since == 0


def _jump(state: State, frame: Frame) -> Event | None:
    if frame.timecode is None or state.timecode is None:
        return None
    off = apart(frame.timecode, state.timecode) - state.since
    was, now = str(state.timecode), str(frame.timecode)
    if off == 0:
        return None
    if off < 0:
        return Event("standing" if off == -state.since else "back", frame.number, -off, was, now)
    return Event("missing" if _missing(state, frame, off) else "forward", frame.number, off, was, now)


def _missing(state: State, frame: Frame, off: int) -> bool:
    """Whether a timecode that is `off` frames too far on means that so many frames are not there."""
    if state.track is not None and frame.track is not None and state.pitch:
        passed = (frame.track - state.track) / state.pitch - state.since_track
        if abs(passed - off) < 0.5 or abs(passed) < 0.5:
            return abs(passed - off) < abs(passed)
    fps = float(frame.system.fps)
    if off / fps > 2 * _CLOCK_S:
        late = _late_s(state, frame)
        if late is not None:
            if abs(late - off / fps) <= _CLOCK_S:
                return True
            if abs(late) <= _CLOCK_S:
                return False
    if state.sequence is not None and frame.sequence is not None:
        passed = (frame.sequence - state.sequence - state.since_sequence) % _CYCLE
        moved = (frame.sequence - state.sequence) % _CYCLE != 0  # some writers give every frame the same number
        if moved and passed == 0 != off % _CYCLE:
            return False
    return off / fps <= _MOST_MISSING_S


def _late_s(state: State, frame: Frame) -> float | None:
    """By how much more the camera's clock went on than the frames did; None where it is not known."""
    if not (frame.clock and state.clock) or frame.recorded is None or state.recorded is None:
        return None
    return (frame.recorded - state.recorded).total_seconds() - state.since_recorded / float(frame.system.fps)


def _recording(state: State, frame: Frame, missing: int) -> Event | None:
    """A recording begins where the camera marked it, or where its clock jumped more than missing frames account for."""
    now = f"{frame.recorded:%Y-%m-%d %H:%M:%S}" if frame.recorded and frame.clock else ""
    was = f"{state.recorded:%Y-%m-%d %H:%M:%S}" if state.recorded and state.clock else ""
    marked = frame.starts and not state.starts
    late = _late_s(state, frame)
    jumped = late is not None and abs(late - missing / float(frame.system.fps)) > _CLOCK_S
    if state.fresh:
        return Event("recording", frame.number, 0, "", now) if marked or now else None
    return Event("recording", frame.number, 0, was, now) if marked or jumped else None


def _modes(state: State, frame: Frame) -> list[Event]:
    found = []
    if frame.sound is not None and frame.sound != state.sound:
        found.append(Event("sound", frame.number, 0, str(state.sound or ""), str(frame.sound)))
    if frame.wide is not None and frame.wide != state.wide:
        found.append(Event("shape", frame.number, 0, _shape(state.wide), _shape(frame.wide)))
    if bool(frame.captions) != state.captions:
        found.append(Event("captions", frame.number, 0, "", "on" if frame.captions else "off"))
    return found


def _shape(wide: bool | None) -> str:
    return "" if wide is None else "16:9" if wide else "4:3"


def _known(state: State, frame: Frame) -> State:
    """With what this frame says in place of what was last known."""
    if frame.timecode is not None:
        state = replace(state, timecode=frame.timecode, since=0)
    if frame.recorded is not None and (frame.clock or not state.clock):
        state = replace(state, recorded=frame.recorded, clock=frame.clock, since_recorded=0)
    if frame.track is not None:
        step_up = 0 if state.track is None else frame.track - state.track
        usual = state.since_track == 1 and 0 < step_up < 2 * frame.system.sequences
        state = replace(state, track=frame.track, since_track=0, pitch=step_up if usual else state.pitch)
    if frame.sequence is not None:
        state = replace(state, sequence=frame.sequence, since_sequence=0)
    return replace(
        state,
        fresh=False,
        sound=frame.sound or state.sound,
        wide=state.wide if frame.wide is None else frame.wide,
        captions=bool(frame.captions),
        starts=frame.starts,
    )
