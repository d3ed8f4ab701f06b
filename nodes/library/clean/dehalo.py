"""Halos: bright and dark outlines along edges."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library._fields import by_field
from nodes.library.clean._planes import luma_and_chroma, plane


class Dehalo(Node):
    """Shrink the bright and dark outlines that run along edges.

    They come from a recorder's or camera's sharpening, or from a sharpener of ours set too high. The picture is
    compared with a copy too soft to hold the outline; edges themselves and fine texture are kept out. If the whole
    tape was sharpened evenly by the player, Undo VCR sharpness does better. Tape halos run across the lines, so the
    width is measured sideways. Interlaced clips are treated field by field.
    """

    id, version = "clean.dehalo", 1
    label, needs = "Dehalo", ("akarin", "zsmooth")
    words = ("halo", "ringing", "overshoot", "edge", "outline", "sharpening", "dehalo_alpha", "ghost edges")
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16",))
    out = gives(Clip)

    bright: Annotated[float, param("How much of bright outlines goes", low=0, high=1, step=0.05)] = 0.8
    dark: Annotated[float, param("How much of dark outlines goes", low=0, high=1, step=0.05)] = 0.5
    radius: Annotated[float, param("Width of the outlines", low=1, high=6, step=0.1, unit="px")] = 2.5
    spare_faint: Annotated[
        int, param("Edges fainter than this are left alone more and more", low=0, high=100, advanced=True)
    ] = 50
    spare_strong: Annotated[int, param("How much strong contrast is left alone", low=0, high=100, advanced=True)] = 50

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        if self.bright == 0 and self.dark == 0:
            return clip
        height = info.height // 2 if info.interlaced else info.height
        luma = plane(script, clip, 0) if info.format.chroma else clip
        done = by_field((luma,), info, lambda part: self._trimmed(script, part, info.width, height))
        return luma_and_chroma(script, done.std.CopyFrameProps(clip), clip) if info.format.chroma else done

    def _trimmed(self, script: Script, luma: Ref, width: int, height: int) -> Ref:
        """DeHalo_alpha after Didée, without supersampling, softened along the lines only."""
        akarin = script.core.akarin
        luma = script.let("luma", luma)
        narrow = max(16, round(width / self.radius))
        soft = luma.resize.Bicubic(narrow, height, filter_param_a=1 / 3, filter_param_b=1 / 3)
        soft = script.let("soft", soft.resize.Bicubic(width, height, filter_param_a=1, filter_param_b=0))
        here = script.let("contrast", akarin.Expr([luma.std.Maximum(), luma.std.Minimum()], ["x y -"]))
        there = akarin.Expr([soft.std.Maximum(), soft.std.Minimum()], ["x y -"])
        # contrast that vanishes in the soft copy is texture to be kept, scaled on 0 … 255 as the original is
        lost = (
            f"x 0 = 0 x y - x / ? 255 * {self.spare_faint} - x 257 / 256 + 512 / {self.spare_strong / 100!r} + * 257 *"
        )
        kept = akarin.Expr([here, there], [lost])
        plain = script.core.std.MaskedMerge(soft, luma, kept)
        within = script.core.zsmooth.Repair(luma, plain, mode=[1])
        pull = f"x y - dup 0 < {float(self.dark)!r} {float(self.bright)!r} ? * x swap -"
        return akarin.Expr([luma, within], [pull])
