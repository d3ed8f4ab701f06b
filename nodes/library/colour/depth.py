"""Bits per sample."""

from nodes.api import Annotated, Clip, ClipInfo, Node, PixelFormat, Ref, Script, StrEnum, gives, param, replace, takes


class Depth(StrEnum):
    """Bits per sample."""

    B8 = "8"
    B10 = "10"
    B12 = "12"
    B16 = "16"
    FLOAT = "32f"
    """32-bit floating point."""


class Dither(StrEnum):
    """How the steps of a coarser depth are hidden."""

    DIFFUSION = "error diffusion"
    """The rounding error is handed to neighbouring pixels: finest, best for a last step before coding."""
    ORDERED = "ordered"
    """A fixed fine pattern: the same in every frame, so it codes well."""
    RANDOM = "random"
    """Faint noise."""
    NONE = "none"
    """Rounding alone: gradients may show bands."""


class BitDepth(Node):
    """Change the number of bits per sample.

    Working in 16 bits keeps rounding errors of long chains invisible; most players want 8 or 10 at the end. Nodes ask
    for the depth they need by themselves, so this is for choosing it on purpose. Going down, dithering avoids bands in
    skies and shadows.
    """

    id, version = "colour.depth", 1
    label, needs = "Bit depth", ()
    words = ("bits", "8 bit", "10 bit", "16 bit", "dither", "banding", "precision", "float")
    clip = takes(Clip)
    out = gives(Clip)

    depth: Annotated[Depth, param("Bits per sample")] = Depth.B16
    dither: Annotated[Dither, param("How steps are hidden when bits are taken away")] = Dither.DIFFUSION

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, format=clip.format.with_depth(self.depth.value))

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        target = info.format.with_depth(self.depth.value)
        if target == info.format:
            return clip
        loses = not target.floating and (info.format.floating or target.bits < info.format.bits)
        dither = {"dither_type": self.dither.value.replace(" ", "_")} if loses else {}
        return clip.resize.Point(format=_format(script, target), **dither)


def _format(script: Script, target: PixelFormat) -> object:
    """VapourSynth has constants for 4:1:1, 4:1:0 and 4:4:0 in 8 and 16 bits only; the others must be asked for."""
    if target.chroma not in ("411", "410", "440") or target.depth in ("8", "16", "32f"):
        return target
    vs = script.vs
    return script.core.query_video_format(vs.YUV, vs.INTEGER, target.bits, target.ss_w, target.ss_h).id
