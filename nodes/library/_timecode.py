"""SMPTE time code (ST 12-1): counting frames as a clock, with NTSC's dropped numbers."""

from __future__ import annotations

import re

from nodes.api import Fraction, ParamError

_WRITTEN = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})[:;.](\d{1,3})\Z")


def drops(fps: Fraction) -> int:
    """How many numbers each minute but the tenth leaves out: 2 at 29.97, 4 at 59.94, else 0."""
    nominal = round(fps)
    return nominal // 15 if fps.denominator == 1001 and nominal % 30 == 0 else 0


def read_timecode(name: str, text: str, fps: Fraction) -> int:
    """The frame count since 00:00:00:00. ParamError for text that is no time code at this rate."""
    found = _WRITTEN.match(text.strip())
    nominal, drop = round(fps), drops(fps)
    if not found:
        raise ParamError(f"{name}: {text.strip()[:20]!r} is no time code; write hh:mm:ss:ff, like 01:00:00:00")
    hours, minutes, seconds, frames = (int(part) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= nominal:
        raise ParamError(
            f"{name}: {text.strip()} lies outside the clock; hours go to 23, minutes and seconds to 59, "
            f"frames to {nominal - 1}"
        )
    if drop and frames < drop and seconds == 0 and minutes % 10:
        raise ParamError(
            f"{name}: {text.strip()} is one of the numbers that drop-frame time code leaves out; use frame {drop}"
        )
    total = minutes + 60 * hours
    return (total * 60 + seconds) * nominal + frames - drop * (total - total // 10)


def counted(start: int, fps: Fraction) -> list[dict[str, str]]:
    """akarin.PropExpr steps that give each frame TcH, TcM, TcS and TcF. `start` is the first frame's count.

    All numbers stay under 2^24, where single floats are whole: 24 hours at 120 frames a second are 10
    million.
    """
    nominal, drop = round(fps), drops(fps)
    day = (24 * 3600 * nominal) - drop * 9 * 6 * 24
    steps = [{"TcN": f"N {start} + {day} %"}]
    if drop:
        ten, one = 600 * nominal - 9 * drop, 60 * nominal - drop
        # put the left-out numbers back: 9 · drop for every ten minutes, drop for every later minute in them
        tens = f"x.TcN {ten} / floor {9 * drop} *"
        ones = f"x.TcN {ten} % {drop} - 0 max {one} / floor {drop} *"
        steps.append({"TcN": f"x.TcN {tens} + {ones} +"})
    steps.append(
        {
            "TcH": f"x.TcN {3600 * nominal} / floor",
            "TcM": f"x.TcN {60 * nominal} / floor 60 %",
            "TcS": f"x.TcN {nominal} / floor 60 %",
            "TcF": f"x.TcN {nominal} %",
        }
    )
    return steps
