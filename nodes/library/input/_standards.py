"""What a television standard says of a picture before anything was captured: size, rate, fields, shape, colours."""

from __future__ import annotations

from nodes.api import ClipInfo, Fields, Fraction, Matrix, PixelFormat, Primaries, StrEnum, Transfer, replace

MINUTES = 60
"""How long a tape is taken to be while nobody knows."""


class TapeStandard(StrEnum):
    """How the tape was recorded."""

    PAL = "pal"
    """625 lines, 25 frames a second: most of Europe, Australia, much of Asia and Africa."""
    NTSC = "ntsc"
    """525 lines, 29.97 frames a second: North America, Japan."""
    SECAM = "secam"
    """625 lines, 25 frames a second: France, Eastern Europe; a recorder that plays it as PAL gives PAL."""
    PAL_M = "pal-m"
    """525 lines, 29.97 frames a second: Brazil."""
    PAL_N = "pal-n"
    """625 lines, 25 frames a second: Argentina, Paraguay, Uruguay."""
    NTSC_443 = "ntsc-4.43"
    """525 lines: an NTSC tape in a PAL recorder, colour as PAL's."""
    PAL_60 = "pal-60"
    """525 lines: an NTSC tape in a PAL recorder that makes PAL colour of it."""

    @property
    def lines_625(self) -> bool:
        return self in (TapeStandard.PAL, TapeStandard.SECAM, TapeStandard.PAL_N)


class Samples(StrEnum):
    """What the device gives."""

    EIGHT = "8 bit"
    """4:2:2, 8 bits a sample: most analogue devices."""
    TEN = "10 bit"
    """4:2:2, 10 bits a sample."""
    DV = "dv"
    """The tape's own DV, copied as it is: bottom field first, PAL 4:2:0, NTSC 4:1:1."""


def standard_clip(standard: TapeStandard, samples: Samples, minutes: int) -> ClipInfo:
    """720×576 or 720×480 over the whole width at 4:3. Top field first on 625 lines, bottom first on 525 (ITU-R BT.601
    sampled from its first line) and in all DV; a device that does otherwise says so in the file."""
    pal = standard.lines_625
    height = 576 if pal else 480
    rate = Fraction(25) if pal else Fraction(30000, 1001)
    chroma = "422" if samples is not Samples.DV else "420" if pal else "411"
    return ClipInfo(
        720,
        height,
        PixelFormat.parse(f"YUV{chroma}P{10 if samples is Samples.TEN else 8}"),
        rate,
        max(1, int((minutes or MINUTES) * 60 * rate)),
        Fraction(4, 3) * height / 720,
        Fields.TFF if pal and samples is not Samples.DV else Fields.BFF,
        Matrix.BT470BG if pal else Matrix.SMPTE170M,
        primaries=Primaries.BT470BG if pal else Primaries.SMPTE170M,
        transfer=Transfer.SMPTE170M,
    )


def kept_as(info: ClipInfo, codec: str) -> ClipInfo:
    """What a clip is once it lies in a file of this codec: v210 holds ten bits."""
    return replace(info, format=info.format.with_depth("10")) if codec == "v210" else info
