"""What the command line and the editor use: previews, facts and renders, each from one calm call.

    with Session() as session:
        session.load(steps, prelude)
        picture = session.preview("qtgmc1", "out", frame=120, max_width=720)

A session owns one worker process. Whatever a plugin does there, a call here returns or raises one of these:

    SessionError
    ├── NodeError        a node cannot be built, cannot make a frame, or crashes the worker: `.failure`
    ├── RenderError      a render did not become whole: `.failure`, `.sinks`
    ├── RequestError     a file cannot be probed or indexed
    ├── Cancelled        somebody called cancel()
    └── WorkerGone       no worker runs and none will be started: `.reason`
        └── Starved      each takes more memory than it may

All methods may be called from any thread; `on_done` of preview_async is called on the session's own thread
and must return quickly.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from runtime.blame import blamed_line
from runtime.process import COMMAND
from runtime.protocol import (
    FOR_THE_USER,
    Barred,
    ClipFacts,
    Configure,
    Configured,
    Costed,
    Costs,
    Describe,
    Described,
    FieldOrder,
    FrameReady,
    Index,
    Indexed,
    IndexProgress,
    Load,
    Loaded,
    Look,
    NodeFailed,
    Pick,
    Picked,
    Plain,
    Preview,
    Probe,
    Probed,
    Props,
    PropsReady,
    Question,
    Render,
    RenderDone,
    RenderFailed,
    RenderProgress,
    RenderSink,
    Reply,
    RequestFailed,
    Sample,
    Sampled,
    SinkProgress,
    Stale,
    Started,
    StepCode,
    StepReport,
)
from runtime.readings import NodeCost, Pixel, Samples, node_costs, pixel_from, samples_from
from runtime.shm import Slots
from runtime.supervisor import Asking, Lost, Supervisor
from runtime.watch import Limits

__all__ = [
    "Cancelled",
    "FieldOrder",
    "Look",
    "NodeCost",
    "NodeError",
    "NodeFailure",
    "Patience",
    "Picture",
    "Pixel",
    "Region",
    "RenderError",
    "RenderResult",
    "RenderUpdate",
    "RequestError",
    "Samples",
    "Session",
    "SessionError",
    "Starved",
    "Superseded",
    "WorkerGone",
]

_SLOTS = 5
_LENT_SLOTS = 2  # at most so many pictures stay where the worker put them: it needs the other slots
_LENT_BYTES = 256 * 1024  # smaller ones are copied in no time
_SLOT_BYTES = 1920 * 1440 * 4  # a larger picture goes over the wire
_MODELS = ("run_model(", "run_torch(", "run_faces(")  # nodes/stage.py
_CANCELLED_S = 8.0  # longer than a worker that does not obey is let live
_POLL_S = 0.2  # so that Ctrl-C is heard on Windows while we wait


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of B, G, R, A bytes. sar is the pixel aspect to show it with; 0/0: the frame does not say."""

    data: memoryview
    width: int
    height: int
    stride: int
    sar_num: int = 0
    sar_den: int = 0
    took_ms: float = 0.0  # in the worker


@dataclass(frozen=True, slots=True)
class NodeFailure:
    """Which node, which frame (None: it could not be built), which line of the script, and what was said."""

    node: str
    port: str
    frame: int | None
    line: int | None
    message: str
    log: tuple[str, ...] = ()
    crashed: bool = False  # it took the worker along
    starved: bool = False  # the worker took more memory than it may


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer request of the same view came first."""


@dataclass(frozen=True, slots=True)
class RenderUpdate:
    """How far a render is. Frames are counted over all sinks."""

    sinks: tuple[SinkProgress, ...]
    frames: int
    frames_total: int
    size_bytes: int
    elapsed_s: float

    @property
    def fps(self) -> float:
        """Frames of the longest sink a second."""
        longest = max(self.sinks, key=lambda sink: sink.total, default=None)
        return longest.encoded / self.elapsed_s if longest and self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds to go at the pace so far; None before there is a pace."""
        return self.elapsed_s * (self.frames_total - self.frames) / self.frames if self.frames else None


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A render that is whole: every sink's ffmpeg ended well and encoded every frame."""

    sinks: tuple[SinkProgress, ...]
    elapsed_s: float
    cpu_s: float  # the worker's, without ffmpeg's
    by: str = ""  # the card or the machine, where there are several


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without a sign of progress after which a request is taken to hang."""

    preview_s: float = 60.0
    model_s: float = 900.0  # of a picture behind a model: on a processor it takes minutes
    load_s: float = 300.0  # one step: a model may have to be compiled for the GPU
    index_s: float = 300.0
    probe_s: float = 120.0
    render_s: float = 900.0


class SessionError(Exception):
    pass


class NodeError(SessionError):
    def __init__(self, failure: NodeFailure) -> None:
        at = "" if failure.frame is None else f" · frame {failure.frame}"
        super().__init__(f"{failure.node}{at}: {failure.message}")
        self.failure = failure


class RenderError(NodeError):
    def __init__(self, failure: NodeFailure, sinks: tuple[SinkProgress, ...] = ()) -> None:
        super().__init__(failure)
        self.sinks = sinks


class RequestError(SessionError):
    def __init__(self, message: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.log = log


class Cancelled(SessionError):  # noqa: N818  # nothing went wrong
    pass


class WorkerGone(SessionError):  # noqa: N818
    def __init__(self, reason: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.log = reason, log


class Starved(WorkerGone):
    pass


Region = tuple[int, int, int, int]
"""x, y, width, height in pixels of the look that is shown."""

PreviewOutcome = Picture | NodeFailure | Superseded | SessionError
SamplesOutcome = Samples | NodeFailure | Superseded | SessionError
PixelOutcome = Pixel | NodeFailure | Superseded | SessionError
CostsOutcome = tuple[NodeCost, ...] | SessionError


class Session:
    """One worker and the plan that it holds."""

    def __init__(
        self,
        *,
        threads: int = 0,
        cache_mb: int = 1024,
        patience: Patience | None = None,
        limits: Limits | None = None,
        slot_bytes: int = _SLOT_BYTES,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment`: what the worker's has beside ours, as a seat at a card gives it (runtime.hardware.seating)."""
        self._threads, self._cache_mb = threads, cache_mb
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._plan: tuple[str, tuple[StepCode, ...]] = ("", ())
        self._barred: dict[str, Barred] = {}  # by fingerprint: steps whose building crashes
        self._crashed: dict[str, NodeFailure] = {}  # by fingerprint: steps whose frames crash
        self._by_port: dict[tuple[str, str], str] = {}
        self._behind_models: frozenset[str] = frozenset()  # nodes
        self._rendering: set[int] = set()
        try:
            self._slots: Slots | None = Slots.create(_SLOTS, slot_bytes)
        except OSError:
            self._slots = None  # no shared memory here: pictures go over the wire
        self._supervisor = Supervisor(self._setup, limits, command, environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close("the session ended" if error is None else f"the session ended with {type(error).__name__}")

    def close(self, reason: str = "the session was closed") -> None:
        self._supervisor.stop(reason)
        with self._lock:
            if self._slots is not None:
                self._slots.close()
                self._slots = None

    @property
    def worker_pid(self) -> int | None:
        return self._supervisor.pid

    def log_tail(self, lines: int = 20) -> tuple[str, ...]:
        """The last lines that the worker and its plugins wrote."""
        return self._supervisor.log_tail(lines)

    def notes(self) -> tuple[str, ...]:
        """What the worker has to tell the user, each once."""
        said = (
            line.removeprefix(FOR_THE_USER) for line in self._supervisor.log_tail(0) if line.startswith(FOR_THE_USER)
        )
        return tuple(dict.fromkeys(said))

    # ---- the plan

    def load(self, steps: Iterable[StepCode], prelude: str = "") -> tuple[StepReport, ...]:
        """Make this the current plan. Steps that fail are reported, not raised; they fail again where asked for."""
        return _wait(self.load_async(steps, prelude))

    def load_async(self, steps: Iterable[StepCode], prelude: str = "") -> "Future[tuple[StepReport, ...]]":
        """As load, without waiting: what is asked for next is answered from this plan."""
        plan = (prelude, tuple(steps))
        done: Future[tuple[StepReport, ...]] = Future()
        self._by_port = {(step.node, one.port): step.fingerprint for step in plan[1] for one in step.outputs}
        self._behind_models = _behind_models(plan[1])
        self._ask_load(plan, done, setup=False)
        return done

    def forgive(self) -> None:
        """Try nodes again that have crashed workers."""
        self._barred.clear()
        self._crashed.clear()

    def _ask_load(
        self, plan: tuple[str, tuple[StepCode, ...]], done: "Future[tuple[StepReport, ...]] | None", setup: bool
    ) -> None:
        self._supervisor.ask(self._load_asking(plan, done, setup))

    def _load_asking(
        self, plan: tuple[str, tuple[StepCode, ...]], done: "Future[tuple[StepReport, ...]] | None", setup: bool
    ) -> Asking:
        def heard(news: Reply | Lost) -> None:
            match news:
                case Loaded(steps=steps):
                    self._plan = plan
                    if done is not None:
                        done.set_result(steps)
                case Lost(fault=fault, begun=begun) if fault.kind in ("crashed", "hung") and begun is not None:
                    # Building this step took two workers along: do without it, so that the others can be
                    # seen.
                    self._barred[begun.fingerprint] = Barred(begun.fingerprint, f"{fault.text} twice while building it")
                    self._ask_load(plan, done, setup=True)
                case Lost():
                    if done is not None:
                        done.set_exception(_lost(news))
                case RequestFailed(message=message, log=log):
                    if done is not None:
                        done.set_exception(RequestError(message, log))

        known = {step.fingerprint for step in plan[1]}
        barred = tuple(one for one in self._barred.values() if one.fingerprint in known)
        request = Load(self._supervisor.next_id(), *plan, barred)
        return Asking(request, heard, self._patience.load_s, setup=setup)

    def _setup(self, waiting: Sequence[Question]) -> list[Asking]:
        """A new worker is configured and gets the plan of the last one. On the supervisor's thread."""
        todo: list[Asking] = []
        if not any(isinstance(one, Configure) for one in waiting):
            slots = self._fresh_slots()
            shared = (slots.name, slots.count, slots.slot_bytes) if slots is not None else ("", 0, 0)
            request = Configure(self._supervisor.next_id(), self._threads, self._cache_mb, *shared)
            todo.append(Asking(request, _ignore, self._patience.load_s))
        if self._plan[1] and not any(isinstance(one, Load) for one in waiting):
            todo.append(self._load_asking(self._plan, None, setup=True))
        return todo

    def _fresh_slots(self) -> Slots | None:
        """Slots that a new worker may write into: none that a picture of the last one lies in."""
        with self._lock:
            slots = self._slots
            if slots is not None and slots.lent:
                slots.close()
                try:
                    self._slots = Slots.create(slots.count, slots.slot_bytes)
                except OSError:
                    self._slots = None
            return self._slots

    # ---- pictures and facts

    def preview(
        self,
        node: str,
        port: str,
        frame: int,
        *,
        max_width: int = 0,
        max_height: int = 0,
        square: bool = False,
        look: Look = "frame",
        field_order: FieldOrder = "",
        region: Region | None = None,
    ) -> Picture:
        """A picture of a node, at most so large (0: its own size). Raises NodeError."""
        done: Future[Picture] = Future()
        self.preview_async(
            node,
            port,
            frame,
            lambda outcome: _settle(done, outcome),
            max_width=max_width,
            max_height=max_height,
            square=square,
            look=look,
            field_order=field_order,
            region=region,
        )
        return _wait(done)

    def preview_async(
        self,
        node: str,
        port: str,
        frame: int,
        on_done: Callable[[PreviewOutcome], None],
        *,
        view: str = "",
        max_width: int = 0,
        max_height: int = 0,
        square: bool = False,
        background: bool = False,
        look: Look = "frame",
        field_order: FieldOrder = "",
        region: Region | None = None,
        in_sequence: bool = False,
    ) -> int:
        """Ask for a picture; of one view, only the newest request is sure to be made. Returns an id for cancel().

        A `region` that fits max_width × max_height comes pixel for pixel (unless `square` stretches it), cut to the
        picture. In a bob, `frame` counts fields, and `field_order` goes before what the frames say. `in_sequence`:
        see runtime/playback.py.
        """
        request_id = self._supervisor.next_id()
        request = Preview(
            request_id,
            view or f"call {request_id}",
            node,
            port,
            frame,
            max_width,
            max_height,
            square,
            background,
            look,
            field_order,
            region or (),
            in_sequence,
        )
        return self._see(request, partial(self._picture, keep=not (background or in_sequence)), on_done)

    def samples(
        self,
        node: str,
        port: str,
        frame: int,
        *,
        max_width: int = 360,
        max_height: int = 288,
        look: Look = "frame",
        field_order: FieldOrder = "",
        region: Region | None = None,
    ) -> Samples:
        """The frame's own values at so many points at most (0: at all). Raises NodeError."""
        done: Future[Samples] = Future()
        self.samples_async(
            node,
            port,
            frame,
            lambda outcome: _settle(done, outcome),
            view=f"wait {id(done)}",
            max_width=max_width,
            max_height=max_height,
            look=look,
            field_order=field_order,
            region=region,
        )
        return _wait(done)

    def samples_async(
        self,
        node: str,
        port: str,
        frame: int,
        on_done: Callable[[SamplesOutcome], None],
        *,
        view: str = "samples",
        max_width: int = 360,
        max_height: int = 288,
        look: Look = "frame",
        field_order: FieldOrder = "",
        region: Region | None = None,
        background: bool = False,
    ) -> int:
        """As samples, without waiting; of one view, only the newest request is sure to be made."""
        request_id = self._supervisor.next_id()
        size = max_width, max_height
        request = Sample(request_id, view, node, port, frame, *size, look, field_order, region or (), background)
        return self._see(request, self._samples, on_done)

    def pixel_async(
        self,
        node: str,
        port: str,
        frame: int,
        x: int,
        y: int,
        on_done: Callable[[PixelOutcome], None],
        *,
        view: str = "pixel",
        look: Look = "frame",
        field_order: FieldOrder = "",
    ) -> int:
        """The values of one pixel; of one view, only the newest request is sure to be made."""

        def read(ready: FrameReady | Sampled | Picked) -> Pixel:
            assert isinstance(ready, Picked)
            return pixel_from(ready, x, y)

        request = Pick(self._supervisor.next_id(), view, node, port, frame, x, y, look, field_order)
        return self._see(request, read, on_done)

    def _see[T](
        self,
        request: Preview | Sample | Pick,
        read: Callable[[FrameReady | Sampled | Picked], T],
        on_done: Callable[[T | NodeFailure | Superseded | SessionError], None],
    ) -> int:
        node, port, frame = request.node, request.port, request.frame
        fingerprint = self._by_port.get((node, port), "")
        known = self._crashed.get(fingerprint)
        if known is not None:
            on_done(known)
            return request.id

        def heard(news: Reply | Lost) -> None:
            match news:
                case FrameReady() | Sampled() | Picked():
                    on_done(read(news))
                case Stale():
                    on_done(Superseded())
                case NodeFailed():
                    on_done(_failure(news))
                case RequestFailed(message=message, log=log):
                    on_done(RequestError(message, log))
                case Lost(fault=fault) if fault.kind in ("crashed", "hung", "memory"):
                    failure = _crash(news, node, port, frame)
                    if fault.kind == "crashed" and fingerprint:
                        self._crashed[fingerprint] = failure
                    on_done(failure)
                case Lost():
                    on_done(_lost(news))

        self._supervisor.ask(Asking(request, heard, self._picture_s(node)))
        return request.id

    def _picture(self, ready: FrameReady | Sampled | Picked, *, keep: bool) -> Picture:
        """`keep`: one that is looked at, not one of many: it may stay in its slot."""
        assert isinstance(ready, FrameReady)
        size = ready.stride * ready.height
        data = self._lent(ready.slot, size) if keep and size >= _LENT_BYTES else None
        if data is None:
            data = memoryview(self._taken(ready.slot, size, ready.data))
        return Picture(data, ready.width, ready.height, ready.stride, ready.sar_num, ready.sar_den, ready.took_ms)

    def _samples(self, ready: FrameReady | Sampled | Picked) -> Samples:
        assert isinstance(ready, Sampled)
        points = sum(plane.width * plane.height for plane in ready.planes)
        return samples_from(ready, self._taken(ready.slot, points * (4 if ready.codes.is_float else 2), ready.data))

    def _lent(self, slot: int, size: int) -> memoryview | None:
        """What a slot of shared memory holds, uncopied; None where too many are lent already."""
        with self._lock:
            slots = self._slots
            if slot < 0 or slots is None or slots.lent >= _LENT_SLOTS:
                return None
            return slots.lend(slot, size, lambda: self._supervisor.do(lambda: self._came_back(slots, slot)))

    def _came_back(self, slots: Slots, slot: int) -> None:
        with self._lock:  # until it is told: no new worker gets other slots meanwhile
            if self._slots is slots:
                self._supervisor.release(slot)

    def _taken(self, slot: int, size: int, data: bytes) -> bytes:
        """What a slot of shared memory holds, copied; `data` where the worker used none."""
        if slot < 0:
            return data
        with self._lock:
            if self._slots is None:
                return data
            with self._slots.slot(slot) as shared:
                copied = bytes(shared[:size])
        self._supervisor.release(slot)
        return copied

    def costs(self, *, reset: bool = False) -> tuple[NodeCost, ...]:
        """What each node of the plan has worked since it was built or since the last reset; `reset`: count anew."""
        done: Future[tuple[NodeCost, ...]] = Future()
        self.costs_async(lambda outcome: _settle(done, outcome), reset=reset)
        return _wait(done)

    def costs_async(self, on_done: Callable[[CostsOutcome], None], *, reset: bool = False) -> int:
        """As costs, without waiting."""

        def heard(news: Reply | Lost) -> None:
            match news:
                case Costed():
                    on_done(node_costs(news))
                case RequestFailed(message=message, log=log):
                    on_done(RequestError(message, log))
                case Lost():
                    on_done(_lost(news))

        request = Costs(self._supervisor.next_id(), reset)
        self._supervisor.ask(Asking(request, heard, self._patience.preview_s))
        return request.id

    def namespaces(self) -> frozenset[str] | None:
        """VapourSynth's namespaces, as the worker found them; None where no worker will start."""
        try:
            self.costs()  # answered by any worker, once it stands
        except SessionError:
            return None
        ready = self._supervisor.ready
        return frozenset(ready.namespaces) if ready is not None else None

    def describe(self, node: str, port: str = "out", *, first: bool = True) -> ClipFacts:
        """What a node's clip really is. `first`: with the props of frame 0, which is computed. Raises NodeError."""
        reply = self._answer(Describe(self._supervisor.next_id(), node, port, first), self._picture_s(node))
        assert isinstance(reply, Described)
        return reply.clip

    def props(self, node: str, port: str, frame: int) -> dict[str, Plain]:
        """The props of a frame. Raises NodeError."""
        reply = self._answer(Props(self._supervisor.next_id(), node, port, frame), self._picture_s(node))
        assert isinstance(reply, PropsReady)
        return reply.props

    def probe(self, path: str, *, measure: bool = False) -> dict[str, Plain]:
        """What a file is; `measure`: also its field structure, under `measured`. Raises RequestError."""
        reply = self._answer(Probe(self._supervisor.next_id(), path, measure), self._patience.probe_s)
        assert isinstance(reply, Probed)
        return reply.facts

    def index(
        self,
        path: str,
        index_file: str,
        on_progress: Callable[[int], None] = lambda _: None,
        options: Mapping[str, int] | None = None,
    ) -> int:
        """Build the index of a file, unless it is there; returns the number of frames. Raises RequestError."""
        request = Index(self._supervisor.next_id(), path, index_file, dict(options or {}))

        def news(reply: Reply) -> None:
            if isinstance(reply, IndexProgress):
                on_progress(reply.percent)

        reply = self._answer(request, self._patience.index_s, news)
        assert isinstance(reply, Indexed)
        return reply.num_frames

    # ---- renders

    def render(
        self,
        sinks: Sequence[RenderSink],
        on_progress: Callable[[RenderUpdate], None] = lambda _: None,
    ) -> RenderResult:
        """Write files; returns when they are whole. Raises RenderError, Cancelled, WorkerGone.

        The caller renames the .part files, or removes them after an error. Ctrl-C cancels, waits, and is
        raised.
        """
        if not sinks:
            raise ValueError("a render needs at least one sink")
        request = Render(self._supervisor.next_id(), tuple(sinks))

        def news(reply: Reply) -> None:
            if isinstance(reply, RenderProgress):
                on_progress(_update(reply))

        self._rendering.add(request.id)
        try:
            reply = self._answer(request, self._patience.render_s, news, replay=False)
        finally:
            self._rendering.discard(request.id)
        assert isinstance(reply, RenderDone)
        return RenderResult(reply.sinks, reply.elapsed_s, reply.cpu_s)

    def hold(self, on: bool) -> None:
        """Pause every running render at its next frame, or let them go on; the time until then does not count."""
        for one in list(self._rendering):
            self._supervisor.hold(one, on)

    def cancel(self, request_id: int | None = None) -> None:
        """Cancel a waiting preview, or every running render."""
        for one in [request_id] if request_id is not None else list(self._rendering):
            self._supervisor.cancel(one)

    # ---- plumbing

    def _picture_s(self, node: str) -> float:
        return max(self._patience.preview_s, self._patience.model_s if node in self._behind_models else 0.0)

    def _answer(
        self,
        question: Question,
        patience_s: float,
        news: Callable[[Reply], None] = lambda _: None,
        *,
        replay: bool = True,
    ) -> Reply:
        """Ask and wait; news comes on this thread. Raises what the answer says went wrong."""
        inbox: queue.SimpleQueue[Reply | Lost] = queue.SimpleQueue()
        self._supervisor.ask(Asking(question, inbox.put, patience_s, replay))
        try:
            reply = _last_word(inbox, news)
        except BaseException:  # Ctrl-C, or the caller's own on_progress
            self._supervisor.cancel(question.id)
            _last_word_soon(inbox)
            raise
        match reply:
            case Lost():
                raise _refusal(reply, question)
            case NodeFailed():
                raise (RenderError if isinstance(question, Render) else NodeError)(_failure(reply))
            case RequestFailed(message=message, log=log):
                raise RequestError(message, log)
            case RenderFailed(cancelled=True):
                raise Cancelled("cancelled")
            case RenderFailed(sinks=sinks):
                raise RenderError(_failure(reply), sinks)
            case _:
                return reply


def _last_word_soon(inbox: "queue.SimpleQueue[Reply | Lost]") -> None:
    """Wait until a cancelled request has ended. Not for ever: Ctrl-C may have come just as the last word was taken, and
    then there is no other."""
    until_s = time.monotonic() + _CANCELLED_S
    while time.monotonic() < until_s:
        with suppress(queue.Empty):
            item = inbox.get(timeout=_POLL_S)
            if not isinstance(item, IndexProgress | RenderProgress | Started):
                return


def _last_word(inbox: "queue.SimpleQueue[Reply | Lost]", news: Callable[[Reply], None]) -> Reply | Lost:
    while True:
        try:
            item = inbox.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        match item:
            case IndexProgress() | RenderProgress():
                news(item)
            case Described() | PropsReady() | Probed() | Indexed() | RenderDone():
                return item
            case Lost() | NodeFailed() | RequestFailed() | RenderFailed():
                return item


def _behind_models(steps: Iterable[StepCode]) -> frozenset[str]:
    """The nodes that run a model, and all below them. Steps come sources first."""
    slow: set[str] = set()
    nodes: set[str] = set()
    for step in steps:
        if any(call in step.code for call in _MODELS) or any(one.fingerprint in slow for one in step.inputs):
            slow.add(step.fingerprint)
            nodes.add(step.node)
    return frozenset(nodes)


def _settle[T](done: "Future[T]", outcome: T | NodeFailure | Superseded | SessionError) -> None:
    match outcome:
        case NodeFailure():
            done.set_exception(NodeError(outcome))
        case Superseded():
            done.set_exception(Cancelled("cancelled"))
        case SessionError():
            done.set_exception(outcome)
        case good:
            done.set_result(good)


def _wait[T](done: "Future[T]") -> T:
    while True:
        try:
            return done.result(_POLL_S)
        except NotYet:
            if done.done():
                raise


def _ignore(news: Reply | Lost) -> None:
    if not isinstance(news, Lost | Configured | RequestFailed):
        return


def _failure(reply: NodeFailed | RenderFailed) -> NodeFailure:
    port = reply.port if isinstance(reply, NodeFailed) else ""
    return NodeFailure(reply.node, port, reply.frame, reply.line, reply.message, reply.log)


def _crash(lost: Lost, node: str, port: str, frame: int | None) -> NodeFailure:
    """A node that took the worker along. The log may name a step of ours; else it is the one that was asked for."""
    begun = lost.begun
    node, frame = (begun.node or node, begun.frame) if begun is not None else (node, frame)
    starved = lost.fault.kind == "memory"
    at = blamed_line("\n".join(lost.log)) if not starved else None
    if at is not None:
        return NodeFailure(at[0], "", frame, at[1], lost.fault.text, lost.log, crashed=True)
    return NodeFailure(node, port, frame, None, lost.fault.text, lost.log, crashed=True, starved=starved)


def _lost(lost: Lost) -> SessionError:
    if lost.fault.kind == "cancelled":
        return Cancelled("cancelled")
    return (Starved if lost.fault.kind == "memory" else WorkerGone)(lost.fault.text, lost.log)


def _refusal(lost: Lost, question: Question) -> SessionError:
    if lost.fault.kind in ("cancelled", "stopped", "gone"):
        return _lost(lost)
    match question:
        case Describe(node=node, port=port):
            return NodeError(_crash(lost, node, port, 0))
        case Props(node=node, port=port, frame=frame):
            return NodeError(_crash(lost, node, port, frame))
        case Render(sinks=sinks):
            return RenderError(_crash(lost, sinks[0].node, sinks[0].output, None))
        case _ if lost.fault.kind == "memory":
            return _lost(lost)
        case _:
            return RequestError(lost.fault.text, lost.log)


def _update(progress: RenderProgress) -> RenderUpdate:
    sinks = progress.sinks
    return RenderUpdate(
        sinks,
        frames=sum(sink.encoded for sink in sinks),
        frames_total=sum(sink.total for sink in sinks),
        size_bytes=sum(sink.size_bytes for sink in sinks),
        elapsed_s=progress.elapsed_s,
    )
