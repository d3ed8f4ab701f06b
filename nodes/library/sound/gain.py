"""How loud."""

from nodes.api import Annotated, Audio, Node, Script, Sound, SoundInfo, StrEnum, gives, param, takes


class Mode(StrEnum):
    """What sets the level."""

    GAIN = "gain"
    """Louder or softer by so many decibels."""
    LOUDNESS = "loudness"
    """As loud as people hear it (EBU R128): what television and players expect."""
    PEAK = "peak"
    """So that the loudest moment just reaches the target."""


class Gain(Node):
    """Make the sound louder or softer, or set its level.

    Loudness and peak listen through the whole sound once before rendering, and then turn one knob for all of it: quiet
    and loud passages keep their relation, nothing pumps. -23 LUFS is television's level, -16 that of players and
    phones.
    """

    id, version = "sound.gain", 1
    label = "Level"
    words = ("volume", "loud", "quiet", "normalise", "normalize", "r128", "lufs", "peak", "decibel", "amplify")
    audio = takes(Audio)
    sound = gives(Audio)

    mode: Annotated[Mode, param("What sets the level")] = Mode.GAIN
    gain: Annotated[float, param("Louder (or softer, below 0)", low=-60, high=40, step=0.5, unit="dB")] = 0.0
    loudness: Annotated[float, param("Target for loudness", low=-40, high=-5, step=0.5, unit="LUFS")] = -23.0
    peak: Annotated[
        float, param("The highest peak, for loudness and peak", low=-20, high=0, step=0.1, unit="dBTP")
    ] = -1.0

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return audio

    def build(self, script: Script, audio: Sound) -> Sound:
        match self.mode:
            case Mode.LOUDNESS:
                return audio.level("loudness", self.loudness, self.peak)
            case Mode.PEAK:
                return audio.level("peak", self.peak, self.peak)
            case _:
                return audio.filter("volume", volume=f"{self.gain}dB", precision="double") if self.gain else audio
