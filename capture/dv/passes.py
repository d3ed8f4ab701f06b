"""One pass of a tape, read through once: where each of its frames lies, what time it has, how damaged it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.dv.frames import DvError, Frame, Reader
from capture.dv.layout import System
from capture.dv.report import Gathering, Report
from capture.dv.source import Source
from capture.dv.timecodes import written

__all__ = ["Pass", "read"]

_BREAKS = ("back", "forward", "recording")
"""Events at which the timecode begins anew, or may."""
NO_TIME = -(1 << 40)
"""Numbers below 0 are times before midnight: frames before the first timecode are reckoned back from it."""


@dataclass(frozen=True, eq=False)
class Pass:
    """`raw`: the file in which its frames lie (the tape's own, or what was taken out of a container).

    One entry a frame of tape; frames that came twice are left out. `place`: of its first byte in `raw`. `time`: its
    timecode as a number of frames, reckoned on (and back) where it could not be read. `stretch`: counts
    up where the timecode may begin anew. `epoch`: of each stretch, what the camera's clock would have been at timecode
    0, in seconds; NaN where it has no date. `bad`: damaged blocks.
    """

    name: str
    raw: Path
    system: System
    report: Report
    place: NDArray[np.int64]
    time: NDArray[np.int64]
    stretch: NDArray[np.int64]
    epoch: NDArray[np.float64]
    bad: NDArray[np.int64]
    repeated: int

    def __len__(self) -> int:
        return len(self.place)

    def timecode(self, number: int) -> str:
        """Of a frame, as people write it; empty where it has none."""
        time = int(self.time[number])
        return "" if time < 0 else written(time, self.system.nominal, ";" in self.report.first_tc)


@dataclass(slots=True)
class _Index:
    gathering: Gathering = field(default_factory=Gathering)
    rows: list[tuple[int, int, int, int]] = field(default_factory=list)  # place, time, stretch, bad
    clocks: dict[int, list[float]] = field(default_factory=dict)  # epochs that the frames of a stretch tell
    stretch: int = 0
    repeated: int = 0

    def add(self, frame: Frame) -> None:
        events = self.gathering.add(frame)
        if any(event.kind == "repeated" for event in events):
            self.repeated += 1
            return
        if self.rows and any(event.kind in _BREAKS for event in events):
            self.stretch += 1
        state = self.gathering.state
        known = state.timecode
        time = NO_TIME if known is None else known.count + state.since
        bad = frame.bad_blocks + (frame.errors.other if frame.errors else 0)
        self.rows.append((frame.position, time, self.stretch, bad))
        if frame.recorded is not None and frame.clock and time != NO_TIME:
            epoch = frame.recorded.timestamp() - time / float(frame.system.fps)
            told = self.clocks.setdefault(self.stretch, [])
            if len(told) < 500:  # enough for a median
                told.append(epoch)


def read(source: Source, name: str, copy: Path | None = None, on_read: Callable[[int], None] = lambda _: None) -> Pass:
    """`copy`: where the raw DV of a container is put. `on_read` is told the bytes read so far.

    DvError where it is no DV, or has no timecode at all."""
    index, reader = _Index(), Reader()
    for frame in _frames(source, reader, copy, on_read):
        index.add(frame)
    report = index.gathering.report(reader.left_over)
    if report is None:
        raise DvError("there is not one whole DV frame in it")
    if not report.first_tc:
        raise DvError("its frames have no timecode, so that nothing says which frame of another pass is the same")
    rows = np.array(index.rows, np.int64)
    epoch = np.full(index.stretch + 1, np.nan)
    for stretch, told in index.clocks.items():
        epoch[stretch] = np.median(told)
    raw = source.path if source.raw or copy is None else copy
    place, time, stretch, bad = rows.T
    first = int(np.argmax(time != NO_TIME))
    time[:first] = time[first] - np.arange(first, 0, -1)
    return Pass(name, raw, report.system, report, place, time, stretch, epoch, bad, index.repeated)


def _frames(source: Source, reader: Reader, copy: Path | None, on_read: Callable[[int], None]) -> Iterator[Frame]:
    done = 0
    with ExitStack() as stack:
        out = stack.enter_context(copy.open("wb")) if copy is not None and not source.raw else None
        for piece in source.pieces():
            if out is not None:
                out.write(piece)
            done += len(piece)
            on_read(done)
            yield from reader.feed(piece)
        yield from reader.end()
