"""DNxHR: what Avid works with."""

from collections.abc import Iterator

from nodes.api import Annotated, ClipInfo, Coder, ParamError, Ref, Script, Sink, Sound, StrEnum, param
from nodes.library.output._video import VideoFile, nearest

_LEAST_WIDTH, _LEAST_HEIGHT = 256, 120  # ffmpeg's encoder, after the format


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; QuickTime where it says nothing."""
    MOV = "mov"
    MXF = "mxf"
    """What Avid prefers."""


class Profile(StrEnum):
    """How much is kept."""

    LB = "lb"
    """Low: for rough cuts, 8 bit."""
    SQ = "sq"
    """Standard, 8 bit."""
    HQ = "hq"
    """High, 8 bit."""
    HQX = "hqx"
    """High, 10 bit."""
    FULL = "444"
    """Full colour resolution, 10 bit."""


_FORMS = {
    Profile.LB: ("8", "422"),
    Profile.SQ: ("8", "422"),
    Profile.HQ: ("8", "422"),
    Profile.HQX: ("10", "422"),
    Profile.FULL: ("10", "444"),
}


class DnxHr(VideoFile):
    """Write a DNxHR file: for Avid and other editing programs.

    Every frame by itself, hardly any loss, any picture size. It has no place for field order: deinterlace first, or
    write ProRes. It is not lossless: for keeping, write FFV1.
    """

    id, version = "output.dnxhr", 1
    label = "Write DNxHR"
    words = ("encode", "save", "export", "render", "avid", "dnxhd", "editing", "mxf", "mov", "intermediate")

    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    profile: Annotated[Profile, param("How much is kept")] = Profile.HQX

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if clip.interlaced:
            yield (
                "DNxHR has no place for field order, so programs will take these frames for progressive. "
                "Put a deinterlacer before this node, or write ProRes"
            )
        if clip.sar != 1 and (self.container is Container.MXF or self.file.lower().endswith(".mxf")):
            yield "this MXF will forget the pixel aspect. Resize to square pixels, or write .mov"

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        if clip.info.width < _LEAST_WIDTH or clip.info.height < _LEAST_HEIGHT:
            raise ParamError(
                f"DNxHR pictures have at least {_LEAST_WIDTH}x{_LEAST_HEIGHT} pixels; "
                f"this one has {clip.info.width}x{clip.info.height}. Enlarge it, or write ProRes"
            )
        depth, chroma = _FORMS[self.profile]
        made = nearest(clip, ("yuv",), (depth,), (chroma,))
        return self.sink(made, audio, self.container, Coder("dnxhd", ("-profile:v", f"dnxhr_{self.profile.value}")))
