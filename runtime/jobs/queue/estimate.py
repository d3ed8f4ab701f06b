"""How long a render will take and how much disk: a few frames from several places of the tape are really rendered.

Tapes are not the same all along: a title is coded in no time, noise is not. The places lie evenly, none at the very
ends. What a render needs once (decoding for the index, ffmpeg's start) is not counted into the pace.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from graphs.document import Graph
from nodes.registry import Registry
from runtime.accompany import SoundTrack
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
_SOUND_S = 20
"""Of sound that is really made: it is quick, and its loud and soft parts lie further apart than pictures do."""
_PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Estimate:
    """`frames` of the longest output; `fps` its pace, `slowest` and `fastest` of the places; `seconds` without getting
    ready, which took `ready_s`; `size_bytes` of pictures and sound, all outputs together, `sound_bytes` of that the
    sound. `sampled`: frames that were rendered for it."""

    frames: int
    fps: float
    slowest: float
    fastest: float
    seconds: float
    size_bytes: int
    sampled: int
    ready_s: float
    sound_bytes: int = 0


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
        heard = [_heard(ffmpeg.path, lane, Path(folder)) for lane in lanes]
    whole = timeline.whole[1] - timeline.whole[0]
    sampled = sum(count for count, _, _ in tried)
    seconds_each = sum(count / fps for count, fps, _ in tried) / sampled
    size = sum(size for _, _, size in tried) / sampled * whole
    rates = [fps for _, fps, _ in tried]
    sound = round(sum(size for size, _ in heard))
    seconds = whole * seconds_each + sum(seconds for _, seconds in heard)
    return Estimate(
        whole, 1 / seconds_each, min(rates), max(rates), seconds, round(size) + sound, sampled, ready_s, sound
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


def _heard(ffmpeg: str, lane: Lane, folder: Path) -> tuple[float, float]:
    """Bytes and seconds of the whole sound of an output, by a stretch from its middle. BrokenRenderError."""
    part = min(lane.frames, round(_SOUND_S * lane.fps))
    start = lane.span[0] + (lane.frames - part) // 2
    track = SoundTrack(lane.sink, lane.info, lane.span, lane.origin)
    if not track.mapped:
        return 0.0, 0.0
    copied = ("-t", f"{float(part / lane.fps):.3f}") if not track.chains else ()
    if not copied:
        track = SoundTrack(lane.sink, lane.info, (start, start + part), lane.origin)
    path = folder / f"{lane.plain_name}.sound"
    argv = [
        ffmpeg, "-hide_banner", "-nostdin", "-y", "-v", "error", "-f", "lavfi", "-i", "color=s=16x16:d=0.04",
        *(word for one in track.inputs for word in one),
        *(("-filter_complex", ";".join(track.chains)) if track.chains else ()),
        *track.mapped, *track.options, *copied, "-f", "matroska", f"file:{path}",
    ]  # fmt: skip
    began = time.monotonic()
    try:
        done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise BrokenRenderError(f"{lane.node}: the sound cannot be tried: {fault}") from None
    took_s = time.monotonic() - began
    if done.returncode or not path.is_file():
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BrokenRenderError(f"{lane.node}: the sound cannot be made: {lines[-1] if lines else done.returncode}")
    times = lane.frames / part
    size = path.stat().st_size
    path.unlink()
    return size * times, took_s * times
