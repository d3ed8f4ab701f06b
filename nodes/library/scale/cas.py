"""Contrast adaptive sharpening."""

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Ref, Script, gives, param, takes
from nodes.library._fields import by_field


class CasSharpen(Node):
    """Sharpen fine detail, less where the picture is sharp already.

    AMD's FidelityFX CAS: the strength adapts to the contrast around each pixel, so hard edges get hardly
    any halo. Good as the last step after denoising or scaling. It cannot bring back what the tape never
    held, and it sharpens noise too. Only brightness is sharpened; interlaced clips are sharpened field by
    field. For the broad softness of VHS, use Unsharp mask with a larger radius.
    """

    id, version = "scale.cas", 1
    label, words, needs = (
        "Sharpen (CAS)",
        ("sharpness", "detail", "contrast adaptive", "crisp", "fidelityfx"),
        ("akarin",),
    )
    clip = takes(Clip)
    out = gives(Clip)

    strength: Annotated[float, param("How much; 0 changes nothing", low=0, high=1, step=0.05)] = 0.4

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        if self.strength == 0:
            return clip
        expr = _expression(info.format.peak, self.strength)
        per_plane = [expr] if info.format.family is not Family.YUV else [expr, ""]
        return by_field((clip,), info, lambda part: part.akarin.Expr(per_plane))


def _expression(peak: float, strength: float) -> str:
    """CAS for one plane, as in AMD's ffx_cas.h without its scaling, on a 3 × 3 window with samples up to
    `peak`.

    The negative lobe runs from -1/16 at strength 0 to -1/5 at 1, AMD's own range ending at -1/5.
    """
    cross, corners = ("x[0,-1]", "x[-1,0]", "x[1,0]", "x[0,1]"), ("x[-1,-1]", "x[1,-1]", "x[-1,1]", "x[1,1]")

    def extreme(which: str) -> str:
        near = "x " + " ".join(f"{at} {which}" for at in cross)
        return f"{near} dup " + " ".join(f"{at} {which}" for at in corners) + " +"

    lobe = -1 / (16 - 11 * strength)
    low, high = f"{extreme('min')} LOW!", f"{extreme('max')} HIGH!"
    room = f"LOW@ {2 * peak!r} HIGH@ - min HIGH@ {peak * 1e-6!r} max / 0 max 1 min sqrt {lobe!r} * W!"
    around = "x[0,-1] x[-1,0] + x[1,0] + x[0,1] +"
    return f"{low} {high} {room} {around} W@ * x + 1 4 W@ * + /"
