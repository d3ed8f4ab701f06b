"""Brightness by a curve."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Curve,
    Family,
    Node,
    Ref,
    Script,
    Segment,
    curve_segments,
    gives,
    param,
    takes,
)
from nodes.library.colour._codes import black_white


class Curves(Node):
    """Bend brightness by a curve drawn through points, where a single gamma bends too much or too little.

    Left is dark, right is bright; the straight line from corner to corner changes nothing. Pull the middle of the left
    half up to open shadows, draw an S for more contrast. Beyond black and white the line goes straight on, so nothing
    is clipped. On YUV clips only brightness changes. Raise the depth to 16 bits first, or gradients may show steps.
    """

    id, version = "colour.curves", 1
    label, needs = "Curves", ("akarin",)
    words = ("curve", "contrast", "tone", "brightness", "shadows", "highlights", "s-curve", "grade", "gradation")
    clip = takes(Clip)
    out = gives(Clip)

    curve: Annotated[Curve, param("Brightness out over brightness in, as x:y from black at 0 to white at 1")] = Curve(
        ((0.0, 0.0), (1.0, 1.0))
    )

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if all(x == y for x, y in self.curve):
            return clip
        info = clip.info
        black, white = black_white(info)
        span = white - black
        pieces = curve_segments(self.curve)
        heights = _piece(pieces[-1])
        for (x, _), piece in zip(reversed(self.curve), reversed(pieces[:-1]), strict=True):
            heights = f"S@ {x!r} < {_piece(piece)} {heights} ?"
        expr = f"x {black!r} - {1 / span!r} * S! {heights} {span!r} * {black!r} +"
        return script.core.akarin.Expr([clip], [expr, ""] if info.format.family is Family.YUV else [expr])


def _piece(piece: Segment) -> str:
    way = f"S@ {piece.x!r} -"
    if piece.square == piece.cube == 0:
        return f"{way} {piece.slope!r} * {piece.y!r} +"
    return f"{way} T! T@ {piece.cube!r} * {piece.square!r} + T@ * {piece.slope!r} + T@ * {piece.y!r} +"
