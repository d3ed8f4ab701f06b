"""Where the frames of several passes of one tape lie on the time line that they share: pure values and their text.

A pass that lost frames has gaps there, one that began earlier an offset. Written `0:12,500:x,507:5`: from frame 0 of
the time line on, its frame is the pass's frame 12 later; from 500 on the pass has none; from 507 on it is 5 later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nodes.params import ParamError

GAP = "x"


@dataclass(frozen=True, slots=True)
class Run:
    """From frame `first` of the time line on, up to the next run. `offset` None: the pass has no frames there."""

    first: int
    offset: int | None


Places = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open stretch [first, last) of the time line. `offsets` by pass; None: it has no frames there."""

    first: int
    last: int
    offsets: tuple[int | None, ...]


def parse_places(text: str) -> Places:
    """Empty: as it is. ParamError."""
    runs: list[Run] = []
    for part in text.split(","):
        if not part.strip():
            continue
        first, colon, offset = (word.strip() for word in part.partition(":"))
        try:
            if not colon:
                raise ValueError
            run = Run(int(first), None if offset == GAP else int(offset))
        except ValueError:
            raise ParamError(
                f"{part.strip()!r} is no place; write first:offset or first:x, like 0:12,500:x,507:5"
            ) from None
        if run.first < 0 or run.first > 1 << 31 or abs(run.offset or 0) > 1 << 31:
            raise ParamError(f"{part.strip()!r} lies outside any tape")
        if runs and run.first <= runs[-1].first:
            raise ParamError(f"{part.strip()!r} does not lie behind the one before it")
        runs.append(run)
    if runs and runs[0].first > 0:
        runs.insert(0, Run(0, None))
    return tuple(runs) or (Run(0, 0),)


def places_text(places: Places) -> str:
    return ",".join(f"{run.first}:{GAP if run.offset is None else run.offset}" for run in places)


def places_of(frames: Sequence[int]) -> Places:
    """The places of a pass whose frame at each frame of the time line is given, −1: none."""
    runs: list[Run] = []
    for at, frame in enumerate(frames):
        offset = None if frame < 0 else int(frame) - at
        if not runs or runs[-1].offset != offset:
            runs.append(Run(at, offset))
    return tuple(runs) or (Run(0, 0),)


def ends_at(places: Places, frames: int) -> int:
    """Where the time line ends for a pass of so many frames."""
    last = places[-1]
    return last.first if last.offset is None else max(last.first, frames - last.offset)


def spans(passes: Sequence[tuple[Places, int]], length: int) -> list[Span]:
    """The stretches of a time line of `length` frames within which nothing changes. `passes`: the places and the number
    of frames of each."""
    edges = {0, length}
    for places, frames in passes:
        for run in places:
            edges.add(run.first)
            if run.offset is not None:
                edges |= {-run.offset, frames - run.offset}
    found: list[Span] = []
    for first, last in pairwise(sorted(edge for edge in edges if 0 <= edge <= length)):
        offsets = tuple(_offset(places, frames, first) for places, frames in passes)
        if found and found[-1].offsets == offsets:
            found[-1] = Span(found[-1].first, last, offsets)
        else:
            found.append(Span(first, last, offsets))
    return found


def _offset(places: Places, frames: int, at: int) -> int | None:
    offset = next((run.offset for run in reversed(places) if run.first <= at), None)
    return offset if offset is not None and 0 <= at + offset < frames else None
