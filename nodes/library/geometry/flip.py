"""Mirrors and turns the picture."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Node,
    ParamError,
    PixelFormat,
    Ref,
    Script,
    StrEnum,
    converted,
    gives,
    param,
    replace,
    takes,
)
from nodes.library.field.order import opposite


class Turn(StrEnum):
    """How the picture is turned."""

    MIRROR = "mirror"
    """Left and right change places: film that was scanned from the wrong side."""
    UPSIDE_DOWN = "upside down"
    """Top and bottom change places, as in a lake."""
    HALF = "180"
    """Turned by half."""
    RIGHT = "90 right"
    """Turned clockwise by a quarter."""
    LEFT = "90 left"
    """Turned anticlockwise by a quarter."""


class FlipRotate(Node):
    """Mirror the picture or turn it by quarters, without loss.

    On an interlaced clip turning it upside down exchanges the fields' lines, so its field order is swapped
    to stay right. Quarter turns need progressive frames: deinterlace first. A quarter turn also exchanges
    the pixel's width and height, and 4:2:2 or 4:1:1 colour becomes 4:4:4.
    """

    id, version = "geometry.flip", 1
    label, words = "Flip / rotate", ("mirror", "turn", "rotate", "upside down", "transpose", "sideways")
    clip = takes(Clip, fields="whole")
    out = gives(Clip)

    turn: Annotated[Turn, param("How to turn the picture")] = Turn.MIRROR

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        if self.turn is Turn.MIRROR:
            return clip
        if self.turn in (Turn.UPSIDE_DOWN, Turn.HALF):
            if clip.interlaced and clip.height % (2 << clip.format.ss_h):
                raise ParamError(
                    f"{clip.height} lines hold no two whole fields; crop to a multiple of {2 << clip.format.ss_h}"
                )
            # the line that was last, of the bottom field, is the first now
            return replace(clip, fields=opposite(clip.fields))
        if clip.fields.interlaced:
            raise ParamError("turn: a quarter turn would lay the fields on their side. Deinterlace first")
        return replace(clip, width=clip.height, height=clip.width, sar=1 / clip.sar, format=_square(clip.format))

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        match self.turn:
            case Turn.MIRROR:
                return clip.std.FlipHorizontal()
            case Turn.UPSIDE_DOWN | Turn.HALF:
                turned = clip.std.FlipVertical() if self.turn is Turn.UPSIDE_DOWN else clip.std.Turn180()
                return turned.std.SetFieldBased(opposite(info.fields).field_based) if info.interlaced else turned
            case Turn.RIGHT | Turn.LEFT:
                whole = converted(clip, _square(info.format))
                turned = whole.std.Turn90() if self.turn is Turn.RIGHT else whole.std.Turn270()
                sar = 1 / info.sar
                return turned.std.SetFrameProps(_SARNum=sar.numerator, _SARDen=sar.denominator)


def _square(now: PixelFormat) -> PixelFormat:
    """The format that keeps its chroma when turned: 4:4:4 unless both directions are halved alike."""
    return now if now.ss_w == now.ss_h else now.with_chroma("444")
