"""video4linux2's questions and answers as bytes (linux/videodev2.h), on 64-bit machines. Pure: nothing is opened.

ffmpeg lists formats and standards but no inputs, and by number only; the driver names them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

_CAPABILITY = struct.Struct("<16s32s32sIII12x")
_INPUT = struct.Struct("<I32sIIIQII12x4x")
_STANDARD = struct.Struct("<I4xQ24sIII16x4x")
_FORMAT = struct.Struct("<III32sII12x")
_SIZE = struct.Struct("<III6I8x")
_INTERVAL = struct.Struct("<IIIII6I8x")
_NUMBER = struct.Struct("<i")
_SET = struct.Struct("<Q")

_WRITE, _READ = 1, 2


def _code(direction: int, number: int, size: int) -> int:
    """_IOC of asm-generic/ioctl.h, which x86 and ARM share."""
    return direction << 30 | size << 16 | ord("V") << 8 | number


QUERYCAP = _code(_READ, 0, _CAPABILITY.size)
ENUM_FMT = _code(_READ | _WRITE, 2, _FORMAT.size)
G_STD = _code(_READ, 23, _SET.size)
ENUMSTD = _code(_READ | _WRITE, 25, _STANDARD.size)
ENUMINPUT = _code(_READ | _WRITE, 26, _INPUT.size)
G_INPUT = _code(_READ, 38, _NUMBER.size)
ENUM_FRAMESIZES = _code(_READ | _WRITE, 74, _SIZE.size)
ENUM_FRAMEINTERVALS = _code(_READ | _WRITE, 75, _INTERVAL.size)

VIDEO_CAPTURE, STREAMING, DEVICE_CAPS = 0x1, 0x0400_0000, 0x8000_0000
_BUFFER_VIDEO_CAPTURE = 1
TUNER, CAMERA = 1, 2
"""Types of inputs; what plugs in by cable is a camera too."""
DV_TIMINGS = 2
"""An input that takes HDMI or component HD: V4L2_IN_CAP_DV_TIMINGS"""
NO_POWER, NO_SIGNAL, NO_COLOUR, NO_H_LOCK, NO_V_LOCK, NO_SYNC = 0x1, 0x2, 0x4, 0x100, 0x200, 0x400
_DISCRETE = 1
_COMPRESSED, EMULATED = 0x1, 0x2


@dataclass(frozen=True, slots=True)
class Capability:
    driver: str
    card: str
    bus: str
    captures: bool
    """This node gives moving pictures, and by streaming: cameras have others for their metadata"""


@dataclass(frozen=True, slots=True)
class Socket:
    index: int
    name: str
    type: int
    standards: int
    status: int
    capabilities: int


@dataclass(frozen=True, slots=True)
class Norm:
    id: int
    name: str
    rate: Fraction | None
    lines: int


@dataclass(frozen=True, slots=True)
class Coding:
    fourcc: str
    number: int
    description: str
    compressed: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """A picture size, or all sizes from (width, height) to `up_to`."""

    width: int
    height: int
    up_to: tuple[int, int] | None


def capability_question() -> bytes:
    return bytes(_CAPABILITY.size)


def capability(answer: bytes) -> Capability:
    driver, card, bus, _, everything, here = _CAPABILITY.unpack(answer)
    able = here if everything & DEVICE_CAPS else everything
    return Capability(
        _text(driver), _text(card), _text(bus), able & (VIDEO_CAPTURE | STREAMING) == VIDEO_CAPTURE | STREAMING
    )


def input_question(index: int) -> bytes:
    return _INPUT.pack(index, b"", 0, 0, 0, 0, 0, 0)


def socket(answer: bytes) -> Socket:
    index, name, kind, _, _, standards, status, capabilities = _INPUT.unpack(answer)
    return Socket(index, _text(name), kind, standards, status, capabilities)


def standard_question(index: int) -> bytes:
    return _STANDARD.pack(index, 0, b"", 0, 0, 0)


def norm(answer: bytes) -> Norm:
    _, bits, name, top, bottom, lines = _STANDARD.unpack(answer)
    return Norm(bits, _text(name), _inverse(top, bottom), lines)


def format_question(index: int) -> bytes:
    return _FORMAT.pack(index, _BUFFER_VIDEO_CAPTURE, 0, b"", 0, 0)


def coding(answer: bytes) -> Coding:
    _, _, flags, description, fourcc, _ = _FORMAT.unpack(answer)
    return Coding(_fourcc(fourcc), fourcc, _text(description), bool(flags & _COMPRESSED))


def size_question(index: int, fourcc: int) -> bytes:
    return _SIZE.pack(index, fourcc, 0, *(0,) * 6)


def extent(answer: bytes) -> Extent:
    _, _, kind, *numbers = _SIZE.unpack(answer)
    if kind == _DISCRETE:
        return Extent(numbers[0], numbers[1], None)
    least_w, most_w, _, least_h, most_h, _ = numbers
    return Extent(least_w, least_h, (most_w, most_h))


def interval_question(index: int, fourcc: int, width: int, height: int) -> bytes:
    return _INTERVAL.pack(index, fourcc, width, height, 0, *(0,) * 6)


def rates(answer: bytes) -> tuple[tuple[Fraction, ...], bool]:
    """The rates of one answer, and whether any between them may be had: one, or the slowest and the fastest."""
    *_, kind, least_n, least_d, most_n, most_d, _, _ = _INTERVAL.unpack(answer)
    if kind == _DISCRETE:
        found = _inverse(least_n, least_d)
        return ((found,) if found else ()), False
    ends = {found for found in (_inverse(least_n, least_d), _inverse(most_n, most_d)) if found}
    return tuple(sorted(ends)), len(ends) == 2


def number_question() -> bytes:
    return bytes(_NUMBER.size)


def number(answer: bytes) -> int:
    (found,) = _NUMBER.unpack(answer)
    return int(found)


def set_question() -> bytes:
    return bytes(_SET.size)


def standards_set(answer: bytes) -> int:
    (found,) = _SET.unpack(answer)
    return int(found)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def _fourcc(code: int) -> str:
    return (code & 0x7FFF_FFFF).to_bytes(4, "little").decode("latin-1")


def _inverse(numerator: int, denominator: int) -> Fraction | None:
    """A frame's seconds as frames a second."""
    return Fraction(denominator, numerator) if numerator and denominator else None
