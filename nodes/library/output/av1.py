"""AV1: the smallest files."""

from collections.abc import Iterator

from nodes.api import Annotated, ClipInfo, Coder, Ref, Script, Sink, Sound, SoundCodec, StrEnum, param
from nodes.library.output._hardware import Hardware, Speed, coders
from nodes.library.output._video import VideoFile, nearest


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; Matroska where it says nothing."""
    MKV = "mkv"
    MP4 = "mp4"


class Depth(StrEnum):
    """Bits per sample."""

    EIGHT = "8"
    TEN = "10"
    """Fewer bands in smooth areas, hardly larger."""


class Av1(VideoFile):
    """Write an AV1 file: the smallest for its quality, and free of licences.

    For progressive video on newer players and in browsers. It cannot code interlaced video: deinterlace first. With
    *film grain* the encoder takes noise out, and players put a like noise back: noisy tape shrinks a great deal.
    """

    id, version = "output.av1", 1
    label = "Write AV1"
    words = ("encode", "save", "export", "render", "svt", "viewing copy", "web", "browser", "grain", "nvenc")

    sound = SoundCodec.OPUS
    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    crf: Annotated[
        float, param("Quality: lower is better and larger", low=1, high=63, step=1, label="Quality (CRF)")
    ] = 26.0
    bitrate: Annotated[
        int, param("A fixed size instead of a quality; 0 goes by quality", low=0, high=200_000, unit="kbit/s")
    ] = 0
    preset: Annotated[Speed, param("Speed against size")] = Speed.MEDIUM
    grain: Annotated[
        int, param("Film grain: how much noise to model instead of coding it; 0 codes it", low=0, high=50,
                   label="Film grain", advanced=True)
    ] = 0  # fmt: skip
    depth: Annotated[Depth, param("Bits per sample", unit="bit")] = Depth.TEN
    hardware: Annotated[Hardware, param("Which chip encodes")] = Hardware.OFF

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if clip.interlaced:
            yield (
                "AV1 cannot mark frames as interlaced, and players will show them combed. "
                "Put a deinterlacer before this node, or write H.264"
            )

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        made = nearest(clip, ("yuv",), (self.depth.value,), ("420",))
        rate = ("-b:v", f"{self.bitrate}k") if self.bitrate else ("-crf", str(round(self.crf)))
        grain = ("-svtav1-params", f"film-grain={self.grain}") if self.grain else ()
        # SVT-AV1's own steps, 13 fastest; its makers call 4 to 6 right for files
        step = {Speed.ULTRAFAST: 12, Speed.SUPERFAST: 11, Speed.VERYFAST: 10, Speed.FASTER: 8, Speed.FAST: 7,
                Speed.MEDIUM: 6, Speed.SLOW: 5, Speed.SLOWER: 4, Speed.VERYSLOW: 3}[self.preset]  # fmt: skip
        software = Coder("libsvtav1", ("-preset", str(step), *rate, *grain))
        info = made.info
        ways = coders("av1", self.hardware, software, info.format, info.interlaced, self.crf, self.bitrate, self.preset)
        return self.sink(made, audio, self.container, *ways)
