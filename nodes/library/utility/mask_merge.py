"""Lays one clip over another where a mask says so."""

from nodes.api import Clip, ClipInfo, Family, Mask, Node, ParamError, PixelFormat, Ref, Script, gives, takes
from nodes.library._fields import by_field
from nodes.library._pair import alike, refuse_unlike


class MaskMerge(Node):
    """Show the second clip where the mask is white, the first where it is black, and a mix where it is
    gray.

    So a strong filter can be kept to where it is needed: wire the untouched clip, the filtered clip, and a
    mask of the places. All three must have the same size. The second clip is brought into the first one's
    format.
    """

    id, version = "utility.maskmerge", 1
    label, words = "Mask merge", ("masked merge", "blend", "overlay", "matte", "composite", "combine", "protect")
    needs = ("akarin",)
    clip = takes(Clip, "Shown where the mask is black")
    other = takes(Clip, "Shown where the mask is white")
    mask = takes(Mask, "Where: a gray clip, full range")
    out = gives(Clip)

    def forecast(self, clip: ClipInfo, other: ClipInfo, mask: ClipInfo) -> ClipInfo:
        refuse_unlike(clip, other, "other")
        if (clip.width, clip.height) != (mask.width, mask.height):
            raise ParamError(
                f"mask: it is {mask.width} × {mask.height}, the clip {clip.width} × {clip.height}. "
                "Make the mask from a clip of the same size"
            )
        return clip

    def build(self, script: Script, clip: Ref, other: Ref, mask: Ref) -> Ref:
        info = clip.info
        wanted = PixelFormat(Family.GRAY, info.format.bits, info.format.floating)
        if mask.info.format != wanted:
            # a mask runs from 0 to its peak; the resizer would scale it as limited range, and miss the peak
            scale = f"x {wanted.peak / mask.info.format.peak!r} *"
            mask = script.core.akarin.Expr([mask], [scale], format=wanted)

        def merge(one: Ref, two: Ref, where: Ref) -> Ref:
            return one.std.MaskedMerge(two, where, first_plane=1)

        if info.interlaced:
            mask = mask.std.SetFieldBased(info.fields.field_based)
        return by_field((clip, alike(other, info), mask), info, merge)
