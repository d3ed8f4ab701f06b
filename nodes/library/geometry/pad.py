"""Adds borders around the picture."""

from collections.abc import Iterator

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Colour,
    Node,
    ParamError,
    Ref,
    Script,
    gives,
    param,
    replace,
    takes,
)
from nodes.library._edges import Fill, refilled
from nodes.library._lines import explain_rounding, fitting
from nodes.library._paint import paint


class Pad(Node):
    """Add a border around the picture: plain, mirrored or repeated.

    Brings a cropped picture back to a standard size (704 to 720 wide, 480 to 486 lines) or puts 4:3 into a
    16:9 frame with bars at the sides. The pixel shape stays. On interlaced clips lines are added in pairs
    (in fours on 4:2:0), so that the fields stay in order; a number that does not fit is rounded up and said
    so.
    """

    id, version = "geometry.pad", 1
    label, words = "Add borders", ("pad", "pillarbox", "letterbox", "bars", "canvas", "addborders", "frame")
    needs = ("akarin",)
    clip = takes(Clip)
    out = gives(Clip)

    left: Annotated[int, param("Columns to add at the left", low=0, high=4096, unit="px")] = 0
    right: Annotated[int, param("Columns to add at the right", low=0, high=4096, unit="px")] = 0
    top: Annotated[int, param("Lines to add at the top", low=0, high=4096, unit="px")] = 0
    bottom: Annotated[int, param("Lines to add at the bottom", low=0, high=4096, unit="px")] = 0
    fill: Annotated[Fill, param("What the border is painted with")] = Fill.COLOUR
    colour: Annotated[Colour, param("The colour, where fill is colour")] = Colour("#000000")

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        add = self._sizes(clip)
        if self.fill is not Fill.COLOUR:
            for side, size in add.items():
                length, kind = (clip.width, "columns") if side in ("left", "right") else (clip.height, "lines")
                if size > length:
                    raise ParamError(f"{side}: {size} is more than the picture's {length} {kind} can fill. Set fewer")
        return replace(
            clip,
            width=clip.width + add["left"] + add["right"],
            height=clip.height + add["top"] + add["bottom"],
        )

    def build(self, script: Script, clip: Ref) -> Ref:
        add = {side: size for side, size in self._sizes(clip.info).items() if size}
        if not add:
            return clip
        colour = paint(self.colour, clip.info)
        done = clip.std.AddBorders(**add, color=colour)
        if self.fill is Fill.COLOUR:
            return done
        info = self.forecast(clip.info)
        for side, size in add.items():
            done = refilled(script, script.let(f"before_{side}", done), info, side, size, self.fill, colour)
        return done

    def check(self, clip: ClipInfo) -> Iterator[str]:
        yield from explain_rounding(clip, left=self.left, right=self.right, top=self.top, bottom=self.bottom)

    def _sizes(self, clip: ClipInfo) -> dict[str, int]:
        return fitting(clip, left=self.left, right=self.right, top=self.top, bottom=self.bottom)
