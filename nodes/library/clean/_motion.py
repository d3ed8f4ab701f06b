"""Motion between frames, found and followed with MVTools (the mvutensils plugin)."""

from __future__ import annotations

from nodes.api import ClipInfo, Ref, Script

CHROMA = ("420", "422", "444")
"""What the plugin works on; the compiler turns 4:1:1 into 4:2:2."""

LEAST = 64
"""The least width and height of a picture in which motion is looked for."""


def searchable(info: ClipInfo) -> bool:
    """Whether a clip (or a field of it) is large enough."""
    lines = info.height // 2 if info.interlaced else info.height
    return info.width >= LEAST and lines >= LEAST // 2


def super_clip(script: Script, clip: Ref, block: int, precise: bool) -> Ref:
    """The pyramid that motion search and motion compensation read. `precise` follows half pixels."""
    return script.core.mvu.Super(clip, blksize=[block], overlap=[block // 2], pel=2 if precise else 1)


def softened(clip: Ref) -> Ref:
    """[1 2 1] in both directions: motion is found in the picture, not in its noise."""
    return clip.std.Convolution(matrix=[1, 2, 1, 2, 4, 2, 1, 2, 1])


def without_streaks(script: Script, clip: Ref) -> Ref:
    """Median of three lines three apart: a dropout of one or two lines is gone, and cannot mislead the search."""
    return script.core.akarin.Expr([clip], ["x x[0,-3] x[0,3] sort3 drop swap drop"])


def followed(script: Script, clip: Ref, search: Ref, block: int, precise: bool, reach: int = 1) -> list[Ref]:
    """The `reach` frames before and after, each moved onto this one: nearest first, before and after in turn.

    Where a cut lies between, the frame itself stands in.
    """
    pictures = script.let("pyramid", super_clip(script, clip, block, precise))
    sought = pictures if search is clip else script.let("search", super_clip(script, search, block, precise))
    moved = []
    for distance in range(1, reach + 1):
        for delta in (-distance, distance):
            vectors = script.core.mvu.Analyse(sought, blksize=[block], overlap=[block // 2], delta=delta)
            moved.append(script.core.mvu.Compensate(clip, pictures, vectors))
    return moved
