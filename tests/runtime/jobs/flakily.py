"""A render with a real ffmpeg and no VapourSynth: pictures that show their own number, and a session that fails as
told."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from graphs.document import NodeId
from nodes.clip import ClipInfo, PixelFormat
from nodes.sink import Coder, Sink
from runtime.jobs.destinations import Destination
from runtime.jobs.events import Event, Note, Waiting
from runtime.jobs.journal import Folder
from runtime.jobs.lanes import Lane
from runtime.jobs.piecewise import Piecewise, Rules
from runtime.protocol import RenderSink, SinkProgress
from runtime.session import NodeFailure, RenderError, RenderResult, RenderUpdate

FFMPEG = get_ffmpeg_exe()
SIDE = 16
INFO = ClipInfo(SIDE, SIDE, PixelFormat.parse("GRAY8"), Fraction(30000, 1001), 1000, exact=True)


def lane(folder: Path, frames: int, node: str = "encode1", fps: Fraction = INFO.fps) -> Lane:
    sink = Sink(clip=None, coders=(), muxer="matroska", suffix=".mkv")  # type: ignore[arg-type]  # nobody looks at it
    goal = Destination(NodeId(node), folder / f"{node}.mkv", folder / f"{node}.mkv.part", folder=False)
    info = replace(INFO, frames=frames, fps=fps)
    coder = Coder("ffv1", ("-level", "3", "-g", "1"))
    return Lane(NodeId(node), "file", "f" * 32, sink, coder, info, (0, frames), goal, None)


Fault = Callable[[Sequence[RenderSink]], RenderError | None]


@dataclass
class FlakySession:
    """`faults`: asked in turn before each render; the first that gives an error decides. `bad`: frames that nothing can
    make; what happens there is an error that tells the frame, or (`mute`) the worker's death without a word."""

    faults: list[Fault] = field(default_factory=list)
    bad: frozenset[int] = frozenset()
    mute: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)

    def render(self, sinks: Sequence[RenderSink], on_progress: Callable[[RenderUpdate], None]) -> RenderResult:
        self.asked.append((sinks[0].first, sinks[0].last))
        if self.faults and (fault := self.faults.pop(0)(sinks)) is not None:
            raise fault
        done = []
        for sink in sinks:
            shown = dict(sink.shown)
            frames = [shown.get(frame, frame) for frame in range(sink.first, sink.last)]
            broken = next((at for at, frame in enumerate(frames) if frame in self.bad), None)
            subprocess.run(sink.ffmpeg, input=b"".join(map(_picture, frames[:broken])), check=True, capture_output=True)
            progress = SinkProgress(sink.node, len(frames[:broken]), 0, len(frames), 0)
            if broken is not None:
                frame = None if self.mute else sink.first + broken
                failure = NodeFailure("spots1", "", frame, None, "cannot be made", (), crashed=self.mute)
                raise RenderError(failure, (progress,))
            done.append(SinkProgress(sink.node, len(frames), len(frames), len(frames), 100))
        on_progress(RenderUpdate(tuple(done), sum(one.encoded for one in done), len(done), 0, 0.1))
        return RenderResult(tuple(done), 0.1, 0.1)

    def forgive(self) -> None:
        pass


def _picture(number: int) -> bytes:
    return bytes([number % 256, number // 256]) * (SIDE * SIDE // 2)


def numbers(path: Path) -> list[int]:
    """Which picture each frame of a file shows."""
    argv = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    data = subprocess.run(argv, check=True, capture_output=True).stdout
    return [data[at] + 256 * data[at + 1] for at in range(0, len(data), SIDE * SIDE)]


@dataclass
class Desk:
    """A render that can be begun again and again."""

    folder: Path
    lanes: Sequence[Lane]
    rules: Rules = field(default_factory=lambda: Rules(size=20, poll_s=0.0, spare_bytes=0))
    sources: Sequence[str] = ()
    opened: Folder | None = None
    heard: list[Event] = field(default_factory=list)
    hear: Callable[[Event], None] = lambda _: None

    def begin(self, session: FlakySession) -> Piecewise:
        path = Folder.of(self.lanes[0].goal.final)
        self.close()
        self.opened = held = Folder.open(path) if path.exists() else Folder.make(path, {"graph": {}})

        def listen(event: Event) -> None:
            self.heard.append(event)
            self.hear(event)

        return Piecewise(session, FFMPEG, self.lanes, held, self.sources, listen, self.rules)  # type: ignore[arg-type]

    def close(self) -> None:
        """As when the program ends."""
        if self.opened is not None:
            self.opened.close()

    def notes(self) -> list[str]:
        return [event.text for event in self.heard if isinstance(event, Note)]

    def waits(self) -> list[str]:
        return [event.text for event in self.heard if isinstance(event, Waiting)]

    def result(self, job: Piecewise, lane: Lane | None = None) -> list[int]:
        """Joined, and what it shows."""
        one = lane or self.lanes[0]
        job.join(one, "", "")
        return numbers(one.goal.part)
