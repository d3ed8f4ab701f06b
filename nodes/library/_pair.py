"""Two clips that a node lays over each other: the second brought into the first one's format, or a reason
why not."""

from __future__ import annotations

from nodes.api import ClipInfo, ParamError, Ref, converted


def refuse_unlike(one: ClipInfo, other: ClipInfo, name: str, *, times: bool = True, size: bool = True) -> None:
    """ParamError where `other`, the clip at port `name`, cannot lie over `one` picture for picture."""
    if size and (one.width, one.height) != (other.width, other.height):
        raise ParamError(
            f"{name}: it is {other.width} × {other.height}, the first clip {one.width} × {one.height}. "
            "Bring both to one size with Resize or Crop"
        )
    if one.separated != other.separated or one.fields is not other.fields:
        raise ParamError(
            f"{name}: it is {_scan(other)}, the first clip {_scan(one)}. Take both from before or both from after "
            "the deinterlacer"
        )
    if times and one.fps != other.fps:
        raise ParamError(
            f"{name}: it runs at {float(other.fps):.5g} frames a second, the first clip at {float(one.fps):.5g}. "
            "Take both from before or both from after what changes the rate"
        )


def alike(clip: Ref, first: ClipInfo) -> Ref:
    """`clip` in the pixel format of `first`."""
    return converted(clip, first.format)


def _scan(clip: ClipInfo) -> str:
    if clip.separated:
        return "separated fields"
    return {"tff": "interlaced, top field first", "bff": "interlaced, bottom field first"}.get(
        clip.fields, "progressive"
    )
