"""Which channel goes where."""

from nodes.api import Annotated, Audio, Node, Script, Sound, SoundInfo, StrEnum, gives, param, replace, takes


class Choice(StrEnum):
    """What becomes of left and right."""

    KEEP = "keep"
    LEFT = "left"
    """Left on both sides: the right channel is empty, or only noise."""
    RIGHT = "right"
    """Right on both sides."""
    MIX = "mix"
    """Both mixed, on both sides: the same sound twice, with less noise."""
    SWAP = "swap"
    """Left and right exchanged: the cables were crossed."""
    MONO_LEFT = "mono left"
    """One channel, from the left: half the size."""
    MONO_RIGHT = "mono right"
    MONO = "mono"
    """One channel, both mixed."""


_PANS = {
    Choice.LEFT: "stereo|c0=c0|c1=c0",
    Choice.RIGHT: "stereo|c0=c1|c1=c1",
    Choice.MIX: "stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0+0.5*c1",
    Choice.SWAP: "stereo|c0=c1|c1=c0",
    Choice.MONO_LEFT: "mono|c0=c0",
    Choice.MONO_RIGHT: "mono|c0=c1",
    Choice.MONO: "mono|c0=0.5*c0+0.5*c1",
}


class Channels(Node):
    """Choose, swap or mix the sound's channels.

    VHS linear tracks are mono, and many captures have them on one side only, with hiss or nothing on the other.
    Sound of one channel passes unchanged; of more than two, the first two count.
    """

    id, version = "sound.channels", 1
    label = "Channels"
    words = ("mono", "stereo", "left", "right", "swap", "downmix", "pan", "one side", "linear")
    audio = takes(Audio)
    sound = gives(Audio)

    choice: Annotated[Choice, param("What becomes of left and right")] = Choice.LEFT

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        if not self._changes(audio):
            return audio
        return replace(audio, channels=1 if self.choice.value.startswith("mono") else 2)

    def build(self, script: Script, audio: Sound) -> Sound:
        if not self._changes(audio.info):
            return audio
        return replace(audio.filter("pan", args=_PANS[self.choice]), info=self.forecast(audio.info))

    def _changes(self, audio: SoundInfo) -> bool:
        return audio.channels > 1 and self.choice is not Choice.KEEP
