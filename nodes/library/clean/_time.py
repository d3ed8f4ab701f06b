"""Filters that look along time, on any clip: interlaced ones are worked on as two clips of one parity each.

The lines of a field lie where those of the same field one frame later lie, not where the next field's do.
"""

from __future__ import annotations

from collections.abc import Callable

from nodes.api import ClipInfo, Ref, Script
from nodes.library._fields import rewoven, separated


def along_time(script: Script, clip: Ref, info: ClipInfo, work: Callable[[Ref], Ref]) -> Ref:
    """`work(clip)`; where `info` is interlaced, on the first fields and on the second fields. `work` keeps the size."""
    if not info.interlaced:
        return work(clip)
    fields = script.let("fields", separated(clip, info))
    first, second = work(script.let("first", fields[::2])), work(script.let("second", fields[1::2]))
    return rewoven(script.core.std.Interleave([first, second]), info.fields)


def later(clip: Ref, frames: int, by: int) -> Ref:
    """The clip that shows frame n + `by` at n; the ends are repeated. `frames` is its length."""
    by = max(-frames + 1, min(frames - 1, by))
    if by == 0:
        return clip
    if by > 0:
        return clip[by:] + clip[frames - 1 : frames] * by
    return clip[0:1] * -by + clip[: frames + by]
