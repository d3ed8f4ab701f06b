"""Shows what a treatment changed."""

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Range, Ref, Script, gives, param, takes
from nodes.library._pair import alike, refuse_unlike


class Difference(Node):
    """Show the first clip minus the second: gray where they are alike, lighter or darker where they differ.

    Wire the clip before a filter and after it to see what the filter took away. Outlines of the picture in
    here mean that detail was lost; pure grain or dots mean that only noise was.
    """

    id, version = "utility.difference", 1
    label, words, needs = "Difference", ("subtract", "compare", "what changed", "residual", "makediff"), ("akarin",)
    clip = takes(Clip, "Before")
    other = takes(Clip, "After")
    out = gives(Clip)

    gain: Annotated[float, param("How much the difference is enlarged", low=1, high=64, step=1, unit="×")] = 4

    def forecast(self, clip: ClipInfo, other: ClipInfo) -> ClipInfo:
        refuse_unlike(clip, other, "other")
        return clip

    def build(self, script: Script, clip: Ref, other: Ref) -> Ref:
        info = clip.info
        middle, chroma = _middles(info)
        expr = [f"x y - {self.gain!r} * {middle!r} +"]
        if info.format.family is Family.YUV:
            expr.append(f"x y - {self.gain!r} * {chroma!r} +")
        return script.core.akarin.Expr([clip, alike(other, info)], expr)


def _middles(info: ClipInfo) -> tuple[float, float]:
    """Middle gray of brightness, and no colour, in the clip's samples."""
    if info.format.floating:
        return 0.5, 0.0
    half = 1 << (info.format.bits - 1)
    limited = info.range is Range.LIMITED and info.format.family is not Family.RGB
    return (126 * half / 128 if limited else half), half
