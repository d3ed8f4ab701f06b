"""What goes wrong on a test deck and when: `drop 7 @ 12.4; stall 3 @ 20`. Read and checked here. Pure.

    drop N @ t        N pictures never come: a hole in their numbers and in their times; sound goes on
    repeat N @ t      in place of N pictures the one before comes again, with times as if nothing were
    stall S @ t       for S seconds nothing comes, neither picture nor sound; what the tape played meanwhile is gone
    late S @ t        for S seconds the bus is held: all comes, late, as far as the card's buffers hold it
    vanish S @ t      the stream breaks off within a picture; for S seconds a start is answered `no such device`
    hang @ t          nothing comes any more, and nothing is said (as DirectShow does when a plug is pulled)
    standard @ t      the signal changes to the other standard: the stream ends, the next start gives that one
    snow S @ t, blue S @ t, black S @ t      a stretch of tape with nothing on it
    silence S @ t     the sound's samples are all zero
    corrupt N @ t     (DV) N video blocks of one picture are marked as errors, their contents are rubbish
    mute N @ t        (DV) N sound blocks of one picture are lost
    timecode N @ t    (DV) the timecode jumps on by N frames, or back where N is negative
    recording @ t     (DV) somebody pressed the camera's button here: date and time jump to the next day

t: seconds of tape. N: whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal[
    "drop",
    "repeat",
    "stall",
    "late",
    "vanish",
    "hang",
    "standard",
    "snow",
    "blue",
    "black",
    "silence",
    "corrupt",
    "mute",
    "timecode",
    "recording",
]

_BARE = frozenset({"hang", "standard", "recording"})
_COUNTED = frozenset({"drop", "repeat", "corrupt", "mute", "timecode"})
_DV = frozenset({"corrupt", "mute", "timecode", "recording"})
_ANALOG = frozenset({"snow", "blue", "black", "silence", "standard"})
_FORM = re.compile(r"\s*([a-z]+)(?:\s+(-?[\d.]+)\s*s?)?\s*@\s*([\d.]+)\s*s?\s*\Z")


class FaultError(ValueError):
    """What was asked for is no fault; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`amount`: pictures, blocks or seconds, as its kind has it; 0 where it has none. `at_s`: seconds of tape."""

    kind: Kind
    amount: float
    at_s: float

    def __str__(self) -> str:
        return f"{self.kind} @ {self.at_s:g}" if self.kind in _BARE else f"{self.kind} {self.amount:g} @ {self.at_s:g}"


def parsed(text: str, dv: bool = False) -> tuple[Fault, ...]:
    """The faults in order of time. FaultError where one cannot be read, or is nothing that this deck can have."""
    parts = [part for part in re.split(r"[;\n]", text) if part.strip()]
    return tuple(sorted((_one(part, dv) for part in parts), key=lambda one: one.at_s))


def written(faults: Sequence[Fault]) -> str:
    return "; ".join(map(str, faults))


def _one(part: str, dv: bool) -> Fault:
    found = _FORM.match(part)
    said = part.strip()
    if not found:
        raise FaultError(f"fault {said!r}: write KIND AMOUNT @ SECONDS, as in `drop 7 @ 12.4`")
    kind: Any = found[1]
    amount, at = found[2], found[3]
    if kind not in get_args(Kind):
        raise FaultError(f"fault {said!r}: there is no {kind!r}. What there is: {', '.join(get_args(Kind))}")
    if kind in (_ANALOG if dv else _DV):
        raise FaultError(f"fault {said!r}: only {'an analog' if dv else 'a DV'} deck can have that")
    if (amount is None) is not (kind in _BARE):
        raise FaultError(
            f"fault {said!r}: {kind} takes no amount" if amount else f"fault {said!r}: how many? `{kind} 5 @ {at}`"
        )
    try:
        number, at_s = float(amount or 0), float(at)
    except ValueError:
        raise FaultError(f"fault {said!r}: that is no number") from None
    if kind in _COUNTED and number != int(number):
        raise FaultError(f"fault {said!r}: {kind} wants a whole number")
    if number < 0 and kind != "timecode":
        raise FaultError(f"fault {said!r}: the amount must not be negative")
    return Fault(kind, number, at_s)
