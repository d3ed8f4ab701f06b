"""Steadies a shaking picture."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Family,
    Node,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    takes,
)
from nodes.library.motion._vectors import pyramid, refuse_small, smoothed, vectors


class Edges(StrEnum):
    """What fills the strip that a moved picture leaves open."""

    MIRROR = "mirror"
    """The picture beside it, mirrored."""
    BLACK = "black"
    """Nothing."""
    ZOOM = "zoom"
    """The picture is enlarged as far as it takes."""


class Stabilise(Node):
    """Take the shake out of handheld shots and out of a jittering transfer.

    The motion of the whole picture is measured and smoothed over time: wanted pans stay, trembling goes.
    Progressive frames are needed, so deinterlace first; double rate works best. It moves whole pictures:
    bent or jumping lines inside a frame are another fault. Black borders that stand still hold the picture
    fast: crop them first.
    """

    id, version = "motion.stabilise", 1
    label = "Stabilise"
    words = ("shake", "steady", "stabilize", "jitter", "handheld", "deshake", "depan", "gate weave", "wobble")
    needs = ("mvu",)
    clip = takes(
        Clip,
        fields="progressive",
        families=("yuv", "gray"),
        chroma=("420", "422", "444"),
        depths=("8", "10", "12", "14", "16"),
    )
    out = gives(Clip)

    cutoff: Annotated[
        float, param("Motion slower than this stays; lower is steadier", low=0.1, high=5, step=0.1, unit="Hz")
    ] = 0.5
    reach: Annotated[int, param("How far the picture may be moved", low=1, high=200, unit="px")] = 40
    rotation: Annotated[bool, param("Turn and zoom against the shake too, not only shift")] = True
    edges: Annotated[Edges, param("What fills the open edges")] = Edges.MIRROR

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        refuse_small(clip)
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        luma = clip
        if info.format.family is not Family.GRAY:
            luma = clip.std.ShufflePlanes(planes=0, colorfamily=script.vs.GRAY)
        soft = script.let("soft", smoothed(luma))
        found = vectors(script, pyramid(script, soft, for_search=True), 1)
        pixel = float(info.sar)
        both = int(self.rotation)
        motion = script.core.mvu.DepanAnalyse(soft, found, pixaspect=pixel, zoom=both, rot=both)
        return clip.mvu.DepanStabilise(
            motion,
            cutoff=self.cutoff,
            dxmax=self.reach,
            dymax=self.reach,
            mirror=15 if self.edges is Edges.MIRROR else 0,
            addzoom=int(self.edges is Edges.ZOOM),
            pixaspect=pixel,
            method=1,  # a window around each frame: steadier than the default, and the same from wherever one starts
        )

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return clip  # in a still the shake does not show, and the true place is a moment away
