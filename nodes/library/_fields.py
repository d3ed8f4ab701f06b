"""Work on an interlaced clip field by field: separate, do it, weave again."""

from __future__ import annotations

from collections.abc import Callable

from nodes.api import ClipInfo, Fields, Ref


def separated(clip: Ref, info: ClipInfo) -> Ref:
    """Every field as a picture of half the height, in the order of time."""
    return clip.std.SeparateFields(tff=info.fields is Fields.TFF)


def rewoven(fields: Ref, order: Fields) -> Ref:
    """Frames of two fields each; `order` tells which line the first field of each pair lies on."""
    return fields.std.DoubleWeave(tff=order is Fields.TFF)[::2]


def by_field(clips: tuple[Ref, ...], info: ClipInfo, work: Callable[..., Ref]) -> Ref:
    """`work(*clips)`, on their fields where `info` is interlaced, so that no filter reaches over lines of
    another moment. All clips must have the field order of `info`; `work` must keep the size."""
    if not info.interlaced:
        return work(*clips)
    return rewoven(work(*(separated(clip, info) for clip in clips)), info.fields)
