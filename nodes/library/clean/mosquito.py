"""Mosquito noise: specks that dance around edges in DV and MPEG."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library._fields import by_field


class MosquitoNoise(Node):
    """Calm the specks and ripples that DV, DVD and MJPEG draw around lettering and sharp edges.

    Smooths along the direction of edges, then gives back the fine texture away from them. Seams between blocks are
    another fault: Deblock, before this. Brightness only; interlaced clips are treated field by field.
    """

    id, version = "clean.mosquito", 1
    label, needs = "Mosquito noise", ("vszip",)
    words = ("dv", "mpeg", "ringing", "compression", "gibbs", "dvd", "artefacts", "specks")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "14", "16"))
    out = gives(Clip)

    strength: Annotated[int, param("How strongly to smooth; 0 changes nothing", low=0, high=32)] = 12
    keep_texture: Annotated[int, param("How much fine texture is given back", low=0, high=128, advanced=True)] = 128

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if self.strength == 0:
            return clip
        return by_field(
            (clip,),
            clip.info,
            lambda part: script.core.vszip.MosquitoNR(
                part, strength=[self.strength], restore=[self.keep_texture], planes=[0]
            ),
        )
