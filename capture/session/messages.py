"""The words that a user of a session and its recorder process exchange. Frozen values only: no processes here.

As runtime/protocol.py: msgpack `[type name, fields]`, framed by runtime/framing.py; a field that the reader does not
know is ignored, one that is missing takes its default; a change that breaks this raises VERSION. Times: `t_s` is
seconds since the first frame of this recording (or preview), on the recorder's clock, holes included. Frames: `frame`
counts the recorded frames from 0 across all parts; that of the file when it is joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from capture.session.asking import Asked
from runtime import protocol
from runtime.protocol import ProtocolError

__all__ = ["VERSION", "Event", "ProtocolError", "Request", "decode_event", "decode_request", "encode"]

VERSION = 1

State = Literal["idle", "preview", "armed", "recording", "paused", "finishing", "done", "failed"]

SignalKind = Literal["picture", "blank", "blue", "snow", "none"]

HappeningKind = Literal[
    "started",  # recording began, or a part's run: text says which
    "part",  # a part was closed, the next begun; not a frame is lost
    "lost",  # count frames never came; length_s
    "late",  # a frame came late but came
    "repeated",  # count frames are the picture before once more
    "driver",  # the driver or ffmpeg said so: text is its word, count what it counts
    "sound lost",  # count samples never came; length_s
    "stall",  # nothing came for length_s
    "vanished",  # the device is gone
    "back",  # it is back: count frames and length_s are the hole
    "changed",  # the signal's standard or size changed
    "blank",
    "blue",
    "snow",
    "picture",  # a picture again after one of those
    "scene",
    "recording",  # somebody once pressed the camera's button here
    "clipped",  # sound at full scale
    "silent",  # the sound's samples are all zero, or one value
    "sound",  # sound again
    "timecode",  # DV: a jump
    "errors",  # DV: frames with block errors, count blocks
    "audio mode",  # DV: rate, bits or channels changed
    "disk",  # room is running out, or has
    "restarted",  # the recorder itself died and went on
    "note",  # the user's own mark
    "stopped",  # the recording ended: text says why
]


# ---- requests


@dataclass(frozen=True, slots=True)
class Preview:
    """Open the device and show it; nothing is written. Also after a recording, for the next tape."""

    id: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class Arm:
    """As Preview, and record by itself as soon as there is a picture (not blank, blue or snow)."""

    id: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class Record:
    """Record now. `resume`: the recorder died in the middle of this one; go on in a new part."""

    id: int
    asked: Asked
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Mend:
    """Make a recording whole that was cut off; only its folder and name are asked for."""

    id: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class Finish:
    """End the recording; it is made whole, and Done follows. In preview: back to idle."""

    id: int
    reason: str = "asked"


@dataclass(frozen=True, slots=True)
class Note:
    """The user's own mark on the timeline."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Ping:
    id: int


@dataclass(frozen=True, slots=True)
class Close:
    """Finish what is under way, then end the process."""

    reason: str


# ---- events


@dataclass(frozen=True, slots=True)
class Ready:
    """The recorder's first word."""

    version: int
    pid: int


@dataclass(frozen=True, slots=True)
class StateIs:
    """Sent on every change. `reason` says why, in words for people; empty where it was asked for."""

    state: State
    reason: str = ""
    t_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Live:
    """Live frames lie in the ring of this path (runtime/ring.py); an empty path: there is none any more."""

    ring: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A new frame lies in the ring. `skipped`: frames that the preview (never the recording) left out so far."""

    frame: int
    t_s: float
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """A few times a second. `lost` never came; `late` came late; `repeated` came twice; `driver` is what the driver
    said it dropped, which may be the same frames as `lost`; `errors`: DV frames with block errors."""

    t_s: float
    frames: int
    lost: int = 0
    late: int = 0
    repeated: int = 0
    driver: int = 0
    errors: int = 0
    samples: int = 0
    parts: int = 0
    size_bytes: int = 0
    bytes_per_s: float = 0.0
    free_bytes: int = 0
    left_s: float | None = None  # until the disk is full (less the reserve) or the timed stop, whichever is first
    drift_ppm: float | None = None  # the sound's clock against the picture's; None: not known yet
    offset_ms: float | None = None  # by so much the sound is later by now than at the beginning
    fps: float = 0.0  # over the last seconds
    timecode: str = ""  # DV
    recorded_at: str = ""  # DV: the camera's date and time


@dataclass(frozen=True, slots=True)
class Channel:
    """dBFS of the last tenth of a second; −inf is told as −200."""

    peak_db: float
    rms_db: float
    clipped: int = 0  # samples at full scale, in this recording
    silent: bool = False  # true silence: no noise even


@dataclass(frozen=True, slots=True)
class Levels:
    t_s: float
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """What the picture is, about five times a second. Luma in 8-bit codes; shares of the picture 0…1."""

    t_s: float
    frame: int
    kind: SignalKind
    luma_low: float = 16.0  # the 0.1 % darkest lie below
    luma_high: float = 235.0
    below: float = 0.0  # share below 16
    above: float = 0.0  # share above 235
    crushed: float = 0.0  # share at the very lowest codes: gone for ever
    clipped: float = 0.0  # share at the very highest codes


@dataclass(frozen=True, slots=True)
class Happened:
    """Something for the timeline, the log and the report."""

    kind: HappeningKind
    t_s: float
    frame: int
    count: int = 0
    length_s: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the recording: frames first…last, half-open. `whole`: it was closed in an orderly way."""

    path: str
    first: int
    last: int
    start_s: float
    size_bytes: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """The recording is whole. `files` are what to open: one when it was joined, else the parts in order. `missing`:
    about how many frames the tape played in its `holes`, while device or recorder was away, beside those `lost`."""

    reason: str
    files: tuple[str, ...]
    parts: tuple[Part, ...]
    report: str
    log: str
    framemd5: str
    frames: int
    lost: int
    late: int = 0
    repeated: int = 0
    t_s: float = 0.0
    fault: bool = False  # it ended by a fault (disk full, the device did not come back): what is there is safe
    note: str = ""  # why it was not joined, and the like
    holes: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing (more) can be recorded: where, what, what next."""

    text: str
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The request cannot be done now; the state is what it was."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Pong:
    id: int


@dataclass(frozen=True, slots=True)
class Finishing:
    """How far the finishing is: joining, then proving."""

    what: str
    share: float
    facts: dict[str, str] = field(default_factory=dict)


Request = Preview | Arm | Record | Mend | Finish | Note | Ping | Close
Event = (
    Ready
    | StateIs
    | Live
    | Picture
    | Counters
    | Levels
    | Signal
    | Happened
    | Done
    | Failed
    | Refused
    | Pong
    | Finishing
)


def encode(message: Request | Event) -> bytes:
    return protocol.encode_value(message)


def decode_request(payload: bytes) -> Request:
    """ProtocolError where it is none."""
    message: Request = protocol.decode_one_of(payload, Request)
    return message


def decode_event(payload: bytes) -> Event:
    message: Event = protocol.decode_one_of(payload, Event)
    return message
