"""Finds which frame of each pass of a tape shows the same as which of the others: by content, from small gray pictures.
Pure.

Passes begin at different moments, lose frames at different places and differ in noise, never in what they show. Where
the offset of another pass grows, the first one lost frames, and the time line is made longer there; where it shrinks,
the other one did, and which frames those are is found by what fits best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from capture.sets.offsets import NO_PARTNER, Faces, Indices, distance, faces, offsets
from nodes.places import Places, places_of

_NEAR = 5
"""Breaks that two passes show within so many frames are taken for one: the first pass lost frames there."""
_FITS = 2.5
"""A frame fits where it costs less than so many times the usual."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`likeness`: how well the frames that lie over each other agree, 1 as well as can be, 0 not at all. `shared`: of
    the time line's frames, how many the pass has."""

    places: Places
    likeness: float
    shared: int


@dataclass
class _Match:
    """A pass against the first: its frame for each of the first's, −1: none. `more`: the frame of the first before
    which it has others besides → the first of those, and how many."""

    faces: Faces
    frames: Indices
    cost: float
    more: dict[int, tuple[int, int]] = field(default_factory=dict)


def align(passes: Sequence[NDArray[np.uint8]], repeated: Sequence[NDArray[np.bool_]] = ()) -> list[Fit]:
    """Places of each pass (its pictures: frames × height × width) on the time line of the first one, which is made
    longer where the first one lost frames. `repeated`: which frames of each pass are the one before once more, put
    there for one that was lost: they are as good as none."""
    looked = [faces(one) for one in passes]
    new = [~one for one in repeated] or [np.ones(len(one), bool) for one in looked]
    matches = [_matched(looked[0], other, new[0], fresh) for other, fresh in zip(looked[1:], new[1:], strict=True)]
    breaks = _together(matches)
    line = _time_line(len(looked[0]), breaks)
    places = [line, *(_along(line, match, breaks, matches) for match in matches)]
    fits = []
    for at, fresh, cost in zip(places, new, (0.0, *(match.cost for match in matches)), strict=True):
        own = np.where((at >= 0) & fresh[np.maximum(at, 0)], at, -1)
        fits.append(Fit(places_of(own.tolist()), max(0.0, 1 - cost), int((own >= 0).sum())))
    return fits


# -------------------------------------------------------------------------------------------------- frames to frames
def _matched(first: Faces, other: Faces, first_new: NDArray[np.bool_], other_new: NDArray[np.bool_]) -> _Match:
    found, cost = offsets(first, other, first_new, other_new)
    match = _Match(other, np.arange(len(first)) + found, cost)
    runs = _runs(found)
    for (_, end, before), (begin, _, after) in pairwise(runs):
        _settle(first, match, end, begin, before, after)
    frames = match.frames
    for begin, end in _ends(runs, len(first)):  # before the first and after the last that has a partner
        frames[begin:end] = -1
    frames[(frames < 0) | (frames >= len(other))] = -1
    return match


def _runs(found: Indices) -> list[tuple[int, int, int]]:
    """(from, to, offset), half-open, of the frames that have partners."""
    edges = [0, *(int(one) + 1 for one in np.flatnonzero(np.diff(found))), len(found)]
    runs = [(edges[at], edges[at + 1], int(found[edges[at]])) for at in range(len(edges) - 1)]
    return [run for run in runs if run[2] != NO_PARTNER]


def _ends(runs: list[tuple[int, int, int]], length: int) -> list[tuple[int, int]]:
    return [(0, runs[0][0]), (runs[-1][1], length)] if runs else [(0, length)]


def _settle(first: Faces, match: _Match, end: int, begin: int, before: int, after: int) -> None:
    """Between two runs lie frames [end, begin) without partners: decide which of them, and of those around, really have
    none. As many as the offset shrinks by; where it grows, the first pass lost frames instead."""
    lost = max(0, before - after)
    low, high = (end, begin - lost) if begin - end >= lost else (begin - lost, end)
    low, high = max(0, low), min(len(first) - lost, high)
    stretch = (max(0, min(low, end)), min(len(first), max(high + lost, begin)))
    kept = _costs(first, match.faces, stretch, before)
    gone = _costs(first, match.faces, stretch, after)
    from_left = np.concatenate(([0.0], np.cumsum(kept)))
    from_right = np.concatenate(([0.0], np.cumsum(gone[::-1])))[::-1]
    at = min(
        range(low, high + 1),
        key=lambda one: from_left[one - stretch[0]] + from_right[one + lost - stretch[0]],
        default=end,
    )
    frames = np.arange(stretch[0], stretch[1])
    chosen = np.where(frames < at, frames + before, frames + after)
    chosen[(frames >= at) & (frames < at + lost)] = -1
    if lost < begin - end:  # more seemed to have no partner: both passes may have lost others
        cost = np.where(frames < at, kept, gone)
        doubtful = (frames >= end) & (frames < begin) & (cost > _FITS * match.cost + 0.1)
        chosen[doubtful] = -1
    match.frames[stretch[0] : stretch[1]] = chosen
    if after > before:
        match.more[at] = (at + before, after - before)


def _costs(first: Faces, other: Faces, stretch: tuple[int, int], offset: int) -> NDArray[np.float64]:
    frames = np.arange(*stretch)
    inside = (frames + offset >= 0) & (frames + offset < len(other))
    cost = np.full(len(frames), 0.5)
    cost[inside] = distance(first[frames[inside]], other[frames[inside] + offset])
    return cost


# ------------------------------------------------------------------------------------------------------ the time line
def _together(matches: Sequence[_Match]) -> dict[int, int]:
    """Frame of the first pass → how many frames it lost before it. What one pass shows, others may show a little off:
    theirs is moved there."""
    breaks: dict[int, int] = {}
    for match in matches:
        for at, (begin, count) in sorted(match.more.items()):
            near = next((one for one in breaks if abs(one - at) <= _NEAR), at)
            breaks[near] = max(breaks.get(near, 0), count)
            if near != at:
                del match.more[at]
                match.more[near] = (begin + near - at, count)
                low, high = sorted((near, at))
                shift = count if near < at else -count
                moved = match.frames[low:high]
                match.frames[low:high] = np.where(moved >= 0, moved + shift, -1)
    return breaks


def _time_line(frames: int, breaks: dict[int, int]) -> Indices:
    """The first pass's frame at each frame of the time line, −1: it has none."""
    parts: list[Indices] = []
    done = 0
    for at, count in sorted(breaks.items()):
        parts += [np.arange(done, at), np.full(count, -1, np.int64)]
        done = at
    return np.concatenate([*parts, np.arange(done, frames)])


def _along(line: Indices, match: _Match, breaks: dict[int, int], matches: Sequence[_Match]) -> Indices:
    """A pass's frame at each frame of the time line."""
    at = np.where(line >= 0, match.frames[np.maximum(line, 0)], -1)
    added = 0
    for here, count in sorted(breaks.items()):
        place, added = here + added, added + count
        if here not in match.more:
            continue
        begin, own = match.more[here]
        widest = next(one for one in matches if one.more.get(here, (0, 0))[1] == count)
        before = _laid(match.faces[begin : begin + own], widest.faces[widest.more[here][0] :][:count])
        for number in range(own):
            at[place + number + (0 if number < before else count - own)] = begin + number
    return _growing(at)


def _laid(few: Faces, many: Faces) -> int:
    """How many of the few lie over the first of the many; the others lie over the last of them."""
    spare = len(many) - len(few)
    if spare <= 0 or not len(few):
        return len(few)
    left = np.concatenate(([0.0], np.cumsum(distance(few, many[: len(few)]))))
    right = np.concatenate(([0.0], np.cumsum(distance(few, many[spare:])[::-1])))[::-1]
    return int((left + right).argmin())


def _growing(at: Indices) -> Indices:
    """No frame twice, none backwards: where breaks were moved together a few may be in doubt."""
    highest = np.maximum.accumulate(np.concatenate(([-1], at[:-1])))
    return np.where(at > highest, at, -1)
