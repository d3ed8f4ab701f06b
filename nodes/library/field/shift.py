"""Pairs each frame's second field with the first field of the next frame."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Fields,
    Fraction,
    Node,
    Ref,
    Script,
    gives,
    param,
    replace,
    takes,
)
from nodes.library._fields import separated
from nodes.library.field.order import opposite


class ShiftFields(Node):
    """Move the frame boundary by one field: each second field is joined with the first field that follows
    it.

    For film on PAL tape (25 pictures a second) that was transferred or edited a field late: every frame
    then holds fields of two film pictures and looks combed, though nothing needs deinterlacing. After the
    shift the two fields belong together again: full, progressive frames without any loss. If the shift
    changes along the tape, use Inverse telecine without decimation, which looks at every frame. With
    "progressive" off it only changes the field dominance of interlaced video, as editing programs call it.
    """

    id, version = "field.shift", 1
    label = "Shift fields"
    words = ("field shifted", "phase", "dominance", "pal film", "combing", "psf", "offset", "field matching")
    clip = takes(Clip, fields="interlaced")
    out = gives(Clip)

    progressive: Annotated[bool, param("The joined fields show one moment: mark the result progressive")] = True

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        fields = Fields.PROGRESSIVE if self.progressive else opposite(clip.fields)
        return replace(clip, fields=fields, start=clip.start + 1 / (2 * clip.fps) if clip.fps else Fraction(0))

    def build(self, script: Script, clip: Ref) -> Ref:
        fields = script.let("fields", separated(clip, clip.info))
        # the last field has no partner: the one before it serves again, and the clip keeps its length
        later = fields[1:] + fields[-2:-1]
        woven = later.std.DoubleWeave(tff=clip.info.fields is not Fields.TFF)[::2]
        return woven.std.SetFieldBased(0) if self.progressive else woven
