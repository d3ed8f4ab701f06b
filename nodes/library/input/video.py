"""The source of nearly every graph: a video file, read frame-exactly by BestSource."""

from math import floor

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    FilePath,
    Fraction,
    Media,
    MediaError,
    Node,
    Probe,
    Ref,
    Script,
    Sound,
    SoundFile,
    SoundInfo,
    gives,
    param,
    replace,
)
from nodes.library.input._tape import Aspect, FieldOrder, marked, opened, ordered, shaped


class Video(Node):
    """A video file: a capture, a DV transfer, a DVD rip, a camera file.

    Frames come exactly as they were coded, in any order; an index of the file is built once and kept. What a
    tape capture leaves unsaid is assumed by its standard: DV is bottom field first, PAL and NTSC have their
    own colour matrices, levels are limited (16–235). Look at the file with `probe` first: a wrong field order
    makes motion judder back and forth, and is set right here with *field order*.
    """

    id, version = "input.video", 1
    label, needs = "Video file", ("bs",)
    words = (
        "source",
        "open",
        "load",
        "import",
        "read",
        "file",
        "capture",
        "dv",
        "avi",
        "mkv",
        "mov",
        "mp4",
        "bestsource",
    )
    out = gives(Clip, "The picture")
    sound = gives(Audio, "The sound that belongs to it")

    file: Annotated[FilePath, param("The file to restore")] = FilePath("")
    field_order: Annotated[FieldOrder, param("Which field was first in time")] = FieldOrder.AUTO
    aspect: Annotated[Aspect, param("Shape of the whole picture", label="Picture shape")] = Aspect.AUTO
    rate: Annotated[
        Fraction,
        param(
            "Frames a second: 0 keeps the file's own, made constant; another repeats or drops frames",
            low=0,
            high=240,
        ),
    ] = Fraction(0)
    video_track: Annotated[
        int, param("Which picture stream, counted from 1", low=1, high=99, advanced=True)
    ] = 1
    sound_track: Annotated[
        int, param("Which sound stream, counted from 1", low=1, high=99, advanced=True)
    ] = 1

    def forecast(self, probe: Probe) -> dict[str, ClipInfo | SoundInfo]:
        media = opened(self.file, probe)
        facts: dict[str, ClipInfo | SoundInfo] = {"out": self._clip(media)}
        sound = self._sound(media)
        if sound:
            facts["sound"] = sound.info
        return facts

    def build(self, script: Script, probe: Probe) -> dict[str, Ref | Sound]:
        media = opened(self.file, probe)
        info = self._clip(media)
        resample = (
            {"fpsnum": info.fps.numerator, "fpsden": info.fps.denominator} if self._resamples(media) else {}
        )
        clip = script.core.bs.VideoSource(
            script.file(media.path, media.identity),
            track=-self.video_track,
            **resample,
            cachemode=4,
            cachepath=script.local(f"index:{media.identity}"),
        )
        # containers round rates (29.97 as 19001/634): one exact rate keeps sound and picture together
        clip = clip.std.AssumeFPS(fpsnum=info.fps.numerator, fpsden=info.fps.denominator)
        made: dict[str, Ref | Sound] = {"out": marked(clip, info)}
        sound = self._sound(media)
        if sound:
            made["sound"] = sound
        return made

    def _resamples(self, media: Media) -> bool:
        stream = media.video[self.video_track - 1]
        return stream.variable_rate or (self.rate != 0 and self.rate != stream.clip.fps)

    def _clip(self, media: Media) -> ClipInfo:
        if self.video_track > len(media.video):
            raise MediaError(_short_of(media.path, self.video_track, len(media.video), "picture"))
        clip = shaped(ordered(media.video[self.video_track - 1].clip, self.field_order), self.aspect)
        if not self.rate or not self._resamples(media):
            return clip
        frames = max(1, floor(clip.duration * self.rate + Fraction(1, 2)))
        return replace(clip, fps=self.rate, frames=frames, exact=False)

    def _sound(self, media: Media) -> Sound | None:
        if not media.sound:
            return None
        if self.sound_track > len(media.sound):
            raise MediaError(_short_of(media.path, self.sound_track, len(media.sound), "sound"))
        stream = media.sound[self.sound_track - 1]
        op = SoundFile(media.path, media.identity, stream.index, stream.sound.start, stream.codec)
        return Sound(op, stream.sound)


def _short_of(path: str, wanted: int, there: int, what: str) -> str:
    have = f"it has {there}" if there else "it has none"
    remedy = "Choose 1" if there == 1 else f"Choose one from 1 to {there}" if there else "Choose another file"
    return f"{path}: there is no {what} stream {wanted}; {have}. {remedy}"
