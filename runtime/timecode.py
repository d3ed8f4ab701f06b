"""SMPTE timecode: read, counted on, written at another frame rate. Pure."""

from __future__ import annotations

import re
from fractions import Fraction

_TEXT = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)\Z")


def moved(text: str, seconds: Fraction, old_fps: Fraction, new_fps: Fraction) -> str:
    """The timecode `seconds` after `text` (of a clip at `old_fps`), counted in frames of a clip at `new_fps`.
    Empty where `text` is none, or the rate has no timecode (SMPTE 12M counts whole frames a second, up to
    60).

    Drop-frame codes (`;`) skip the numbers 0 and 1 (0 to 3 at 59.94) of each minute but every tenth.
    """
    old, new = _nominal(old_fps), _nominal(new_fps)
    found = _TEXT.match(text)
    if not found or not old or not new:
        return ""
    hours, minutes, whole, frames = (int(found[group]) for group in (1, 2, 3, 5))
    if minutes > 59 or whole > 59 or frames >= old:
        return ""
    drops = found[4] in ";,." and old_fps.denominator == 1001 and old % 30 == 0
    count = ((hours * 60 + minutes) * 60 + whole) * old + frames
    if drops:
        passed = hours * 60 + minutes
        count -= old // 15 * (passed - passed // 10)
    moment = (count + round(seconds * old_fps)) / old_fps
    drops = drops and new_fps.denominator == 1001 and new % 30 == 0
    return _written(round(moment * new_fps), new, drops)


def _nominal(fps: Fraction) -> int:
    """Frames that a timecode counts in a second; 0 where there is no such timecode."""
    whole = round(fps)
    return whole if 24 <= whole <= 60 and abs(fps - whole) < Fraction(1, 10) else 0


def _written(count: int, rate: int, drops: bool) -> str:
    if drops:
        skip = rate // 15
        ten, minute = rate * 600 - 9 * skip, rate * 60 - skip
        tens, rest = divmod(count, ten)
        count += 9 * skip * tens + (skip * ((rest - skip) // minute) if rest > skip else 0)
    whole, frames = divmod(count, rate)
    hours, whole = divmod(whole, 3600)
    return f"{hours % 24:02}:{whole // 60:02}:{whole % 60:02}{';' if drops else ':'}{frames:02}"
