"""More frames a second, drawn along the motion."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, replace, takes
from nodes.library.motion._vectors import interpolated, refuse_small


class MotionFrames(Node):
    """Double the frame rate (or more) by drawing new frames along the motion, with MVTools.

    Makes film or cartoons as fluid as video, and gives slow motion when followed by Change speed. Where
    motion is too wild, edges tear or smear; across a scene cut the last frame is repeated instead. An
    interlaced tape has the extra frames in its fields already: deinterlace at double rate rather than
    inventing them.
    """

    id, version = "motion.double", 1
    label = "Frame doubling (MVTools)"
    words = ("interpolate", "frame rate", "fluid", "smooth motion", "60fps", "flowfps", "slow motion", "mvtools")
    needs = ("mvu",)
    clip = takes(
        Clip,
        fields="progressive",
        families=("yuv", "gray"),
        chroma=("420", "422", "440", "444"),
        depths=("8", "10", "12", "14", "16", "32f"),
    )
    out = gives(Clip)

    factor: Annotated[int, param("How many times as many frames", low=2, high=8, unit="×")] = 2

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        refuse_small(clip)
        return replace(clip, fps=clip.fps * self.factor, frames=clip.frames * self.factor)

    def build(self, script: Script, clip: Ref) -> Ref:
        rate = clip.info.fps * self.factor
        return interpolated(script, clip, rate.numerator, rate.denominator)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return script.core.std.Interleave([clip] * self.factor)
