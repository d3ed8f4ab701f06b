"""Mains hum."""

from nodes.api import Annotated, Audio, Node, Script, Sound, SoundInfo, StrEnum, gives, param, takes


class Mains(StrEnum):
    """The frequency of the mains where the tape was recorded or played."""

    HZ50 = "50"
    """Europe, most of Asia, Africa, Australia."""
    HZ60 = "60"
    """North America, parts of South America and Asia."""


class Hum(Node):
    """Take out mains hum: the steady low tone of a bad earth or a cheap cable.

    Narrow notches at the mains frequency and its multiples; speech and music lose next to nothing. If some hum stays,
    the other frequency may be the right one, or more multiples are needed (a buzz has many).
    """

    id, version = "sound.hum", 1
    label = "Remove hum"
    words = ("mains", "buzz", "50 hz", "60 hz", "notch", "ground loop", "earth", "brumm")
    audio = takes(Audio)
    sound = gives(Audio)

    mains: Annotated[Mains, param("Frequency of the mains", unit="Hz")] = Mains.HZ50
    harmonics: Annotated[int, param("How many multiples, the mains itself included", low=1, high=20)] = 5
    width: Annotated[
        float, param("Width of each notch: wider holds a hum that wavers", low=0.5, high=20, step=0.5, unit="Hz")
    ] = 4.0

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return audio

    def build(self, script: Script, audio: Sound) -> Sound:
        base = int(self.mains.value)
        for number in range(1, self.harmonics + 1):
            if base * number < audio.info.rate / 2 - self.width:
                audio = audio.filter("bandreject", f=base * number, t="h", w=self.width, precision="f64")
        return audio
