"""A card's own buffer: what has arrived and was not yet taken. Pure: the clock is told, never asked.

A driver has a few buffers (V4L2 gives up to 32). When a reader is late they fill; when they are full, what arrives next
is lost *by the card*, and that must not be taken for a loss by whoever records.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from capture.decks.tape import Slot


@dataclass(frozen=True, slots=True)
class Overrun:
    """`count` pictures were lost in a row because nobody took what had come before; `first` is the first's number."""

    first: int
    count: int


class Card:
    """Slots arrive one by one; the oldest is taken first. One that is being written still holds its buffer."""

    def __init__(self, slots: Iterator[Slot], capacity: int) -> None:
        self._coming = slots
        self._held: deque[Slot] = deque()
        self._capacity = max(1, capacity)
        self._over = False
        self.arrived = 0
        """Slots that have come, in time or not, since the start."""
        self.fullest = 0
        self.overrun = 0
        """Pictures lost to a full buffer."""

    def arrive(self, count: int) -> list[Overrun]:
        """By now `count` slots have come since the start; what of them found no room."""
        lost: list[Overrun] = []
        while self.arrived < count and not self._over:
            slot = next(self._coming)
            self.arrived += 1
            if len(self._held) < self._capacity or slot.end:
                self._held.append(slot)
                self.fullest = max(self.fullest, len(self._held))
            elif slot.picture:
                self.overrun += 1
                if lost and lost[-1].first + lost[-1].count == slot.number:
                    lost[-1] = Overrun(lost[-1].first, lost[-1].count + 1)
                else:
                    lost.append(Overrun(slot.number, 1))
            self._over = bool(slot.end)
        return lost

    def next(self) -> Slot | None:
        return self._held[0] if self._held else None

    def taken(self) -> None:
        self._held.popleft()
