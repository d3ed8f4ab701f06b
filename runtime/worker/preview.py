"""Pictures for the screen, samples and pixels: the newest request of a view wins, and few are under way at a time."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import vapoursynth as vs

from runtime.blame import blamed_line, last_words
from runtime.protocol import (
    FieldOrder,
    FrameReady,
    Look,
    NodeFailed,
    Pick,
    Picked,
    Preview,
    Reply,
    Sample,
    Sampled,
    Stale,
    Started,
)
from runtime.shm import Slots
from runtime.worker import exchange
from runtime.worker.costs import NOTHING, CostBook, Snapshot
from runtime.worker.look import looked_at
from runtime.worker.memo import Memo, StepError, said
from runtime.worker.picture import Box, Region, copy_rows, picture_clip, region_clip, region_part, sar_of, stride_of
from runtime.worker.samples import codes_of, pixel, sampled

MAX_IN_FLIGHT = 2  # VapourSynth cannot abandon a frame that it has begun
_VIEWS_KEPT = 64
_CACHE_ON = 1  # std.SetVideoCache: always, as many frames as turn out to be of use

Seen = Preview | Sample | Pick
PortKey = tuple[str, str]
LookKey = tuple[str, str, Look, FieldOrder]
ViewKey = tuple[str, str, Look, FieldOrder, Box, Region | None]


@dataclass(frozen=True, slots=True)
class _Flight:
    request: Seen
    began: float
    costs: Snapshot


class Previews:
    """All methods run on the worker's main loop; `post` brings a call from another thread back to it."""

    def __init__(
        self,
        memo: Memo,
        costs: CostBook,
        send: Callable[[Reply], None],
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        self._memo, self._costs, self._send, self._post = memo, costs, send, post
        self._waiting: dict[str, Seen] = {}  # by view, oldest first
        self._flying: dict[int, _Flight] = {}
        self._looks: dict[LookKey, vs.VideoNode] = {}
        self._views: dict[ViewKey, vs.VideoNode] = {}
        self._sar: dict[PortKey, tuple[int, int]] = {}
        self._cached: set[str] = set()  # fingerprints of the steps whose frames are kept
        self._slots: Slots | None = None
        self._free: list[int] = []
        self.made = 0  # frames since somebody last looked after the memory

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._flying

    def use(self, slots: Slots | None) -> None:
        if self._slots is not None:
            self._slots.close()
        self._slots, self._free = slots, list(range(slots.count)) if slots else []

    def ask(self, request: Seen) -> None:
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
        self._looks = {key: clip for key, clip in self._looks.items() if key[0] in fingerprints}
        self._sar = {key: sar for key, sar in self._sar.items() if key[0] in fingerprints}
        self._cached &= fingerprints

    def start_some(self) -> None:
        """Begin as many waiting requests as there is room for: what is looked at first, then what is being played."""
        while self._waiting:
            if self._slots is not None and not self._free:
                return
            request = next(filter(self._room_for, sorted(self._waiting.values(), key=_turn)), None)
            if request is None:
                return
            del self._waiting[request.view]
            self._begin(request)

    def _room_for(self, request: Seen) -> bool:
        played = sum(_in_sequence(flight.request) for flight in self._flying.values())
        if _in_sequence(request):
            return played < max(MAX_IN_FLIGHT, int(vs.core.num_threads))
        others = len(self._flying) - played
        # one of the two places is kept for what the user looks at
        return others == 0 if request.background else others < MAX_IN_FLIGHT

    def _begin(self, request: Seen) -> None:
        flight = _Flight(request, time.perf_counter(), NOTHING)
        self._flying[request.id] = flight
        try:
            step = self._memo.step_of(request.node, request.port)
            key = (step.fingerprint, request.port)
            if not _in_sequence(request):
                self._cache_steps()
            clip = self._look(key, as_clip(self._memo.value(step.fingerprint, request.port)), request)
            check_frame(clip, request.frame)
            self._send(Started(request.id, request.node, request.frame, step.fingerprint))
            flight = self._flying[request.id] = replace(flight, costs=self._costs.asked(step.fingerprint))
            match request:
                case Preview(square=True) if key not in self._sar:
                    self._ask_sar(flight, key, clip)
                case Preview():
                    self._show(flight, key, clip, request)
                case Sample():
                    self._get(flight, clip, partial(self._sampled, request))
                case Pick():
                    self._pick(flight, key, clip, request)
        except Exception as error:
            self._fail(flight, error)

    def _cache_steps(self) -> None:
        """VapourSynth by itself keeps frames only where filters need their neighbours or share a source. Here the same
        frame is asked for again after each edit of a step below: behind QTGMC that takes 2 ms instead of 10, behind its
        slower presets more. A render has no use for it, and asks for no previews."""
        for step in self._memo.steps:
            if step.fingerprint not in self._cached:
                self._cached.add(step.fingerprint)
                for one in step.outputs:
                    with suppress(StepError, KeyError):  # it was not built
                        value = self._memo.value(step.fingerprint, one.port)
                        if isinstance(value, vs.VideoNode):
                            value.std.SetVideoCache(mode=_CACHE_ON)

    # ---- pictures

    def _ask_sar(self, flight: _Flight, key: PortKey, clip: vs.VideoNode) -> None:
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
                assert isinstance(flight.request, Preview)
                self._show(flight, key, clip, flight.request)
            except Exception as failure:
                self._fail(flight, failure)

        exchange.get(clip, flight.request.frame, got)

    def _show(self, flight: _Flight, key: PortKey, clip: vs.VideoNode, request: Preview) -> None:
        box = Box(request.max_width, request.max_height, self._sar[key] if request.square else (1, 1))
        look = (*key, request.look, request.field_order)
        if not request.region:
            view = self._view((*look, box, None), lambda: picture_clip(clip, box))
            self._get(flight, view, partial(self._picture, request, flight.began, None))
            return
        region = Region.of(request.region, clip.width, clip.height)
        whole, part = region_part(clip, region, box)
        view = self._view((*look, box, whole), lambda: region_clip(clip, region, box))
        self._get(flight, view, partial(self._picture, request, flight.began, part))

    def _picture(self, request: Preview, began: float, part: Region | None, frame: vs.VideoFrame) -> FrameReady:
        part = part or Region(0, 0, frame.width, frame.height)
        sar = (1, 1) if request.square else sar_of(frame)
        stride = stride_of(part.width)
        took_ms = (time.perf_counter() - began) * 1000
        slot, data = self._handed_over(stride * part.height, lambda target: copy_rows(frame, part, target))
        return FrameReady(request.id, part.width, part.height, stride, slot, data, sar[0], sar[1], took_ms)

    # ---- values

    def _sampled(self, request: Sample, frame: vs.VideoFrame) -> Sampled:
        began = time.perf_counter()
        part = Region.of(request.region, frame.width, frame.height)
        planes, found = sampled(frame, part, request.max_width, request.max_height)
        slot, data = self._handed_over(len(found), partial(_copy, found))
        took_ms = (time.perf_counter() - began) * 1000
        return Sampled(request.id, codes_of(frame), frame.width, frame.height, planes, slot, data, took_ms)

    def _pick(self, flight: _Flight, key: PortKey, clip: vs.VideoNode, request: Pick) -> None:
        """The frame's own values, and then those of the picture that is on the screen."""
        if not (0 <= request.x < clip.width and 0 <= request.y < clip.height):
            raise IndexError(f"{request.x}, {request.y} is outside the picture, {clip.width} × {clip.height}")
        box, one = Box(0, 0), Region(request.x, request.y, 1, 1)
        whole, part = region_part(clip, one, box)
        view = (*key, request.look, request.field_order, box, whole)
        shown = self._view(view, lambda: region_clip(clip, one, box))

        def own(frame: vs.RawFrame | None, error: Exception | None) -> None:
            if frame is None:
                self._post(lambda: self._fail(flight, error))
                return
            with frame:
                codes, values = codes_of(frame), pixel(frame, request.x, request.y)

            def picked(screen: vs.VideoFrame) -> Picked:
                data = bytearray(4)
                copy_rows(screen, part, memoryview(data))
                return Picked(request.id, codes, values, (data[2], data[1], data[0]))

            self._get(flight, shown, picked)

        exchange.get(clip, request.frame, own)

    # ---- clips that are kept

    def _look(self, key: PortKey, clip: vs.VideoNode, request: Seen) -> vs.VideoNode:
        if request.look == "frame":
            return clip
        full = (*key, request.look, request.field_order)
        looked = self._looks.pop(full, None) or looked_at(clip, request.look, request.field_order)
        _keep(self._looks, full, looked)
        return looked

    def _view(self, key: ViewKey, make: Callable[[], vs.VideoNode]) -> vs.VideoNode:
        view = self._views.pop(key, None) or make()
        _keep(self._views, key, view)
        return view

    # ---- on one of VapourSynth's threads: hand it over, then tell the loop that there is room

    def _get(self, flight: _Flight, clip: vs.VideoNode, answer: Callable[[vs.VideoFrame], Reply]) -> None:
        def arrived(frame: vs.RawFrame | None, error: Exception | None) -> None:
            if frame is None:
                self._post(lambda: self._fail(flight, error))
                return
            try:
                with frame:
                    reply = answer(frame)
            except Exception as failure:
                why = failure
                self._post(lambda: self._fail(flight, why))
                return
            self._costs.arrived(flight.costs)  # before whoever waits can ask
            self._send(reply)
            self._post(lambda: self._landed(flight))

        exchange.get(clip, flight.request.frame, arrived)

    def _handed_over(self, size: int, fill: Callable[[memoryview], None]) -> tuple[int, bytes]:
        """Into a slot of shared memory (its number, no bytes); where none is free or large enough, (−1, the bytes)."""
        slots = self._slots
        if slots is not None and size <= slots.slot_bytes:
            try:
                slot = self._free.pop()
            except IndexError:
                pass
            else:
                with slots.slot(slot) as target:
                    fill(target[:size])
                return slot, b""
        data = bytearray(size)
        fill(memoryview(data))
        return -1, bytes(data)

    def _landed(self, flight: _Flight) -> None:
        self._flying.pop(flight.request.id, None)
        self.made += 1

    def _fail(self, flight: _Flight, error: BaseException | None) -> None:
        self._flying.pop(flight.request.id, None)
        request = flight.request
        self._send(node_failed(request.id, request.node, request.port, request.frame, error))


def _turn(request: Seen) -> int:
    return 2 if request.background else 1 if _in_sequence(request) else 0


def _in_sequence(request: Seen) -> bool:
    return isinstance(request, Preview) and request.in_sequence


def _keep[K](kept: dict[K, vs.VideoNode], key: K, clip: vs.VideoNode) -> None:
    kept[key] = clip  # last in, last out
    while len(kept) > _VIEWS_KEPT:
        del kept[next(iter(kept))]


def _copy(data: bytearray, target: memoryview) -> None:
    target[:] = data


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
    words, log = last_words(message)
    return NodeFailed(request_id, blamed, port, frame, line, words, log)
