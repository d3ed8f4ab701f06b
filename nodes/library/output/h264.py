"""H.264: the copy that plays everywhere."""

from nodes.api import Annotated, Coder, Ref, Script, Sink, Sound, SoundCodec, StrEnum, param
from nodes.library.output._hardware import Hardware, Speed, coders
from nodes.library.output._video import VideoFile, interlaced_flags, nearest


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; MP4 where it says nothing."""
    MP4 = "mp4"
    """Plays everywhere, and starts while it loads."""
    MKV = "mkv"
    MOV = "mov"


class Depth(StrEnum):
    """Bits per sample."""

    EIGHT = "8"
    """What every player decodes."""
    TEN = "10"
    """Fewer bands in smooth skies; only computers play it."""


class Chroma(StrEnum):
    """How finely colour is kept."""

    QUARTER = "420"
    """What every player decodes."""
    HALF = "422"
    """As fine as the tape's own format."""
    FULL = "444"


class Tune(StrEnum):
    """What the encoder should look after."""

    NONE = "none"
    FILM = "film"
    """Detail before smoothness: good for clean transfers."""
    GRAIN = "grain"
    """Keeps noise as noise; files grow."""
    ANIMATION = "animation"


class H264(VideoFile):
    """Write an H.264 (AVC) file: for viewing, on anything.

    Quality is set by CRF, which keeps the quality and lets the size follow: 18 is hard to tell from the source, 23 is
    good, each 6 more halve the size. Interlaced video is coded as interlaced. For keeping, write FFV1 as well.
    """

    id, version = "output.h264", 1
    label = "Write H.264"
    words = ("encode", "save", "export", "render", "avc", "x264", "mp4", "viewing copy", "share", "youtube", "nvenc")

    sound = SoundCodec.AAC
    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    crf: Annotated[
        float, param("Quality: lower is better and larger", low=0, high=51, step=0.5, label="Quality (CRF)")
    ] = 18.0
    bitrate: Annotated[
        int, param("A fixed size instead of a quality; 0 goes by quality", low=0, high=200_000, unit="kbit/s")
    ] = 0
    preset: Annotated[Speed, param("Speed against size")] = Speed.MEDIUM
    tune: Annotated[Tune, param("What to look after", advanced=True)] = Tune.NONE
    depth: Annotated[Depth, param("Bits per sample", unit="bit", advanced=True)] = Depth.EIGHT
    chroma: Annotated[Chroma, param("How finely colour is kept", advanced=True)] = Chroma.QUARTER
    hardware: Annotated[Hardware, param("Which chip encodes")] = Hardware.OFF

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        made = nearest(clip, ("yuv",), (self.depth.value,), (self.chroma.value,))
        info = made.info
        rate = ("-b:v", f"{self.bitrate}k") if self.bitrate else ("-crf", f"{self.crf:g}")
        tune = () if self.tune is Tune.NONE else ("-tune", self.tune.value)
        order = ("-x264-params", f"{info.fields.value}=1") if info.interlaced else ()
        software = Coder("libx264", ("-preset", self.preset.value, *tune, *rate, *interlaced_flags(info), *order))
        ways = coders(
            "h264", self.hardware, software, info.format, info.interlaced, self.crf, self.bitrate, self.preset
        )
        return self.sink(made, audio, self.container, *ways)
