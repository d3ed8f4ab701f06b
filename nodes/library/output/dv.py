"""DV: back to tape."""

from nodes.api import Annotated, Coder, Fields, Fraction, ParamError, Ref, Script, Sink, Sound, StrEnum, param
from nodes.library.output._video import VideoFile, nearest

_PAL, _NTSC = (720, 576, Fraction(25)), (720, 480, Fraction(30000, 1001))


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; a bare DV stream where it says nothing."""
    DV = "dv"
    """The stream as a deck sends it."""
    MOV = "mov"
    AVI = "avi"
    """Type 2 DV, for Windows programs."""


class Dv(VideoFile):
    """Write DV25: for a deck, or a program that expects a DV tape.

    DV knows two formats only: 720x576 with 25 frames a second (PAL) and 720x480 with 29.97 (NTSC), interlaced, bottom
    field first. Colour is coarse (4:2:0, 4:1:1) and every pass costs a little: for keeping, write FFV1.
    """

    id, version = "output.dv", 1
    label = "Write DV"
    words = ("encode", "save", "export", "render", "dv25", "minidv", "tape", "firewire", "deck")

    container: Annotated[Container, param("The kind of file")] = Container.AUTO

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        info = clip.info
        pal = (info.width, info.height, info.fps) == _PAL
        if not pal and (info.width, info.height, info.fps) != _NTSC:
            raise ParamError(
                f"DV is 720x576 at 25 frames a second, or 720x480 at 29.97; this is {info.line()}. "
                "Put a resize or crop and a frame-rate node before it, or write another kind of file"
            )
        if info.interlaced and info.fields is Fields.TFF:
            raise ParamError(
                "DV has the bottom field first; this clip has the top field first. "
                "Put field.shift before it, with its progressive off"
            )
        made = nearest(clip, ("yuv",), ("8",), ("420" if pal else "411",))
        return self.sink(made, audio, self.container, Coder("dvvideo"))
