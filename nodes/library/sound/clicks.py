"""Clicks and crackle."""

from nodes.api import Annotated, Audio, Node, Script, Sound, SoundInfo, gives, param, takes


class Clicks(Node):
    """Mend clicks and crackle: dropouts on hi-fi tracks, switching noise, static.

    Each click, a few thousandths of a second at most, is replaced by what its surroundings lead to expect. Hi-fi
    buzz at the head switching, fifty or sixty times a second, is too dense for it.
    """

    id, version = "sound.clicks", 1
    label = "Remove clicks"
    words = ("crackle", "pop", "dropout", "declick", "static", "impulse", "knacken")
    audio = takes(Audio)
    sound = gives(Audio)

    threshold: Annotated[
        float, param("How far a click must stand out: lower finds more, and harms more", low=1, high=100, step=0.5)
    ] = 4.0

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return audio

    def build(self, script: Script, audio: Sound) -> Sound:
        # its default, overlap-add, fades the first twentieth of a second in (measured)
        return audio.filter("adeclick", method="save", arorder=8, threshold=self.threshold)
