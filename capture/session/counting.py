"""Counts the frames that were lost, that came late, that came twice: from their time stamps and checksums. Pure.

A frame's slot is where its time stamp says it belongs on the grid of the frame rate. When frames come with more time
between them than they should, either some never came, or one came late and those behind it catch up. Which of the two
is known a few frames later, when the arrears have stopped getting smaller: then they are *lost*, at the frame before
which they are missing. Arrears that go back to nothing were a *late* frame. The grid follows the device's clock, which
is never quite the nominal one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

__all__ = ["Counting", "Found", "SoundCounting", "ended", "flattened", "frame", "packet"]

FoundKind = Literal["lost", "late", "repeated", "sound lost"]

SETTLED_FRAMES = 5
"""So long the arrears must stand still to be a loss."""
_FOLLOW = 0.05
"""Of what a frame is off the grid, the grid takes over so much: a clock 1 % off is followed, jitter is not."""


@dataclass(frozen=True, slots=True)
class Found:
    """`frame`: counted from 0 within this run; what was lost is missing before it. `t_s`: when it happened, from the
    run's first frame on. `length_s`: of the gap, or by how much a frame came late."""

    kind: FoundKind
    frame: int
    t_s: float
    count: int
    length_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Arrears:
    frame: int
    t_s: float
    length_s: float
    least: int
    still: int = 0  # frames since it last got smaller


@dataclass(frozen=True, slots=True)
class Counting:
    """Of one run. `flat`: the picture is blank or blue, so that equal frames are nothing to be told."""

    rate: Fraction
    frames: int = 0
    lost: int = 0
    late: int = 0
    repeated: int = 0
    first_s: float = 0.0  # the first frame's stamp
    last_s: float = 0.0  # the newest frame's
    base_s: float = 0.0  # the grid's origin
    digest: str = ""
    twins: int = 0  # equal frames that are not told yet
    flat: bool = False
    arrears: _Arrears | None = None


def frame(counting: Counting, pts_s: float, digest: str = "") -> tuple[Counting, tuple[Found, ...]]:
    """The next frame's stamp, in seconds, and a checksum of its picture (empty: not known)."""
    if counting.frames == 0:
        return replace(counting, frames=1, first_s=pts_s, last_s=pts_s, base_s=pts_s, digest=digest), ()
    found: list[Found] = []
    counting = _twins(counting, digest, found)
    number, length_s = counting.frames, counting.rate.denominator / counting.rate.numerator
    off_s = pts_s - counting.base_s - (number + counting.lost) * length_s
    behind = round(off_s / length_s)
    arrears, base_s = counting.arrears, counting.base_s
    lost, late = counting.lost, counting.late
    if behind <= 0:
        if arrears is not None:
            late += 1
            found.append(Found("late", arrears.frame, arrears.t_s, 1, arrears.length_s))
            arrears = None
        # more frames than the rate says: the grid was begun too late
        base_s += off_s if behind < 0 else _FOLLOW * off_s
    elif arrears is None:
        gap_s = pts_s - counting.last_s
        missing_s = counting.last_s + length_s - counting.first_s
        arrears = _Arrears(number, missing_s, gap_s - length_s, behind)
    elif behind < arrears.least:
        arrears = replace(arrears, least=behind, still=0)
    else:
        arrears = replace(arrears, still=arrears.still + 1)
        if arrears.still >= SETTLED_FRAMES:
            lost, arrears = _lose(lost, arrears, length_s, found), None
    return replace(
        counting, frames=number + 1, lost=lost, late=late, base_s=base_s, last_s=max(pts_s, counting.last_s),
        arrears=arrears,
    ), tuple(found)  # fmt: skip


def flattened(counting: Counting, flat: bool) -> Counting:
    """The picture has turned blank or blue, or is a picture again. That is noticed a little late: equal frames that are
    not told yet belong to the blank stretch."""
    if flat:
        counting = replace(counting, repeated=counting.repeated - counting.twins, twins=0)
    return replace(counting, flat=flat)


def ended(counting: Counting) -> tuple[Counting, tuple[Found, ...]]:
    """The run is over: what was open is told."""
    found: list[Found] = []
    counting = _twins(counting, "", found)
    if counting.arrears is not None:
        lost = _lose(counting.lost, counting.arrears, float(1 / counting.rate), found)
        counting = replace(counting, lost=lost, arrears=None)
    return counting, tuple(found)


def _lose(lost: int, arrears: _Arrears, length_s: float, found: list[Found]) -> int:
    found.append(Found("lost", arrears.frame, arrears.t_s, arrears.least, arrears.least * length_s))
    return lost + arrears.least


def _twins(counting: Counting, digest: str, found: list[Found]) -> Counting:
    """Equal frames are told when another one comes, all in one."""
    if digest and digest == counting.digest:
        if counting.flat:
            return counting
        return replace(counting, twins=counting.twins + 1, repeated=counting.repeated + 1)
    if counting.twins:
        first, length_s = counting.frames - counting.twins, float(1 / counting.rate)
        t_s = counting.last_s - counting.first_s - (counting.twins - 1) * length_s
        found.append(Found("repeated", first, t_s, counting.twins, counting.twins * length_s))
    return replace(counting, digest=digest, twins=0)


# --------------------------------------------------------------------------------------------- sound


@dataclass(frozen=True, slots=True)
class SoundCounting:
    """Of one run's sound: `samples` came; a gap is where a packet's stamp lies beyond the end of the one before."""

    rate: int
    samples: int = 0
    lost: int = 0
    first_s: float = 0.0
    next_s: float = 0.0
    began: bool = False


SOUND_GAP_S = 0.03
"""Sound devices stamp their packets when they hand them over; less than this is their jitter."""


def packet(sound: SoundCounting, pts_s: float, samples: int) -> tuple[SoundCounting, tuple[Found, ...]]:
    """The next packet of sound. `Found.frame` is the number of the sample before which the gap lies."""
    length_s = samples / sound.rate
    if not sound.began:
        return replace(sound, samples=samples, first_s=pts_s, next_s=pts_s + length_s, began=True), ()
    gap_s = pts_s - sound.next_s
    found: tuple[Found, ...] = ()
    lost, next_s = sound.lost, sound.next_s + length_s + _FOLLOW * gap_s
    if gap_s > SOUND_GAP_S:
        count = round(gap_s * sound.rate)
        found = (Found("sound lost", sound.samples, sound.next_s - sound.first_s, count, gap_s),)
        lost, next_s = lost + count, pts_s + length_s
    elif gap_s < -SOUND_GAP_S:
        next_s = pts_s + length_s
    return replace(sound, samples=sound.samples + samples, lost=lost, next_s=next_s), found
