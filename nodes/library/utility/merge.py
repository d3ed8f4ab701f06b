"""Puts brightness and colour together again."""

from nodes.api import Clip, ClipInfo, Family, Node, ParamError, PixelFormat, Ref, Script, gives, replace, takes

_STEPS = {1: 0, 2: 1, 4: 2}


class MergePlanes(Node):
    """Make one clip of brightness (Y) and the two colour differences (U, V), as Split planes gave them.

    Take Y from one clip and U, V from another to mend colour without touching sharpness. U and V must be as
    large as Y, or half or a quarter of it across, and as large or half of it down.
    """

    id, version = "utility.merge", 1
    label, words = "Merge planes", ("luma", "chroma", "channels", "y", "u", "v", "combine", "join colour")
    y = takes(Clip, "Brightness; gives rate, length and field order", families=("gray",))
    u = takes(Clip, "Blue difference", families=("gray",))
    v = takes(Clip, "Red difference", families=("gray",))
    out = gives(Clip)

    def forecast(self, y: ClipInfo, u: ClipInfo, v: ClipInfo) -> ClipInfo:
        for name, part in (("u", u), ("v", v)):
            if part.format.depth != y.format.depth:
                raise ParamError(f"{name}: it has {part.format.depth} bits, y has {y.format.depth}. Take both alike")
            if (part.width, part.height) != (u.width, u.height):
                raise ParamError(f"v: it is {v.width} × {v.height}, u is {u.width} × {u.height}. They must be alike")
        across, down = y.width / u.width, y.height / u.height
        if across not in _STEPS or down not in _STEPS:
            raise ParamError(
                f"u: {u.width} × {u.height} does not go into y's {y.width} × {y.height} evenly. "
                "Bring it to the whole, half or quarter of that size"
            )
        ss_w, ss_h = _STEPS[int(across)], _STEPS[int(down)]
        try:
            made = PixelFormat(Family.YUV, y.format.bits, y.format.floating, ss_w, ss_h)
            _ = made.chroma
        except KeyError:
            raise ParamError(
                f"u: a colour plane of {u.width} × {u.height} beside {y.width} × {y.height} is no known format. "
                "Use 4:4:4, 4:2:2, 4:2:0 or 4:1:1"
            ) from None
        return replace(y, format=made)

    def build(self, script: Script, y: Ref, u: Ref, v: Ref) -> Ref:
        return script.core.std.ShufflePlanes([y, u, v], planes=[0, 0, 0], colorfamily=script.vs.YUV)
