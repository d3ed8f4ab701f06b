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
    Node,
    Probe,
    Ref,
    Script,
    Sound,
    SoundInfo,
    gives,
    param,
    replace,
)
from nodes.library.input._tape import (
    Aspect,
    FieldOrder,
    marked,
    opened,
    ordered,
    picture_of,
    read,
    resamples,
    shaped,
    sound_of,
)


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
    video_track: Annotated[int, param("Which picture stream, counted from 1", low=1, high=99, advanced=True)] = 1
    sound_track: Annotated[int, param("Which sound stream, counted from 1", low=1, high=99, advanced=True)] = 1

    def forecast(self, probe: Probe) -> dict[str, ClipInfo | SoundInfo]:
        media = opened(self.file, probe)
        facts: dict[str, ClipInfo | SoundInfo] = {"out": self._clip(media)}
        if media.sound:
            facts["sound"] = sound_of(media, self.sound_track).info
        return facts

    def build(self, script: Script, probe: Probe) -> dict[str, Ref | Sound]:
        media = opened(self.file, probe)
        info = self._clip(media)
        made: dict[str, Ref | Sound] = {"out": marked(read(script, media, self.video_track, info.fps), info)}
        if media.sound:
            made["sound"] = sound_of(media, self.sound_track)
        return made

    def _clip(self, media: Media) -> ClipInfo:
        clip = shaped(ordered(picture_of(media, self.video_track).clip, self.field_order), self.aspect)
        if not self.rate or not resamples(picture_of(media, self.video_track), self.rate):
            return clip
        frames = max(1, floor(clip.duration * self.rate + Fraction(1, 2)))
        return replace(clip, fps=self.rate, frames=frames, exact=False)
