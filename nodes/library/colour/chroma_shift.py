"""Colour moved back onto the picture."""

from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.library._fields import by_field
from nodes.library.clean._planes import joined, plane


class ChromaShift(Node):
    """Move colour against brightness, by parts of a pixel if need be.

    VHS colour sits a few pixels right of where it belongs and, after each copy, a line or two lower: look at red
    lettering. Move it back with negative numbers for left and up. Distances are pixels and lines of the whole picture.
    Colour at the border is repeated. Interlaced clips are moved by field, so each field keeps its own colour.
    """

    id, version = "colour.chroma_shift", 1
    label, needs = "Chroma shift", ()
    words = ("colour offset", "color bleed", "misregistration", "delay", "chroma delay", "y/c delay", "u", "v", "move")
    clip = takes(Clip, fields="whole", families=("yuv",))
    out = gives(Clip)

    across: Annotated[
        float, param("Move colour right by this; below 0 left", low=-64, high=64, step=0.25, unit="px")
    ] = 0.0
    down: Annotated[float, param("Move colour down by this; below 0 up", low=-64, high=64, step=0.25, unit="lines")] = (
        0.0
    )
    v_across: Annotated[
        float,
        param("Move the V plane (red) this much further right", low=-64, high=64, step=0.25, unit="px", advanced=True),
    ] = 0.0
    v_down: Annotated[
        float,
        param(
            "Move the V plane (red) this much further down", low=-64, high=64, step=0.25, unit="lines", advanced=True
        ),
    ] = 0.0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        moves = ((self.across, self.down), (self.across + self.v_across, self.down + self.v_down))
        if not any(any(move) for move in moves):
            return clip
        lines = 2 if info.interlaced else 1

        def moved(part: Ref) -> Ref:
            part = script.let("part", part)
            planes: list[Ref | None] = [None]
            for index, (right, down) in enumerate(moves, 1):
                left, top = -right / (1 << info.format.ss_w), -down / (1 << info.format.ss_h) / lines
                shift = plane(script, part, index).resize.Spline36(src_left=left, src_top=top)
                planes.append(shift if left or top else None)
            return joined(script, part, planes)

        return by_field((clip,), info, moved)
