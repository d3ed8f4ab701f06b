"""Deals with the torn lines at the bottom of VHS pictures."""

from collections.abc import Iterator

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Node,
    ParamError,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)
from nodes.library._edges import Fill, refilled
from nodes.library._lines import explain_rounding, lines, up
from nodes.library._paint import paint


class Torn(StrEnum):
    """What becomes of the torn lines."""

    BLANK = "blank"
    """Black: the size stays, nothing is invented. The archivist's choice."""
    MIRROR = "mirror"
    """The lines above, mirrored: the size stays, and the eye hardly notices."""
    REPEAT = "repeat"
    """The last good line, repeated."""
    CROP = "crop"
    """Cut off: the picture gets lower."""


class HeadSwitching(Node):
    """Clean up the torn, shifted lines at the very bottom of VHS, S-VHS, Betamax and Video8 pictures.

    A recorder changes from one video head to the other a few lines before the end of each field, and a
    television hid that behind its frame. Count the torn lines in the preview: 6 to 12 are usual. Works on
    interlaced clips too, each field by itself. Cropped or blanked lines are not brought back by any later
    node.
    """

    id, version = "geometry.headswitch", 1
    label = "Head switching"
    words = (
        "head switch",
        "noise bar",
        "bottom lines",
        "vhs",
        "torn",
        "mask",
        "skew",
        "flagging",
        "overscan",
    )
    needs = ("akarin",)
    clip = takes(Clip)
    out = gives(Clip)

    lines: Annotated[int, param("Torn lines, counted from the bottom of the frame", low=0, high=64, unit="lines")] = 8
    way: Annotated[Torn, param("What becomes of them")] = Torn.BLANK

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        count = up(self.lines, lines(clip))
        if 2 * count > clip.height:
            raise ParamError(f"lines: {count} are over half of the picture's {clip.height}. Set fewer")
        return replace(clip, height=clip.height - count) if self.way is Torn.CROP else clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        count = up(self.lines, lines(info))
        if count == 0:
            return clip
        if self.way is Torn.CROP:
            return clip.std.Crop(bottom=count)
        fill = {Torn.MIRROR: Fill.MIRROR, Torn.REPEAT: Fill.REPEAT}.get(self.way, Fill.COLOUR)
        return refilled(script, clip, info, "bottom", count, fill, paint("#000000", info))

    def check(self, clip: ClipInfo) -> Iterator[str]:
        yield from explain_rounding(clip, bottom=self.lines)
