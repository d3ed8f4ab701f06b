"""Another frame rate, the same length."""

from collections.abc import Iterator
from math import ceil

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Fraction,
    Node,
    ParamError,
    Ref,
    Script,
    StrEnum,
    gives,
    param,
    replace,
    snap_rate,
    takes,
)
from nodes.library.motion._stepped import factors, stepped
from nodes.library.motion._vectors import interpolated, refuse_small


class Between(StrEnum):
    """Where the frames of the new rate come from."""

    REPEAT = "repeat"
    """The frame shown at that moment: some are repeated or left out, none is altered."""
    BLEND = "blend"
    """The two nearest, mixed: even but soft motion."""
    MOTION = "motion"
    """Drawn along the motion between the two nearest."""


class FrameRate(Node):
    """Convert to another frame rate; length and speed stay, so the sound needs no change.

    For bringing 25 and 29.97 together on one timeline, or for a player that insists on a rate. Every way
    costs something: repeating judders, blending softens, drawing new frames can tear. Keep the tape's own
    rate wherever you can. To undo film's 3:2 pulldown use Inverse telecine; to run film at 25 use Change
    speed.
    """

    id, version = "motion.rate", 1
    label = "Change frame rate"
    words = ("fps", "convert", "standards conversion", "pal to ntsc", "duplicate", "drop", "blend", "29.97", "25")
    needs = ("akarin", "mvu")
    clip = takes(
        Clip,
        fields="progressive",
        families=("yuv", "gray"),
        chroma=("420", "422", "440", "444"),
        depths=("8", "10", "12", "14", "16", "32f"),
    )
    out = gives(Clip)

    rate: Annotated[Fraction, param("Frames a second, like 25, 29.97 or 60000/1001", low=1, high=240, unit="fps")] = (
        Fraction(25)
    )
    between: Annotated[Between, param("Where the frames of the new rate come from")] = Between.REPEAT

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        rate = snap_rate(self.rate)
        ratio = rate / clip.fps
        if self.between is Between.MOTION and ratio != 1:
            refuse_small(clip)
            frames = int(clip.frames * ratio)
            if frames < 1:
                raise ParamError("rate: nothing would be left of so short a clip; choose a higher rate")
            return replace(clip, fps=rate, frames=frames)
        factors(ratio)
        return replace(clip, fps=rate, frames=ceil(clip.frames * ratio))

    def build(self, script: Script, clip: Ref) -> Ref:
        rate = snap_rate(self.rate)
        ratio = rate / clip.info.fps
        if ratio == 1:
            return clip
        match self.between:
            case Between.MOTION:
                return interpolated(script, clip, rate.numerator, rate.denominator)
            case Between.REPEAT:
                return stepped(script, clip, ratio)
            case Between.BLEND:
                later = (
                    stepped(script, clip[1:] + clip[-1:], ratio)
                    if clip.info.frames > 1
                    else stepped(script, clip, ratio)
                )
                # output frame N lies (N · q mod p) / p of the way from one source frame to the next
                p, q = ratio.numerator, ratio.denominator
                share = f"N {p} % {q} * {p} % {p} / W!"
                return script.core.akarin.Expr([stepped(script, clip, ratio), later], f"{share} x 1 W@ - * y W@ * +")

    def stand_in(self, script: Script, clip: Ref) -> Ref | None:
        ratio = snap_rate(self.rate) / clip.info.fps
        if self.between is not Between.MOTION or ratio == 1:
            return None
        return stepped(script, clip, ratio)[: self.forecast(clip.info).frames]

    def check(self, clip: ClipInfo) -> Iterator[str]:
        ratio = snap_rate(self.rate) / clip.fps
        if ratio == Fraction(4, 5) and self.between is Between.REPEAT:
            yield "rate: this drops every fifth frame blindly; for film with pulldown use Inverse telecine"
