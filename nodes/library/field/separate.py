"""Shows every field as a picture of its own."""

from nodes.api import Clip, ClipInfo, Node, ParamError, Ref, Script, gives, replace, takes
from nodes.library._fields import separated


class SeparateFields(Node):
    """Take frames apart into their fields: half the height, twice as many pictures, in the order of time.

    Use it to look at single fields, or to run a filter that must not mix two moments; Weave fields puts
    them together again, unchanged.
    """

    id, version = "field.separate", 1
    label, words = "Separate fields", ("split", "fields", "half height", "interlaced", "lines", "unweave")
    clip = takes(Clip, fields="interlaced")
    out = gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        step = 2 << clip.format.ss_h
        if clip.height % step:
            raise ParamError(
                f"{clip.height} lines cannot be parted into two fields; crop to a multiple of {step} lines first"
            )
        return replace(clip, height=clip.height // 2, fps=clip.fps * 2, frames=clip.frames * 2, separated=True)

    def build(self, script: Script, clip: Ref) -> Ref:
        return separated(clip, clip.info)
