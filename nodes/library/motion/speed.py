"""Plays the same frames faster or slower."""

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Fraction,
    Node,
    Ref,
    Script,
    Sound,
    SoundInfo,
    StrEnum,
    gives,
    param,
    replace,
    snap_rate,
    takes,
)


class Pitch(StrEnum):
    """What becomes of the sound's pitch."""

    KEEP = "keep"
    """Voices stay as they are."""
    FOLLOW = "follow"
    """Higher when faster, as when a tape or film runs faster: exact, no artefacts."""


class ChangeSpeed(Node):
    """Run the same frames at another rate: the clip gets shorter or longer, and the sound follows in step.

    For film at 24 that is to run at 25 as PAL television showed it, or back; for film of 16 or 18 frames a
    second that was captured at 25; for slow motion. No frame is repeated or invented. Wire the sound
    through it as well, or picture and sound part ways.
    """

    id, version = "motion.speed", 1
    label = "Change speed"
    words = ("fps", "assume", "pal speedup", "slow down", "slow motion", "24 to 25", "16 fps", "18 fps", "super 8")
    clip = takes(Clip, fields="whole")
    audio = takes(Audio, "The sound that belongs to it", optional=True)
    out = gives(Clip)
    sound = gives(Audio)

    rate: Annotated[Fraction, param("Frames a second to run at", low=1, high=240, unit="fps")] = Fraction(25)
    pitch: Annotated[Pitch, param("What becomes of the sound's pitch")] = Pitch.KEEP

    def forecast(self, clip: ClipInfo, audio: SoundInfo | None) -> dict[str, ClipInfo | SoundInfo]:
        facts: dict[str, ClipInfo | SoundInfo] = {"out": replace(clip, fps=snap_rate(self.rate))}
        if audio is not None:
            length = max(Fraction(0), audio.duration - (clip.start - audio.start))
            facts["sound"] = replace(audio, duration=length / self._factor(clip), start=clip.start)
        return facts

    def build(self, script: Script, clip: Ref, audio: Sound | None) -> dict[str, Ref | Sound]:
        rate, factor = snap_rate(self.rate), self._factor(clip.info)
        out = clip if factor == 1 else clip.std.AssumeFPS(fpsnum=rate.numerator, fpsden=rate.denominator)
        made: dict[str, Ref | Sound] = {"out": out}
        if audio is not None:
            made["sound"] = self._played(audio.aligned(clip.info.start), factor)
        return made

    def _factor(self, clip: ClipInfo) -> Fraction:
        return snap_rate(self.rate) / clip.fps

    def _played(self, sound: Sound, factor: Fraction) -> Sound:
        if factor == 1:
            return sound
        if self.pitch is Pitch.FOLLOW:
            return sound.speed(factor)
        made, left = sound, factor
        while left < Fraction(1, 2):  # atempo goes down to a half
            made, left = made.filter("atempo", tempo=0.5), left * 2
        made = made.filter("atempo", tempo=float(left))
        return replace(made, info=replace(sound.info, duration=sound.info.duration / factor))
