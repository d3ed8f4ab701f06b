"""Non-local means on the CPU."""

import math

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, converted, gives, param, takes
from nodes.library._calmed import calmed
from nodes.library.clean._planes import luma_and_chroma, plane
from nodes.library.clean._time import along_time

# Measured on nlm-ispc 4.1: its usual weights, exp(-x) (wmode 0), are numerically broken, with black pixels and NaN
# wherever a patch is very unlike (25 dB on a clean picture); wmode 3, (1 - x/8)^8, is nearly the same curve and sound.
# On 16-bit integers a bright pixel that is like no other comes out dark; floats are right.
_WEIGHTS = 3
_SCALE = math.sqrt(8) * 255 / 219  # from levels of 8-bit video to floats between black and white


class NonLocalMeans(Node):
    """Average each pixel with those whose surroundings look the same, near it and in neighbouring frames.

    Good at fine, even noise and at still pictures; keeps edges very clean, takes faint texture along. `strength` is
    about the noise's own standard deviation, in the levels of 8-bit video. Twice as slow as Degrain, and unlike it
    needs no motion that can be followed. Interlaced clips are cleaned field by field.
    """

    id, version = "clean.nlmeans", 1
    label, needs = "Denoise (NLMeans)", ("nlm_ispc",)
    words = ("noise", "grain", "knlmeans", "non-local", "nlm", "smooth")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16", "32f"))
    out = gives(Clip)

    strength: Annotated[float, param("For brightness; 0 leaves it alone", low=0, high=30, step=0.1, unit="levels")] = (
        3.0
    )
    chroma_strength: Annotated[
        float, param("For colour; 0 leaves it alone", low=0, high=30, step=0.1, unit="levels")
    ] = 4.0
    frames: Annotated[
        int,
        param("How many frames before and after take part; 0 looks at each frame alone", low=0, high=3, unit="frames"),
    ] = 1
    search: Annotated[int, param("How far to look for likeness", low=1, high=8, unit="px", advanced=True)] = 2
    patch: Annotated[int, param("Half the size of what is compared", low=1, high=6, unit="px", advanced=True)] = 2

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if self.strength == 0 and (self.chroma_strength == 0 or not clip.info.format.chroma):
            return clip
        info = clip.info
        return along_time(script, clip, info, lambda part: self._cleaned(script, part, info))

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return calmed(script, clip, self.strength / 2, self.chroma_strength / 2, min(1, self.frames))

    def _cleaned(self, script: Script, clip: Ref, info: ClipInfo) -> Ref:
        whole = script.let("fine", converted(clip.known(info), info.format.with_depth("32f")))
        fixed = {"d": self.frames, "a": self.search, "s": self.patch, "wmode": _WEIGHTS}

        def means(part: Ref, strength: float, channels: str) -> Ref:
            return script.core.nlm_ispc.NLMeans(part, h=strength * _SCALE, channels=channels, **fixed)

        if not info.format.chroma:
            return converted(means(whole, self.strength, "Y").known(whole.info), info.format)
        # one call does brightness or colour and leaves rubbish in the other planes
        luma = means(plane(script, whole, 0), self.strength, "Y") if self.strength else whole
        chroma = means(whole, self.chroma_strength, "UV") if self.chroma_strength else whole
        return converted(luma_and_chroma(script, luma, chroma).known(whole.info), info.format).std.CopyFrameProps(clip)
