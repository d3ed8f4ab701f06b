"""What all nodes that write a video file share: ports, file, sound, and how they become a Sink."""

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Coder,
    FilePath,
    Node,
    ParamError,
    Ref,
    Sink,
    Sound,
    SoundCodec,
    StrEnum,
    Wants,
    converted,
    param,
    takes,
    wanted_format,
)
from nodes.library.output._containers import checked_sound, chosen


class VideoFile(Node):
    """Base of the nodes that write one video file. A subclass sets its own default of `sound`."""

    clip = takes(Clip, "The picture to write", fields="whole")
    audio = takes(Audio, "The sound that belongs to it; without it the file is silent", optional=True)

    file: Annotated[
        FilePath, param("Where the result goes; left empty, the command line (-o) or the queue says", saves=True)
    ] = FilePath("")
    sound: Annotated[SoundCodec, param("How the sound is kept", group="Sound")] = SoundCodec.PCM
    sound_kbps: Annotated[
        int, param("Size of AAC or Opus sound", low=32, high=512, unit="kbit/s", group="Sound", label="Sound bitrate")
    ] = 192
    carry: Annotated[
        bool, param("Take the source's chapters, title, date and timecode along", label="Carry metadata", advanced=True)
    ] = True

    def forecast(self, clip: ClipInfo) -> dict[str, ClipInfo]:
        return {}

    def sink(self, clip: Ref, audio: Sound | None, container: StrEnum, *coders: Coder) -> Sink:
        """What is to be written, for a clip that is already in the format to be coded."""
        home, suffix = chosen(self.file, container)
        return Sink(
            clip=clip,
            coders=coders,
            muxer=home.muxer,
            suffix=suffix,
            file=self.file,
            muxer_options=home.options,
            sound=audio,
            sound_codec=checked_sound(home, self.sound),
            sound_kbps=self.sound_kbps,
            sound_holds=home.sound,
            carries=self.carry,
        )


def nearest(
    clip: Ref, families: tuple[str, ...] = (), depths: tuple[str, ...] = (), chroma: tuple[str, ...] = ()
) -> Ref:
    """`clip` in the format that a coder takes and that keeps most of it. ParamError where its size forbids that."""
    info = clip.info
    form = wanted_format(info, Wants(families=families, depths=depths, chroma=chroma))
    across, down = 1 << form.ss_w, (1 << form.ss_h) * (2 if info.interlaced else 1)
    if form != info.format and (info.width % across or info.height % down):
        raise ParamError(
            f"{info.width}x{info.height} cannot be coded as {form.chroma}: the width must be a multiple of {across}, "
            f"the height of {down}. Crop or pad the picture first"
        )
    return converted(clip, form)


def interlaced_flags(info: ClipInfo) -> tuple[str, ...]:
    """ffmpeg's flags that make an encoder treat the two fields of a frame apart."""
    return ("-flags", "+ildct+ilme") if info.interlaced else ()
