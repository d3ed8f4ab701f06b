"""Brightness and colour treated apart, and put together again."""

from __future__ import annotations

from collections.abc import Callable

from nodes.api import ClipInfo, Family, Ref, Script


def plane(script: Script, clip: Ref, index: int) -> Ref:
    """One plane as a gray clip."""
    return clip.std.ShufflePlanes(planes=index, colorfamily=script.vs.GRAY)


def each_plane(script: Script, clip: Ref, info: ClipInfo, work: Callable[[Ref, int], Ref | None]) -> Ref:
    """`work(gray, index)` on every plane of a YUV or gray clip; a plane for which it gives None stays as it is."""
    if info.format.family is Family.GRAY:
        return work(clip, 0) or clip
    clip = script.let("whole", clip)
    made = [work(plane(script, clip, index), index) for index in range(3)]
    if not any(made):
        return clip
    return joined(script, clip, made)


def joined(script: Script, clip: Ref, planes: list[Ref | None]) -> Ref:
    """A YUV clip of these gray planes; None takes the plane of `clip`. Frame properties are those of `clip`."""
    sources = [clip if made is None else made for made in planes]
    picked = [index if made is None else 0 for index, made in enumerate(planes)]
    put = script.core.std.ShufflePlanes(sources, planes=picked, colorfamily=script.vs.YUV)
    return put if planes[0] is None else put.std.CopyFrameProps(clip)


def luma_and_chroma(script: Script, luma: Ref, chroma: Ref) -> Ref:
    """Brightness of the one (gray or YUV), colour of the other."""
    return script.core.std.ShufflePlanes([luma, chroma], planes=[0, 1, 2], colorfamily=script.vs.YUV)
