"""How the sound's clock runs against the picture's, and what in a graph mends it.

Two devices with clocks of their own, a capture card and a sound card, never agree: 50 ppm are 180 ms in an hour. It is
measured in one of two ways: from the times at which frames and samples came, while it is captured (both on the same
system clock), or from marks in the finished file that belong together (a flash and a beep, a clap). A sound clock that
is *fast* (ppm above 0) gives too many samples, which play too long: the sound comes later and later.

What cannot be seen: a driver that reckons its stamps from its own count of samples agrees with itself perfectly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from capture.measure.clocks import Clock

__all__ = ["Correction", "Drift", "Drifting", "correction", "from_marks"]

PPM = 1e6
_LEAST_S = 20.0
"""Shorter than that, jitter is all there is."""
AUDIBLE_MS = 10.0
"""Late by less than this at the end of a tape is not worth a resampler (ITU-R BT.1359: 45 ms are noticed)."""


@dataclass(frozen=True, slots=True)
class Drift:
    """`ppm`: by how much the sound's clock is faster than the picture's. `error_ppm`: half of the interval that holds
    it 95 times in 100. `late_ms`: how late the sound is at the end, `seconds` after it was right."""

    ppm: float
    error_ppm: float
    seconds: float

    @property
    def late_ms(self) -> float:
        return self.ppm / 1e3 * self.seconds

    @property
    def known(self) -> bool:
        """Whether it is more than what cannot be told from nothing."""
        return abs(self.ppm) > self.error_ppm

    def __str__(self) -> str:
        return f"{self.ppm:+.1f} ± {self.error_ppm:.1f} ppm over {self.seconds:.0f} s"


@dataclass(slots=True)
class Drifting:
    """The drift of a running session: give it each frame's and each packet's stamp. Constant memory.

    `fps` and `rate_hz` are the nominal ones. Frames and samples that were lost belong in the counts."""

    fps: float
    rate_hz: float
    picture: Clock = field(default_factory=Clock)
    sound: Clock = field(default_factory=Clock)

    def frame(self, at_s: float, count: float) -> None:
        self.picture.add(at_s, count)

    def samples(self, at_s: float, count: float) -> None:
        """`count`: how many samples there had been before this packet, whose stamp is `at_s`."""
        self.sound.add(at_s, count)

    def drift(self) -> Drift | None:
        """None as long as it cannot be told."""
        picture, sound = self.picture.rate(), self.sound.rate()
        if picture is None or sound is None or min(picture.seconds, sound.seconds) < _LEAST_S:
            return None
        ratio = (sound.per_s / self.rate_hz) / (picture.per_s / self.fps)
        off = np.hypot(sound.error / sound.per_s, picture.error / picture.per_s)
        return Drift((ratio - 1) * PPM, float(off) * PPM, min(picture.seconds, sound.seconds))


def from_marks(pairs: Sequence[tuple[float, float]]) -> Drift | None:
    """From marks that belong together: (seconds in the picture's time, seconds in the sound's time) each. A pair that
    was taken for one wrongly is let be. None of fewer than four, or of less than 20 s."""
    clock = Clock(span_s=0.0)  # each mark is a point
    for picture_s, sound_s in sorted(pairs):
        clock.add(picture_s, sound_s)
    rate = clock.rate()
    if rate is None or rate.seconds < _LEAST_S:
        return None
    return Drift((rate.per_s - 1) * PPM, rate.error * PPM, rate.seconds)


@dataclass(frozen=True, slots=True)
class Correction:
    """What to set on which node: `--set NODE.late=… --set NODE.after=…`."""

    node: str
    params: dict[str, float]


def correction(drift: Drift, minutes: float = 60.0) -> Correction | None:
    """The node that takes the drift out, with its params; None where it is not sure, or stays below what is noticed."""
    late_ms = drift.ppm / 1e3 * minutes * 60
    if not drift.known or abs(drift.ppm) / 1e3 * max(drift.seconds, minutes * 60) < AUDIBLE_MS:
        return None
    return Correction("sound.drift", {"late": round(late_ms, 3), "after": minutes})
