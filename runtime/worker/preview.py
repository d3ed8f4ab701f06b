"""Pictures for the screen: the newest request of a view wins, at most two are under way."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import vapoursynth as vs

from runtime.blame import blamed_line
from runtime.protocol import FrameReady, NodeFailed, Preview, Reply, Stale, Started
from runtime.shm import Slots
from runtime.worker.memo import Memo, StepError, said
from runtime.worker.picture import Box, copy_rows, picture_clip, sar_of, stride_of

MAX_IN_FLIGHT = 2  # VapourSynth cannot abandon a frame that it has begun
_VIEWS_KEPT = 64

ViewKey = tuple[str, str, Box]


@dataclass(frozen=True, slots=True)
class _Flight:
    request: Preview
    slot: int
    began: float


class Previews:
    """All methods run on the worker's main loop; `post` brings a call from another thread back to it."""

    def __init__(self, memo: Memo, send: Callable[[Reply], None], post: Callable[[Callable[[], None]], None]) -> None:
        self._memo, self._send, self._post = memo, send, post
        self._waiting: dict[str, Preview] = {}  # by view, oldest first
        self._flying: dict[int, _Flight] = {}
        self._views: dict[ViewKey, vs.VideoNode] = {}
        self._sar: dict[tuple[str, str], tuple[int, int]] = {}
        self._slots: Slots | None = None
        self._free: list[int] = []

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._flying

    def use(self, slots: Slots | None) -> None:
        if self._slots is not None:
            self._slots.close()
        self._slots, self._free = slots, list(range(slots.count)) if slots else []

    def ask(self, request: Preview) -> None:
        before = self._waiting.pop(request.view, None)
        if before is not None:
            self._send(Stale(before.id))
        self._waiting[request.view] = request

    def cancel(self, request_id: int) -> None:
        for view, request in list(self._waiting.items()):
            if request.id == request_id:
                del self._waiting[view]
                self._send(Stale(request_id))

    def release(self, slot: int) -> None:
        if self._slots is not None and 0 <= slot < self._slots.count and slot not in self._free:
            self._free.append(slot)

    def keep_only(self, fingerprints: set[str]) -> None:
        """Let go of the views of steps that have left the plan: they hold the clips alive."""
        self._views = {key: clip for key, clip in self._views.items() if key[0] in fingerprints}
        self._sar = {key: sar for key, sar in self._sar.items() if key[0] in fingerprints}

    def start_some(self) -> None:
        """Begin as many waiting requests as there is room for, the foreground first."""
        while self._waiting and len(self._flying) < MAX_IN_FLIGHT:
            if self._slots is not None and not self._free:
                return
            request = min(self._waiting.values(), key=lambda one: one.background)
            if request.background and self._flying:
                return  # one of the two places is kept for what the user looks at
            del self._waiting[request.view]
            self._begin(request)

    def _begin(self, request: Preview) -> None:
        slot = self._free.pop() if self._slots is not None else -1
        flight = _Flight(request, slot, time.perf_counter())
        self._flying[request.id] = flight
        try:
            step = self._memo.step_of(request.node, request.port)
            clip = as_clip(self._memo.value(step.fingerprint, request.port))
            check_frame(clip, request.frame)
            self._send(Started(request.id, request.node, request.frame, step.fingerprint))
            key = (step.fingerprint, request.port)
            if request.square and key not in self._sar:
                self._ask_sar(flight, key, clip)
            else:
                self._show(flight, key, clip)
        except Exception as error:
            self._fail(flight, error)

    def _ask_sar(self, flight: _Flight, key: tuple[str, str], clip: vs.VideoNode) -> None:
        def got(frame: vs.RawFrame | None, error: Exception | None) -> None:
            if frame is None:
                self._post(lambda: self._fail(flight, error))
                return
            with frame:
                sar = sar_of(frame)
            self._post(lambda: go_on(sar))

        def go_on(sar: tuple[int, int]) -> None:
            self._sar[key] = sar
            try:
                self._show(flight, key, clip)
            except Exception as failure:
                self._fail(flight, failure)

        clip.get_frame_async(flight.request.frame, got)

    def _show(self, flight: _Flight, key: tuple[str, str], clip: vs.VideoNode) -> None:
        request = flight.request
        box = Box(request.max_width, request.max_height, self._sar[key] if request.square else (1, 1))
        self._view(key, clip, box).get_frame_async(
            request.frame, lambda frame, error: self._arrived(flight, frame, error)
        )

    def _view(self, key: tuple[str, str], clip: vs.VideoNode, box: Box) -> vs.VideoNode:
        full = (*key, box)
        view = self._views.pop(full, None) or picture_clip(clip, box)
        self._views[full] = view  # last in, last out
        while len(self._views) > _VIEWS_KEPT:
            del self._views[next(iter(self._views))]
        return view

    def _arrived(self, flight: _Flight, frame: vs.RawFrame | None, error: Exception | None) -> None:
        """On one of VapourSynth's threads: hand the picture over, then tell the loop that there is room."""
        if frame is None:
            self._post(lambda: self._fail(flight, error))
            return
        try:
            with frame:
                reply = self._handed_over(flight, frame)
        except Exception as failure:
            why = failure
            self._post(lambda: self._fail(flight, why))
            return
        self._send(reply)
        self._post(lambda: self._landed(flight, reply.slot))

    def _handed_over(self, flight: _Flight, frame: vs.VideoFrame) -> FrameReady:
        request, stride = flight.request, stride_of(frame)
        size = stride * frame.height
        sar = (1, 1) if request.square else sar_of(frame)
        took_ms = (time.perf_counter() - flight.began) * 1000
        reply = FrameReady(request.id, frame.width, frame.height, stride, flight.slot, b"", sar[0], sar[1], took_ms)
        if self._slots is not None and size <= self._slots.slot_bytes:
            with self._slots.slot(flight.slot) as target:
                copy_rows(frame, target)
            return reply
        data = bytearray(size)  # larger than a slot, or no shared memory: on the wire
        copy_rows(frame, memoryview(data))
        return replace(reply, slot=-1, data=bytes(data))

    def _landed(self, flight: _Flight, handed_slot: int) -> None:
        self._flying.pop(flight.request.id, None)
        if handed_slot != flight.slot:
            self.release(flight.slot)  # the picture did not use it

    def _fail(self, flight: _Flight, error: BaseException | None) -> None:
        self._flying.pop(flight.request.id, None)
        self.release(flight.slot)
        request = flight.request
        self._send(node_failed(request.id, request.node, request.port, request.frame, error))


def as_clip(value: object) -> vs.VideoNode:
    if not isinstance(value, vs.VideoNode):
        raise TypeError(f"it gives {type(value).__name__}, not a clip")
    return value


def check_frame(clip: vs.VideoNode, frame: int) -> None:
    if not 0 <= frame < clip.num_frames:
        raise IndexError(f"frame {frame} is outside the clip, which has {clip.num_frames}")


def node_failed(request_id: int, node: str, port: str, frame: int | None, error: BaseException | None) -> NodeFailed:
    """The reply for an exception: a failed step blames itself, a Python callback its own line."""
    if isinstance(error, StepError):
        report = error.report
        return NodeFailed(request_id, report.node, port, None, report.line, report.message)
    message = (
        "it gave no frame" if error is None else str(error.args[0]) if isinstance(error, KeyError) else said(error)
    )
    blamed, line = blamed_line(message) or (node, None)
    return NodeFailed(request_id, blamed, port, frame, line, message)
