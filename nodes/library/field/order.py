"""Says which field comes first."""

from collections.abc import Iterator

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Fields,
    Node,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)


class Order(StrEnum):
    """The field order to go by."""

    AUTO = "auto"
    """As the source was measured or flagged."""
    TFF = "tff"
    """Top field first: most captures of analogue PAL and SECAM tape."""
    BFF = "bff"
    """Bottom field first: DV, PAL and NTSC alike, and most captures of NTSC tape."""
    PROGRESSIVE = "progressive"
    """Not interlaced: both fields show the same moment."""
    SWAP = "swap"
    """The other order than the clip claims."""


class FieldOrder(Node):
    """Tell the following nodes which field comes first, or that the clip is progressive.

    Use it where the source is flagged wrongly: after deinterlacing, motion with the wrong order jerks back
    and forth twice a frame. No pixel changes. If still pictures look combed as well, the lines themselves
    lie wrongly: use Swap fields. Film on PAL tape whose fields belong to neighbouring frames needs Shift
    fields.
    """

    id, version = "field.order", 1
    label, words = (
        "Field order",
        ("tff", "bff", "top", "bottom", "dominance", "assume", "interlaced", "parity", "flag"),
    )
    clip = takes(Clip, fields="whole")
    out = gives(Clip)

    order: Annotated[Order, param("Which field was scanned first")] = Order.AUTO

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, fields=self._fields(clip))

    def build(self, script: Script, clip: Ref) -> Ref:
        fields = self._fields(clip.info)
        return clip if fields is clip.info.fields else clip.std.SetFieldBased(fields.field_based)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.order is Order.SWAP and not clip.interlaced:
            yield "order: the clip counts as progressive, so there is no order to swap; choose tff or bff"
        step = 2 << clip.format.ss_h
        if self._fields(clip).interlaced and clip.height % step:
            yield f"order: {clip.height} lines hold no two whole fields; crop to a multiple of {step} first"

    def _fields(self, clip: ClipInfo) -> Fields:
        match self.order:
            case Order.AUTO:
                return clip.fields
            case Order.SWAP:
                return opposite(clip.fields)
            case _:
                return Fields(self.order.value)


def opposite(fields: Fields) -> Fields:
    """The other order; progressive stays."""
    return {Fields.TFF: Fields.BFF, Fields.BFF: Fields.TFF}.get(fields, fields)
