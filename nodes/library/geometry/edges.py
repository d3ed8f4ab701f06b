"""Paints over bad edges, keeping the size."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Colour, Node, ParamError, Ref, Script, gives, param, takes
from nodes.library._edges import Fill, refilled
from nodes.library._lines import explain_rounding, fitting
from nodes.library._paint import paint


class FillEdges(Node):
    """Paint over bad columns and lines at the edges; the picture keeps its size.

    Captures often have a few black or smeared columns left and right, and half a line of noise at the top.
    Filling them keeps scalers and denoisers from dragging the border into the picture, and avoids an odd
    size. Only the edge itself changes, everything else stays bit for bit.
    """

    id, version = "geometry.edges", 1
    label, words = (
        "Fill edges",
        ("borders", "fillborders", "edgefixer", "black edge", "dirty lines", "mirror", "repair"),
    )
    needs = ("akarin",)
    clip = takes(Clip)
    out = gives(Clip)

    left: Annotated[int, param("Bad columns at the left", low=0, high=256, unit="px")] = 0
    right: Annotated[int, param("Bad columns at the right", low=0, high=256, unit="px")] = 0
    top: Annotated[int, param("Bad lines at the top", low=0, high=256, unit="px")] = 0
    bottom: Annotated[int, param("Bad lines at the bottom", low=0, high=256, unit="px")] = 0
    fill: Annotated[Fill, param("What they are painted with")] = Fill.MIRROR
    colour: Annotated[Colour, param("The colour, where fill is colour")] = Colour("#000000")

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        for side, size in self._sizes(clip).items():
            length, kind = (clip.width, "columns") if side in ("left", "right") else (clip.height, "lines")
            if 2 * size > length:
                raise ParamError(f"{side}: {size} are over half of the picture's {length} {kind}. Set fewer")
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        colour = paint(self.colour, clip.info)
        done = clip
        for side, size in self._sizes(clip.info).items():
            if size:
                whole = script.let(f"before_{side}", done) if done is not clip else clip
                done = refilled(script, whole, clip.info, side, size, self.fill, colour)
        return done

    def check(self, clip: ClipInfo) -> Iterator[str]:
        yield from explain_rounding(clip, left=self.left, right=self.right, top=self.top, bottom=self.bottom)

    def _sizes(self, clip: ClipInfo) -> dict[str, int]:
        return fitting(clip, left=self.left, right=self.right, top=self.top, bottom=self.bottom)
