"""Timecode as people read and type it: SMPTE 12M, drop-frame at 29.97 and 59.94. Pure.

Frames are counted from 0. Drop-frame skips the numbers 0 and 1 (0 to 3 at 59.94) of every minute but each tenth, so
that the clock on the screen keeps up with the one on the wall; no picture is lost.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from editor.language import tr

_CODE = re.compile(r"(\d{1,3})[:;.,](\d{1,2})[:;.,](\d{1,2})[:;.,](\d{1,3})\Z")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)\Z")
_SECONDS = re.compile(r"(\d+(?:[.,]\d+)?) *s\Z|(\d+[.,]\d+)\Z")
_FRAMES = re.compile(r"#? *(\d+) *f?\Z")


class TimecodeError(ValueError):
    """What was typed is no place on a tape; the text says what would be."""


@dataclass(frozen=True)
class Count:
    """How the frames of a tape are numbered: `fps` pictures a second."""

    fps: Fraction = Fraction(25)

    @property
    def rate(self) -> int:
        """The frame numbers that a second of timecode has."""
        return max(1, round(self.fps))

    @property
    def drops(self) -> bool:
        return self.fps.denominator == 1001 and self.rate % 30 == 0

    def frame_at(self, moment: Fraction) -> int:
        """The frame that is on the screen at that second."""
        return math.floor(moment * self.fps)

    def moment_of(self, frame: int) -> Fraction:
        return frame / self.fps

    def code(self, frame: int) -> str:
        """`00:02:20:12`, and with drop-frame `00:02:20;12`."""
        rate, number = self.rate, max(0, frame)
        if self.drops:
            skip = rate // 15
            tens, rest = divmod(number, rate * 600 - 9 * skip)
            number += 9 * skip * tens + (skip * ((rest - skip) // (rate * 60 - skip)) if rest > skip else 0)
        seconds, frames = divmod(number, rate)
        width = 2 if rate <= 100 else 3
        colon = ";" if self.drops else ":"
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{colon}{frames:0{width}}"

    def clock(self, frame: int) -> str:
        """The code without its frames: `00:02:20`."""
        return re.split("[:;][0-9]+$", self.code(frame))[0]

    def numbered(self, seconds: int, frames: int = 0) -> int:
        """The frame that carries this code. A number that drop-frame skips is the next one's."""
        rate = self.rate
        if self.drops:
            minutes, skip = seconds // 60, rate // 15
            if minutes % 10 and seconds % 60 == 0 and frames < skip:
                frames = skip
            return seconds * rate + frames - skip * (minutes - minutes // 10)
        return seconds * rate + frames

    def read(self, text: str, here: int = 0) -> int:
        """The frame that someone typed: a timecode, a frame number, seconds (`12.5`, `90s`), minutes and seconds
        (`1:30`); with `+` or `-` before it, from `here`. TimecodeError where it is none of these."""
        text = text.strip()
        if text[:1] in ("+", "-", "−"):
            away = self._read(text[1:].strip())
            return max(0, here + away if text[0] == "+" else here - away)
        return self._read(text)

    def _read(self, text: str) -> int:
        if found := _FRAMES.match(text):
            return int(found[1])
        if found := _SECONDS.match(text):
            return self.frame_at(Fraction((found[1] or found[2]).replace(",", ".")))
        if found := _CODE.match(text):
            hours, minutes, seconds, frames = map(int, found.groups())
            if minutes > 59 or seconds > 59 or frames >= self.rate:
                raise TimecodeError(
                    tr("{code}: minutes and seconds go to 59, frames to {last}").format(code=text, last=self.rate - 1)
                )
            return self.numbered((hours * 60 + minutes) * 60 + seconds, frames)
        if found := _CLOCK.match(text):
            hours, minutes, rest = int(found[1] or 0), int(found[2]), Fraction(found[3].replace(",", "."))
            if rest >= 60:
                raise TimecodeError(tr("{code}: seconds go to 59").format(code=text))
            whole = (hours * 60 + minutes) * 60 + math.floor(rest)
            return self.numbered(whole, math.floor((rest % 1) * self.rate))
        raise TimecodeError(
            tr("“{text}” is no place on the tape. Write 00:01:30:12, a frame number, or seconds as 90s").format(
                text=text
            )
        )
