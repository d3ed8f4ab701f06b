"""Exchanges the lines of the two fields."""

from nodes.api import Clip, ClipInfo, Fields, Node, Ref, Script, gives, replace, takes
from nodes.library._fields import separated
from nodes.library.field.order import opposite


class SwapFields(Node):
    """Exchange the even and the odd lines of every frame.

    For captures that wrote the fields to the wrong lines: even a still picture then looks jagged, edges are
    doubled up and down. The field that was on top goes below, so the order changes to match. Do not use it
    merely because motion jerks: that is what Field order is for.
    """

    id, version = "field.swap", 1
    label, words = "Swap fields", ("exchange", "lines", "reverse", "parity", "jagged", "order", "interlaced")
    clip = takes(Clip, fields="interlaced")
    out = gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, fields=opposite(clip.fields))

    def build(self, script: Script, clip: Ref) -> Ref:
        # DoubleWeave goes by each field's own mark; without it, by its argument
        bare = separated(clip, clip.info).std.RemoveFrameProps("_Field")
        return bare.std.DoubleWeave(tff=clip.info.fields is not Fields.TFF)[::2]
