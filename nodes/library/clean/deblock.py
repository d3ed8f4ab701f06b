"""Block edges of DV, DVD and other DCT codecs."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library._fields import by_field


class Deblock(Node):
    """Smooth the seams between the 8×8 blocks of DV, MPEG-2 and MJPEG captures.

    Only the lines along block edges change, and only where the step is small enough to be a coding fault. Must come
    before cropping, scaling and deinterlacing, while the blocks lie where the codec put them. The specks that dance
    around edges within blocks are another fault: Mosquito noise.
    """

    id, version = "clean.deblock", 1
    label, needs = "Deblock", ("deblock",)
    words = ("blocking", "blocks", "dv", "dvd", "mpeg", "macroblock", "mjpeg", "compression", "squares")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "14", "16"))
    out = gives(Clip)

    strength: Annotated[
        int, param("How strong a step may be and still be smoothed; 15 and less change nothing", low=0, high=60)
    ] = 25
    chroma: Annotated[bool, param("Treat colour too")] = True

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if self.strength <= 15:  # H.264's tables are nought up to here
            return clip
        planes = [0, 1, 2] if self.chroma and clip.info.format.chroma else [0]
        return by_field(
            (clip,), clip.info, lambda part: script.core.deblock.Deblock(part, quant=self.strength, planes=planes)
        )
