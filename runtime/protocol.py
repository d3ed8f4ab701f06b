"""The words that the parent and its worker exchange. Frozen values only: no processes, no VapourSynth here.

Every request has an id and is answered under that id. A message travels as msgpack `[type name, fields]`. A
field that the reader does not know is ignored and a field that is missing takes its default, so that either
side may grow; a change that breaks this raises VERSION, which the worker's first word (Ready) carries.
"""

import dataclasses
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgpack

VERSION = 2

Plain = object
"""What msgpack carries without help: None, bool, int, float, str, bytes, lists and dicts of them."""

Gives = Literal["clip", "mask", "audio", "vectors", "captions", "timecodes", "nothing"]
PixelWire = Literal["y4m", "raw"]
"""raw is bare planes in ffmpeg's order: Y U V, or G B R (ffmpeg's gbrp…), or grey; little-endian."""


Look = Literal["frame", "top", "bottom", "bob", "y", "u", "v"]
"""What of a frame is shown: all of it (fields woven); one field, its lines doubled; every field in its turn, so that
2n and 2n + 1 are the fields of frame n; or one plane as grey (of RGB: R, G, B)."""

FieldOrder = Literal["", "tff", "bff"]
"""Which field of a frame is the earlier one; empty is what the frame says, and the top one where it says nothing."""

Family = Literal["yuv", "rgb", "gray"]


class ProtocolError(ValueError):
    """A payload is well framed but is not a message of this protocol."""


# ---- a plan's steps


@dataclass(frozen=True, slots=True)
class StepInput:
    """`name` is the variable that the code reads; it is bound to port `output` of the step `fingerprint`."""

    name: str
    fingerprint: str
    output: str


@dataclass(frozen=True, slots=True)
class StepOutput:
    """The code leaves what flows out of `port` in the variable `name`."""

    port: str
    name: str


@dataclass(frozen=True, slots=True)
class StepCode:
    """One step of a plan: statements, and a fingerprint of them and of everything upstream.

    Names may change between plans; the worker keeps values by fingerprint and port alone. `line` is the first
    line of `code` in the whole script (1 is the top).
    """

    fingerprint: str
    node: str
    label: str
    code: str
    inputs: tuple[StepInput, ...]
    outputs: tuple[StepOutput, ...]
    line: int = 1
    gives: Gives = "clip"


@dataclass(frozen=True, slots=True)
class Barred:
    """A step that has crashed workers: it is reported failed and not evaluated again."""

    fingerprint: str
    why: str


@dataclass(frozen=True, slots=True)
class StepReport:
    """What became of one step of a Load. `below` is a step that could not run because one above it failed."""

    fingerprint: str
    node: str
    state: Literal["built", "reused", "failed", "below", "skipped"]
    line: int | None = None
    message: str = ""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a clip really is. The props are those of frame 0; None where the frame does not say, or was not asked."""

    width: int
    height: int
    format: str  # VapourSynth's name: YUV422P10
    fps_num: int  # 0/1: variable
    fps_den: int
    num_frames: int
    field_based: int | None = None  # 0 progressive, 1 bottom field first, 2 top field first
    sar_num: int | None = None
    sar_den: int | None = None
    matrix: int | None = None
    range: int | None = None
    primaries: int | None = None
    transfer: int | None = None


@dataclass(frozen=True, slots=True)
class Codes:
    """How a clip writes its values. `sub_w`, `sub_h`: the chroma planes are 2^sub times smaller."""

    family: Family
    bits: int
    is_float: bool = False
    full_range: bool = False
    matrix: int | None = None  # as H.273 numbers them; None: the frame does not say
    sub_w: int = 0
    sub_h: int = 0


@dataclass(frozen=True, slots=True)
class PlaneSize:
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StepCost:
    """What a step has worked since the last reset: nanoseconds of VapourSynth's threads, and for how many of the
    pictures that were asked for it had to work at all. What came out of a cache costs no time and is not counted."""

    node: str
    worked_ns: int
    frames: int


@dataclass(frozen=True, slots=True)
class RenderSink:
    """One file of a render: output frames first…last (half-open) of a clip, piped into one ffmpeg.

    `ffmpeg` is the whole argument list; it reads pipe:0 and writes to a .part path. The worker adds
    `-progress`. `frames_expected` is what ffmpeg must say it encoded; any other number is a failure.
    `shown`: frames that cannot be made, and the ones that are shown in their place.
    """

    node: str
    fingerprint: str
    output: str
    first: int
    last: int
    wire: PixelWire
    ffmpeg: tuple[str, ...]
    frames_expected: int
    shown: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SinkProgress:
    node: str
    written: int  # frames handed to ffmpeg
    encoded: int  # frames that ffmpeg says it has encoded
    total: int
    size_bytes: int


# ---- requests


@dataclass(frozen=True, slots=True)
class Configure:
    """Set up the core. threads 0 leaves VapourSynth's own choice; an empty shm_name sends pictures on the wire."""

    id: int
    threads: int = 0
    cache_mb: int = 1024
    shm_name: str = ""
    shm_slots: int = 0
    slot_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """Make this plan the current one. Steps whose fingerprints are known keep their clips, caches and indexes."""

    id: int
    prelude: str
    steps: tuple[StepCode, ...]
    barred: tuple[Barred, ...] = ()


@dataclass(frozen=True, slots=True)
class Describe:
    """`first`: with the props of frame 0, which is computed for that; a model takes minutes for it at worst."""

    id: int
    node: str
    port: str = "out"
    first: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture for the screen, BGRA. The newest request of a view wins; a background view waits for the others.

    max_width and max_height bound the picture (0: do not). square: stretch to square pixels by the frame's
    own SAR. region: x, y, width, height in pixels of the look; empty is all of it. in_sequence: one of a run of
    frames, of which as many as there are threads may be under way.
    """

    id: int
    view: str
    node: str
    port: str
    frame: int
    max_width: int = 0
    max_height: int = 0
    square: bool = False
    background: bool = False
    look: Look = "frame"
    field_order: FieldOrder = ""
    region: tuple[int, ...] = ()
    in_sequence: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame's own values at so many points at most, for the scopes. Shares the views of Preview."""

    id: int
    view: str
    node: str
    port: str
    frame: int
    max_width: int = 0
    max_height: int = 0
    look: Look = "frame"
    field_order: FieldOrder = ""
    region: tuple[int, ...] = ()
    background: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """The values of one pixel. Shares the views of Preview."""

    id: int
    view: str
    node: str
    port: str
    frame: int
    x: int
    y: int
    look: Look = "frame"
    field_order: FieldOrder = ""
    background: bool = False


@dataclass(frozen=True, slots=True)
class Costs:
    """What has every step of the plan cost? `reset`: and begin to count anew."""

    id: int
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """The parent has read this slot of shared memory."""

    slot: int


@dataclass(frozen=True, slots=True)
class Props:
    id: int
    node: str
    port: str
    frame: int


@dataclass(frozen=True, slots=True)
class Render:
    id: int
    sinks: tuple[RenderSink, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request `target` (a render, or a waiting preview). It answers under its own id."""

    target: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Pause the render `target` at its next frame, or let it go on. It answers when it is done, as ever."""

    target: int
    on: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """Look at a file. `measure`: also measure its field structure, which decodes some hundred frames."""

    id: int
    path: str
    measure: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """Build BestSource's index of a file. `options` are further arguments of bs.VideoSource that must match."""

    id: int
    path: str
    index_file: str
    options: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ping:
    id: int


@dataclass(frozen=True, slots=True)
class Stop:
    reason: str


# ---- replies


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker's first word. `namespaces` are those of the plugins that have loaded."""

    version: int
    pid: int
    vapoursynth: str = ""
    boot_ms: float = 0.0
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartFailed:
    """The worker's last word where it cannot work at all."""

    message: str


@dataclass(frozen=True, slots=True)
class Configured:
    id: int


@dataclass(frozen=True, slots=True)
class Started:
    """Work on a request has really begun, at this node (a Load says so for each step that it builds)."""

    id: int
    node: str = ""
    frame: int | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Pong:
    id: int
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Loaded:
    id: int
    steps: tuple[StepReport, ...]
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Described:
    id: int
    clip: ClipFacts


@dataclass(frozen=True, slots=True)
class FrameReady:
    """A picture: rows of BGRA, in `slot` of shared memory or, where slot is −1, in `data`.

    sar is the frame's pixel aspect as shown: 1/1 after a square preview, 0/0 where the frame does not say.
    """

    id: int
    width: int
    height: int
    stride: int  # bytes
    slot: int
    data: bytes = b""
    sar_num: int = 0
    sar_den: int = 0
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Sampled:
    """Planes one after the other, without padding: 16-bit codes or, where `codes.is_float`, 32-bit floats, in the
    machine's byte order; in `slot` of shared memory or, where slot is −1, in `data`. Width and height: the look's."""

    id: int
    codes: Codes
    width: int
    height: int
    planes: tuple[PlaneSize, ...]
    slot: int
    data: bytes = b""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Picked:
    """One value for each plane (chroma from the sample that covers the pixel), and R, G, B as on the screen."""

    id: int
    codes: Codes
    values: tuple[float, ...]
    rgb: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Costed:
    id: int
    steps: tuple[StepCost, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """A newer request of the same view made this one pointless, or it was cancelled."""

    id: int


@dataclass(frozen=True, slots=True)
class PropsReady:
    id: int
    props: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """A node cannot be built (frame None) or cannot make a frame. `line` counts in the whole script."""

    id: int
    node: str
    port: str
    frame: int | None
    line: int | None
    message: str
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderProgress:
    id: int
    sinks: tuple[SinkProgress, ...]
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class RenderDone:
    id: int
    sinks: tuple[SinkProgress, ...]
    elapsed_s: float
    cpu_s: float = 0.0  # the worker's own, without ffmpeg's


@dataclass(frozen=True, slots=True)
class RenderFailed:
    """Where, what: `node` is the sink or the failing step, `frame` the first output frame that was not written."""

    id: int
    node: str
    frame: int | None
    line: int | None
    message: str
    log: tuple[str, ...] = ()
    cancelled: bool = False
    sinks: tuple[SinkProgress, ...] = ()


@dataclass(frozen=True, slots=True)
class Probed:
    id: int
    facts: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class IndexProgress:
    id: int
    percent: int


@dataclass(frozen=True, slots=True)
class Indexed:
    id: int
    num_frames: int
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request failed for a reason that is no node's."""

    id: int
    message: str
    log: tuple[str, ...] = ()


FOR_THE_USER = "note: "
"""How a log line begins that the user is to be told: a model runs elsewhere than was asked, or in smaller parts."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of VapourSynth's log. Levels as VapourSynth's: 0 debug, 1 information, 2 warning, 3 critical, 4 fatal."""

    level: int
    text: str


Question = Configure | Load | Describe | Preview | Sample | Pick | Costs | Props | Render | Probe | Index
"""A request that is answered under its id."""

Request = Question | Release | Cancel | Hold | Ping | Stop
Reply = (
    Ready
    | StartFailed
    | Configured
    | Started
    | Pong
    | Loaded
    | Described
    | FrameReady
    | Sampled
    | Picked
    | Costed
    | Stale
    | PropsReady
    | NodeFailed
    | RenderProgress
    | RenderDone
    | RenderFailed
    | Probed
    | IndexProgress
    | Indexed
    | RequestFailed
    | LogLine
)
Message = Request | Reply


# ---- to and from bytes


def encode(message: Message) -> bytes:
    return encode_value(message)


def encode_value(message: object) -> bytes:
    """Any frozen value of such fields: for other processes of ours with words of their own (capture/session)."""
    # file names need not be Unicode: Python keeps their odd bytes as surrogates
    packed: bytes = msgpack.packb([type(message).__name__, message], default=_fields, unicode_errors="surrogatepass")
    return packed


def decode_request(payload: bytes) -> Request:
    message: Request = _decode(payload, _tagged(Request))
    return message


def decode_reply(payload: bytes) -> Reply:
    message: Reply = _decode(payload, _tagged(Reply))
    return message


def decode_one_of(payload: bytes, union: types.UnionType) -> Any:
    """A message of another set of words. ProtocolError where it is none."""
    return _decode(payload, _tagged(union))


def _fields(value: Any) -> dict[str, Any]:
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"{type(value).__name__} cannot go over the wire")
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _decode(payload: bytes, known: dict[str, type]) -> Any:
    try:
        tag, body = msgpack.unpackb(payload, strict_map_key=False, unicode_errors="surrogatepass")
        return _reader(known[tag])(body)
    except Exception as error:  # msgpack raises half a dozen kinds for rubbish
        raise ProtocolError(f"not a message: {type(error).__name__}: {error}") from error


@cache
def _tagged(union: types.UnionType) -> dict[str, type]:
    return {kind.__name__: kind for kind in get_args(union)}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a value of this type is read from what msgpack gives."""
    if hint is object:
        return lambda value: value
    if dataclasses.is_dataclass(hint):
        return _dataclass_reader(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        item = _reader(args[0])
        return lambda value: tuple(map(item, _expect(value, list)))
    if origin is dict:
        item = _reader(args[1])
        return lambda value: {_expect(key, str): item(one) for key, one in _expect(value, dict).items()}
    if origin is Literal:
        return lambda value: args[args.index(value)]
    if origin in (types.UnionType, Union):
        item = _reader(next(arg for arg in args if arg is not types.NoneType))
        return lambda value: None if value is None else item(value)
    if hint is float:
        return lambda value: float(_expect(value, (int, float)))
    return lambda value: _expect(value, hint)


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in dataclasses.fields(kind)}

    def read(value: Any) -> Any:
        return kind(**{name: readers[name](one) for name, one in _expect(value, dict).items() if name in readers})

    return read


def _expect(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind}, found {value!r:.80}")
    return value
