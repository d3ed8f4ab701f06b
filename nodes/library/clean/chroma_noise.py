"""Noise in the colour only."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Node,
    PixelFormat,
    Ref,
    Script,
    StrEnum,
    converted,
    gives,
    param,
    replace,
    takes,
)
from nodes.library.clean._planes import luma_and_chroma
from nodes.library.clean._time import along_time


class Method(StrEnum):
    """How colour is told from noise."""

    FREQUENCY = "frequency"
    """By its frequencies over three frames: removes most, also where things move."""
    STILL = "still"
    """Averages over time where colour stays nearly the same: quickest, moving parts are left alone."""
    CCD = "ccd"
    """Camcorder Color Denoise: averages nearby pixels of like colour within each frame. Mild; no trails, ever."""


class ChromaNoise(Node):
    """Take the blotchy, crawling colour noise of VHS and Video8 away; brightness is not touched.

    Tape records colour in a narrow band, so its noise is coarse streaks of wrong colour, best seen in shadows and
    skin. Because the eye hardly sees fine colour detail, this can be strong without harm. Interlaced clips are worked
    on field by field.
    """

    id, version = "clean.chroma_noise", 1
    label, needs = "Chroma noise", ("dfttest2", "zsmooth")
    words = ("color noise", "colour", "ccd", "cnr", "cnr2", "blotches", "chroma denoise", "saturation noise")
    clip = takes(Clip, fields="whole", families=("yuv",), depths=("16",), chroma=("420", "422", "440", "444"))
    out = gives(Clip)

    strength: Annotated[float, param("How much; 0 changes nothing", low=0, high=10, step=0.5)] = 4.0
    method: Annotated[Method, param("How colour is told from noise")] = Method.FREQUENCY

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if self.strength == 0:
            return clip
        info = clip.info
        match self.method:
            case Method.FREQUENCY:
                test = script.use("dfttest2", "DFTTest")
                return along_time(
                    script, clip, info, lambda part: test(part, sigma=16 * self.strength, tbsize=3, planes=[1, 2])
                )
            case Method.STILL:
                limit = max(2, round(5 * self.strength))
                smooth = script.core.zsmooth.TTempSmooth
                return along_time(
                    script,
                    clip,
                    info,
                    lambda part: smooth(
                        part, maxr=3, thresh=[1, limit], mdiff=[0, limit // 2], scthresh=0, planes=[1, 2]
                    ),
                )
            case Method.CCD:
                return along_time(script, clip, info, lambda part: self._ccd(script, part, info))

    def stand_in(self, script: Script, clip: Ref) -> Ref | None:
        still = Method.STILL
        return None if self.method is still else self.having(method=still).build(script, clip)

    def _ccd(self, script: Script, clip: Ref, info: ClipInfo) -> Ref:
        """CCD works in RGB; the brightness that comes back is thrown away."""
        height = info.height // 2 if info.interlaced else info.height
        part = replace(info, height=height, separated=info.interlaced)
        rgb = converted(script.let("part", clip).known(part), PixelFormat.parse("RGBS"))
        scale = max(1.0, height / 240)  # its sample points are meant for 240 lines; below that it refuses
        cleaned = script.core.zsmooth.CCD(rgb, threshold=10 * self.strength, temporal_radius=0, scale=scale).known(
            rgb.info
        )
        back = converted(cleaned.known(replace(rgb.info, matrix=info.matrix)), info.format)
        return luma_and_chroma(script, clip, back)
