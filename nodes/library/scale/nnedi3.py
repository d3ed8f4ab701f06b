"""NNEDI3: doubles the size, drawing edges smoothly."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, StrEnum, gives, param, replace, takes


class Factor(StrEnum):
    """How much larger."""

    TWICE = "2x"
    """Twice the width and height."""
    FOUR_TIMES = "4x"
    """Four times the width and height."""


class Nnedi3ScaleQuality(StrEnum):
    """How hard the network works."""

    FAST = "fast"
    """16 neurons."""
    NORMAL = "normal"
    """32 neurons."""
    BEST = "best"
    """128 neurons and two predictions averaged."""


_SETTINGS = {
    Nnedi3ScaleQuality.FAST: {"nsize": 0, "nns": 0, "qual": 1},
    Nnedi3ScaleQuality.NORMAL: {"nsize": 0, "nns": 1, "qual": 1},
    Nnedi3ScaleQuality.BEST: {"nsize": 0, "nns": 3, "qual": 2},
}


class Nnedi3Upscale(Node):
    """Make the picture two or four times as large with clean, unstepped edges.

    A small neural network that draws lines between the lines: sharper than Resize, without rings, and it
    invents nothing. The picture stays exactly where it was. Colour that is stored coarser (4:2:0, 4:2:2,
    4:1:1) is scaled by Spline36. Denoise first, or noise is enlarged as well; then bring it to its last
    size with Resize.
    """

    id, version = "scale.nnedi3", 1
    label, words, needs = "Upscale (NNEDI3)", ("znedi3", "enlarge", "double", "rpow2", "hd", "upscaler"), ("znedi3",)
    clip = takes(Clip, fields="progressive", depths=("8", "10", "12", "14", "16", "32f"))
    out = gives(Clip)

    factor: Annotated[Factor, param("How much larger")] = Factor.TWICE
    quality: Annotated[Nnedi3ScaleQuality, param("Quality against speed")] = Nnedi3ScaleQuality.NORMAL

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        times = self._times
        return replace(clip, width=clip.width * times, height=clip.height * times)

    def build(self, script: Script, clip: Ref) -> Ref:
        info, made = clip.info, self.forecast(clip.info)
        coarse = bool(info.format.ss_w or info.format.ss_h)
        large = clip.std.ShufflePlanes(planes=0, colorfamily=script.vs.GRAY) if coarse else clip
        times, field = 1, 1
        while times < self._times:
            for _ in range(2):
                large = large.znedi3.nnedi3(field=field, dh=True, **_SETTINGS[self.quality]).std.Transpose()
            times, field = times * 2, 0
        # Each doubling keeps a pixel as the first (field 1) or second (field 0) of its two, so the picture
        # ends half a pixel left of and above its centre, at 4x too: 2 · 0 + 1 - 1.5.
        large = large.resize.Spline36(src_left=-0.5, src_top=-0.5)
        if not coarse:
            return large
        chroma = script.let("chroma", clip.resize.Spline36(made.width, made.height))
        return script.core.std.ShufflePlanes([large, chroma], planes=[0, 1, 2], colorfamily=script.vs.YUV)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        made = self.forecast(clip.info)
        return clip.resize.Spline36(made.width, made.height)

    @property
    def _times(self) -> int:
        return 2 if self.factor is Factor.TWICE else 4
