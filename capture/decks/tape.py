"""What comes off a tape, picture by picture, and what becomes of it on the way: faults applied to tape time. Pure: the
real-time deck, the fast mode and the tests all ask the same `Tape.slot(number)`.

Numbers count the tape's pictures from its beginning. A picture that is lost keeps its number: the hole shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from capture.decks.faults import Fault

Show = Literal["programme", "snow", "blue", "black"]
"""What is on a stretch of tape; all but the first have no stamp."""
After = Literal["snow", "blue", "black", "stop"]
"""What comes when the tape has ended; `stop`: the stream ends, as a DV camera's does."""
End = Literal["", "vanish", "hang", "standard", "tape"]


@dataclass(frozen=True, slots=True)
class Slot:
    """The moment of one picture of the tape.

    `shown`: the number in the picture that comes, another than `number` where the card repeats. `picture`, `sound`:
    whether they come at all. `late_s`: not before so long after its time. `muted`: the sound comes, as zeros. `end`:
    the stream ends here, in this way, before this picture. `corrupt`, `mute`: DV blocks. `timecode`: frames that the
    tape's timecode is ahead of the number. `recording`: recordings begun before this one.
    """

    number: int
    shown: int
    show: Show = "programme"
    picture: bool = True
    sound: bool = True
    late_s: float = 0.0
    muted: bool = False
    end: End = ""
    away_s: float = 0.0
    corrupt: int = 0
    mute: int = 0
    timecode: int = 0
    recording: int = 0


@dataclass(frozen=True, slots=True)
class Tape:
    """`length_s`: of the programme, None for one that never ends; then comes `after`."""

    fps: Fraction
    faults: tuple[Fault, ...] = ()
    length_s: float | None = None
    after: After = "snow"

    def frame(self, seconds: float) -> int:
        """The number of the picture that begins nearest to this time."""
        return round(Fraction(seconds) * self.fps)

    def slot(self, number: int) -> Slot:
        slot = Slot(number, number)
        if self.length_s is not None and number >= self.frame(self.length_s):
            slot = replace(slot, end="tape") if self.after == "stop" else replace(slot, show=self.after)
        for fault in self.faults:
            slot = self._suffered(slot, fault)
        return slot

    def slots(self, first: int, last: int | None = None) -> Iterator[Slot]:
        """From `first`, up to `last` (half-open) or for ever."""
        number = first
        while last is None or number < last:
            yield self.slot(number)
            number += 1

    def _suffered(self, slot: Slot, fault: Fault) -> Slot:
        first = self.frame(fault.at_s)
        past = slot.number - first
        if past < 0:
            return slot
        counted = past < fault.amount
        timed = past < self.frame(fault.amount)
        match fault.kind:
            case "drop" if counted:
                return replace(slot, picture=False)
            case "repeat" if counted:
                return replace(slot, shown=max(first - 1, 0))
            case "stall" if timed:
                return replace(slot, picture=False, sound=False)
            case "late" if timed:
                return replace(slot, late_s=max(slot.late_s, fault.amount - float(past / self.fps)))
            case "snow" | "blue" | "black" if timed:
                return replace(slot, show=fault.kind)
            case "silence" if timed:
                return replace(slot, muted=True)
            case "vanish" | "hang" | "standard" if past == 0:
                return replace(slot, end=fault.kind, away_s=fault.amount)
            case "corrupt" if past == 0:
                return replace(slot, corrupt=slot.corrupt + int(fault.amount))
            case "mute" if past == 0:
                return replace(slot, mute=slot.mute + int(fault.amount))
            case "timecode":
                return replace(slot, timecode=slot.timecode + int(fault.amount))
            case "recording":
                return replace(slot, recording=slot.recording + 1)
            case _:
                return slot


def truth(tape: Tape, first: int, last: int) -> list[int]:
    """The numbers of the programme's pictures that a card gives of first…last (half-open) when nothing is lost behind
    it: what must be read back from a recording."""
    return [one.shown for one in tape.slots(first, last) if one.picture and one.show == "programme" and not one.end]


def lost(tape: Tape, first: int, last: int) -> int:
    """How many pictures of first…last the deck itself withholds."""
    return sum(not one.picture for one in tape.slots(first, last))


def held(faults: Sequence[Fault]) -> bool:
    """Whether any of them outlives the process, so that the next start must know of it."""
    return any(one.kind in ("vanish", "standard") for one in faults)
