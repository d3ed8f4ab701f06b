"""A worked example of a plugin: one node, in a file of its own, importing nothing of Tapeloom but nodes.api."""

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, ParamError, Range, Ref, Script, gives, param, takes


class BlankVbi(Node):
    """Black out the lines above the picture where teletext, captions and test signals twinkle.

    Some capture cards keep a few lines of the vertical interval: a dancing pattern of dots at the very top. This
    paints them black and leaves the frame's size, so that field order and aspect stay right. Read the captions out
    of those lines before: afterwards they are gone.
    """

    id, version = "vbi.blank", 1
    label, category = "Blank VBI lines", "geometry"
    words = ("teletext", "captions", "line 21", "dots on top", "vertical interval", "vitc")
    clip = takes(Clip)
    out = gives(Clip)

    # even numbers only: an odd one would start the picture on the other field
    lines: Annotated[
        int, param("Lines to black out at the top, of both fields", low=0, high=64, multiple=2, unit="lines")
    ] = 2

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        step = 1 << clip.format.ss_h
        if self.lines % step:
            raise ParamError(f"lines: {self.lines} is no multiple of {step}, which {clip.format} needs")
        if self.lines >= clip.height:
            raise ParamError(f"lines: {self.lines} is the whole picture. Set it below {clip.height}")
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if not self.lines:
            return clip
        return clip.std.Crop(top=self.lines).std.AddBorders(top=self.lines, color=_black(clip.info))


def _black(info: ClipInfo) -> list[float]:
    """Black in the clip's own code values, one per plane."""
    form = info.format
    if form.family is Family.RGB:
        return [0.0, 0.0, 0.0]
    middle = 0.0 if form.floating else float(1 << (form.bits - 1))
    floor = 0.0 if form.floating or info.range is Range.FULL else float(16 << (form.bits - 8))
    return [floor] if form.family is Family.GRAY else [floor, middle, middle]
