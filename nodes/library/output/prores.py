"""ProRes: what editors work with."""

from nodes.api import Annotated, Coder, Ref, Script, Sink, Sound, StrEnum, param
from nodes.library.output._video import VideoFile, interlaced_flags, nearest


class Container(StrEnum):
    """The kind of file."""

    AUTO = "auto"
    """By the file's ending; QuickTime where it says nothing."""
    MOV = "mov"
    MKV = "mkv"


class Profile(StrEnum):
    """How much is kept. Sizes are for 25 SD frames a second, about."""

    PROXY = "proxy"
    """For rough cuts: 10 Mbit/s."""
    LT = "lt"
    """25 Mbit/s."""
    STANDARD = "standard"
    """40 Mbit/s."""
    HQ = "hq"
    """What is usually asked for: 60 Mbit/s."""
    P4444 = "4444"
    """Full colour resolution: 90 Mbit/s."""
    P4444XQ = "4444xq"
    """The most that ProRes can keep: 140 Mbit/s."""


class ProRes(VideoFile):
    """Write a ProRes file: for editing programs.

    10 bit, every frame by itself, hardly any loss: quick to cut in Final Cut, Premiere, Resolve. Interlaced video stays
    interlaced and is marked so. It is not lossless: for keeping, write FFV1.
    """

    id, version = "output.prores", 1
    label = "Write ProRes"
    words = ("encode", "save", "export", "render", "apple", "editing", "mov", "quicktime", "final cut", "intermediate")

    container: Annotated[Container, param("The kind of file")] = Container.AUTO
    profile: Annotated[Profile, param("How much is kept")] = Profile.HQ

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> Sink:
        full = self.profile in (Profile.P4444, Profile.P4444XQ)
        made = nearest(clip, ("yuv",), ("10",), ("444" if full else "422",))
        # some programs refuse ProRes that does not say it is Apple's
        options = ("-profile:v", self.profile.value, "-vendor", "apl0", *interlaced_flags(made.info))
        return self.sink(made, audio, self.container, Coder("prores_ks", options))
