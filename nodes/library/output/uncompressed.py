"""Uncompressed video, for programs that know nothing else."""

from collections.abc import Iterator

from nodes.api import Annotated, ClipInfo, Coder, Ref, Script, Sink, Sound, StrEnum, param, replace
from nodes.library.output._video import VideoFile, nearest


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; QuickTime where it says nothing."""
    MOV = "mov"
    """Keeps field order, colours and pixel aspect."""
    MKV = "mkv"
    """Keeps them too; few editing programs open it."""
    AVI = "avi"
    """For old programs; forgets field order and colours."""


class Packing(StrEnum):
    """How samples lie in the file."""

    V210 = "v210"
    """10 bit 4:2:2: what capture cards and archives exchange."""
    UYVY = "uyvy"
    """8 bit 4:2:2 (also called 2vuy): what tape captures usually are."""
    RGB = "rgb"
    """8 bit RGB."""


class Uncompressed(VideoFile):
    """Write uncompressed video: large, and simple enough for anything.

    v210 holds 10 bit 4:2:2 as professional decks and capture cards exchange it, some 80 GB for an hour of SD. FFV1
    keeps exactly as much in a third of the room.
    """

    id, version = "output.uncompressed", 1
    label = "Write uncompressed"
    words = ("encode", "save", "export", "render", "raw", "v210", "uyvy", "2vuy", "rgb", "mov", "avi", "lossless")

    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    packing: Annotated[Packing, param("How samples lie in the file")] = Packing.V210

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if clip.interlaced and (self.container is Container.AVI or self.file.lower().endswith(".avi")):
            yield "AVI cannot say which field is first. Write .mov or .mkv, or note it down"

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        match self.packing:
            case Packing.V210:
                made, coder = nearest(clip, ("yuv",), ("10",), ("422",)), Coder("v210")
            case Packing.UYVY:
                made, coder = nearest(clip, ("yuv",), ("8",), ("422",)), Coder("rawvideo", (), "uyvy422")
            case _:
                made, coder = nearest(clip, ("rgb",), ("8",)), Coder("rawvideo", (), "rgb24")
        sink = self.sink(made, audio, self.container, coder)
        if self.packing is Packing.RGB and sink.muxer == "avi":  # AVI's own order, bottom-up BGR is its only RGB
            return replace(sink, coders=(Coder("rawvideo", (), "bgr24"),))
        if self.packing is Packing.UYVY and sink.muxer == "mov":
            return replace(sink, coders=(Coder("rawvideo", ("-tag:v", "2vuy"), "uyvy422"),))
        return sink
