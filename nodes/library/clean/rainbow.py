"""Rainbows: fine brightness taken for colour by a cheap decoder."""

from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library.clean._composite import Standard, raster_lines, signal_of
from nodes.library.clean._planes import luma_and_chroma


class Rainbow(Node):
    """Take the shimmering false colours off striped shirts, fences and other fine patterns.

    The picture is sent through a composite encoder and a good comb-filter decoder once more; what is no true colour
    does not survive the second journey. Only colour is changed. It helps whatever the subcarrier's phase was, but must
    see the picture as captured: all 576 (or 480) lines, fields and all, before deinterlacing and inverse telecine.
    For crawling dots in the brightness use Dot crawl.
    """

    id, version = "clean.rainbow", 1
    label, needs = "Rainbow", ("composite",)
    words = (
        "cross-color",
        "cross colour",
        "derainbow",
        "moire",
        "composite",
        "bifrost",
        "decross",
        "comb filter",
        "shimmer",
    )
    clip = takes(Clip, fields="whole", families=("yuv",), depths=("16",))
    out = gives(Clip)

    strength: Annotated[float, param("How much; 0 changes nothing", low=0, high=1, step=0.05)] = 1.0
    standard: Annotated[Standard, param("Colour system of the composite signal")] = Standard.AUTO
    thorough: Annotated[bool, param("Compare neighbouring frames too; off is three times faster", advanced=True)] = True

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if not clip.interlaced and clip.fps > 31:
            yield "the clip looks deinterlaced already; rainbows can only be undone before. Put this node before"
        if not raster_lines(signal_of(self.standard, clip), clip.height):
            yield f"{clip.height} lines are more than television has; nothing is changed. Put this node before scaling"

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        signal = signal_of(self.standard, info)
        lines = raster_lines(signal, info.height)
        if self.strength == 0 or not lines:
            return clip
        missing = lines - info.height
        above = missing // 2 // 4 * 4  # whole groups of lines keep the fields, and 4:2:0 chroma, in place
        whole = clip.std.AddBorders(top=above, bottom=missing - above) if missing else clip
        cleaned = script.core.composite.Restore(
            whole, standard=signal.name, width=info.width, refine=0, dimensions=3 if self.thorough else 2
        )
        if missing:
            cleaned = cleaned.std.Crop(top=above, bottom=missing - above)
        # the field order first: the resizer must know it to thin 4:2:0 colour out by field
        cleaned = cleaned.std.CopyFrameProps(clip).resize.Bicubic(format=info.format)
        result = luma_and_chroma(script, clip, cleaned)
        if self.strength < 1:
            result = script.core.std.Merge(clip, result, weight=[0, self.strength])
        return result

    def stand_in(self, script: Script, clip: Ref) -> Ref | None:
        signal = signal_of(self.standard, clip.info)
        if self.strength == 0 or not raster_lines(signal, clip.info.height):
            return None
        # false colours turn over after so many frames: the mean of before and after undoes them where nothing moves
        gap = [0] * (signal.frames - 1)
        mean = clip.std.AverageFrames(weights=[1, *gap, 2, *gap, 1], planes=[1, 2])
        return script.core.std.Merge(clip, mean, weight=[0, self.strength])
