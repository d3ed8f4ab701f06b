"""Faults are read, refused with what to write instead, and do to a tape what they say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from capture.decks import faults
from capture.decks.faults import Fault, FaultError
from capture.decks.tape import Tape, lost, truth

PAL = Fraction(25)


def test_faults_are_read_in_order_of_time() -> None:
    text = "stall 3 @ 20; drop 7 @ 12.4s\nhang @ 30;"
    assert faults.parsed(text) == (Fault("drop", 7, 12.4), Fault("stall", 3, 20), Fault("hang", 0, 30))
    assert faults.parsed(faults.written(faults.parsed(text))) == faults.parsed(text)
    assert faults.parsed("  ") == ()


@pytest.mark.parametrize(
    ("text", "dv", "says"),
    [
        ("drop seven @ 3", False, "write KIND AMOUNT @ SECONDS"),
        ("drop 7", False, "write KIND AMOUNT @ SECONDS"),
        ("explode 1 @ 3", False, "there is no 'explode'. What there is: drop"),
        ("drop 1.5 @ 3", False, "whole number"),
        ("drop -1 @ 3", False, "negative"),
        ("drop @ 3", False, "how many"),
        ("hang 3 @ 3", False, "takes no amount"),
        ("corrupt 3 @ 3", False, "only a DV deck"),
        ("snow 3 @ 3", True, "only an analog deck"),
        ("drop 1.2.3 @ 3", False, "no number"),
    ],
)
def test_what_is_no_fault_is_refused(text: str, dv: bool, says: str) -> None:
    with pytest.raises(FaultError, match=says):
        faults.parsed(text, dv)


def made(text: str, dv: bool = False, **more: object) -> Tape:
    return Tape(PAL, faults.parsed(text, dv), **more)  # type: ignore[arg-type]


def test_dropped_pictures_leave_a_hole_in_the_numbers_but_not_in_the_sound() -> None:
    tape = made("drop 7 @ 1")
    assert truth(tape, 0, 40) == [*range(25), *range(32, 40)]
    assert lost(tape, 0, 40) == 7
    assert all(one.sound for one in tape.slots(0, 40))


def test_a_stall_takes_the_sound_along() -> None:
    slots = list(made("stall 0.4 @ 1").slots(0, 40))
    assert [one.number for one in slots if not one.sound] == list(range(25, 35))
    assert [one.number for one in slots if not one.picture] == list(range(25, 35))


def test_a_repeated_picture_stands_for_those_that_are_gone() -> None:
    assert truth(made("repeat 3 @ 1"), 22, 30) == [22, 23, 24, 24, 24, 24, 28, 29]


def test_what_is_late_is_due_when_the_bus_is_free() -> None:
    slots = list(made("late 0.2 @ 1").slots(25, 31))
    assert [round(one.late_s, 3) for one in slots] == [0.2, 0.16, 0.12, 0.08, 0.04, 0]


def test_a_blank_stretch_and_the_end_of_the_tape_have_no_numbers() -> None:
    tape = made("blue 1 @ 1", length_s=4.0, after="black")
    assert [one.show for one in tape.slots(24, 26)] == ["programme", "blue"]
    assert truth(tape, 0, 200) == [*range(25), *range(50, 100)]
    assert tape.slot(100).show == "black"
    assert made("", length_s=4.0, after="stop").slot(100).end == "tape"


def test_ends_come_once_so_that_the_tape_goes_on_behind_them() -> None:
    tape = made("vanish 5 @ 2")
    assert [one.end for one in tape.slots(49, 52)] == ["", "vanish", ""]
    assert tape.slot(50).away_s == 5


def test_a_timecode_that_jumped_stays_where_it_jumped_to() -> None:
    tape = made("timecode 100 @ 1; timecode -30 @ 2; recording @ 3; corrupt 4 @ 1; mute 2 @ 1", dv=True)
    assert [tape.slot(n).timecode for n in (24, 25, 49, 50)] == [0, 100, 100, 70]
    assert [tape.slot(n).recording for n in (74, 75, 500)] == [0, 1, 1]
    assert [(tape.slot(n).corrupt, tape.slot(n).mute) for n in (24, 25, 26)] == [(0, 0), (4, 2), (0, 0)]


def test_ntsc_times_fall_on_ntsc_pictures() -> None:
    tape = Tape(Fraction(30000, 1001), faults.parsed("drop 1 @ 60"))
    assert not tape.slot(1798).picture and tape.slot(1797).picture  # 60 s × 29.97
