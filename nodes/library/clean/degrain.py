"""Motion-compensated degrain: the denoiser that tape noise asks for first."""

from nodes.api import Annotated, Clip, ClipInfo, IntEnum, Node, Ref, Script, gives, param, takes
from nodes.library._calmed import calmed
from nodes.library.clean._motion import CHROMA, softened, super_clip
from nodes.library.clean._time import along_time


class Block(IntEnum):
    """Side of the blocks that are followed."""

    SMALL = 8
    """8 px: small moving things; a little slower, misled by noise sooner."""
    MEDIUM = 16
    """16 px: right for standard definition."""
    LARGE = 32
    """32 px: for pictures that were scaled up."""


class Degrain(Node):
    """Average each spot with itself in neighbouring frames, wherever it moved to.

    The first choice against the noise of VHS, Hi8 and U-matic: it takes grain away and leaves detail and edges
    alone, because the same detail is seen again and again. Tape noise differs from frame to frame; what repeats
    is picture. Blocks that do not match well enough (`strength`) are left out, so fast motion stays noisy rather than
    smeared. If nothing seems to happen, the noise itself is stronger than `strength`: raise it. Works on interlaced
    clips too, each field with the fields of its own kind, but does better after deinterlacing.
    """

    id, version = "clean.degrain", 1
    label, needs = "Degrain (follow motion)", ("mvu",)
    words = ("denoise", "noise", "grain", "mvtools", "mdegrain", "smdegrain", "temporal", "motion compensated", "snow")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16",), chroma=CHROMA)
    out = gives(Clip)

    strength: Annotated[
        int,
        param(
            "How different a block may look and still be averaged; 0 leaves brightness alone", low=0, high=2000, step=50
        ),
    ] = 300
    chroma_strength: Annotated[
        int, param("The same for colour, which is noisier on tape; 0 leaves colour alone", low=0, high=2000, step=50)
    ] = 400
    frames: Annotated[int, param("How many frames before and after take part", low=1, high=6, unit="frames")] = 2
    precise: Annotated[
        bool, param("Follow motion by half pixels: better by about 1 dB, takes twice as long", advanced=True)
    ] = False
    soften_search: Annotated[
        bool, param("Look for motion in a smoothed copy, so that noise is not taken for motion", advanced=True)
    ] = True
    block: Annotated[Block, param("Size of the blocks that are followed", advanced=True)] = Block.MEDIUM

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        gray = not clip.info.format.chroma
        planes = [0] * (self.strength > 0) + [1, 2] * (self.chroma_strength > 0 and not gray)
        if not planes:
            return clip
        return along_time(script, clip, clip.info, lambda part: self._averaged(script, part, planes))

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        # the limits are sums over the 64 pixels of a block
        return calmed(script, clip, self.strength / 128, self.chroma_strength / 128)

    def _averaged(self, script: Script, clip: Ref, planes: list[int]) -> Ref:
        block = int(self.block)
        pictures = script.let("pyramid", super_clip(script, clip, block, self.precise))
        search = pictures
        if self.soften_search:
            search = script.let("search", super_clip(script, softened(clip), block, self.precise))
        vectors = script.core.mvu.AnalyseMany(search, radius=self.frames, blksize=[block], overlap=[block // 2])
        return script.core.mvu.Degrain(
            clip, pictures, vectors, thsad=[max(1, self.strength), max(1, self.chroma_strength)], planes=planes
        )
