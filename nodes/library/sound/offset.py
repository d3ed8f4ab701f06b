"""Early or late sound."""

from nodes.api import Annotated, Audio, Fraction, Node, Script, Sound, SoundInfo, gives, param, replace, takes


class Offset(Node):
    """Move the sound against the picture.

    For captures where lips and voice do not meet by a constant time. If the error grows along the tape it is drift:
    use that node instead, or both.
    """

    id, version = "sound.offset", 1
    label = "Sound offset"
    words = ("sync", "delay", "late", "early", "lip sync", "shift", "async")
    audio = takes(Audio)
    sound = gives(Audio)

    later: Annotated[
        float, param("Later by so much; below 0 earlier", low=-60_000, high=60_000, step=1, unit="ms", label="Later by")
    ] = 0.0

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return replace(audio, duration=max(Fraction(0), audio.duration + self._seconds))

    def build(self, script: Script, audio: Sound) -> Sound:
        return audio.shift(self._seconds)

    @property
    def _seconds(self) -> Fraction:
        return Fraction(self.later).limit_denominator(1_000_000) / 1000
