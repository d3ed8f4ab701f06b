"""Tape hiss."""

from nodes.api import Annotated, Audio, Fraction, Node, Script, Sound, SoundInfo, gives, param, replace, takes


class Hiss(Node):
    """Take down tape hiss and other steady noise.

    Learns what the noise is like as the sound goes on, and takes out what is not louder than it. Too much makes voices
    watery: 6 to 12 dB are usually right for VHS linear sound. Leave it out for hi-fi tracks. Remove hum first.
    """

    id, version = "sound.hiss", 1
    label = "Reduce hiss"
    words = ("noise", "denoise", "rauschen", "broadband", "tape noise", "linear track", "spectral")
    audio = takes(Audio)
    sound = gives(Audio)

    reduction: Annotated[
        float, param("How much the noise is lowered, at most", low=0, high=30, step=0.5, unit="dB")
    ] = 10.0

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return audio

    def build(self, script: Script, audio: Sound) -> Sound:
        if not self.reduction:
            return audio
        rate = audio.info.rate
        # afftdn gives its output two steps of 1/80 s late (measured: 25 ms at 48 kHz) and forgets the end
        late = 2 * (rate // 80)
        # measured on hiss of -60 to -38 dBFS: its own tracking of both floors finds the noise, a fixed floor or
        # tracking one of them does not; but then its nr has no effect, so the reduction is set by blending
        cleaned = audio.filter("apad", pad_len=late).filter("afftdn", track_noise=1, track_residual=1)
        cleaned = replace(cleaned.shift(Fraction(-late, rate)), info=audio.info)
        return audio.blended(cleaned, 1 - 10 ** (-self.reduction / 20))
