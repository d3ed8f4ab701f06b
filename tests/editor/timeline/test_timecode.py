"""Timecode is what a deck would show, and whatever it shows can be typed again."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.timeline.timecode import Count, TimecodeError

PAL, NTSC, NTSC_60 = Count(Fraction(25)), Count(Fraction(30000, 1001)), Count(Fraction(60000, 1001))
RATES = [
    *(Fraction(rate) for rate in (18, 24, 25, 30, 50, 60)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)),
]


@pytest.mark.parametrize(
    ("count", "frame", "code"),
    [
        (PAL, 0, "00:00:00:00"),
        (PAL, 3512, "00:02:20:12"),
        (NTSC, 1799, "00:00:59;29"),
        (NTSC, 1800, "00:01:00;02"),  # ;00 and ;01 are skipped
        (NTSC, 17981, "00:09:59;29"),
        (NTSC, 17982, "00:10:00;00"),  # but not in each tenth minute
        (NTSC, 107892, "01:00:00;00"),
        (NTSC_60, 3600, "00:01:00;04"),
        (Count(Fraction(24000, 1001)), 24, "00:00:01:00"),
    ],
)
def test_a_frame_has_the_code_of_the_standard(count: Count, frame: int, code: str) -> None:
    assert count.code(frame) == code
    assert count.read(code) == frame


@given(st.sampled_from(RATES), st.integers(0, 24 * 3600 * 60 - 1))
def test_a_code_that_is_shown_can_be_typed(fps: Fraction, frame: int) -> None:
    assert Count(fps).read(Count(fps).code(frame)) == frame


@given(st.sampled_from([NTSC, NTSC_60]), st.integers(0, 24 * 3600))
def test_drop_frame_keeps_up_with_the_clock(count: Count, second: int) -> None:
    elapsed = count.numbered(second) / count.fps
    assert abs(elapsed - second) < Fraction(1, 6)  # 60 ms within a minute, 86 ms more in a day


@given(st.sampled_from(RATES), st.integers(0, 10**6))
def test_a_frame_is_on_the_screen_from_its_moment_on(fps: Fraction, frame: int) -> None:
    count = Count(fps)
    assert count.frame_at(count.moment_of(frame)) == frame
    assert count.frame_at(count.moment_of(frame + 1) - Fraction(1, 10**9)) == frame


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("3512", 3512),
        ("#3512", 3512),
        ("3512f", 3512),
        ("90s", 2250),
        ("12.5", 312),
        ("12,5 s", 312),
        ("1:30", 2250),
        ("1:30.4", 2260),
        ("01:02:03", 93075),
        ("1:2:3:4", 93079),
        (" 00;00;01;05 ", 30),
        ("+10", 110),
        ("-2s", 50),
        ("−200", 0),
        ("+00:00:01:00", 125),
    ],
)
def test_people_may_write_it_as_they_like(text: str, frame: int) -> None:
    assert PAL.read(text, here=100) == frame


def test_a_number_that_drop_frame_skips_is_the_next() -> None:
    assert NTSC.read("00:01:00;00") == NTSC.read("00:01:00;01") == NTSC.read("00:01:00;02") == 1800


@pytest.mark.parametrize("text", ["", "abc", "00:60:00:00", "00:00:61:00", "00:00:00:25", "1:75", "1:2:3:4:5", "+"])
def test_what_is_no_place_is_refused_with_a_word(text: str) -> None:
    with pytest.raises(TimecodeError, match=r"\w"):
        PAL.read(text)
