"""An analog deck's stream: raw pictures and sound in Matroska, each moment with its time."""

from __future__ import annotations

from collections.abc import Buffer, Sequence
from fractions import Fraction

import numpy as np

from capture.decks import matroska
from capture.decks.picture import Byte, Reel
from capture.decks.sound import Sound
from capture.decks.standard import Standard
from capture.decks.tape import Slot

SOUND_BYTES = 4
"""Two channels of 16 bits."""


class Analog:
    """`jitter_s`: spread of the pictures' times, as drivers that stamp what they get in an interrupt have it."""

    def __init__(self, standard: Standard, reel: Reel, sound: Sound | None, jitter_s: float = 0.0) -> None:
        self._standard, self._reel, self._sound, self._jitter_s = standard, reel, sound, jitter_s

    def head(self) -> bytes:
        return matroska.head(self._standard, self._sound is not None)

    def pieces(self, slot: Slot, at_s: Fraction) -> Sequence[Buffer]:
        picture = self._picture(slot) if slot.picture else ()
        heard = b""
        if self._sound and slot.sound:
            heard = self._sound.of(slot.number, slot.show, slot.muted).tobytes()
        if not picture and not heard:
            return ()
        return matroska.cluster(at_s + self._jittered(slot.number), picture, heard)

    def samples(self, slot: Slot) -> int:
        if not self._sound or not slot.sound:
            return 0
        return self._sound.first(slot.number + 1) - self._sound.first(slot.number)

    def _picture(self, slot: Slot) -> Sequence[Byte]:
        match slot.show:
            case "programme":
                return self._reel.programme(slot.shown)
            case "snow":
                return (self._reel.snow(slot.number),)
            case "blue":
                return (self._reel.blue(),)
            case "black":
                return (self._reel.black(slot.number),)

    def _jittered(self, number: int) -> Fraction:
        """The same for a number at every start, never enough to change the order."""
        if not self._jitter_s:
            return Fraction(0)
        most = float(1 / self._standard.fps) / 2.1
        off_s = float(np.random.default_rng(number).normal(0, self._jitter_s))
        return Fraction(max(-most, min(most, off_s)) if number else abs(off_s))
