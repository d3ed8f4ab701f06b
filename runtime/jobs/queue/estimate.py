"""How long a render will take and how much disk: a few frames from several places of the tape are really rendered.

Tapes are not the same all along: a title is coded in no time, noise is not. The places lie evenly, none at the very
ends. What a render needs once (decoding for the index, ffmpeg's start) is not counted into the pace.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from graphs.document import Graph
from nodes.registry import Registry
from runtime.ffmpeg import FfmpegError, find
from runtime.jobs.events import Event
from runtime.jobs.faults import BrokenRenderError, clear_words
from runtime.jobs.journal import size_of
from runtime.jobs.lanes import Lane
from runtime.jobs.preparing import Frames, Preparing
from runtime.jobs.segments import Segment, Timeline
from runtime.protocol import RenderSink
from runtime.session import RenderUpdate, Session

SPOTS, FRAMES = 4, 40


@dataclass(frozen=True, slots=True)
class Estimate:
    """`frames` of the longest output; `fps` its pace, `slowest` and `fastest` of the places; `seconds` without getting
    ready, which took `ready_s`; `size_bytes` of the pictures, all outputs together. `sampled`: frames that were
    rendered for it."""

    frames: int
    fps: float
    slowest: float
    fastest: float
    seconds: float
    size_bytes: int
    sampled: int
    ready_s: float


def estimate(
    graph: Graph,
    session: Session,
    registry: Registry,
    *,
    frames: Frames | None = None,
    trust: bool = False,
    spots: int = SPOTS,
    each: int = FRAMES,
    listen: Callable[[Event], None] = lambda _: None,
) -> Estimate:
    """Render `each` frames at `spots` places into a folder that goes again. RefusedError, BrokenRenderError."""
    began = time.monotonic()
    try:
        ffmpeg = find()
    except FfmpegError as fault:
        raise BrokenRenderError(str(fault)) from None
    with clear_words(), TemporaryDirectory(prefix="tapeloom-", ignore_cleanup_errors=True) as folder:
        ready = Preparing(session, ffmpeg, listen)
        made, probe = ready.compiled(graph, registry, overwrite=True, trust=trust)
        lanes = ready.lanes(made, probe, frames).lanes
        ready_s = time.monotonic() - began
        timeline = Timeline({lane.node: lane.span for lane in lanes}, {lane.node: lane.fps for lane in lanes})
        tried = [
            _tried(session, ffmpeg.path, lanes, timeline, spot, Path(folder))
            for spot in places(timeline.whole, spots, each)
        ]
    whole = timeline.whole[1] - timeline.whole[0]
    sampled = sum(count for count, _, _ in tried)
    seconds_each = sum(count / fps for count, fps, _ in tried) / sampled
    size = sum(size for _, _, size in tried) / sampled * whole
    rates = [fps for _, fps, _ in tried]
    return Estimate(
        whole, 1 / seconds_each, min(rates), max(rates), whole * seconds_each, round(size), sampled, ready_s
    )  # fmt: skip


def places(whole: Segment, spots: int, each: int) -> list[Segment]:
    """Stretches of `each` frames in the middles of equal parts; all of it where it is not longer than they are."""
    first, last = whole
    if last - first <= spots * each:
        return [whole]
    part = (last - first) / spots
    starts = [round(first + part * (at + 0.5) - each / 2) for at in range(spots)]
    return [(start, start + each) for start in starts]


def _tried(
    session: Session, ffmpeg: str, lanes: Sequence[Lane], timeline: Timeline, spot: Segment, folder: Path
) -> tuple[int, float, int]:
    """Frames, frames a second, bytes."""
    asked: list[RenderSink] = []
    parts: list[Path] = []
    for lane in lanes:
        span = timeline.part(spot).get(lane.node)
        if span is None:
            continue
        part = folder / f"{len(parts)}-{span[0]}{'' if lane.sink.frames_as_files else lane.sink.suffix}"
        if lane.sink.frames_as_files:
            part.mkdir()
        if lane.in_pieces:
            asked.append(lane.piece(ffmpeg, span, part, folder / f"{part.name}.hashes"))
            parts.append(part)
    if not asked:
        raise BrokenRenderError("what is written cannot be tried in parts, so nothing is known beforehand")
    told: list[RenderUpdate] = []
    done = session.render(asked, told.append)
    count = spot[1] - spot[0]
    begun = next((one for one in told if any(sink.written for sink in one.sinks)), None)
    fps = count / max(done.elapsed_s, 1e-6)
    if begun is not None:
        before = max(sink.written for sink in begun.sinks)
        if before <= count / 2:
            fps = (count - before) / max(done.elapsed_s - begun.elapsed_s, 1e-6)
    size = sum(size_of(part) for part in parts)
    for part in parts:
        if part.is_file():
            part.unlink()
    return count, fps, size
