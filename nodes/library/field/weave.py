"""Puts separated fields together again."""

from nodes.api import Clip, ClipInfo, Node, Ref, Script, gives, replace, takes
from nodes.library._fields import rewoven


class WeaveFields(Node):
    """Put separated fields together into interlaced frames, two fields each.

    The way back from Separate fields; nothing is interpolated or lost. To get progressive frames instead,
    use a deinterlacer on the whole clip.
    """

    id, version = "field.weave", 1
    label, words = "Weave fields", ("join", "fields", "interlace", "combine", "interleave")
    clip = takes(Clip, fields="separated")
    out = gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, height=clip.height * 2, fps=clip.fps / 2, frames=(clip.frames + 1) // 2, separated=False)

    def build(self, script: Script, clip: Ref) -> Ref:
        return rewoven(clip, clip.info.fields)
