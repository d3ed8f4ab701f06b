"""NNEDI3: fills the missing lines by a small neural network."""

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


class Nnedi3Rate(StrEnum):
    """How many frames come out."""

    DOUBLE = "double"
    """One frame per field: 25i becomes 50p, motion stays fluid."""
    SINGLE = "single"
    """One frame per pair of fields: the second field is thrown away."""


class Nnedi3Quality(StrEnum):
    """How hard the network works."""

    FAST = "fast"
    """16 neurons."""
    NORMAL = "normal"
    """32 neurons."""
    BEST = "best"
    """128 neurons and two predictions averaged."""


_SETTINGS = {
    Nnedi3Quality.FAST: {"nsize": 5, "nns": 0, "qual": 1},
    Nnedi3Quality.NORMAL: {"nsize": 1, "nns": 1, "qual": 1},
    Nnedi3Quality.BEST: {"nsize": 1, "nns": 3, "qual": 2},
}


class Nnedi3Bob(Node):
    """Turn each field into a full frame by itself, drawing smooth edges between its lines.

    Looks at one field at a time: no ghosts from other moments, fine on cartoons and on wild motion, but
    still detail flickers up and down at field rate. QTGMC removes that flicker and is the better choice for
    most tapes; BWDIF is faster.
    """

    id, version = "deinterlace.nnedi3", 1
    label, words, needs = (
        "Deinterlace (NNEDI3)",
        ("bob", "znedi3", "interlaced", "fields", "neural"),
        ("znedi3",),
    )
    clip = takes(Clip, fields="interlaced", depths=("8", "10", "12", "14", "16", "32f"))
    out = gives(Clip)

    rate: Annotated[Nnedi3Rate, param("One frame per field, or one per pair of fields")] = Nnedi3Rate.DOUBLE
    quality: Annotated[Nnedi3Quality, param("Quality against speed")] = Nnedi3Quality.NORMAL

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        times = 2 if self.rate is Nnedi3Rate.DOUBLE else 1
        return replace(clip, fields=Fields.PROGRESSIVE, fps=clip.fps * times, frames=clip.frames * times)

    def build(self, script: Script, clip: Ref) -> Ref:
        double = self.rate is Nnedi3Rate.DOUBLE
        field = (2 if double else 0) + (1 if clip.info.fields is Fields.TFF else 0)
        full = clip.znedi3.nnedi3(field=field, **_SETTINGS[self.quality])
        if not double:
            return full
        fps = clip.info.fps * 2
        # znedi3 leaves each frame's own duration at the old rate
        return full.std.AssumeFPS(fpsnum=fps.numerator, fpsden=fps.denominator)
