"""Writes text, the frame number or a time code into the picture."""

from nodes.api import Annotated, Clip, ClipInfo, Fraction, Node, Ref, Script, StrEnum, Text, gives, param, takes
from nodes.library._timecode import counted, drops, read_timecode


class Shown(StrEnum):
    """What is written."""

    TEXT = "text"
    """The text below."""
    FRAME = "frame"
    """The number of the frame, from 0."""
    TIMECODE = "timecode"
    """Hours, minutes, seconds and frames."""


class Place(StrEnum):
    """Where it stands."""

    BOTTOM_LEFT = "bottom left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom right"
    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    TOP_LEFT = "top left"
    TOP = "top"
    TOP_RIGHT = "top right"


class Overlay(Node):
    """Write a text, the frame number or a running time code into the picture.

    For screening copies, and to find a fault's frame again. At 29.97 and 59.94 frames a second the time
    code drops numbers as NTSC does (written with a semicolon), so that it keeps to the clock. It stays in
    the picture for good: put it into a branch of its own.
    """

    id, version = "utility.overlay", 1
    label = "Text / time code"
    words = ("burn in", "timecode", "frame number", "title", "caption", "bitc", "window burn", "text", "overlay")
    needs = ("text", "akarin")
    clip = takes(Clip)
    out = gives(Clip)

    shown: Annotated[Shown, param("What is written")] = Shown.TIMECODE
    text: Annotated[Text, param("The text, where that is shown", max_length=1000)] = Text("")
    first: Annotated[str, param("Time code of the first frame, hh:mm:ss:ff", max_length=16)] = "00:00:00:00"
    place: Annotated[Place, param("Where it stands")] = Place.BOTTOM
    scale: Annotated[int, param("Size of the letters", low=1, high=16, unit="×")] = 2

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        if self.shown is Shown.TIMECODE:
            read_timecode("first", self.first, clip.fps)
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        style = {"alignment": list(Place).index(self.place) + 1, "scale": self.scale}
        match self.shown:
            case Shown.TEXT:
                # text.Text writes what it gets; akarin.Text would read {braces}
                return clip.text.Text(self.text, **style) if self.text.strip() else clip
            case Shown.FRAME:
                return clip.akarin.Text("{N}", **style)
            case Shown.TIMECODE:
                fps = clip.info.fps
                start = read_timecode("first", self.first, fps)
                numbered = clip
                for formulas in counted(start, fps):
                    table = script.use("functools", "partial")(script.use("builtins", "dict"), **formulas)
                    numbered = numbered.akarin.PropExpr(table)
                mark = ";" if drops(fps) else ":"
                digits = "03d" if fps > Fraction(100) else "02d"
                written = numbered.akarin.Text(f"{{TcH:02d}}:{{TcM:02d}}:{{TcS:02d}}{mark}{{TcF:{digits}}}", **style)
                return written.std.RemoveFrameProps(["TcN", "TcH", "TcM", "TcS", "TcF"])
