"""Renders clips to files: frames from VapourSynth into one ffmpeg per sink, all sinks in one pass."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Self

import vapoursynth as vs

from runtime.blame import blamed_line, last_words
from runtime.protocol import RenderDone, RenderFailed, RenderProgress, RenderSink, Reply, SinkProgress
from runtime.worker.encoder import Encoder, EncoderError
from runtime.worker.exchange import worth_another_try
from runtime.worker.memo import said
from runtime.worker.memory import Growth
from runtime.worker.pace import Pace, Stopped

_PREFETCH = 2  # at least so many frames ahead of the one being written; else as many as threads, as vspipe does
_WINDOW_FRAMES = 4  # how far one sink may run ahead of another, in frames of the slowest
_SPARE_FRAMES = 8
_REPORT_S = 0.2
_GROWTH_BYTES = 512 * 1024 * 1024
_GROWTH_SHARE = 1.5  # QTGMC's own frames go and come by the gigabyte: giving them back each time is 1 % of its CPU time
_SIGN_OF_LIFE_S = 10.0  # a paused render has no progress to tell, and is not hanging
_CACHE_ON, _CACHE_AUTO = 1, -1  # std.SetVideoCache


def growth_of_renders() -> Growth:
    return Growth(_GROWTH_BYTES, _GROWTH_SHARE)


@dataclass(slots=True)
class _Lane:
    """One sink under way."""

    sink: RenderSink
    clip: vs.VideoNode
    encoder: Encoder | None = None
    written: int = 0
    error: BaseException | None = None

    @property
    def progress(self) -> SinkProgress:
        encoder = self.encoder
        encoded, size = (encoder.frames, encoder.size_bytes) if encoder else (0, 0)
        total = self.sink.last - self.sink.first
        return SinkProgress(self.sink.node, self.written, encoded, total, size)


@dataclass(slots=True)
class RenderJob:
    """A render on a thread of its own; it says what becomes of it through `send`."""

    id: int
    lanes: list[_Lane]
    send: Callable[[Reply], None]
    pace: Pace
    growth: Growth
    forks: list[vs.VideoNode] = field(default_factory=list)
    cancelled: bool = False
    _thread: threading.Thread | None = field(default=None)

    @classmethod
    def of(
        cls,
        request_id: int,
        sinks: Sequence[tuple[RenderSink, vs.VideoNode]],
        forks: Sequence[vs.VideoNode],
        send: Callable[[Reply], None],
        growth: Growth | None = None,
    ) -> Self:
        """`forks` are the clips that several sinks share. `growth` is what the renders before this one, in the same
        process, have seen of memory: without it each segment would take what the last one left for its need."""
        lanes = [_Lane(sink, _wire_clip(sink, clip)) for sink, clip in sinks]
        slowest = max((_frame_s(lane.clip) for lane in lanes), default=0.0)
        pace = Pace(len(lanes), _WINDOW_FRAMES * slowest)
        growth = growth or growth_of_renders()
        return cls(request_id, lanes, send, pace, growth, list(forks) if len(lanes) > 1 else [])

    def start(self, done: Callable[[], None]) -> None:
        def run() -> None:
            try:
                self.run()
            finally:
                done()

        self._thread = threading.Thread(target=run, name=f"render {self.id}")
        self._thread.start()

    def cancel(self) -> None:
        self.cancelled = True
        self._halt()

    def hold(self, on: bool) -> None:
        """Pause at the next frame, or go on. The encoders wait for their next frame meanwhile."""
        self.pace.hold(on)

    def kill_encoders(self) -> None:
        for lane in self.lanes:
            if lane.encoder is not None:
                lane.encoder.kill()

    def _halt(self) -> None:
        self.pace.stop()
        self.kill_encoders()  # a writer that waits on a full pipe wakes up

    def run(self) -> None:
        began, cpu = time.perf_counter(), time.process_time()
        try:
            for lane in self.lanes:
                lane.encoder = Encoder(lane.sink.ffmpeg)
        except EncoderError as error:
            lane.error = error
        else:
            self._hold_forks(_CACHE_ON)
            self._run_lanes(began)
            self._hold_forks(_CACHE_AUTO)
        for lane in self.lanes:
            if lane.encoder is not None:
                lane.encoder.close()
        sinks = tuple(lane.progress for lane in self.lanes)
        failed = self._failure(sinks)
        elapsed_s = time.perf_counter() - began - self.pace.held_s
        self.send(failed or RenderDone(self.id, sinks, elapsed_s, time.process_time() - cpu))

    def _hold_forks(self, mode: int) -> None:
        """Keep frames of shared clips for as long as the last sink may need them (VapourSynth guesses too short)."""
        frames = 2 * _ahead() + 2 * _WINDOW_FRAMES + _SPARE_FRAMES
        for clip in self.forks:
            clip.std.SetVideoCache(mode=mode, fixedsize=1, maxsize=frames, maxhistory=frames)

    def _run_lanes(self, began: float) -> None:
        threads = [
            threading.Thread(target=self._pump, args=(index, lane), name=f"sink {lane.sink.node}")
            for index, lane in enumerate(self.lanes)
        ]
        for thread in threads:
            thread.start()
        told: tuple[SinkProgress, ...] = ()
        told_at = began
        self.growth.begin()
        for thread in threads:
            while thread.is_alive():
                thread.join(_REPORT_S)
                self.growth.look()
                now = tuple(lane.progress for lane in self.lanes)
                at = time.perf_counter()
                if now != told or (self.pace.held and at > told_at + _SIGN_OF_LIFE_S):
                    told, told_at = now, at
                    self.send(RenderProgress(self.id, now, at - began - self.pace.held_s))

    def _pump(self, index: int, lane: _Lane) -> None:
        """Frames of one sink into its ffmpeg, until the last or until somebody stops."""
        encoder, sink = lane.encoder, lane.sink
        assert encoder is not None
        frame_s = _frame_s(lane.clip)

        def written(done: int, _total: int) -> None:
            lane.written = done
            self.pace.arrive(index, (sink.first + done) * frame_s)

        try:
            if self.pace.stopped:
                raise Stopped
            clip = lane.clip[sink.first : sink.last]
            try:
                _write(clip, encoder.input, sink.wire == "y4m", written)
            except vs.Error as fault:
                at = lane.written
                if not worth_another_try(fault):
                    raise
                # what is written stays; y4m's head is there already
                rest = _Headless(encoder.input) if sink.wire == "y4m" else encoder.input
                _write(clip[at:], rest, sink.wire == "y4m", lambda done, total: written(at + done, total))
            self.pace.leave(index)
            encoder.finish(sink.frames_expected)
        except BaseException as error:
            lane.error = self._explained(encoder, error)
            self._halt()
        finally:
            self.pace.leave(index)

    def _explained(self, encoder: Encoder, error: BaseException) -> BaseException:
        """A broken pipe is only how we learn that ffmpeg has gone: ask it why."""
        if isinstance(error, OSError) and not self.pace.stopped:
            try:
                encoder.finish(-1)
            except EncoderError as why:
                return why
        return error

    def _failure(self, sinks: tuple[SinkProgress, ...]) -> RenderFailed | None:
        broken = [lane for lane in self.lanes if lane.error is not None]
        if not broken and not self.cancelled:
            return None
        # The others only stopped because of the first that failed.
        causes = [one for one in broken if not isinstance(one.error, (Stopped, OSError))]
        lane = (causes or broken or self.lanes)[0]
        frame = lane.sink.first + lane.written
        if self.cancelled:
            return RenderFailed(self.id, lane.sink.node, frame, None, "cancelled", cancelled=True, sinks=sinks)
        assert lane.error is not None
        if isinstance(lane.error, EncoderError):
            log = lane.error.log
            return RenderFailed(self.id, lane.sink.node, frame, None, str(lane.error), log, sinks=sinks)
        message = said(lane.error)
        node, line = blamed_line(message) or (lane.sink.node, None)
        words, log = last_words(message)
        return RenderFailed(self.id, node, frame, line, words, log, sinks=sinks)


def _write(clip: vs.VideoNode, to: Any, y4m: bool, written: Callable[[int, int], None]) -> None:
    ahead = _ahead()
    clip.output(to, y4m=y4m, progress_update=written, prefetch=ahead, backlog=ahead)


class _Headless:
    """Passes on all but the first line that is written."""

    def __init__(self, to: IO[bytes]) -> None:
        self._to, self._begun = to, False

    def write(self, data: Any) -> int:
        if not self._begun:
            self._begun = True
            return len(data)
        return self._to.write(data)

    def flush(self) -> None:
        self._to.flush()


def _ahead() -> int:
    return max(_PREFETCH, int(vs.core.num_threads))


def _frame_s(clip: vs.VideoNode) -> float:
    """Seconds a frame; a clip of variable rate is paced by frame number, as if 25 a second."""
    return clip.fps_den / clip.fps_num if clip.fps_num else 0.04


def _wire_clip(sink: RenderSink, clip: vs.VideoNode) -> vs.VideoNode:
    if sink.wire == "raw" and clip.format is not None and clip.format.color_family == vs.RGB:
        clip = clip.std.ShufflePlanes([1, 2, 0], vs.RGB)  # ffmpeg's gbrp order; copies nothing
    if sink.shown:
        frames, others = zip(*sink.shown, strict=True)
        clip = clip.std.FreezeFrames(first=list(frames), last=list(frames), replacement=list(others))
    # A node of the sink's own, that changes nothing: frames which the outside asks of a node that other sinks
    # use too are often made twice (measured, R81: 585 evaluations of 300 frames without this, 300 with it).
    return clip.std.RemoveFrameProps(["_TapeloomSink"])
