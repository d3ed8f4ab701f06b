"""Blackmagic's cards as ffmpeg lists them."""

from __future__ import annotations

from fractions import Fraction

from capture.devices import decklink
from capture.devices.found import FfmpegInput, Format, Size, Standard
from tests.capture.devices.recorded import said

NTSC = Fraction(30000, 1001)


def test_a_card_is_found_with_its_handle_and_opened_by_its_name() -> None:
    (card,) = decklink.devices(said("30"))
    assert (card.name, card.alternative, card.id) == (
        "UltraStudio Express",
        "59:00000000:003bc300",
        "decklink:59:00000000:003bc300",
    )
    assert card.source == FfmpegInput("decklink", "UltraStudio Express")
    assert card.carries_sound


def test_cards_of_one_name_are_opened_by_their_handles() -> None:
    said_twice = said("30") + "  59:00000000:003bc400 [UltraStudio Express] (none)\n"
    assert [one.source for one in decklink.devices(said_twice)] == [
        FfmpegInput("decklink", "59:00000000:003bc300"),
        FfmpegInput("decklink", "59:00000000:003bc400"),
    ]


def test_an_older_ffmpeg_lists_names_alone() -> None:
    assert [one.source for one in decklink.devices(said("32"))] == [
        FfmpegInput("decklink", "UltraStudio Express"),
        FfmpegInput("decklink", "DeckLink Mini Recorder (1)"),
    ]


def test_modes_are_told_with_their_fields() -> None:
    formats, standards = decklink.formats(said("31"))
    assert formats == (
        Format(
            "ntsc",
            (("format_code", "ntsc"),),
            sizes=(Size(720, 486, (NTSC,)),),
            description="720x486 at 30000/1001 interlaced",
            field_order="bottom",
        ),
        Format(
            "nt23",
            (("format_code", "nt23"),),
            sizes=(Size(720, 486, (Fraction(24000, 1001),)),),
            description="720x486 at 24000/1001",
            field_order="progressive",
        ),
        Format(
            "pal ",
            (("format_code", "pal "),),
            sizes=(Size(720, 576, (Fraction(25),)),),
            description="720x576 at 25000/1000 interlaced",
            field_order="top",
        ),
    )
    assert standards == (
        Standard("NTSC", (("format_code", "ntsc"),), NTSC, 525),
        Standard("PAL", (("format_code", "pal "),), Fraction(25), 625),
    )


def test_another_devices_list_is_not_taken_for_this_one() -> None:
    assert decklink.devices(said("80")) == ()
