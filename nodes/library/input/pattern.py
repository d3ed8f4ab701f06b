"""Test pictures made here: colour bars, a ramp, and motion with a beep to check sync by."""

from collections.abc import Sequence

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Fields,
    Fraction,
    Matrix,
    Node,
    PixelFormat,
    Primaries,
    Ref,
    Script,
    Silence,
    Sound,
    SoundInfo,
    StrEnum,
    Transfer,
    gives,
    param,
)
from nodes.library.input._tape import marked

RGB = tuple[float, float, float]
SOUND_RATE = 48_000
BARS: tuple[RGB, ...] = ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0))


class Picture(StrEnum):
    """What is shown."""

    BARS = "bars"
    """Eight bars, white at 100 % and the colours at 75 % (EBU 100/0/75/0)."""
    SMPTE = "smpte"
    """Seven 75 % bars over the reversed blue row and the PLUGE for setting black (after SMPTE EG 1)."""
    RAMP = "ramp"
    """Gray from black to white, to judge levels and banding."""
    MOTION = "motion"
    """Fine lines, a disc that goes round and a bar that sweeps: fields and combing show at once."""
    FLASH = "flash"
    """The motion picture with one white flash each second, together with the beep: for sync."""


class Standard(StrEnum):
    """Size, rate and fields."""

    PAL = "pal"
    """720×576, 25 frames, top field first."""
    NTSC = "ntsc"
    """720×480, 29.97 frames, bottom field first."""
    PAL_50P = "pal 50p"
    """720×576, 50 whole frames."""
    NTSC_60P = "ntsc 59.94p"
    """720×480, 59.94 whole frames."""


class Pattern(Node):
    """A test picture with a test tone, made here without any file.

    Colour bars check levels and colours through the whole chain, the moving picture shows what a deinterlacer does,
    and the flash with its beep tells whether sound and picture stay together.
    """

    id, version = "input.pattern", 1
    label, needs = "Test picture", ("akarin",)
    words = ("colour bars", "color", "test", "pattern", "tone", "beep", "ramp", "smpte", "ebu", "generator", "sync")
    out = gives(Clip)
    sound = gives(Audio, "A 1 kHz tone at −18 dB, once a second in the flash picture")

    picture: Annotated[Picture, param("What is shown")] = Picture.BARS
    standard: Annotated[Standard, param("Size, rate and fields")] = Standard.PAL
    seconds: Annotated[int, param("Length", low=1, high=36000, unit="s")] = 10

    def forecast(self) -> dict[str, ClipInfo | SoundInfo]:
        info = self._info()
        return {"out": info, "sound": SoundInfo(SOUND_RATE, 2, info.duration)}

    def build(self, script: Script) -> dict[str, Ref | Sound]:
        info = self._info()
        rate = info.fps * (2 if info.interlaced else 1)
        clip = script.core.std.BlankClip(
            width=info.width,
            height=info.height,
            format=info.format,
            length=info.frames * (2 if info.interlaced else 1),
            fpsnum=rate.numerator,
            fpsden=rate.denominator,
            color=[16, 128, 128],
            keep=True,
        )
        clip = clip.akarin.Expr(self._planes(info, rate))
        if info.interlaced:  # one instant a field: of each instant the lines of one parity
            top_first = info.fields is Fields.TFF
            clip = clip.std.SeparateFields(tff=top_first).std.SelectEvery(cycle=4, offsets=[0, 3])
            clip = clip.std.DoubleWeave(tff=top_first).std.SelectEvery(cycle=2, offsets=0)
        beeping = "*lt(mod(t,1),0.04)" if self.picture is Picture.FLASH else ""
        tone = Sound(Silence(SOUND_RATE, 2, info.duration), SoundInfo(SOUND_RATE, 2, info.duration))
        tone = tone.filter("aeval", exprs=f"{10 ** (-18 / 20):.4f}*sin(2*PI*1000*t){beeping}", c="same")
        return {"out": marked(clip, info), "sound": tone}

    def _info(self) -> ClipInfo:
        pal = self.standard in (Standard.PAL, Standard.PAL_50P)
        interlaced = self.standard in (Standard.PAL, Standard.NTSC)
        height = 576 if pal else 480
        fps = (Fraction(25) if pal else Fraction(30000, 1001)) * (1 if interlaced else 2)
        return ClipInfo(
            720,
            height,
            PixelFormat.parse("YUV422P8"),
            fps,
            round(self.seconds * fps),
            Fraction(4, 3) * height / 720,
            (Fields.TFF if pal else Fields.BFF) if interlaced else Fields.PROGRESSIVE,
            Matrix.BT470BG if pal else Matrix.SMPTE170M,
            primaries=Primaries.BT470BG if pal else Primaries.SMPTE170M,
            transfer=Transfer.SMPTE170M,
            exact=True,
        )

    def _planes(self, info: ClipInfo, rate: Fraction) -> list[str]:
        """Expressions in X, Y (pixels of the plane) and N (frame) for the three planes."""
        match self.picture:
            case Picture.BARS:
                colours = [_scaled(one, 0.75 if one != BARS[0] else 1.0) for one in BARS]
                return [_row(colours, plane, info.width >> (plane > 0)) for plane in range(3)]
            case Picture.SMPTE:
                return [_smpte(plane, info.width >> (plane > 0), info.height) for plane in range(3)]
            case Picture.RAMP:
                return [f"X {info.width - 1} / 219 * 16 +", "128", "128"]
            case _:
                return _motion(info, rate, flash=self.picture is Picture.FLASH)


def _scaled(colour: RGB, level: float) -> RGB:
    return colour[0] * level, colour[1] * level, colour[2] * level


def _code(colour: RGB, plane: int) -> int:
    """The 8-bit code of an RGB colour (0…1) in BT.601 Y, Cb or Cr."""
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    match plane:
        case 0:
            return round(16 + 219 * luma)
        case 1:
            return round(128 + 224 * (blue - luma) / 1.772)
        case _:
            return round(128 + 224 * (red - luma) / 1.402)


def _row(colours: Sequence[RGB], plane: int, width: int) -> str:
    """Bars of equal width from left to right."""
    return _steps([_code(colour, plane) for colour in colours], width)


def _steps(codes: Sequence[int], width: int) -> str:
    edges = [width * (index + 1) // len(codes) for index in range(len(codes) - 1)]
    tests = "".join(f"X {edge} < {code} " for edge, code in zip(edges, codes, strict=False))
    return f"{tests}{codes[-1]} {'? ' * len(edges)}".strip()


def _smpte(plane: int, width: int, height: int) -> str:
    """Top two thirds 75 % bars, a row of reversed bars, then −I, white, +Q and the PLUGE."""
    gray75: RGB = (0.75, 0.75, 0.75)
    top = _row([gray75, *(_scaled(one, 0.75) for one in BARS[1:7])], plane, width)
    black: RGB = (0, 0, 0)
    reverse = [_scaled(BARS[6], 0.75), black, _scaled(BARS[4], 0.75), black, _scaled(BARS[2], 0.75), black, gray75]
    middle = _row(reverse, plane, width)
    minus_i, white, plus_q = ((16, 158, 95), (235, 128, 128), (16, 174, 149))
    codes = [minus_i[plane], white[plane], plus_q[plane]]
    pluge = [16, 16, 16] if plane else [7, 16, 25]
    dark = 16 if plane == 0 else 128
    pluge = pluge if plane == 0 else [128, 128, 128]
    # 7 bars across: the lower row has four boxes of 5/4 bar, the PLUGE's three of 1/3 bar, and a bar of black
    edges = [width * step // 84 for step in (15, 30, 45, 60, 64, 68, 72)]
    values = [*codes, dark, *pluge]
    tests = "".join(f"X {edge} < {code} " for edge, code in zip(edges, values, strict=True))
    bottom = f"{tests}{dark} {'? ' * len(edges)}".strip()
    return f"Y {height * 2 // 3} < {top} Y {height * 3 // 4} < {middle} {bottom} ? ?"


def _motion(info: ClipInfo, rate: Fraction, *, flash: bool) -> list[str]:
    turn = 6.283185307 / float(rate) / 4  # once round in four seconds
    centre = f"X {info.width / 2} - N {turn:.9f} * cos {info.width * 0.3} * -"
    height = f"Y {info.height / 2} - N {turn:.9f} * sin {info.height * 0.3} * -"
    disc = f"{centre} dup * {height} dup * + sqrt {info.height * 0.12} <"
    sweep = f"X N {info.width / float(rate) / 2:.6f} * {info.width} % - abs 12 <"
    lines = "X 40 / floor Y 36 / floor + 2 % 0 = 60 Y 4 % 2 < 70 110 ? ?"
    luma = f"{disc} 200 {sweep} 180 {lines} ? ?"
    if flash:
        frame = "N 2 / floor" if info.interlaced else "N"
        beat = f"{frame} 0.5 + {float(info.fps):.9f} % 1 <"
        luma = f"{beat} 235 {luma} ?"
    half = info.width / 2
    hue = [f"X {half / 2} - {half / 256:.6f} / 128 +", "Y 288 - 6 / 128 +"]
    return [luma, *(f"{one} 90 max 166 min" for one in hue)]
