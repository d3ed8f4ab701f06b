"""Lays several passes of a tape side by side: which frame of one is which frame of the other. Pure.

Frames are the same where their timecode is, and where a timecode occurs more than once on the tape (a camera that
begins again at 0 after each battery) where the recording's date is too. Passes begin and end anywhere, lack frames, and
are in the tape's order; so first those frames are matched that occur once in both, in the longest order that both have
(as in a patience diff), then what lies between these.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from capture.dv.passes import NO_TIME, Pass

__all__ = ["NONE", "Indexes", "aligned"]

NONE = -1
"""A pass does not have the frame."""
_FAR_S = 3.0
"""Epochs of one recording differ by less: a camera's clock tells whole seconds."""
_CLUSTER = 1 << 32

type Indexes = NDArray[np.int64]


def aligned(passes: Sequence[Pass]) -> Indexes:
    """One row a frame of tape, one column a pass: the frame's number among the pass's, or NONE."""
    keys = _keys(passes)
    rows = np.arange(len(keys[0]), dtype=np.int64)[:, None]
    names = keys[0]
    for number, mine in enumerate(keys[1:], start=1):
        order = np.array(list(_laid(names, mine)), np.int64).reshape(-1, 2)
        there, here = order[:, 0], order[:, 1]
        wide = np.full((len(order), number + 1), NONE, np.int64)
        wide[there != NONE, :number] = rows[there[there != NONE]]
        wide[:, number] = here
        names = np.where(there != NONE, names[there], mine[here])
        rows = wide
    return rows


def _keys(passes: Sequence[Pass]) -> list[Indexes]:
    """A number for each frame, the same in all passes: its time, and of times that occur twice the recording's too."""
    times = [one.time for one in passes]
    if not any(_twice(time) for time in times):
        return times
    epochs = np.concatenate([one.epoch for one in passes])
    order = np.argsort(epochs)  # those without a date come last
    steps = np.diff(epochs[order], prepend=epochs[order][:1])
    group = np.empty(len(epochs), np.int64)
    group[order] = 1 + np.cumsum(steps > _FAR_S)
    group[np.isnan(epochs)] = 0
    found, at = [], 0
    for one in passes:
        mine = group[at : at + len(one.epoch)]
        found.append(np.where(one.time == NO_TIME, NO_TIME, one.time + _CLUSTER * mine[one.stretch]))
        at += len(one.epoch)
    return found


def _twice(times: Indexes) -> bool:
    known = times[times != NO_TIME]
    return len(np.unique(known)) < len(known)


def _laid(one: Indexes, other: Indexes) -> Iterator[tuple[int, int]]:
    """Pairs (place in one, place in the other), NONE where it has no such frame, in the order of the tape."""
    i = j = 0
    for there, here in [*_anchors(one, other), (len(one), len(other))]:
        yield from _between(one, other, (i, there), (j, here))
        if there < len(one):
            yield there, here
        i, j = there + 1, here + 1


def _anchors(one: Indexes, other: Indexes) -> list[tuple[int, int]]:
    """Frames that both have once, in the longest row that has the same order in both."""
    mine, places = _once(one)
    yours, others = _once(other)
    _, in_mine, in_yours = np.intersect1d(mine, yours, assume_unique=True, return_indices=True)
    pairs = np.stack((places[in_mine], others[in_yours]), axis=1)
    pairs = pairs[np.argsort(pairs[:, 0])]
    kept = _longest_rising(pairs[:, 1].tolist())
    return [(int(there), int(here)) for there, here in pairs[kept]]


def _once(keys: Indexes) -> tuple[Indexes, Indexes]:
    found, first, often = np.unique(keys, return_index=True, return_counts=True)
    single = (often == 1) & (found != NO_TIME)
    return found[single], first[single]


def _longest_rising(values: list[int]) -> list[int]:
    """The places of a longest rising row among values that are all different."""
    tops: list[int] = []  # the lowest value at which a row of that length ends
    ends: list[int] = []
    before = [NONE] * len(values)
    for place, value in enumerate(values):
        length = bisect_left(tops, value)
        if length == len(tops):
            tops.append(value)
            ends.append(place)
        else:
            tops[length], ends[length] = value, place
        before[place] = ends[length - 1] if length else NONE
    found = []
    at = ends[-1] if ends else NONE
    while at != NONE:
        found.append(at)
        at = before[at]
    return found[::-1]


def _between(one: Indexes, other: Indexes, mine: tuple[int, int], yours: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """What lies between two anchors: the same keys in the same order are pairs, the rest is had by one alone."""
    left, right = one[slice(*mine)].tolist(), other[slice(*yours)].tolist()
    i = j = 0
    matches = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks() if left and right else []
    for match in [*matches, None]:
        to_left, to_right = (match.a, match.b) if match else (len(left), len(right))
        yield from _alone(left[i:to_left], right[j:to_right], mine[0] + i, yours[0] + j)
        if match is None:
            return
        for step in range(match.size):
            yield mine[0] + match.a + step, yours[0] + match.b + step
        i, j = match.a + match.size, match.b + match.size


def _alone(left: list[int], right: list[int], at: int, beside: int) -> Iterator[tuple[int, int]]:
    """Frames that only one of the two has, by their times where these say an order."""
    i = j = 0
    while i < len(left) or j < len(right):
        if j >= len(right) or (i < len(left) and left[i] <= right[j]):
            yield at + i, NONE
            i += 1
        else:
            yield NONE, beside + j
            j += 1
