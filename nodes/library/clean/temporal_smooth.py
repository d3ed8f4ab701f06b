"""Averaging along time, only as long as a pixel stays nearly the same."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library.clean._time import along_time


class TemporalSmooth(Node):
    """Average each pixel over time for as long as it changes no more than noise does.

    Very quick and safe: the still parts of a picture become calm, whatever moves is left exactly as it was. Nothing is
    followed, so moving parts stay noisy; for those use Degrain. `threshold` should lie a little above the noise.
    Interlaced clips are worked on field by field.
    """

    id, version = "clean.temporal_smooth", 1
    label, needs = "Temporal smooth", ("zsmooth",)
    words = ("temporal soften", "noise", "grain", "ttempsmooth", "fluxsmooth", "still", "static", "calm")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16", "32f"))
    out = gives(Clip)

    threshold: Annotated[
        int, param("Changes of brightness up to this are noise; 0 leaves it alone", low=0, high=64, unit="levels")
    ] = 12
    chroma_threshold: Annotated[int, param("The same for colour; 0 leaves it alone", low=0, high=64, unit="levels")] = (
        16
    )
    frames: Annotated[int, param("How many frames before and after take part", low=1, high=7, unit="frames")] = 3

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        planes = [0] if self.threshold else []
        if clip.info.format.chroma and self.chroma_threshold:
            planes += [1, 2]
        if not planes:
            return clip
        limits = [max(1, self.threshold), max(1, self.chroma_threshold)]

        def smooth(part: Ref) -> Ref:
            # scthresh=0: its scene detection needs a plugin that is not here; the thresholds stop at cuts too
            return script.core.zsmooth.TTempSmooth(
                part, maxr=self.frames, thresh=limits, mdiff=[limit // 2 for limit in limits], scthresh=0, planes=planes
            )

        return along_time(script, clip, clip.info, smooth)
