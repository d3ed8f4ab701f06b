"""Says what shape pixels and picture have."""

from collections.abc import Iterator

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Fraction,
    Node,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)

# ITU-R BT.601 samples 13.5 million pixels a second: the picture is 702.9 (PAL) or 711.9 (NTSC) of the 720
# wide, and by long custom 704 of them are called 4:3 (or 16:9). So pixels have these shapes, whatever was
# cropped since.
_ACTIVE_PAL = {"4:3": Fraction(12, 11), "16:9": Fraction(16, 11)}
_ACTIVE_NTSC = {"4:3": Fraction(10, 11), "16:9": Fraction(40, 33)}
_DISPLAY = {"4:3": Fraction(4, 3), "16:9": Fraction(16, 9)}


class Shape(StrEnum):
    """The shape of the whole picture on screen."""

    FULLSCREEN = "4:3"
    """Ordinary television."""
    WIDESCREEN = "16:9"
    """Anamorphic widescreen: thin people in a 4:3 frame."""
    SQUARE = "square"
    """Square pixels: computer pictures."""
    CUSTOM = "custom"
    """The pixel aspect ratio given below."""


class Across(StrEnum):
    """Which part of a 720 pixel wide picture is as wide as the screen."""

    ACTIVE = "active"
    """704 of 720: analogue captures and most DV (12:11 PAL, 10:11 NTSC)."""
    WHOLE = "whole"
    """All of the width: what many programs write (16:15 PAL, 8:9 NTSC)."""


class AspectRatio(Node):
    """Say how wide the picture is to be shown; no pixel is scaled.

    Tape pixels are not square: 720 × 576 and 720 × 480 both show as 4:3. Encoders and Resize go by what
    stands here. Can also cut 720 wide pictures to the 704 pixels that carry the picture. To get square
    pixels for the web, put Resize after it.
    """

    id, version = "geometry.aspect", 1
    label = "Aspect ratio"
    words = (
        "sar",
        "par",
        "dar",
        "pixel aspect",
        "display aspect",
        "4:3",
        "16:9",
        "anamorphic",
        "widescreen",
        "704",
    )
    clip = takes(Clip)
    out = gives(Clip)

    shape: Annotated[Shape, param("The picture's shape on screen")] = Shape.FULLSCREEN
    across: Annotated[Across, param("Which part of 720 pixels is the screen's width, for 4:3 and 16:9")] = Across.ACTIVE
    pixel: Annotated[Fraction, param("Width to height of one pixel, where shape is custom", low=0.1, high=10)] = (
        Fraction(1)
    )
    cut_to_704: Annotated[bool, param("Cut 8 columns off each side of a 720 wide picture", label="Cut to 704")] = False

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, width=704 if self._cuts(clip) else clip.width, sar=self._sar(clip))

    def build(self, script: Script, clip: Ref) -> Ref:
        info, sar = clip.info, self._sar(clip.info)
        done = clip.std.Crop(left=8, right=8) if self._cuts(info) else clip
        return done if sar == info.sar else done.std.SetFrameProps(_SARNum=sar.numerator, _SARDen=sar.denominator)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.cut_to_704 and clip.width != 720:
            yield f"cut to 704: the picture is {clip.width} wide, not 720; nothing is cut"
        if (
            self.shape in (Shape.FULLSCREEN, Shape.WIDESCREEN)
            and self.across is Across.ACTIVE
            and _sampled(clip) is None
        ):
            yield (
                f"across: {clip.width} × {clip.height} is no standard tape size, so the whole width counts as the "
                f"screen's; set shape to custom to give the pixels' shape yourself"
            )

    def _cuts(self, clip: ClipInfo) -> bool:
        return self.cut_to_704 and clip.width == 720

    def _sar(self, clip: ClipInfo) -> Fraction:
        match self.shape:
            case Shape.SQUARE:
                return Fraction(1)
            case Shape.CUSTOM:
                return self.pixel
            case Shape.FULLSCREEN | Shape.WIDESCREEN:
                active = _sampled(clip) if self.across is Across.ACTIVE else None
                if active:
                    return active[self.shape.value]
                height = clip.height * 2 if clip.separated else clip.height
                return _DISPLAY[self.shape.value] * Fraction(height, clip.width)


def _sampled(clip: ClipInfo) -> dict[str, Fraction] | None:
    """The pixel shapes of BT.601 sampling at full width, or None where the clip's size is none of it.
    Cropped by a few lines or columns still counts."""
    height = clip.height * 2 if clip.separated else clip.height
    if not 640 < clip.width <= 720:
        return None
    if _is_pal(clip, height):
        return _ACTIVE_PAL if 500 < height <= 576 else None
    return _ACTIVE_NTSC if 420 < height <= 486 else None


def _is_pal(clip: ClipInfo, height: int) -> bool:
    return height > 486 or (height not in (480, 486) and clip.fps in (25, 50))
