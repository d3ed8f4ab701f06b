"""What travels along a wire: the facts of a clip and of sound that matter on tape. Pure values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from fractions import Fraction


class Fields(StrEnum):
    """How a clip's lines lie in time."""

    PROGRESSIVE = "progressive"
    TFF = "tff"
    BFF = "bff"

    @property
    def interlaced(self) -> bool:
        return self is not Fields.PROGRESSIVE

    @property
    def field_based(self) -> int:
        """The value of VapourSynth's `_FieldBased` frame property."""
        return {Fields.PROGRESSIVE: 0, Fields.BFF: 1, Fields.TFF: 2}[self]


class Family(StrEnum):
    YUV = "yuv"
    RGB = "rgb"
    GRAY = "gray"


class Matrix(IntEnum):
    """Luma and chroma coefficients, numbered as in ITU-T H.273 (and VapourSynth's `_Matrix`)."""

    RGB = 0
    BT709 = 1
    UNSPECIFIED = 2
    FCC = 4
    BT470BG = 5
    SMPTE170M = 6
    SMPTE240M = 7
    BT2020_NCL = 9


class Primaries(IntEnum):
    """Colour primaries, numbered as in ITU-T H.273."""

    BT709 = 1
    UNSPECIFIED = 2
    BT470M = 4
    BT470BG = 5
    SMPTE170M = 6
    SMPTE240M = 7
    BT2020 = 9


class Transfer(IntEnum):
    """Transfer characteristics, numbered as in ITU-T H.273."""

    BT709 = 1
    UNSPECIFIED = 2
    BT470M = 4
    BT470BG = 5
    SMPTE170M = 6
    SMPTE240M = 7
    LINEAR = 8
    SRGB = 13


class Range(StrEnum):
    LIMITED = "limited"
    FULL = "full"

    @property
    def code(self) -> int:
        """VapourSynth R81's `_Range`: 0 limited, 1 full."""
        return int(self is Range.FULL)


_CHROMA = {(0, 0): "444", (1, 0): "422", (1, 1): "420", (2, 0): "411", (2, 2): "410", (0, 1): "440"}
_NAMED = re.compile(r"(YUV)(\d{3})P(\d{1,2}|S|H)$|(RGB|GRAY)(\d{1,2}|S|H)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """A planar pixel format, named as VapourSynth names it.

    `bits` counts bits per sample; `floating` says that they are IEEE floats (16 or 32 bits).
    `ss_w` and `ss_h` are log2 of the chroma subsampling.
    """

    family: Family
    bits: int
    floating: bool = False
    ss_w: int = 0
    ss_h: int = 0

    @staticmethod
    def parse(name: str) -> PixelFormat:
        """Read a VapourSynth name such as `YUV422P8`, `RGBS`, `GRAY16` or `RGB24`. ValueError if it is none."""
        found = _NAMED.match(name)
        if not found:
            raise ValueError(f"{name!r} is no pixel format")
        yuv, chroma, yuv_depth, other, depth = found.groups()
        text = (yuv_depth or depth).upper()
        floating = text in ("S", "H")
        bits = {"S": 32, "H": 16}.get(text) or int(text)
        family = Family((yuv or other).lower())
        if family is Family.RGB and not floating:
            if bits % 3:
                raise ValueError(f"{name!r} is no pixel format")
            bits //= 3
        by_name = {text: sub for sub, text in _CHROMA.items()}
        if family is Family.YUV and chroma not in by_name:
            raise ValueError(f"{name!r} is no pixel format")
        ss_w, ss_h = by_name[chroma] if family is Family.YUV else (0, 0)
        return PixelFormat(family, bits, floating, ss_w, ss_h)

    @property
    def chroma(self) -> str:
        """`444`, `422`, `420`, `411`, `410` or `440`; empty for RGB and gray."""
        return _CHROMA[self.ss_w, self.ss_h] if self.family is Family.YUV else ""

    @property
    def depth(self) -> str:
        """`8`, `10`, `16`, `32f`: how node types name sample depths."""
        return f"{self.bits}f" if self.floating else str(self.bits)

    @property
    def name(self) -> str:
        letter = {16: "H", 32: "S"}[self.bits] if self.floating else str(self.bits)
        match self.family:
            case Family.YUV:
                return f"YUV{self.chroma}P{letter}"
            case Family.RGB:
                return "RGB" + (letter if self.floating else str(self.bits * 3))
            case Family.GRAY:
                return "GRAY" + letter

    @property
    def peak(self) -> float:
        """The largest code value (1.0 for floats)."""
        return 1.0 if self.floating else float((1 << self.bits) - 1)

    def with_depth(self, depth: str) -> PixelFormat:
        return replace(self, bits=int(depth.rstrip("f")), floating=depth.endswith("f"))

    def with_chroma(self, chroma: str) -> PixelFormat:
        ss_w, ss_h = {text: sub for sub, text in _CHROMA.items()}[chroma]
        return replace(self, family=Family.YUV, ss_w=ss_w, ss_h=ss_h)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """The format of a clip. `fps` frames a second; `start` is the time in seconds, on the tape's own clock,
    of the first frame (so that trims keep sound and picture together); `frames` may be an estimate until the
    source is indexed, then `exact` is true.

    `separated` clips hold one field per frame (half height); `fields` then tells which comes first.
    """

    width: int
    height: int
    format: PixelFormat
    fps: Fraction
    frames: int
    sar: Fraction = Fraction(1)
    fields: Fields = Fields.PROGRESSIVE
    matrix: Matrix = Matrix.UNSPECIFIED
    range: Range = Range.LIMITED
    primaries: Primaries = Primaries.UNSPECIFIED
    transfer: Transfer = Transfer.UNSPECIFIED
    start: Fraction = Fraction(0)
    separated: bool = False
    exact: bool = False

    @property
    def interlaced(self) -> bool:
        """Whole frames woven of two fields (not separated fields)."""
        return self.fields.interlaced and not self.separated

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.frames / self.fps

    @property
    def dar(self) -> Fraction:
        return Fraction(self.width, self.height) * self.sar

    def cut(self, first: int, last: int) -> ClipInfo:
        """The half-open range of frames [first, last)."""
        return replace(self, frames=max(0, last - first), start=self.start + first / self.fps)

    def line(self) -> str:
        """One line for people: `720x576 25i TFF YUV422P8`."""
        rate = f"{float(self.fps):.3f}".rstrip("0").rstrip(".")
        scan = "i " + self.fields.name if self.fields.interlaced else "p"
        if self.separated:
            scan = " fields " + self.fields.name
        return f"{self.width}x{self.height} {rate}{scan} {self.format.name}"


@dataclass(frozen=True, slots=True)
class SoundInfo:
    """The format of sound: samples a second, channels, length and start in seconds on the tape's clock."""

    rate: int
    channels: int
    duration: Fraction
    start: Fraction = Fraction(0)

    def line(self) -> str:
        layout = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"{self.rate / 1000:g} kHz {layout}"


STANDARD_RATES = tuple(
    Fraction(text)
    for text in (
        "24000/1001",
        "24",
        "25",
        "30000/1001",
        "30",
        "48",
        "50",
        "60000/1001",
        "60",
        "100",
        "120000/1001",
        "120",
    )
)


def snap_rate(rate: Fraction) -> Fraction:
    """The standard rate within 0.05 % of `rate` (containers round: 2997/100, 19001/634), else `rate`."""
    nearest = min(STANDARD_RATES, key=lambda known: abs(known - rate))
    return nearest if abs(nearest - rate) < rate / 2000 else rate
