"""A picture file for each frame."""

from nodes.api import Annotated, Clip, ClipInfo, Coder, FilePath, Node, Ref, Script, Sink, StrEnum, param, takes
from nodes.library.output._video import nearest


class Format(StrEnum):
    """The kind of picture file."""

    PNG = "png"
    """Lossless and small; keeps the pixel aspect."""
    TIFF = "tiff"
    """Lossless; for grading and retouching programs."""


class Depth(StrEnum):
    """Bits per sample."""

    EIGHT = "8"
    SIXTEEN = "16"
    """For grading: nothing is rounded away."""


class Images(Node):
    """Write every frame as a picture file, in a folder of its own.

    For retouching by hand, for grading programs, for stills. Files are called 000000.png and so on, counted as the
    clip's frames. Pictures are RGB; interlaced frames keep both fields woven together, so deinterlace first unless
    you want that. There is no sound.
    """

    id, version = "output.images", 1
    label = "Write pictures"
    words = ("encode", "save", "export", "png", "tiff", "image sequence", "stills", "frames", "dpx", "folder")
    clip = takes(Clip, "The picture to write", fields="whole")

    file: Annotated[
        FilePath, param("The folder; left empty, the command line (-o) or the queue says", saves=True, label="Folder")
    ] = FilePath("")
    format: Annotated[Format, param("The kind of picture file")] = Format.PNG
    depth: Annotated[Depth, param("Bits per sample", unit="bit")] = Depth.EIGHT

    def forecast(self, clip: ClipInfo) -> dict[str, ClipInfo]:
        return {}

    def build(self, script: Script, clip: Ref) -> Sink:
        made = nearest(clip, ("rgb",), (self.depth.value,))
        if self.format is Format.PNG:
            coder = Coder("png", ("-pred", "mixed"), "rgb24" if self.depth is Depth.EIGHT else "rgb48be")
        else:
            coder = Coder("tiff", ("-compression_algo", "deflate"), "rgb24" if self.depth is Depth.EIGHT else "rgb48le")
        ending = ".png" if self.format is Format.PNG else ".tif"
        return Sink(made, (coder,), "image2", ending, self.file, frames_as_files=True)
