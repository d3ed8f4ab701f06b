"""BM3D: slow, thorough denoising by likeness of blocks."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, StrEnum, gives, param, takes
from nodes.library._calmed import calmed
from nodes.library.clean._planes import each_plane
from nodes.library.clean._time import along_time


class Profile(StrEnum):
    """How thoroughly like blocks are looked for."""

    FAST = "fast"
    NORMAL = "lc"
    """About three times slower, a little better."""
    HIGH = "np"
    """Very slow."""


class Bm3d(Node):
    """Find blocks that look alike, in this frame and its neighbours, and clean them together.

    Keeps repeating textures (cloth, brick, grass) that simpler filters smear, and copes with scenes where nothing can
    be followed. Slow: about five times Degrain. Use it for a short precious clip, or on what Degrain left behind.
    `strength` is about the noise's own standard deviation, in the levels of 8-bit video; too much looks like wax.
    Interlaced clips are cleaned field by field.
    """

    id, version = "clean.bm3d", 1
    label, needs = "Denoise (BM3D)", ("bm3d",)
    words = ("noise", "grain", "block matching", "v-bm3d", "collaborative", "thorough")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16", "32f"))
    out = gives(Clip)

    strength: Annotated[float, param("For brightness; 0 leaves it alone", low=0, high=50, step=0.5, unit="levels")] = (
        4.0
    )
    chroma_strength: Annotated[
        float, param("For colour; 0 leaves it alone", low=0, high=50, step=0.5, unit="levels")
    ] = 6.0
    frames: Annotated[
        int,
        param("How many frames before and after take part; 0 looks at each frame alone", low=0, high=4, unit="frames"),
    ] = 1
    profile: Annotated[Profile, param("How thoroughly to look", advanced=True)] = Profile.FAST
    refine: Annotated[
        bool, param("A second pass guided by the first: keeps more, takes twice as long", advanced=True)
    ] = False

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        if self.strength == 0 and (self.chroma_strength == 0 or not info.format.chroma):
            return clip
        sample = int(info.format.floating)

        def cleaned(gray: Ref, index: int) -> Ref | None:
            sigma = self.chroma_strength if index else self.strength
            return self._cleaned(script, gray, sigma, sample) if sigma else None

        return along_time(script, clip, info, lambda part: each_plane(script, part, info, cleaned))

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return calmed(script, clip, self.strength / 2, self.chroma_strength / 2, min(1, self.frames))

    def _cleaned(self, script: Script, gray: Ref, sigma: float, sample: int) -> Ref:
        bm3d, settings = script.core.bm3d, {"sigma": [sigma], "profile": self.profile.value}
        if self.frames == 0:
            basic = bm3d.Basic(gray, **settings)
            return bm3d.Final(gray, basic, **settings) if self.refine else basic
        basic = bm3d.VBasic(gray, radius=self.frames, **settings).bm3d.VAggregate(radius=self.frames, sample=sample)
        if not self.refine:
            return basic
        final = bm3d.VFinal(gray, basic, radius=self.frames, **settings)
        return final.bm3d.VAggregate(radius=self.frames, sample=sample)
