"""Strength and hue of colour."""

import math

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library.colour._codes import neutral


class Saturation(Node):
    """Make colour stronger or weaker, and turn its hue.

    Worn tapes and long cable runs lose colour: 1.1 to 1.3 often brings it back. A hue error (green or purple faces) is
    a fault of NTSC decoding and is turned back with `hue`. Brightness is not touched. 0 makes the picture gray.
    """

    id, version = "colour.saturation", 1
    label, needs = "Saturation and hue", ("akarin",)
    words = ("colour", "color", "chroma gain", "tint", "phase", "hue", "tweak", "vivid", "gray", "black and white")
    clip = takes(Clip, families=("yuv",))
    out = gives(Clip)

    saturation: Annotated[float, param("Colour times this; 1 changes nothing", low=0, high=4, step=0.01)] = 1.0
    hue: Annotated[
        float, param("Turns colours, red towards magenta above 0", low=-180, high=180, step=0.5, unit="°")
    ] = 0.0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if self.saturation == 1 and self.hue == 0:
            return clip
        middle = neutral(clip.info)
        angle = math.radians(self.hue)
        along, across = self.saturation * math.cos(angle), self.saturation * math.sin(angle)
        if self.hue == 0:
            return script.core.akarin.Expr([clip], ["", f"x {middle!r} - {along!r} * {middle!r} +"])
        clip = script.let("source", clip)
        swapped = script.core.std.ShufflePlanes(clip, planes=[0, 2, 1], colorfamily=script.vs.YUV)
        # red is Cr; turning it towards Cb makes it magenta
        turned = [f"x {middle!r} - {along!r} * y {middle!r} - {sign * across!r} * + {middle!r} +" for sign in (1, -1)]
        return script.core.akarin.Expr([clip, swapped], ["", *turned])
