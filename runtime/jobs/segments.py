"""How a render is cut into segments of output frames. Pure.

Segments are counted in frames of the longest output, the lead; the others get the same stretch of time. The first is
short and shows how fast it goes; from it the length of all others follows, once, so that a job that is gone on with,
or shared out, keeps its cuts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from graphs.document import NodeId

Segment = tuple[int, int]
"""Half-open: frames [first, last) of the lead."""
Span = tuple[int, int]

LEAST_FRAMES = 120
"""Shorter renders are done in one go: there is little to lose."""
TRIAL_FRAMES = 60
"""Of the first segment."""
MOST_FRAMES = 20_000
TARGET_S = 30.0
"""What is lost at most, about. Beginning a segment costs 0.1 to 0.2 s of CPU time: 0.6 %."""

SHARES_EACH = 8
"""Segments that each of several makers gets, about; the last round is where some wait for others."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """`spans`: the frames of each output that are rendered. `rates`: their frames a second."""

    spans: Mapping[NodeId, Span]
    rates: Mapping[NodeId, Fraction]

    @property
    def lead(self) -> NodeId:
        """The output with the most frames."""
        return max(self.spans, key=lambda node: (self.spans[node][1] - self.spans[node][0], node))

    @property
    def whole(self) -> Segment:
        return self.spans[self.lead]

    def part(self, segment: Segment) -> dict[NodeId, Span]:
        """Which frames of each output belong to a segment; an output that has none there is left out."""
        parts = {node: (self._at(node, segment[0]), self._at(node, segment[1])) for node in self.spans}
        return {node: span for node, span in parts.items() if span[0] < span[1]}

    def _at(self, node: NodeId, frame: int) -> int:
        first, last = self.spans[node]
        start, end = self.whole
        if frame >= end:
            return last
        return min(last, first + round((frame - start) / self.rates[self.lead] * self.rates[node]))


def size_for(frames: int, took_s: float, target_s: float = TARGET_S) -> int:
    """Frames of a segment that takes about `target_s`, where `frames` took `took_s`."""
    if took_s <= 0:
        return MOST_FRAMES
    return max(TRIAL_FRAMES, min(MOST_FRAMES, round(frames / took_s * target_s / 10) * 10))


def size_among(size: int, frames: int, at_once: int) -> int:
    """A size at which `at_once` makers find enough of them in `frames` to end at about the same time."""
    return size if at_once <= 1 else max(min(size, TRIAL_FRAMES), min(size, frames // (at_once * SHARES_EACH)))


def grid(whole: Segment, trial: int, size: int) -> Iterator[Segment]:
    """A short segment, then equal ones. A last one of less than half a size goes with the one before it."""
    first, last = whole
    here = min(last, first + trial)
    yield first, here
    while here < last:
        end = here + size
        if last - end < size // 2:
            end = last
        yield here, end
        here = end


def missing(whole: Segment, done: Collection[Segment]) -> list[Segment]:
    """The stretches that no segment of `done` covers, in order."""
    here, found = whole[0], []
    for first, last in sorted(done):
        if first > here:
            found.append((here, first))
        here = max(here, last)
    if here < whole[1]:
        found.append((here, whole[1]))
    return found


def due(whole: Segment, trial: int, size: int, done: Collection[Segment]) -> Iterator[Segment]:
    """The segments of the grid that are still to be made; cut where others, of another size, lie already."""
    gaps = missing(whole, done)
    for first, last in grid(whole, trial, size):
        for start, end in gaps:
            if max(first, start) < min(last, end):
                yield max(first, start), min(last, end)


def halves(segment: Segment) -> tuple[Segment, Segment] | None:
    """Both halves of a segment that cannot be made in one; None of one frame."""
    first, last = segment
    middle = (first + last) // 2
    return None if last - first < 2 else ((first, middle), (middle, last))
