"""Black and white points, gamma, legal range."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Ref, Script, StrEnum, gives, param, takes
from nodes.library.colour._codes import black_white, chroma_limits, code, neutral


class Limit(StrEnum):
    """What happens to levels beyond black and white."""

    KEEP = "keep"
    """They stay, as far as the format holds them: nothing is lost yet."""
    LEGAL = "legal"
    """They are clipped: brightness to 16–235, colour to 16–240, as broadcast demands."""


class Levels(Node):
    """Set black, white and contrast by code values, as a waveform monitor shows them.

    `in_black` and `in_white` are the levels that should become `out_black` and `out_white`. Levels are those of 8-bit
    video whatever the clip's depth: 16 is black, 235 white (0 and 255 in RGB and full-range clips). A capture whose
    black sits at 32 and whose white tops at 220 wants in 32 / 220, out 16 / 235. Raise the depth to 16 bits first, or
    gradients may show steps. On YUV clips brightness is changed, and colour is scaled along with the contrast.
    """

    id, version = "colour.levels", 1
    label, needs = "Levels", ("akarin",)
    words = ("contrast", "brightness", "black", "white", "setup", "pedestal", "ire", "clip", "legal", "range", "gain")
    clip = takes(Clip)
    out = gives(Clip)

    in_black: Annotated[float, param("This level becomes out_black", low=-64, high=255, step=1, unit="levels")] = 16.0
    in_white: Annotated[float, param("This level becomes out_white", low=0, high=320, step=1, unit="levels")] = 235.0
    gamma: Annotated[float, param("Above 1 brightens the middle, below 1 darkens it", low=0.1, high=10, step=0.05)] = (
        1.0
    )
    out_black: Annotated[float, param("Where black shall be", low=0, high=255, step=1, unit="levels")] = 16.0
    out_white: Annotated[float, param("Where white shall be", low=0, high=255, step=1, unit="levels")] = 235.0
    limit: Annotated[Limit, param("What happens beyond black and white")] = Limit.KEEP
    colour_follows: Annotated[
        bool, param("Scale colour by the same contrast, so that it looks equally strong", advanced=True)
    ] = True

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.in_white <= self.in_black:
            yield f"in_white: {self.in_white:g} is not above in_black, {self.in_black:g}; the picture turns negative"

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        contrast = (self.out_white - self.out_black) / (self.in_white - self.in_black or 1)
        same = contrast == 1 and self.in_black == self.out_black and self.gamma == 1
        if same and self.limit is Limit.KEEP:
            return clip
        bright = "x" if same else self._curve(info, contrast)
        tint = "x"
        if self.colour_follows and contrast != 1:
            middle = neutral(info)
            tint = f"x {middle!r} - {contrast!r} * {middle!r} +"
        if self.limit is Limit.LEGAL:
            bright, tint = _clamped(bright, black_white(info)), _clamped(tint, chroma_limits(info))
        exprs = [bright, "" if tint == "x" else tint] if info.format.family is Family.YUV else [bright]
        return script.core.akarin.Expr([clip], exprs)

    def _curve(self, info: ClipInfo, contrast: float) -> str:
        low, out = code(self.in_black, info), code(self.out_black, info)
        if self.gamma == 1:
            return f"x {low!r} - {contrast!r} * {out!r} +"
        span = code(self.in_white, info) - low or 1.0
        height = code(self.out_white, info) - out
        # below black there is no power; the straight line goes on
        share = f"x {low!r} - {1 / span!r} * S!"
        return f"{share} S@ 0 > S@ {1 / self.gamma!r} pow S@ ? {height!r} * {out!r} +"


def _clamped(expr: str, limits: tuple[float, float]) -> str:
    return f"{expr} {limits[0]!r} {limits[1]!r} clamp"
