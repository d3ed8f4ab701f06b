"""ffmpeg's log as lines without their prefixes, and the numbers it writes. Pure.

A prefix is `[dshow @ 000001c02b7d5040] `, since 2026 also `[in#0 @ …] `, and one listing may mix both.
"""

from __future__ import annotations

import re
from fractions import Fraction

_PREFIX = re.compile(r"^\[[^\[\]@]{1,64} @ (?:0x)?[0-9A-Fa-f]+\] ?")
_RATE = re.compile(r"^\d{1,5}(?:\.\d{1,9})?$|^\d{1,9}/\d{1,9}$", re.ASCII)
_NTSC = Fraction(1001, 1000)


def lines(said: str) -> list[str]:
    """Every line, its prefix removed, its leading blanks kept. A driver's own noise stays in: grammars skip it."""
    return [_PREFIX.sub("", line) for line in re.split(r"\r\n|\r|\n", said)]


def rate(text: str) -> Fraction | None:
    """A rate as ffmpeg prints it (`29.97`, `25`, `30000/1001`), as what was meant: 29.97 is 30000/1001. None for what
    is no rate: a device may tell 0, inf or nan."""
    if not _RATE.match(text):
        return None
    try:
        found = Fraction(text)
    except ZeroDivisionError:
        return None
    if not 0 < found < 1000:
        return None
    if "/" in text or found.denominator == 1:
        return found
    meant = found * _NTSC  # %g gives six digits: 23.976, 29.97, 59.9401
    whole = round(meant)
    return Fraction(whole * 1000, 1001) if whole and abs(meant - whole) < Fraction(1, 1000) else found
