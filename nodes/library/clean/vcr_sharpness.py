"""The sharpness knob of a video recorder, turned back."""

import math

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library.clean._planes import luma_and_chroma, plane

_ROUNDS = 4


class VcrSharpness(Node):
    """Turn back the sharpness that the player or camcorder added along the lines.

    Recorders boost fine detail sideways when playing ("aperture", "picture control"): every vertical edge gets a
    bright and a dark outline, and noise gets coarser. That boost is undone exactly, as far as it was even over the
    picture. Raise `amount` until the outlines are gone and stop before edges look smeared; half the true amount already
    takes most of them. For outlines that come and go, use Dehalo.
    """

    id, version = "clean.vcr_sharpness", 1
    label, needs = "Undo VCR sharpness", ("akarin",)
    words = ("halo", "overshoot", "ringing", "peaking", "aperture", "unsharpen", "oversharpened", "vhs", "outline")
    clip = takes(Clip, families=("yuv", "gray"), depths=("16", "32f"))
    out = gives(Clip)

    amount: Annotated[float, param("How much was added; 0 changes nothing", low=0, high=3, step=0.05)] = 0.4
    radius: Annotated[float, param("Size of the detail that was boosted", low=0.5, high=4, step=0.1, unit="px")] = 1.5

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        if self.amount == 0:
            return clip
        luma = script.let("luma", plane(script, clip, 0) if info.format.chroma else clip)
        # sharp = plain + amount * (plain - blur(plain)) is solved for plain by fixed-point iteration (Jacobi):
        # each round shrinks the error by amount / (1 + amount)
        amount = float(self.amount)
        plain = luma
        for left in reversed(range(_ROUNDS)):
            step = f"x {_blurred('y', self.radius)} {amount!r} * + {1 + amount!r} /"
            last = {} if left == 0 else {"format": script.vs.GRAYS}
            plain = script.core.akarin.Expr([luma, plain], [step], **last)
        return luma_and_chroma(script, plain, clip).std.CopyFrameProps(clip) if info.format.chroma else plain


def _blurred(clip: str, radius: float) -> str:
    """A Gaussian along the line, as an expression."""
    reach = math.ceil(2.5 * radius)
    weights = {at: math.exp(-((at / radius) ** 2) / 2) for at in range(-reach, reach + 1)}
    total = sum(weights.values())
    terms = [f"{clip}[{at},0] {weight / total!r} *" for at, weight in weights.items()]
    return " ".join(terms) + " +" * (len(terms) - 1)
