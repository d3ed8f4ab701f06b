"""The worker's main loop: one thread that owns the plan; VapourSynth's own threads make the frames."""

import gc
import os
import queue
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from runtime.framing import Wire, WireClosed, WireCorrupt
from runtime.protocol import (
    VERSION,
    Cancel,
    Configure,
    Configured,
    Costed,
    Costs,
    Describe,
    Described,
    Hold,
    Index,
    Indexed,
    IndexProgress,
    Load,
    Loaded,
    LogLine,
    Pick,
    Ping,
    Pong,
    Preview,
    Probe,
    Probed,
    Props,
    PropsReady,
    ProtocolError,
    Ready,
    Release,
    Render,
    Reply,
    Request,
    RequestFailed,
    Sample,
    Started,
    StartFailed,
    StepCode,
    Stop,
    decode_request,
    encode,
)
from runtime.shm import Slots
from runtime.worker.lifeline import end_with
from runtime.worker.memo import Memo, said
from runtime.worker.memory import Growth, give_back, rss_bytes

if TYPE_CHECKING:
    import vapoursynth as vs

    from runtime.worker.render import RenderJob

_INDEX_PROGRESS = re.compile(r"index progress (\d+)%")
_IDLE_S = 0.3
_TRIM_FRAMES = 64  # pictures after which it is worth a look at how much memory the C library holds back
_COLLECT_SHARE = 0.1  # of the time spent building, where the user never pauses
_EXIT_CANNOT_WORK = 3

Call = Callable[[], None]


def work(wire: Wire) -> None:
    """Serve the parent until it stops us or goes. Never returns."""
    began = time.perf_counter()
    end_with(os.getppid())
    try:
        worker = Worker(wire)
    except Exception as error:
        wire.send(encode(StartFailed(f"VapourSynth cannot be loaded: {said(error)}")))
        _leave(_EXIT_CANNOT_WORK)
    worker.serve(began)


def _leave(code: int) -> None:
    sys.stderr.flush()
    os._exit(code)  # VapourSynth's tear-down may hang, and nothing of it is needed


class Worker:
    def __init__(self, wire: Wire) -> None:
        import vapoursynth as vs

        from runtime.worker.costs import CostBook
        from runtime.worker.environment import open_core
        from runtime.worker.preview import Previews

        self._wire = wire
        self._inbox: queue.SimpleQueue[Request | Call] = queue.SimpleQueue()
        self._indexing: dict[int, int] = {}  # thread → the request that may be building an index there
        self._newest_load = 0
        self._built_s = 0.0  # since the last garbage collection
        self._collect_s = 0.0  # what that one took
        self._later: list[Call] = []
        self._growth = Growth()
        self._rendering: Growth | None = None
        self._memo = Memo()
        self._renders: dict[int, RenderJob] = {}
        open_core(self._logged)
        self._vapoursynth = str(vs.__version__)
        self._namespaces = tuple(sorted(plugin.namespace for plugin in vs.core.plugins()))
        self._costs = CostBook(self._memo)
        self._previews = Previews(self._memo, self._costs, self._send, self._inbox.put)

    def serve(self, began: float) -> None:
        threading.Thread(target=self._listen, name="wire", daemon=True).start()
        boot_ms = (time.perf_counter() - began) * 1000
        self._send(Ready(VERSION, os.getpid(), self._vapoursynth, boot_ms, self._namespaces))
        while True:
            try:
                item = self._inbox.get(timeout=_IDLE_S if self._untidy else None)
            except queue.Empty:
                if self._previews.idle:
                    self._tidy()
                continue
            self._take(item)
            while not self._inbox.empty():  # take in all that has come before beginning a frame
                self._take(self._inbox.get())
            self._previews.start_some()
            later, self._later = self._later, []
            for call in later:  # while the frame that was waited for is being made
                call()
            if self._previews.made >= 2 * _TRIM_FRAMES:  # nobody pauses: it is being played, or drawn along
                self._previews.made = 0
                self._growth.look()

    @property
    def _untidy(self) -> bool:
        return self._built_s > 0 or self._previews.made >= _TRIM_FRAMES

    def _tidy(self) -> None:
        """In a pause: nobody waits for it."""
        if self._built_s:
            self._collect()
        self._previews.made = 0
        give_back()

    # ---- the wire

    def _listen(self) -> None:
        try:
            while True:
                request = decode_request(self._wire.receive())
                match request:
                    case Ping(id=id):  # answered here: a busy loop is not a dead one
                        self._send(Pong(id, rss_bytes()))
                    case Stop():
                        self._end(0)
                    case Load(id=id):
                        self._newest_load = id
                        self._inbox.put(request)
                    case _:
                        self._inbox.put(request)
        except (WireClosed, OSError):
            self._end(0)
        except (WireCorrupt, ProtocolError) as error:
            print(f"the parent speaks another language: {error}", file=sys.stderr)
            self._end(_EXIT_CANNOT_WORK)

    def _send(self, reply: Reply) -> None:
        try:
            self._wire.send(encode(reply))
        except OSError:
            self._end(0)

    def _end(self, code: int) -> None:
        for job in list(self._renders.values()):
            job.kill_encoders()
        _leave(code)

    def _logged(self, level: int, text: str) -> None:
        """VapourSynth's log; it calls on the thread that caused the line, which tells whose index is being built."""
        progress = _INDEX_PROGRESS.search(text)
        request_id = self._indexing.get(threading.get_ident())
        if progress and request_id is not None:
            self._send(IndexProgress(request_id, int(progress[1])))
        else:
            self._send(LogLine(int(level), text))

    # ---- the requests

    def _take(self, item: Request | Call) -> None:
        """Handle one item; a bug of ours fails that request, not the worker."""
        try:
            self._handle(item)
        except Exception as error:
            traceback.print_exc()
            request_id = getattr(item, "id", None)
            if isinstance(request_id, int):
                self._send(RequestFailed(request_id, said(error)))

    def _handle(self, item: Request | Call) -> None:
        match item:
            case Configure():
                self._configure(item)
            case Load():
                self._load(item)
            case Preview() | Sample() | Pick():
                self._previews.ask(item)
            case Costs(id=id, reset=reset):
                self._send(Costed(id, self._costs.told(reset=reset)))
            case Release(slot=slot):
                self._previews.release(slot)
            case Describe(id=id, node=node, port=port, first=False):
                self._describe(id, node, port)
            case Describe(id=id, node=node, port=port):
                self._with_frame(id, node, port, 0, self._described)
            case Props(id=id, node=node, port=port, frame=frame):
                self._with_frame(id, node, port, frame, self._props)
            case Render():
                self._render(item)
            case Cancel(target=target):
                self._previews.cancel(target)
                if target in self._renders:
                    self._renders[target].cancel()
            case Hold(target=target, on=on):
                if target in self._renders:
                    self._renders[target].hold(on)
            case Probe(id=id):
                self._aside(id, lambda: self._probe(item))
            case Index(id=id):
                self._aside(id, lambda: self._index(item))
            case Ping() | Stop():
                pass  # answered by _listen
            case call:
                call()

    def _configure(self, request: Configure) -> None:
        from runtime.worker.environment import tune_core

        try:
            tune_core(request.threads, request.cache_mb)
            shared = request.shm_name, request.shm_slots, request.slot_bytes
            slots = Slots.attach(*shared) if request.shm_name else None
        except Exception as error:
            self._send(RequestFailed(request.id, said(error)))
            return
        self._previews.use(slots)
        self._send(Configured(request.id))

    def _load(self, request: Load) -> None:
        began = time.perf_counter()

        def before(step: StepCode) -> bool:
            if request.id != self._newest_load:
                return False
            self._send(Started(request.id, step.node, None, step.fingerprint))
            return True

        self._indexing[threading.get_ident()] = request.id
        try:
            reports = self._memo.load(request.prelude, request.steps, request.barred, before=before)
        finally:
            del self._indexing[threading.get_ident()]
        self._costs.loaded()
        took_s = time.perf_counter() - began
        self._built_s += took_s
        self._later.append(lambda: self._tell_loaded(Loaded(request.id, reports, took_s * 1000)))

    def _tell_loaded(self, reply: Loaded) -> None:
        self._send(reply)
        self._previews.keep_only({step.fingerprint for step in self._memo.steps})
        if self._collect_s < _COLLECT_SHARE * self._built_s:
            self._collect()

    def _collect(self) -> None:
        """Old graphs are cyclic garbage that holds frames. Best collected in a pause, so that no edit waits."""
        began = time.perf_counter()
        gc.collect()
        self._built_s, self._collect_s = 0.0, time.perf_counter() - began

    def _with_frame(
        self,
        request_id: int,
        node: str,
        port: str,
        frame: int,
        answer: "Callable[[int, vs.VideoNode, vs.RawFrame], Reply]",
    ) -> None:
        from runtime.worker import exchange
        from runtime.worker.preview import as_clip, check_frame, node_failed

        def got(made: "vs.RawFrame | None", error: Exception | None) -> None:
            try:
                if made is None:
                    self._send(node_failed(request_id, node, port, frame, error))
                else:
                    with made:
                        reply = answer(request_id, clip, made)
                    self._send(reply)
            except Exception as failure:
                self._send(node_failed(request_id, node, port, frame, failure))

        try:
            step = self._memo.step_of(node, port)
            clip = as_clip(self._memo.value(step.fingerprint, port))
            check_frame(clip, frame)
            self._send(Started(request_id, node, frame, step.fingerprint))
            exchange.get(clip, frame, got)
        except Exception as error:
            self._send(node_failed(request_id, node, port, frame, error))

    def _describe(self, request_id: int, node: str, port: str) -> None:
        """Without any frame."""
        from runtime.worker.facts import clip_facts
        from runtime.worker.preview import as_clip, node_failed

        try:
            clip = as_clip(self._memo.value(self._memo.step_of(node, port).fingerprint, port))
            self._send(Described(request_id, clip_facts(clip)))
        except Exception as error:
            self._send(node_failed(request_id, node, port, None, error))

    @staticmethod
    def _described(request_id: int, clip: "vs.VideoNode", frame: "vs.RawFrame") -> Reply:
        from runtime.worker.facts import clip_facts

        return Described(request_id, clip_facts(clip, frame))

    @staticmethod
    def _props(request_id: int, _clip: "vs.VideoNode", frame: "vs.RawFrame") -> Reply:
        from runtime.worker.facts import plain_props

        return PropsReady(request_id, plain_props(frame))

    def _render(self, request: Render) -> None:
        from runtime.worker.preview import as_clip, node_failed
        from runtime.worker.render import RenderJob, growth_of_renders

        sinks = []
        for sink in request.sinks:
            try:
                clip = as_clip(self._memo.value(sink.fingerprint, sink.output))
            except Exception as error:
                self._send(node_failed(request.id, sink.node, sink.output, None, error))
                return
            sinks.append((sink, clip))
        forks = self._memo.forks([(sink.fingerprint, sink.output) for sink in request.sinks])
        self._rendering = self._rendering or growth_of_renders()
        job = RenderJob.of(request.id, sinks, [as_clip(fork) for fork in forks], self._send, self._rendering)
        self._renders[request.id] = job
        first = request.sinks[0]
        self._send(Started(request.id, first.node, first.first, first.fingerprint))
        job.start(lambda: self._inbox.put(lambda: self._rendered(request.id)))

    def _rendered(self, request_id: int) -> None:
        self._renders.pop(request_id, None)

    # ---- slow work beside the pictures

    def _aside(self, request_id: int, job: Callable[[], Reply]) -> None:
        def run() -> None:
            self._indexing[threading.get_ident()] = request_id
            try:
                reply = job()
            except Exception as error:
                reply = RequestFailed(request_id, said(error))
            finally:
                del self._indexing[threading.get_ident()]
            self._send(reply)

        self._send(Started(request_id))
        threading.Thread(target=run, name=f"request {request_id}", daemon=True).start()

    @staticmethod
    def _probe(request: Probe) -> Reply:
        from runtime.worker.probe import probe

        return Probed(request.id, probe(request.path, measured=request.measure))

    @staticmethod
    def _index(request: Index) -> Reply:
        from runtime.worker.index import build_index

        began = time.perf_counter()
        frames = build_index(request.path, request.index_file, request.options)
        return Indexed(request.id, frames, (time.perf_counter() - began) * 1000)
