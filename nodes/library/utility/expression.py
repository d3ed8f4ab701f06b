"""A formula for every pixel."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Ref, Script, gives, param, replace, takes
from nodes.library._pair import alike, refuse_unlike
from nodes.library._tokens import check_expression, looks_around


class Expression(Node):
    """Compute every pixel by a formula of your own, in reverse Polish notation as in VapourSynth's Expr.

    x, y and z are the clips' samples as stored: 0 to 255 in 8 bits, black at 16 and white at 235 on most
    tapes. `x 16 - 1.1 * 16 +` raises contrast, `x y + 2 /` mixes two clips, `x[-1,0] x + x[1,0] + 3 /`
    softens across. N is the frame, X and Y the place, width and height the size; `x 128 > a b ?` chooses;
    `v!` keeps a value, `v@` reads it; `x._Combed` reads a frame property. Only arithmetic is possible, so a
    formula from a stranger is safe.
    """

    id, version = "utility.expression", 1
    label = "Expression"
    words = ("formula", "expr", "pixel math", "arithmetic", "calculate", "akarin", "custom", "rpn")
    needs = ("akarin",)
    clip = takes(Clip, "x")
    second = takes(Clip, "y", optional=True)
    third = takes(Clip, "z", optional=True)
    out = gives(Clip)

    formula: Annotated[str, param("For brightness; for all of R, G, B and gray", max_length=2000)] = "x"
    chroma: Annotated[str, param("For both colour planes; empty leaves them as they are", max_length=2000)] = ""

    def forecast(self, clip: ClipInfo, second: ClipInfo | None, third: ClipInfo | None) -> ClipInfo:
        wired = [clip]
        for name, other in (("second", second), ("third", third)):
            if other is not None:
                refuse_unlike(clip, other, name, times=False)
                wired.append(other)
        # y must be wired before z counts
        count = 1 + (second is not None) + (second is not None and third is not None)
        check_expression("formula", self.formula, count)
        if self.chroma.strip():
            check_expression("chroma", self.chroma, count)
        if self._at_rest:
            return clip
        return replace(clip, frames=max(each.frames for each in wired[:count]))

    def build(self, script: Script, clip: Ref, second: Ref | None, third: Ref | None) -> Ref:
        info = clip.info
        if self._at_rest:
            return clip
        clips = [clip]
        if second is not None:
            clips.append(alike(second, info))
            if third is not None:
                clips.append(alike(third, info))
        # the tokens, not the text: nothing but what was checked
        formulas = [" ".join(self.formula.split())]
        if info.format.family is Family.YUV:
            formulas.append(" ".join(self.chroma.split()))
        return script.core.akarin.Expr(clips, formulas)

    def check(self, clip: ClipInfo, second: ClipInfo | None, third: ClipInfo | None) -> Iterator[str]:
        if clip.interlaced and (looks_around(self.formula) or looks_around(self.chroma)):
            yield "formula: the lines above and below belong to the other field; deinterlace or separate fields first"
        if self.chroma.strip() and clip.format.family is not Family.YUV:
            yield f"chroma: a {clip.format.name} clip has no colour planes; only the first formula is used"

    @property
    def _at_rest(self) -> bool:
        return self.formula.split() == ["x"] and self.chroma.split() in ([], ["x"])
