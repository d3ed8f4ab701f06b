"""From a clip to a picture for the screen, inside the graph: scaled, BGRA, one plane."""

import ctypes
from dataclasses import dataclass, replace

import vapoursynth as vs

_BYTES = 4
_TILE = 64  # a whole number of chroma samples, in fields too
_MARGIN = 8  # for the chroma of a region's outermost pixels


@dataclass(frozen=True, slots=True)
class Box:
    """How a picture is to fit: at most this many pixels wide and high (0: any), after stretching by `sar`."""

    max_width: int
    max_height: int
    sar: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, asked: tuple[int, ...], width: int, height: int) -> "Region":
        """What was asked for, cut to a picture of that size; empty is all of it. ValueError where nothing is left."""
        if not asked:
            return cls(0, 0, width, height)
        if len(asked) != 4:
            raise ValueError(f"a region is x, y, width and height, not {len(asked)} numbers")
        x, y, wide, high = asked
        left, top, right, bottom = max(0, x), max(0, y), min(width, x + wide), min(height, y + high)
        if left >= right or top >= bottom:
            raise ValueError(f"the region {wide} × {high} at {x}, {y} lies outside the picture, {width} × {height}")
        return cls(left, top, right - left, bottom - top)

    def tile(self, width: int, height: int) -> "Region":
        """The region enlarged to whole tiles of a picture of that size, so that moving about makes few filters."""
        left, top = max(0, self.x - _MARGIN) // _TILE * _TILE, max(0, self.y - _MARGIN) // _TILE * _TILE
        right = min(width, -(-(self.x + self.width + _MARGIN) // _TILE) * _TILE)
        bottom = min(height, -(-(self.y + self.height + _MARGIN) // _TILE) * _TILE)
        return Region(left, top, right - left, bottom - top)

    def within(self, outer: "Region") -> "Region":
        return replace(self, x=self.x - outer.x, y=self.y - outer.y)


def region_part(clip: vs.VideoNode, region: Region, box: Box) -> tuple[Region, Region]:
    """What the clip of region_clip covers (regions that cover the same share it), and where in it the region lies."""
    if _fits(region, box):
        tile = region.tile(clip.width, clip.height)
        return tile, region.within(tile)
    return region, Region(0, 0, *fit(region.width, region.height, box))


def region_clip(clip: vs.VideoNode, region: Region, box: Box) -> vs.VideoNode:
    """A picture clip of a region: pixel for pixel, and the tiles around it, where it fits the box and is not
    stretched; else scaled, and nothing besides."""
    _steady(clip)
    tile = region.tile(clip.width, clip.height)
    rgb = _cut(clip, tile).resize.Bilinear(format=vs.RGB24, **_matrix(clip))
    if not _fits(region, box):
        width, height = fit(region.width, region.height, box)
        part = _cut(rgb, region.within(tile)).std.RemoveFrameProps(["_FieldBased"])
        rgb = part.resize.Bilinear(width, height)
    return rgb.vszip.PackRGB()


def _fits(region: Region, box: Box) -> bool:
    num, den = box.sar
    return (
        num == den
        and (not box.max_width or region.width <= box.max_width)
        and (not box.max_height or region.height <= box.max_height)
    )


def _cut(clip: vs.VideoNode, part: Region) -> vs.VideoNode:
    if part == Region(0, 0, clip.width, clip.height):
        return clip
    return clip.std.CropAbs(part.width, part.height, part.x, part.y)


def _steady(clip: vs.VideoNode) -> None:
    if clip.width == 0 or clip.height == 0 or clip.format is None:
        raise vs.Error("a clip whose size or format varies cannot be shown: fix it with a resize first")


def _matrix(clip: vs.VideoNode) -> dict[str, object]:
    """Only a fallback: the frame's own _Matrix wins over matrix_in (measured, R81). BT.601 up to 576 lines."""
    yuv = clip.format is not None and clip.format.color_family == vs.YUV
    return {"matrix_in_s": "170m" if clip.height <= 576 else "709"} if yuv else {}


def picture_clip(clip: vs.VideoNode, box: Box) -> vs.VideoNode:
    """The clip as the screen wants it: 32-bit pixels that are B, G, R, A in memory."""
    _steady(clip)
    width, height = fit(clip.width, clip.height, box)
    return clip.resize.Bilinear(width, height, format=vs.RGB24, **_matrix(clip)).vszip.PackRGB()


def fit(width: int, height: int, box: Box) -> tuple[int, int]:
    """The size of the picture: never enlarged except to make its pixels square, even (fields are scaled apart)."""
    wide, high = float(width), float(height)
    num, den = box.sar
    if num > den > 0:
        wide = width * num / den
    elif den > num > 0:
        high = height * den / num
    scale = min(1.0, box.max_width / wide if box.max_width else 1.0, box.max_height / high if box.max_height else 1.0)
    return max(2, round(wide * scale / 2) * 2), max(2, round(high * scale / 2) * 2)


def copy_rows(frame: vs.VideoFrame, part: Region, target: memoryview) -> None:
    """That part of the one plane of `frame`, without padding, into `target` (width × height × 4 bytes)."""
    row, stride = part.width * _BYTES, frame.get_stride(0)
    pointer = frame.get_read_ptr(0).value
    assert pointer is not None
    pointer += part.y * stride + part.x * _BYTES
    if stride == row:
        target[: row * part.height] = bytes_at(pointer, row * part.height)
        return
    for y in range(part.height):
        target[y * row : (y + 1) * row] = bytes_at(pointer + y * stride, row)


def bytes_at(address: int, size: int) -> memoryview:
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")


def stride_of(width: int) -> int:
    return width * _BYTES


def sar_of(frame: vs.VideoFrame) -> tuple[int, int]:
    """The frame's pixel aspect; 0, 0 where it does not say."""
    num, den = frame.props.get("_SARNum"), frame.props.get("_SARDen")
    return (num, den) if isinstance(num, int) and isinstance(den, int) and num > 0 and den > 0 else (0, 0)
