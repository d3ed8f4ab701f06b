"""Cuts the edges off."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Node, ParamError, Ref, Script, gives, param, replace, takes
from nodes.library._lines import explain_rounding, fitting


class Crop(Node):
    """Cut pixels off the edges: black borders, torn lines, noise outside the picture.

    Interlaced clips lose lines in pairs (in fours on 4:2:0), so that the fields stay in order; a number
    that does not fit is rounded up and said so. The pixel shape stays as it is. To get rid of the torn
    lines at the bottom of VHS without changing the size, use Head switching; to cut 720 to the 704 active
    pixels, use Aspect ratio.
    """

    id, version = "geometry.crop", 1
    label, words = "Crop", ("cut", "borders", "edges", "overscan", "trim edges", "black bars")
    clip = takes(Clip)
    out = gives(Clip)

    left: Annotated[int, param("Columns off the left edge", low=0, high=8192, unit="px")] = 0
    right: Annotated[int, param("Columns off the right edge", low=0, high=8192, unit="px")] = 0
    top: Annotated[int, param("Lines off the top", low=0, high=8192, unit="px")] = 0
    bottom: Annotated[int, param("Lines off the bottom", low=0, high=8192, unit="px")] = 0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        cut = self._cut(clip)
        width, height = clip.width - cut["left"] - cut["right"], clip.height - cut["top"] - cut["bottom"]
        if width <= 0:
            raise ParamError(f"left and right leave nothing of {clip.width} columns. Cut less than that together")
        if height <= 0:
            raise ParamError(f"top and bottom leave nothing of {clip.height} lines. Cut less than that together")
        return replace(clip, width=width, height=height)

    def build(self, script: Script, clip: Ref) -> Ref:
        cut = {side: size for side, size in self._cut(clip.info).items() if size}
        return clip.std.Crop(**cut) if cut else clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        yield from explain_rounding(clip, left=self.left, right=self.right, top=self.top, bottom=self.bottom)

    def _cut(self, clip: ClipInfo) -> dict[str, int]:
        return fitting(clip, left=self.left, right=self.right, top=self.top, bottom=self.bottom)
