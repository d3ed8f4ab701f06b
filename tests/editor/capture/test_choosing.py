"""What is offered of a device, and what is taken while nobody has said otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from capture.decks.listing import devices as decks
from capture.devices.found import Found, Link
from editor.capture import choosing
from editor.capture.choosing import NO_SOUND, WITH_PICTURE, Wish
from editor.capture.naming import free_name, name_fault
from tests.editor.capture.kit import CAMCORDER, FOUND, GRABBER, LINE, NTSC, PAL, WEBCAM


def test_the_best_format_the_current_input_and_the_linked_sound_are_taken() -> None:
    wish = choosing.fitted(FOUND, Wish(device=str(GRABBER.id)))
    assert (wish.input, wish.standard, wish.format) == ("S-Video", "PAL", "yuyv422 720x576 25")
    assert wish.sound == str(LINE.id) and wish.codec == "ffv1"
    chosen = choosing.choice(FOUND, wish)
    assert chosen is not None and chosen.size == (720, 576) and chosen.rate == PAL and chosen.sound == LINE


def test_another_standard_brings_its_own_size_and_rate() -> None:
    wish = choosing.fitted(FOUND, Wish(device=str(GRABBER.id), standard="NTSC-M"))
    chosen = choosing.choice(FOUND, wish)
    assert chosen is not None and chosen.size == (720, 480) and chosen.rate == NTSC


def test_what_cannot_be_told_to_ffmpeg_or_recorded_is_not_offered() -> None:
    offered = choosing.offer(FOUND, Wish(device=str(GRABBER.id)))
    assert offered is not None
    assert [one.name for one in offered.inputs] == ["Composite", "S-Video"]
    assert {one.format.name for one in offered.shapes if one.format} == {"mjpeg", "yuyv422"}


def test_dv_is_copied_with_its_own_sound() -> None:
    wish = choosing.fitted(FOUND, Wish(device=str(CAMCORDER.id), codec="ffv1", sound=str(LINE.id)))
    assert wish.codec == "dv"
    assert choosing.fitted(FOUND, Wish(device=str(CAMCORDER.id))).sound == WITH_PICTURE


def test_a_choice_that_is_gone_is_replaced_by_what_suits() -> None:
    wish = Wish(device=str(GRABBER.id), input="SCART", standard="SECAM", format="gone 1x1", sound="gone", codec="dv")
    assert choosing.fitted(FOUND, wish) == choosing.fitted(FOUND, Wish(device=str(GRABBER.id)))
    assert choosing.choice(FOUND, replace(wish, device="gone")) is None
    alone = Found((replace(GRABBER, links=()),), ())
    assert choosing.fitted(alone, Wish(device=str(GRABBER.id))).sound == NO_SOUND


def test_cameras_and_test_decks_stand_apart_and_decks_only_when_they_are_wanted() -> None:
    found = replace(FOUND, devices=(*FOUND.devices, *decks()))
    assert [title for title, _ in choosing.groups(found, test_decks=False)] == ["Devices", "Cameras and screens"]
    last_title, last = choosing.groups(found, test_decks=True)[-1]
    assert last_title == "Test decks" and len(last) >= 3


def test_nobody_is_given_a_webcam_unasked() -> None:
    assert choosing.first_choice(Found((WEBCAM,)), Wish(), test_decks=False) == ""
    assert choosing.first_choice(Found((WEBCAM, GRABBER)), Wish(), test_decks=False) == GRABBER.id
    assert choosing.first_choice(FOUND, Wish(), test_decks=False) == ""  # two: the user must say
    assert choosing.first_choice(FOUND, Wish(device=str(WEBCAM.id)), test_decks=False) == WEBCAM.id


def test_every_test_deck_can_be_chosen_as_it_is() -> None:
    found = Found(decks())
    for one in decks():
        chosen = choosing.choice(found, Wish(device=str(one.id)))
        assert chosen is not None and chosen.device == one and chosen.sound is None


def test_a_sound_device_that_is_linked_but_not_there_is_not_offered_for_it() -> None:
    ghost = replace(GRABBER, links=(Link("alsa:gone", "the same plug"),))  # type: ignore[arg-type]
    found = replace(FOUND, devices=(ghost,))
    assert choosing.fitted(found, Wish(device=str(ghost.id))).sound == NO_SOUND


@pytest.mark.parametrize(
    ("name", "free"),
    [("Tape 1", "Tape 3"), ("Tape 9", "Tape 9"), ("Holiday", "Holiday 2"), ("Summer 1988", "Summer 1988"),
     ("2024-05-01", "2024-05-01 2")],
)  # fmt: skip
def test_a_new_tape_gets_the_next_free_name(name: str, free: str) -> None:
    there = ["Tape 1.mkv", "tape 2.log.jsonl", "Holiday.capture", "2024-05-01.mkv", "Other"]
    assert free_name(name, there) == free


@given(some.text(max_size=40), some.lists(some.text(max_size=12), max_size=6))
def test_a_free_name_is_never_taken(name: str, taken: list[str]) -> None:
    free = free_name(name, taken)
    heads = [one.casefold() for one in taken]
    assert free.casefold() not in heads and not any(one.startswith(f"{free.casefold()}.") for one in heads)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "con", "a:b", "x.", " x", "a\nb", "COM1.tape"])
def test_names_that_some_system_refuses_are_told(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize("name", ["Tape 1", "Größe „Ä“ 'x'", "日本", "console", "1988.5 b"])
def test_names_that_every_system_takes_pass(name: str) -> None:
    assert name_fault(name) == ""


@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(),
        lambda one: (
            some.lists(one) | some.dictionaries(some.sampled_from(["device", "codec", "blank_s", "begin", "x"]), one)
        ),
    )
)
def test_whatever_was_kept_a_wish_comes_of_it(held: object) -> None:
    wish = Wish.recalled(held)
    assert Wish.recalled(wish.kept()) == replace(wish, name="")


def test_a_wish_is_remembered_without_the_name_of_the_tape() -> None:
    wish = Wish("d", "i", "s", "f", "a", "v210", 24, "/x", "Tape 7", "picture", 180, 20, "scenes")
    assert Wish.recalled(wish.kept()) == replace(wish, name="")
