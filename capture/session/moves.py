"""What a session is at a moment, what may happen to it, and what may be done about it: the values of state.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from capture.session.asking import Asked, Stops
from capture.session.messages import HappeningKind, SignalKind


class Phase(StrEnum):
    IDLE = "idle"
    PREVIEW = "preview"
    ARMED = "armed"
    RECORDING = "recording"
    PAUSED = "paused"
    FINISHING = "finishing"
    DONE = "done"
    FAILED = "failed"


Purpose = Literal["preview", "armed", "record"]
How = Literal["end", "gone", "disk", "refused"]
"""Why a run ended that nobody had asked to end: the tape's end, the device gone, no room, never opened at all."""


@dataclass(frozen=True, slots=True)
class Limits:
    stall_s: float = 10.0  # no frame for so long: the device is taken for gone
    open_s: float = 30.0  # to the first frame
    stop_s: float = 10.0  # from asking a run to end to killing it
    stalled_stop_s: float = 3.0  # the same of one that has stalled
    retries_s: tuple[float, ...] = (0.5, 1.0, 2.0)  # the last one again and again
    picture_s: float = 0.4  # so long a picture, before an armed session takes it for one
    behind_s: float = 10.0  # so far what is recorded may be behind the clock, at a stop by time
    blind_s: float = 5.0  # so long ago the picture was looked at last: nothing is known of it
    armed_s: float = 600.0  # what was recorded so long without a picture is let go of, and begun anew


@dataclass(frozen=True, slots=True)
class Session:
    limits: Limits = Limits()
    phase: Phase = Phase.IDLE
    asked: Asked | None = None
    run: int = 0  # the newest run's number; 0: none yet
    purpose: Purpose = "preview"  # of the newest run
    alive: bool = False  # that run has a process
    frames: int = 0  # of that run
    at_s: float = 0.0
    since_s: float = 0.0  # this phase
    opened_s: float = 0.0
    first_s: float | None = None  # the recording's first frame came
    end_s: float = 0.0  # how long the recording is
    from_s: float = 0.0  # how long it was when first_s was
    last_s: float = 0.0  # the newest frame came
    busy_s: float = float("-inf")  # the disk was busy with what had come
    stopping_s: float | None = None  # the run was asked to end
    killed: bool = False
    retry_s: float | None = None
    tries: int = 0
    kind: SignalKind = "none"
    kind_s: float = 0.0  # it has been that since
    seen_s: float = float("-inf")  # it was looked at last
    next: Purpose | Literal["finish", "idle"] | None = None  # when the run has ended
    reason: str = ""
    fault: bool = False
    closing: bool = False

    @property
    def stops(self) -> Stops:
        return self.asked.stops if self.asked else Stops()


# ---- events


@dataclass(frozen=True, slots=True)
class Wanted:
    """A user asks for a preview, for an armed session, or for a recording. `resume`: of one that was cut off."""

    at_s: float
    id: int
    purpose: Purpose
    asked: Asked
    resume: bool = False


@dataclass(frozen=True, slots=True)
class FinishAsked:
    at_s: float
    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MendAsked:
    """Make a recording whole that was cut off before it was finished."""

    at_s: float
    id: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class CloseAsked:
    at_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of a run came in. `end_s`: how long the recording is with them, holes included."""

    at_s: float
    run: int
    count: int = 1
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the picture is; told of each look."""

    at_s: float
    kind: SignalKind


@dataclass(frozen=True, slots=True)
class RunEnded:
    at_s: float
    run: int
    how: How
    text: str = ""


@dataclass(frozen=True, slots=True)
class DiskLow:
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class DiskBusy:
    """What came in is waiting for a disk that stands still, or is being written while a run ends."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The files are whole (or as whole as they will be)."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Tick:
    at_s: float


Event = Wanted | MendAsked | FinishAsked | CloseAsked | Frames | Seen | RunEnded | DiskLow | DiskBusy | Finished | Tick


# ---- actions


@dataclass(frozen=True, slots=True)
class Open:
    """Start a run; all but a preview's write parts. `armed`: what an earlier armed run wrote is let go of. `fresh`: of
    a new recording, whose counters begin anew."""

    run: int
    purpose: Purpose
    asked: Asked
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run; `kill`: at once. `why`: it is taken for a fault of the device's."""

    run: int
    kill: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """The phase is another one now."""

    phase: Phase
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """For the timeline. `length_s`: of a hole; frames are counted by who knows the rate."""

    kind: HappeningKind
    text: str = ""
    length_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refuse:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Make the files whole; Finished follows."""

    reason: str
    fault: bool


@dataclass(frozen=True, slots=True)
class End:
    """Nothing was recorded: say why."""

    text: str


@dataclass(frozen=True, slots=True)
class Exit:
    reason: str


Action = Open | Stop | Tell | Mark | Refuse | Finish | End | Exit
