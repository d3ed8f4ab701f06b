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
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from runtime import answers
from runtime.lending import SLOT_BYTES, Lending
from runtime.outcomes import (
    Cancelled,
    CostsOutcome,
    NodeError,
    NodeFailure,
    Picture,
    PixelOutcome,
    PreviewOutcome,
    Region,
    RenderError,
    RenderResult,
    RenderUpdate,
    RequestError,
    SamplesOutcome,
    SessionError,
    Starved,
    Superseded,
    WorkerGone,
)
from runtime.process import COMMAND
from runtime.protocol import (
    FOR_THE_USER,
    Barred,
    ClipFacts,
    Configure,
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
    Stale,
    StepCode,
    StepReport,
)
from runtime.readings import NodeCost, Pixel, Samples, node_costs, pixel_from
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


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without a sign of progress after which a request is taken to hang."""

    preview_s: float = 60.0
    model_s: float = 900.0  # of a picture behind a model: on a processor it takes minutes
    load_s: float = 300.0  # one step: a model may have to be compiled for the GPU
    index_s: float = 300.0
    probe_s: float = 120.0
    render_s: float = 900.0


class Session:
    """One worker and the plan that it holds."""

    def __init__(
        self,
        *,
        threads: int = 0,
        cache_mb: int = 1024,
        patience: Patience | None = None,
        limits: Limits | None = None,
        slot_bytes: int = SLOT_BYTES,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment`: what the worker's has beside ours, as a seat at a card gives it (runtime.hardware.seating)."""
        self._threads, self._cache_mb = threads, cache_mb
        self._patience = patience or Patience()
        self._plan: tuple[str, tuple[StepCode, ...]] = ("", ())
        self._barred: dict[str, Barred] = {}  # by fingerprint: steps whose building crashes
        self._crashed: dict[str, NodeFailure] = {}  # by fingerprint: steps whose frames crash
        self._by_port: dict[tuple[str, str], str] = {}
        self._behind_models: frozenset[str] = frozenset()  # nodes
        self._rendering: set[int] = set()
        self._lending = Lending(
            slot_bytes, lambda slot: self._supervisor.release(slot), lambda call: self._supervisor.do(call)
        )
        self._supervisor = Supervisor(self._setup, limits, command, environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close("the session ended" if error is None else f"the session ended with {type(error).__name__}")

    def close(self, reason: str = "the session was closed") -> None:
        self._supervisor.stop(reason)
        self._lending.close()

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
        return answers.wait(self.load_async(steps, prelude))

    def load_async(self, steps: Iterable[StepCode], prelude: str = "") -> "Future[tuple[StepReport, ...]]":
        """As load, without waiting: what is asked for next is answered from this plan."""
        plan = (prelude, tuple(steps))
        done: Future[tuple[StepReport, ...]] = Future()
        self._by_port = {(step.node, one.port): step.fingerprint for step in plan[1] for one in step.outputs}
        self._behind_models = answers.behind_models(plan[1])
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
                        done.set_exception(answers.lost(news))
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
            slots = self._lending.fresh()
            shared = (slots.name, slots.count, slots.slot_bytes) if slots is not None else ("", 0, 0)
            request = Configure(self._supervisor.next_id(), self._threads, self._cache_mb, *shared)
            todo.append(Asking(request, answers.ignore, self._patience.load_s))
        if self._plan[1] and not any(isinstance(one, Load) for one in waiting):
            todo.append(self._load_asking(self._plan, None, setup=True))
        return todo

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
            lambda outcome: answers.settle(done, outcome),
            max_width=max_width,
            max_height=max_height,
            square=square,
            look=look,
            field_order=field_order,
            region=region,
        )
        return answers.wait(done)

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
        return self._see(request, partial(self._lending.picture, keep=not (background or in_sequence)), on_done)

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
            lambda outcome: answers.settle(done, outcome),
            view=f"wait {id(done)}",
            max_width=max_width,
            max_height=max_height,
            look=look,
            field_order=field_order,
            region=region,
        )
        return answers.wait(done)

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
        return self._see(request, self._lending.samples, on_done)

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
                    on_done(answers.failure(news))
                case RequestFailed(message=message, log=log):
                    on_done(RequestError(message, log))
                case Lost(fault=fault) if fault.kind in ("crashed", "hung", "memory"):
                    failure = answers.crash(news, node, port, frame)
                    if fault.kind == "crashed" and fingerprint:
                        self._crashed[fingerprint] = failure
                    on_done(failure)
                case Lost():
                    on_done(answers.lost(news))

        self._supervisor.ask(Asking(request, heard, self._picture_s(node)))
        return request.id

    def costs(self, *, reset: bool = False) -> tuple[NodeCost, ...]:
        """What each node of the plan has worked since it was built or since the last reset; `reset`: count anew."""
        done: Future[tuple[NodeCost, ...]] = Future()
        self.costs_async(lambda outcome: answers.settle(done, outcome), reset=reset)
        return answers.wait(done)

    def costs_async(self, on_done: Callable[[CostsOutcome], None], *, reset: bool = False) -> int:
        """As costs, without waiting."""

        def heard(news: Reply | Lost) -> None:
            match news:
                case Costed():
                    on_done(node_costs(news))
                case RequestFailed(message=message, log=log):
                    on_done(RequestError(message, log))
                case Lost():
                    on_done(answers.lost(news))

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
                on_progress(answers.update(reply))

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
            reply = answers.last_word(inbox, news)
        except BaseException:  # Ctrl-C, or the caller's own on_progress
            self._supervisor.cancel(question.id)
            answers.last_word_soon(inbox)
            raise
        match reply:
            case Lost():
                raise answers.refusal(reply, question)
            case NodeFailed():
                raise (RenderError if isinstance(question, Render) else NodeError)(answers.failure(reply))
            case RequestFailed(message=message, log=log):
                raise RequestError(message, log)
            case RenderFailed(cancelled=True):
                raise Cancelled("cancelled")
            case RenderFailed(sinks=sinks):
                raise RenderError(answers.failure(reply), sinks)
            case _:
                return reply
