"""Changes the size of the picture."""

from collections.abc import Iterator

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Fraction,
    Node,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)
from nodes.library._lines import columns, lines


class Size(StrEnum):
    """How the new size is given."""

    SQUARE = "square"
    """Square pixels at the height given; the width follows from the shape on screen."""
    EXACT = "exact"
    """The width and height given; the shape on screen stays, so the pixels' shape follows."""


class Kernel(StrEnum):
    """The curve that new pixels are drawn with, soft to sharp."""

    POINT = "point"
    """Nearest pixel, no smoothing: masks and pixel art."""
    BILINEAR = "bilinear"
    """Soft, no halos."""
    MITCHELL = "bicubic"
    """Bicubic as Mitchell: a touch soft, hardly any halo."""
    CATROM = "catrom"
    """Bicubic as Catmull-Rom: sharper, thin halos."""
    SPLINE16 = "spline16"
    """Sharp, small reach."""
    SPLINE36 = "spline36"
    """Sharp, the usual choice for tape."""
    SPLINE64 = "spline64"
    """Sharp, wide reach, rings more."""
    LANCZOS = "lanczos"
    """Sharpest, rings on hard edges."""


_CALLS: dict[Kernel, tuple[str, dict[str, float]]] = {
    Kernel.POINT: ("Point", {}),
    Kernel.BILINEAR: ("Bilinear", {}),
    Kernel.MITCHELL: ("Bicubic", {"filter_param_a": 1 / 3, "filter_param_b": 1 / 3}),
    Kernel.CATROM: ("Bicubic", {"filter_param_a": 0, "filter_param_b": 0.5}),
    Kernel.SPLINE16: ("Spline16", {}),
    Kernel.SPLINE36: ("Spline36", {}),
    Kernel.SPLINE64: ("Spline64", {}),
    Kernel.LANCZOS: ("Lanczos", {"filter_param_a": 3}),
}


class Resize(Node):
    """Scale the picture to another size, or to square pixels for screens and the web.

    "Square" looks at the aspect ratio, so a 720 × 576 tape at height 576 becomes 768 or 788 wide, as it
    should look. On interlaced clips the fields are scaled apart and stay right, but a change of height
    blurs them: deinterlace first. For large factors with crisp edges use NNEDI3 upscale before it.
    """

    id, version = "scale.resize", 1
    label = "Resize"
    words = (
        "scale",
        "size",
        "zoom",
        "width",
        "height",
        "square pixels",
        "spline36",
        "lanczos",
        "bicubic",
        "hd",
        "upscale",
    )
    clip = takes(Clip, fields="whole")
    out = gives(Clip)

    size: Annotated[Size, param("How the new size is given")] = Size.SQUARE
    height: Annotated[int, param("Lines; 0 keeps the clip's", low=0, high=16384, unit="px")] = 0
    width: Annotated[int, param("Columns, where size is exact; 0 keeps the clip's", low=0, high=16384, unit="px")] = 0
    kernel: Annotated[Kernel, param("How new pixels are drawn")] = Kernel.SPLINE36

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        width, height = self._size(clip)
        if self.size is Size.SQUARE:
            sar = Fraction(1)
        else:
            sar = clip.sar * Fraction(clip.width, width) * Fraction(height, clip.height)
        return replace(clip, width=width, height=height, sar=sar)

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        made = self.forecast(info)
        done = clip
        if (made.width, made.height) != (info.width, info.height):
            name, options = _CALLS[self.kernel]
            done = getattr(clip.resize, name)(made.width, made.height, **options)
        elif made.sar == info.sar:
            return clip
        # the resizer keeps the shape on screen by itself, up to the rounding of square pixels to whole
        # columns
        return done.std.SetFrameProps(_SARNum=made.sar.numerator, _SARDen=made.sar.denominator)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        width, height = self._size(clip)
        if clip.interlaced and height != clip.height:
            yield "height: scaling interlaced lines blurs them; put a deinterlacer before this node"
        if self.height and height != self.height:
            yield f"height: {self.height} does not fit {clip.format.name}'s line groups; {height} are made"
        if self.size is Size.EXACT and self.width and width != self.width:
            yield f"width: {self.width} does not fit {clip.format.name}'s chroma; {width} columns are made"
        if self.size is Size.SQUARE and self.width:
            yield "width: with square pixels it follows from the height; set size to exact to choose it"

    def _size(self, clip: ClipInfo) -> tuple[int, int]:
        height = _nearest(Fraction(self.height or clip.height), lines(clip)) if self.height else clip.height
        if self.size is Size.EXACT:
            return (_nearest(Fraction(self.width), columns(clip)) if self.width else clip.width), height
        # whole even columns: what every encoder takes
        return _nearest(height * clip.dar, max(2, columns(clip))), height


def _nearest(value: Fraction, step: int) -> int:
    return max(step, int(value / step + Fraction(1, 2)) * step)
