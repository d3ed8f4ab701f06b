"""Events and figures in words."""

from __future__ import annotations

from typing import get_args

import pytest

from capture.session.messages import Done, HappeningKind, SignalKind, State
from editor.capture import words
from editor.capture.standing import Standing
from editor.language import use
from editor.language.catalogue import texts
from tests.editor.capture.kit import counted, happened


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (-1, "–"), (42, "42 s"), (38 * 60 + 5, "38 min"), (12 * 3600 + 40 * 60, "12 h 40 min"),
     (100 * 3600, "100 h")],
)  # fmt: skip
def test_room_on_the_disk_is_told_as_hours(seconds: float | None, text: str) -> None:
    assert words.left(seconds) == text


def test_moments_always_have_hours_so_that_columns_do_not_jump() -> None:
    assert (
        words.moment(12.44) == "0:00:12.4" and words.moment(3725.04) == "1:02:05.0" and words.time(59.99) == "0:00:59"
    )


def test_losses_say_how_many_and_how_long() -> None:
    assert words.happened(happened("lost", 1, 7, 0.28)) == "7 frames lost (0.28 s)"
    assert words.happened(happened("lost", 1, 1)) == "1 frame lost"
    assert words.happened(happened("stall", 1, length_s=3)) == "Nothing came for 3.0 s"
    assert words.happened(happened("back", 1, 75, 3.0)) == "The device is back: 75 frames are missing (3.0 s)"
    assert words.happened(happened("note", 1, text="label says 1988")) == "Note: label says 1988"
    assert words.happened(happened("driver", 1, text="buffer full")) == "The driver says: buffer full"


def test_what_the_first_frame_is_counts_as_no_change() -> None:
    first, later = happened("changed", 0, text="16:9"), happened("changed", 9, text="4:3")
    assert (words.happened(first), words.tint(first)) == ("Picture: 16:9", "accent")
    assert (words.happened(later), words.tint(later)) == ("The signal changed: 4:3", "warn")


def test_every_kind_state_and_signal_has_words_in_every_language() -> None:
    for code in ("en", "de"):
        use(texts(code))
        try:
            for kind in get_args(HappeningKind):
                assert words.happened(happened(kind, 1)).strip(), kind
            for state in get_args(State):
                assert words.state(state)
            assert [words.signal(one) for one in get_args(SignalKind)].count("") == 1
        finally:
            use({})


def test_only_what_is_not_zero_stands_beside_the_counter() -> None:
    assert words.beside(Standing(counters=counted(1))) == []
    assert words.beside(Standing(counters=counted(1, late=2))) == ["late 2"]
    hole = (happened("back", 12, 75, 3.0),)
    assert words.beside(Standing(counters=counted(1, late=2), events=hole)) == ["and 3.0 s", "late 2"]


def test_the_end_of_a_tape_in_one_line() -> None:
    done = Done("disk full", ("/a/Tape 1.mkv",), (), "", "", "", 250, 0, t_s=10)
    assert words.over(Standing(done=done)) == "Tape 1 is recorded: 0:00:10, nothing is lost."
    bad = Done("disk full", ("C:\\a\\T.001.mkv", "C:\\a\\T.002.mkv"), (), "", "", "", 250, 7, t_s=10, fault=True)
    text = words.over(Standing(done=bad, events=(happened("back", 12, 75, 3.0),)))
    assert text.startswith("T is recorded") and "7 frames lost, 3.0 s missing" in text
    assert "2 files" in text and "disk full" in text
    assert words.over(Standing()) == ""
