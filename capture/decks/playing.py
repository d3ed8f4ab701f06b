"""Plays a tape in real time: the thin edge between `tape` (what comes), `card` (what is held) and a pipe.

Paced by the clock against the start, so that nothing adds up: picture k is due when k + 1 of them have passed. What
is written late is late; what nobody takes in time is lost by the card (card.py), and told.
"""

from __future__ import annotations

import time
from collections.abc import Buffer, Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from capture.decks.card import Card
from capture.decks.faults import Fault
from capture.decks.pipe import Pipe
from capture.decks.tape import End, Slot, Tape
from capture.decks.telling import Teller

_NAP_S = 0.1
"""Waiting for long, a deck looks so often whether its reader is still there."""


class Stream(Protocol):
    """How a deck's pictures and sound become bytes."""

    def head(self) -> bytes: ...

    def pieces(self, slot: Slot, at_s: Fraction) -> Sequence[Buffer]:
        """The bytes of a slot, `at_s` seconds after the stream began; none where nothing comes."""
        ...

    def samples(self, slot: Slot) -> int:
        """How many samples of each channel are among them."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why a deck stopped: an `End` of the tape's, `left` (nobody reads any more) or `asked`."""

    why: End | str
    pictures: int
    at_s: float
    away_s: float = 0.0


class Player:
    """`origin`: the tape's picture that comes first. `capacity`: buffers of the card."""

    def __init__(
        self,
        tape: Tape,
        stream: Stream,
        pipe: Pipe,
        teller: Teller,
        origin: int = 0,
        capacity: int = 32,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tape, self._stream, self._pipe, self._teller = tape, stream, pipe, teller
        self._origin = origin
        self._clock, self._sleep = clock, sleep
        self._card = Card(tape.slots(origin), capacity)
        self._pictures = self._samples = self._lost = 0
        self._at_s = Fraction(0)
        self._coming = [fault for fault in tape.faults if tape.frame(fault.at_s) >= origin]
        self._start = 0.0

    def play(self, until_s: float | None = None) -> Outcome:
        """Until the tape, a fault, the reader or `until_s` ends it."""
        self._start = self._clock()
        outcome = Outcome("asked", 0, 0.0)
        try:
            self._pipe.write([self._stream.head()])
            outcome = self._played(until_s)
        except BrokenPipeError:
            outcome = self._outcome("left")
        except KeyboardInterrupt:
            outcome = self._outcome("asked")
        self._teller.tell(
            "end",
            why=outcome.why,
            pictures=self._pictures,
            lost=self._lost,
            overrun=self._card.overrun,
            samples=self._samples,
            fullest=self._card.fullest,
            at_s=round(outcome.at_s, 6),
        )
        return outcome

    def _played(self, until_s: float | None) -> Outcome:
        while True:
            self._arrive()
            slot = self._card.next()
            if slot is None:
                self._until(self._due(self._card.arrived))
                continue
            self._at_s = (slot.number - self._origin) / self._tape.fps
            if until_s is not None and slot.number - self._origin >= self._tape.frame(until_s):
                return self._outcome("asked")
            self._tell_of(slot)
            if slot.end:
                return self._ended(slot)
            if slot.late_s:
                self._until(self._due(slot.number - self._origin) + slot.late_s)
            self._pipe.write(self._stream.pieces(slot, self._at_s))
            self._pictures += slot.picture
            self._lost += not slot.picture
            self._samples += self._stream.samples(slot)
            self._arrive()  # while that was written, others came: this one held its buffer until now
            self._card.taken()

    def _due(self, slot: int) -> float:
        """When a slot (counted from the stream's first) is complete, on the clock."""
        return self._start + float((slot + 1) / self._tape.fps)

    def _arrive(self) -> None:
        passed = int((self._clock() - self._start) * self._tape.fps)
        for lost in self._card.arrive(passed):
            at_s = float((lost.first - self._origin) / self._tape.fps)
            self._teller.tell("overrun", first=lost.first, count=lost.count, at_s=round(at_s, 6))

    def _until(self, moment: float) -> None:
        while (left := moment - self._clock()) > 0:
            self._sleep(min(left, _NAP_S))
            if left > _NAP_S and self._pipe.abandoned():
                raise BrokenPipeError
            self._arrive()

    def _tell_of(self, slot: Slot) -> None:
        while self._coming and self._tape.frame(self._coming[0].at_s) <= slot.number:
            fault: Fault = self._coming.pop(0)
            self._teller.tell("fault", fault=str(fault), number=slot.number, at_s=round(float(self._at_s), 6))

    def _ended(self, slot: Slot) -> Outcome:
        if slot.end == "hang":
            while True:
                self._until(self._clock() + 3600)
        if slot.end == "vanish":
            whole = b"".join(self._stream.pieces(Slot(slot.number, slot.shown, slot.show), self._at_s))
            self._pipe.write([whole[: len(whole) // 2]])
        return self._outcome(slot.end, slot.away_s)

    def _outcome(self, why: str, away_s: float = 0.0) -> Outcome:
        return Outcome(why, self._pictures, float(self._at_s), away_s)
