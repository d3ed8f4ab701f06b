"""H.265: smaller than H.264, for progressive video."""

from collections.abc import Iterator

from nodes.api import Annotated, ClipInfo, Coder, Ref, Script, Sink, Sound, SoundCodec, StrEnum, param, replace
from nodes.library.output._hardware import Hardware, Speed, coders
from nodes.library.output._video import VideoFile, nearest


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; MP4 where it says nothing."""
    MP4 = "mp4"
    MKV = "mkv"
    MOV = "mov"


class Depth(StrEnum):
    """Bits per sample."""

    EIGHT = "8"
    TEN = "10"
    """Fewer bands in smooth areas, and a smaller file too; nearly all players that know H.265 decode it."""
    TWELVE = "12"


class Chroma(StrEnum):
    """How finely colour is kept."""

    QUARTER = "420"
    HALF = "422"
    FULL = "444"


class Tune(StrEnum):
    """What the encoder should look after."""

    NONE = "none"
    GRAIN = "grain"
    """Keeps noise as noise; files grow."""
    ANIMATION = "animation"


class H265(VideoFile):
    """Write an H.265 (HEVC) file: a third smaller than H.264, slower to write.

    Good for progressive, restored video, above all enlarged. It has no proper way to code interlaced frames:
    deinterlace first, or write H.264. CRF 20 looks about like H.264 at 18.
    """

    id, version = "output.h265", 1
    label = "Write H.265"
    words = ("encode", "save", "export", "render", "hevc", "x265", "mp4", "viewing copy", "nvenc")

    sound = SoundCodec.AAC
    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    crf: Annotated[
        float, param("Quality: lower is better and larger", low=0, high=51, step=0.5, label="Quality (CRF)")
    ] = 20.0
    bitrate: Annotated[
        int, param("A fixed size instead of a quality; 0 goes by quality", low=0, high=200_000, unit="kbit/s")
    ] = 0
    preset: Annotated[Speed, param("Speed against size")] = Speed.MEDIUM
    tune: Annotated[Tune, param("What to look after", advanced=True)] = Tune.NONE
    depth: Annotated[Depth, param("Bits per sample", unit="bit")] = Depth.TEN
    chroma: Annotated[Chroma, param("How finely colour is kept", advanced=True)] = Chroma.QUARTER
    hardware: Annotated[Hardware, param("Which chip encodes")] = Hardware.OFF

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if clip.interlaced:
            yield (
                "H.265 codes interlaced frames as if they were progressive, and many players will show them combed. "
                "Put a deinterlacer before this node, or write H.264"
            )

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        made = nearest(clip, ("yuv",), (self.depth.value,), (self.chroma.value,))
        rate = ("-b:v", f"{self.bitrate}k") if self.bitrate else ("-crf", f"{self.crf:g}")
        tune = () if self.tune is Tune.NONE else ("-tune", self.tune.value)
        software = Coder("libx265", ("-preset", self.preset.value, *tune, *rate, "-x265-params", "log-level=warning"))
        info = made.info
        ways = coders(
            "hevc", self.hardware, software, info.format, info.interlaced, self.crf, self.bitrate, self.preset
        )
        sink = self.sink(made, audio, self.container, *ways)
        # Apple's players know H.265 by this tag only
        tag = ("-tag:v", "hvc1") if sink.muxer in ("mp4", "mov") else ()
        return replace(sink, muxer_options=(*tag, *sink.muxer_options))
