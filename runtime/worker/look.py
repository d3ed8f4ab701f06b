"""What of a frame is looked at: all of it, one field, every field in its turn, or one plane; in the clip's values."""

from typing import Literal

import vapoursynth as vs

from runtime.protocol import FieldOrder, Look

_BOTTOM_FIRST, _TOP_FIRST = 1, 2  # of _FieldBased


def looked_at(clip: vs.VideoNode, look: Look, order: FieldOrder) -> vs.VideoNode:
    """`clip` under that look, in its own format. Fields stand at full height, every line twice; in a bob, frames
    2n and 2n + 1 are the fields of frame n in their order in time."""
    match look:
        case "top":
            return _one_field(clip, 0)
        case "bottom":
            return _one_field(clip, 1)
        case "bob":
            if order:  # else a frame's own order wins over `tff`
                clip = clip.std.SetFieldBased(_TOP_FIRST if order == "tff" else _BOTTOM_FIRST)
            return _full_height(_fields(clip))
        case "y" | "u" | "v":
            return _plane(clip, look)
        case _:
            return clip


def _one_field(clip: vs.VideoNode, which: int) -> vs.VideoNode:
    fields = _fields(clip.std.SetFieldBased(_TOP_FIRST))  # whatever the order in time: the top one comes first
    return _full_height(fields.std.SelectEvery(2, [which], modify_duration=True))


def _fields(clip: vs.VideoNode) -> vs.VideoNode:
    if clip.format is not None and clip.height % (2 << clip.format.subsampling_h):
        raise vs.Error(f"a clip of {clip.height} lines cannot be parted into fields: crop or pad it first")
    return clip.std.SeparateFields(tff=True)


def _full_height(fields: vs.VideoNode) -> vs.VideoNode:
    return _repeated(fields, fields.width, fields.height * 2)


def _plane(clip: vs.VideoNode, look: Literal["y", "u", "v"]) -> vs.VideoNode:
    plane = "yuv".index(look)
    if clip.format is None or plane >= clip.format.num_planes:
        raise vs.Error(f"a clip of {clip.format.name if clip.format else 'varying format'} has no plane {look}")
    grey = clip.std.ShufflePlanes(plane, vs.GRAY)
    if plane and clip.format.sample_type == vs.FLOAT and clip.format.color_family == vs.YUV:
        grey = grey.std.Expr("x 0.5 +")  # such chroma lies about 0: shown about mid-grey
    return _repeated(grey.std.RemoveFrameProps(["_FieldBased"]), clip.width, clip.height)


def _repeated(clip: vs.VideoNode, width: int, height: int) -> vs.VideoNode:
    """Lines and columns repeated up to that size, none of them moved (as _Field and _ChromaLocation would have it),
    and the frame's shape as before: it covers what it covered."""
    if (clip.width, clip.height) == (width, height):
        return clip
    bare = clip.std.RemoveFrameProps(["_Field", "_ChromaLocation"])
    return bare.resize.Point(width, height).std.CopyFrameProps(clip, props=["_ChromaLocation", "_SARNum", "_SARDen"])
