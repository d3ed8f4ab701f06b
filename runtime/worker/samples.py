"""The true values of a frame, for scopes and the pixel readout: points of it, never an average of some.

Without numpy: a plane is a memoryview, and a strided slice of a line copies at the speed of C.
"""

import array
import struct
import sys
from typing import Literal

import vapoursynth as vs

from runtime.protocol import Codes, Family, PlaneSize
from runtime.worker.picture import Region, bytes_at

_FAMILIES: dict[int, Family] = {vs.YUV: "yuv", vs.RGB: "rgb", vs.GRAY: "gray"}
_UNKNOWN_MATRIX = 2  # H.273: unspecified
_LETTERS: dict[int, Literal["B", "H", "I"]] = {1: "B", 2: "H", 4: "I"}
_LOW_BYTE = 0 if sys.byteorder == "little" else 1


def codes_of(frame: vs.VideoFrame) -> Codes:
    """How the values of this frame are to be read (samples of more than 16 bits come as 16)."""
    kind, matrix = frame.format, frame.props.get("_Matrix")
    told = frame.props.get("_Range")
    family = _FAMILIES[kind.color_family]
    return Codes(
        family,
        kind.bits_per_sample if kind.sample_type == vs.FLOAT else min(16, kind.bits_per_sample),
        kind.sample_type == vs.FLOAT,
        bool(told) if isinstance(told, int) else family == "rgb",
        int(matrix) if isinstance(matrix, int) and matrix != _UNKNOWN_MATRIX else None,
        kind.subsampling_w,
        kind.subsampling_h,
    )


def sampled(
    frame: vs.VideoFrame, part: Region, max_width: int, max_height: int
) -> tuple[tuple[PlaneSize, ...], bytearray]:
    """Points of that part of a frame, at most so many (0: all): the planes' sizes, and their values one plane after
    the other, as 16-bit codes or 32-bit floats.

    Columns are every k-th. Lines come in pairs of neighbours, so that both fields are heard.
    """
    sizes: list[PlaneSize] = []
    found = bytearray()
    for plane in range(frame.format.num_planes):
        wide, high = _shifts(frame, plane)
        x, y = part.x >> wide, part.y >> high
        width = max(1, (part.x + part.width >> wide) - x)
        height = max(1, (part.y + part.height >> high) - y)
        step = -(-width // max_width) if max_width else 1
        lines = _lines(height, max_height)
        size, letter = frame.format.bytes_per_sample, _LETTERS[frame.format.bytes_per_sample]
        begin, stride = _address(frame, plane) + x * size, frame.get_stride(plane)
        for line in lines:
            points = bytes_at(begin + (y + line) * stride, width * size).cast(letter)[::step]
            found += _as_codes(points, frame.format)
        sizes.append(PlaneSize(-(-width // step), len(lines)))
    return tuple(sizes), found


def _lines(height: int, most: int) -> list[int]:
    """At most so many of the lines 0…height: pairs spread evenly."""
    if not most or height <= most:
        return list(range(height))
    if most == 1:
        return [height // 2]
    pairs, stand = most // 2, height // 2
    return [2 * (pair * stand // pairs) + parity for pair in range(pairs) for parity in (0, 1)]


def _as_codes(points: memoryview, kind: vs.VideoFormat) -> bytes:
    match kind.sample_type, kind.bytes_per_sample:
        case vs.FLOAT, 2:
            return array.array("f", struct.unpack(f"{len(points)}e", points.tobytes())).tobytes()
        case vs.INTEGER, 1:
            wide = bytearray(2 * len(points))
            wide[_LOW_BYTE::2] = points.tobytes()
            return bytes(wide)
        case vs.INTEGER, 4:
            return array.array("H", [point >> (kind.bits_per_sample - 16) for point in points]).tobytes()
        case _:
            return points.tobytes()


def pixel(frame: vs.VideoFrame, x: int, y: int) -> tuple[float, ...]:
    """The values of the planes at a pixel; chroma from the sample that covers it."""
    _, found = sampled(frame, Region(x, y, 1, 1), 0, 0)
    values = memoryview(found)
    return tuple(map(float, values.cast("f") if frame.format.sample_type == vs.FLOAT else values.cast("H")))


def _shifts(frame: vs.VideoFrame, plane: int) -> tuple[int, int]:
    return (frame.format.subsampling_w, frame.format.subsampling_h) if plane else (0, 0)


def _address(frame: vs.VideoFrame, plane: int) -> int:
    address = frame.get_read_ptr(plane).value
    assert address is not None
    return int(address)
