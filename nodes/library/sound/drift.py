"""Sound that runs away from the picture."""

from nodes.api import Annotated, Audio, Fraction, Node, Script, Sound, SoundInfo, gives, param, replace, takes


class Drift(Node):
    """Mend sound that runs away from the picture, a little more every minute.

    Two devices with clocks of their own were at work: the sound card ran faster or slower than the picture's. Measure
    how late the sound is at the end, in milliseconds, and the time since it was right; pitch changes too little to
    hear.
    """

    id, version = "sound.drift", 1
    label = "Sound drift"
    words = ("sync", "clock", "ppm", "speed", "stretch", "run away", "async", "resample")
    audio = takes(Audio)
    sound = gives(Audio)

    late: Annotated[
        float, param("How late the sound is at the end; below 0: how early", low=-60_000, high=60_000, unit="ms")
    ] = 0.0
    after: Annotated[float, param("Minutes from where it is right to there", low=0.1, high=1000, unit="min")] = 60.0

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return replace(audio, duration=audio.duration / self._factor)

    def build(self, script: Script, audio: Sound) -> Sound:
        return audio.speed(self._factor)

    @property
    def _factor(self) -> Fraction:
        """How much faster the sound must run: what takes `after` plus `late` now shall take `after`."""
        length = Fraction(self.after).limit_denominator(1000) * 60
        return 1 + Fraction(self.late).limit_denominator(1000) / 1000 / length
