"""A card loses what finds no buffer, and nothing else."""

from __future__ import annotations

from fractions import Fraction

from capture.decks import faults
from capture.decks.card import Card, Overrun
from capture.decks.tape import Tape


def card(capacity: int, text: str = "", dv: bool = False) -> Card:
    return Card(Tape(Fraction(25), faults.parsed(text, dv)).slots(0), capacity)


def drained(one: Card) -> list[int]:
    found = []
    while (slot := one.next()) is not None:
        found.append(slot.number)
        one.taken()
    return found


def test_a_reader_in_time_gets_everything() -> None:
    one = card(4)
    got = []
    for count in range(1, 50):
        assert one.arrive(count) == []
        got += drained(one)
    assert got == list(range(49)) and one.overrun == 0 and one.fullest == 1


def test_a_late_reader_gets_all_that_the_buffers_hold() -> None:
    one = card(4)
    assert one.arrive(4) == []
    assert drained(one) == [0, 1, 2, 3] and one.fullest == 4


def test_what_comes_to_full_buffers_is_lost_and_told_in_one_piece() -> None:
    one = card(4)
    assert one.arrive(10) == [Overrun(4, 6)]
    assert one.overrun == 6
    assert drained(one) == [0, 1, 2, 3]
    assert one.arrive(12) == []
    assert drained(one) == [10, 11]


def test_a_picture_that_is_being_written_still_holds_its_buffer() -> None:
    one = card(2)
    one.arrive(2)
    assert one.next() is not None
    assert one.arrive(3) == [Overrun(2, 1)]


def test_what_the_deck_withholds_is_no_overrun() -> None:
    one = card(2, "stall 1 @ 0")
    assert one.arrive(20) == [] and one.overrun == 0


def test_nothing_comes_behind_the_end() -> None:
    one = card(3, "vanish 1 @ 0.2")
    one.arrive(100)
    assert [slot.end for slot in iter_taken(one)] == ["", "", "", "vanish"]
    assert one.arrive(200) == []


def iter_taken(one: Card):  # type: ignore[no-untyped-def]
    while (slot := one.next()) is not None:
        yield slot
        one.taken()
