"""From a clip to a picture for the screen, inside the graph: scaled, BGRA, one plane."""

import ctypes
from dataclasses import dataclass

import vapoursynth as vs

_BYTES = 4


@dataclass(frozen=True, slots=True)
class Box:
    """How a picture is to fit: at most this many pixels wide and high (0: any), after stretching by `sar`."""

    max_width: int
    max_height: int
    sar: tuple[int, int] = (1, 1)


def picture_clip(clip: vs.VideoNode, box: Box) -> vs.VideoNode:
    """The clip as the screen wants it: 32-bit pixels that are B, G, R, A in memory."""
    if clip.width == 0 or clip.height == 0 or clip.format is None:
        raise vs.Error("a clip whose size or format varies cannot be shown: fix it with a resize first")
    width, height = fit(clip.width, clip.height, box)
    options: dict[str, object] = {}
    if clip.format.color_family == vs.YUV:
        # Only a fallback: the frame's own _Matrix wins over matrix_in (measured, R81). BT.601 up to 576
        # lines.
        options["matrix_in_s"] = "170m" if clip.height <= 576 else "709"
    shown = clip.resize.Bilinear(width, height, format=vs.RGB24, **options)
    return shown.vszip.PackRGB()


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


def copy_rows(frame: vs.VideoFrame, target: memoryview) -> None:
    """The one plane of `frame` without its padding, into `target` (width × height × 4 bytes)."""
    row, stride = frame.width * _BYTES, frame.get_stride(0)
    pointer = frame.get_read_ptr(0).value
    assert pointer is not None
    if stride == row:
        target[: row * frame.height] = _bytes_at(pointer, row * frame.height)
        return
    for y in range(frame.height):
        target[y * row : (y + 1) * row] = _bytes_at(pointer + y * stride, row)


def _bytes_at(address: int, size: int) -> memoryview:
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")


def stride_of(frame: vs.VideoFrame) -> int:
    return int(frame.width) * _BYTES


def sar_of(frame: vs.VideoFrame) -> tuple[int, int]:
    """The frame's pixel aspect; 0, 0 where it does not say."""
    num, den = frame.props.get("_SARNum"), frame.props.get("_SARDen")
    return (num, den) if isinstance(num, int) and isinstance(den, int) and num > 0 and den > 0 else (0, 0)
