"""What a file says of its colours, put right."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Node,
    Range,
    Ref,
    Script,
    Transfer,
    gives,
    param,
    replace,
    takes,
)
from nodes.library.colour.convert import MATRICES, PRIMARIES, Levels, Space

_TRANSFERS = {
    Space.PAL: Transfer.BT470BG,
    Space.NTSC: Transfer.SMPTE170M,
    Space.HD: Transfer.BT709,
    Space.UHD: Transfer.BT709,
}


class MarkColour(Node):
    """Say what the colours are, without changing a single sample.

    For captures that are marked wrongly or not at all: a PAL tape marked BT.709 shows orange skin, a full-range capture
    marked limited shows crushed blacks. To change samples so that the look stays the same, use Convert colour.
    """

    id, version = "colour.mark", 1
    label, needs = "Mark colour", ()
    words = ("tag", "flag", "assume", "matrix", "range", "metadata", "bt601", "bt709", "wrong colours", "primaries")
    clip = takes(Clip, families=("yuv", "gray"))
    out = gives(Clip)

    space: Annotated[Space, param("What the colour coefficients really are")] = Space.KEEP
    levels: Annotated[Levels, param("What the range of code values really is")] = Levels.KEEP

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        made = clip
        if self.levels is not Levels.KEEP:
            made = replace(made, range=Range(self.levels.value))
        if self.space is not Space.KEEP:
            made = replace(
                made, matrix=MATRICES[self.space], primaries=PRIMARIES[self.space], transfer=_TRANSFERS[self.space]
            )
        return made

    def build(self, script: Script, clip: Ref) -> Ref:
        made = self.forecast(clip.info)
        if made == clip.info:
            return clip
        return clip.std.SetFrameProps(
            _Matrix=int(made.matrix),
            _Primaries=int(made.primaries),
            _Transfer=int(made.transfer),
            _Range=made.range.code,
        )
