"""Shows two clips beside each other."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Node,
    ParamError,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)
from nodes.library._lines import columns, lines, up
from nodes.library._pair import alike, refuse_unlike


class Layout(StrEnum):
    """How they stand."""

    BESIDE = "beside"
    """Left and right, whole."""
    BELOW = "below"
    """Above and below, whole."""
    HALVES = "halves"
    """The left half of the first, the right half of the second: one picture with a seam."""


class Stack(Node):
    """Put two clips side by side, one below the other, or half and half into one picture, to compare them.

    Before and after, QTGMC and BWDIF, tape one and tape two. Both must have the same size and rate.
    """

    id, version = "utility.stack", 1
    label, words = "Compare side by side", ("stack", "before after", "split screen", "compare", "wipe", "halves")
    clip = takes(Clip, "Left, or above")
    other = takes(Clip, "Right, or below")
    out = gives(Clip)

    layout: Annotated[Layout, param("How they stand")] = Layout.BESIDE

    def forecast(self, clip: ClipInfo, other: ClipInfo) -> ClipInfo:
        refuse_unlike(clip, other, "other")
        if self.layout is Layout.BELOW and clip.height % lines(clip):
            raise ParamError(f"layout: {clip.height} lines would put the lower clip's fields out of order. Use beside")
        frames = max(clip.frames, other.frames)
        match self.layout:
            case Layout.BESIDE:
                return replace(clip, width=clip.width * 2, frames=frames)
            case Layout.BELOW:
                return replace(clip, height=clip.height * 2, frames=frames)
            case Layout.HALVES:
                return replace(clip, frames=frames)

    def build(self, script: Script, clip: Ref, other: Ref) -> Ref:
        info, second = clip.info, alike(other, clip.info)
        if self.layout is Layout.BELOW:
            return script.core.std.StackVertical([clip, second])
        if self.layout is Layout.HALVES:
            seam = up(info.width // 2, columns(info))
            if seam >= info.width:
                return clip
            clip, second = clip.std.Crop(right=info.width - seam), second.std.Crop(left=seam)
        return script.core.std.StackHorizontal([clip, second])
