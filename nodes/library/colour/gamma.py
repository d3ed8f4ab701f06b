"""Gamma: the middle tones."""

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Ref, Script, gives, param, takes
from nodes.library.colour._codes import black_white


class Gamma(Node):
    """Brighten or darken the middle tones; black and white stay where they are.

    Above 1 lifts what is lost in shadow, below 1 gives a washed-out picture depth. On YUV clips only brightness
    changes. To move black and white too, use Levels.
    """

    id, version = "colour.gamma", 1
    label, needs = "Gamma", ("akarin",)
    words = ("midtones", "brightness", "shadows", "dark", "curve", "tone")
    clip = takes(Clip)
    out = gives(Clip)

    gamma: Annotated[float, param("1 changes nothing", low=0.1, high=10, step=0.05)] = 1.0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if self.gamma == 1:
            return clip
        info = clip.info
        black, white = black_white(info)
        span = white - black
        # beyond black and white the straight line goes on: nothing is clipped
        share = f"x {black!r} - {1 / span!r} * S!"
        expr = f"{share} S@ 0 > S@ 1 < and S@ {1 / self.gamma!r} pow S@ ? {span!r} * {black!r} +"
        return script.core.akarin.Expr([clip], [expr, ""] if info.format.family is Family.YUV else [expr])
