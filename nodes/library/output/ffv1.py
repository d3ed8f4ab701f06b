"""FFV1: the archive's codec."""

from nodes.api import Annotated, Coder, Ref, Script, Sink, Sound, StrEnum, param
from nodes.library.output._video import VideoFile, nearest


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; Matroska where it says nothing."""
    MKV = "mkv"
    """Matroska: what archives use; keeps field order, colours and pixel aspect."""
    MOV = "mov"
    """QuickTime: cannot say whether levels are limited or full."""
    AVI = "avi"
    """For old programs; forgets field order and colours."""


class Depth(StrEnum):
    """Bits per sample."""

    KEEP = "keep"
    """As the clip is; floating point becomes 16 bit."""
    EIGHT = "8"
    TEN = "10"
    SIXTEEN = "16"


class Ffv1(VideoFile):
    """Write an FFV1 file: lossless, for keeping.

    Every sample comes back exactly as it was, at about a third of the uncompressed size. Version 3 with slices and
    checksums, which archives ask for: damage is noticed, and stays within a slice. Interlaced video stays interlaced
    and is marked so. For viewing copies, write H.264 beside it.
    """

    id, version = "output.ffv1", 1
    label = "Write FFV1 (archive)"
    words = ("encode", "save", "export", "render", "lossless", "archive", "master", "mkv", "matroska", "preservation")

    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    depth: Annotated[Depth, param("Bits per sample", unit="bit")] = Depth.KEEP
    slices: Annotated[
        int,
        param("Parts of a frame that are coded apart: more are faster and safer, a little larger", low=4, high=30,
              advanced=True),
    ] = 16  # fmt: skip

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        depths = ("8", "9", "10", "12", "14", "16") if self.depth is Depth.KEEP else (str(self.depth.value),)
        made = nearest(clip, depths=depths)
        # ffmpeg's FFV1 knows 8 bit RGB only packed; the samples are the same
        packed = "bgr0" if made.info.format.name == "RGB24" else ""
        options = ("-level", "3", "-g", "1", "-slices", str(_slices(self.slices)), "-slicecrc", "1")
        return self.sink(made, audio, self.container, Coder("ffv1", options, packed))


def _slices(wanted: int) -> int:
    """The nearest number of slices that FFV1 can lay out (ffmpeg's encoder takes these only)."""
    return min((4, 6, 9, 12, 15, 16, 20, 24, 25, 30), key=lambda count: abs(count - wanted))
