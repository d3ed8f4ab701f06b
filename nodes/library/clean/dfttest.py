"""DFTTest: noise taken out of the picture's frequencies."""

import math

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library._calmed import calmed
from nodes.library.clean._time import along_time


class DftTest(Node):
    """Split the picture into frequencies and take from each what noise puts there.

    Even, film-like noise goes very well, and gradients stay smooth; strong settings leave faint ringing along edges
    and soften fine texture. Faster than NLMeans at like quality. The effect grows with the square of the noise:
    double the noise wants about four times the `strength`. Interlaced clips are cleaned field by field.
    """

    id, version = "clean.dfttest", 1
    label, needs = "Denoise (DFTTest)", ("dfttest2",)
    words = ("noise", "grain", "fourier", "frequency", "fft3dfilter", "wiener")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16", "32f"))
    out = gives(Clip)

    strength: Annotated[float, param("For brightness; 0 leaves it alone", low=0, high=500, step=1)] = 16.0
    chroma_strength: Annotated[float, param("For colour; 0 leaves it alone", low=0, high=500, step=1)] = 32.0
    frames: Annotated[
        int,
        param("How many frames before and after take part; 0 looks at each frame alone", low=0, high=3, unit="frames"),
    ] = 1

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        wanted = [(self.strength, [0])] if self.strength else []
        if clip.info.format.chroma and self.chroma_strength:
            wanted.append((self.chroma_strength, [1, 2]))
        if not wanted:
            return clip
        test = script.use("dfttest2", "DFTTest")

        def cleaned(part: Ref) -> Ref:
            for sigma, planes in wanted:
                part = test(part, sigma=sigma, tbsize=2 * self.frames + 1, planes=planes)
            return part

        return along_time(script, clip, clip.info, cleaned)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        luma, chroma = math.sqrt(self.strength) / 2, math.sqrt(self.chroma_strength) / 2
        return calmed(script, clip, luma, chroma, min(1, self.frames))
