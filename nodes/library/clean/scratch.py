"""Vertical scratches of film."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, StrEnum, gives, param, takes
from nodes.library._fields import by_field


class Tone(StrEnum):
    """What the scratches look like."""

    BOTH = "both"
    DARK = "dark"
    BRIGHT = "bright"


_MODE = {Tone.DARK: 1, Tone.BRIGHT: 2, Tone.BOTH: 3}


class Scratch(Node):
    """Fill thin vertical scratches, as a film scanned or telecined to tape has them.

    Looks for long, narrow, nearly vertical lines that are darker or brighter than both their sides and fills them from
    there. Anything like it in the scene (poles, wires, railings) may be taken for a scratch: raise `least_length` or
    `contrast` then, or use it on the ranges that need it. Horizontal streaks of tape are Dropouts. Brightness only;
    interlaced clips are treated field by field.
    """

    id, version = "clean.scratch", 1
    label, needs = "Scratches (vertical)", ("akarin", "descratch")
    words = ("film", "scratch", "line", "tramline", "descratch", "vertical line", "telecine")
    clip = takes(
        Clip, fields="whole", families=("yuv",), depths=("8", "10", "12", "14", "16"), chroma=("420", "422", "444")
    )
    out = gives(Clip)

    tone: Annotated[Tone, param("Which scratches")] = Tone.BOTH
    contrast: Annotated[int, param("How much a scratch must differ from its sides", low=1, high=64, unit="levels")] = 5
    width: Annotated[int, param("Widest scratch", low=1, high=15, odd=True, unit="px")] = 3
    least_length: Annotated[int, param("Shortest scratch, in lines of the picture", low=8, high=2048, unit="lines")] = (
        100
    )
    angle: Annotated[
        float, param("How far from upright it may lean", low=0, high=90, step=0.5, unit="°", advanced=True)
    ] = 5.0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.least_length > clip.height:
            yield f"least_length: the picture has only {clip.height} lines, so nothing is found. Set it to less"

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        length = max(1, self.least_length // 2 if info.interlaced else self.least_length)
        deep = info.format.depth != "8"

        def filled(part: Ref) -> Ref:
            # the plugin works in 8 bits: only what it changes is taken over
            coarse = part
            if deep:
                coarse = script.let("coarse", part.resize.Point(format=info.format.with_depth("8"), dither_type="none"))
            mended = coarse
            for width in range(1, self.width + 1, 2):  # a pass for 3 pixels does not see scratches of one
                mended = script.core.descratch.DeScratch(
                    mended,
                    mindif=self.contrast,
                    maxwidth=width,
                    minlen=length,
                    maxangle=self.angle,
                    modey=_MODE[self.tone],
                    modeu=0,
                    modev=0,
                )
            if not deep:
                return mended
            return script.core.akarin.Expr(
                [part, mended, coarse], [f"y z - {1 << (info.format.bits - 8)} * x +", "", ""]
            )

        return by_field((clip,), info, filled)
