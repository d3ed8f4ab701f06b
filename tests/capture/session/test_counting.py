"""Frames that were lost, late, repeated: from stamps and checksums alone."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.session import counting
from capture.session.counting import Counting, Found, SoundCounting

PAL, NTSC = Fraction(25), Fraction(30000, 1001)


def counted(
    stamps: Iterable[float], rate: Fraction = PAL, digests: Iterable[str] | None = None
) -> tuple[Counting, list[Found]]:
    state = Counting(rate)
    found: list[Found] = []
    names = iter(digests) if digests is not None else iter(lambda: "", None)
    for pts_s in stamps:
        state, more = counting.frame(state, pts_s, next(names))
        found += more
    state, more = counting.ended(state)
    return state, [*found, *more]


def grid(numbers: Iterable[int], rate: Fraction = PAL, start_s: float = 0.0) -> list[float]:
    return [start_s + float(number / rate) for number in numbers]


def test_a_tape_without_faults_has_none() -> None:
    for rate in (PAL, NTSC, Fraction(50)):
        state, found = counted(grid(range(500), rate, 12.3), rate)
        assert (state.frames, state.lost, state.late, found) == (500, 0, 0, [])


def test_lost_frames_are_counted_at_the_frame_before_which_they_are_missing() -> None:
    state, found = counted(grid([*range(100), *range(107, 200), *range(201, 300)]))
    assert [(one.kind, one.frame, one.count, round(one.t_s, 6)) for one in found] == [
        ("lost", 100, 7, 4.0),
        ("lost", 193, 1, 8.0),
    ]
    assert found[0].length_s == pytest.approx(0.28) and state.lost == 8


def test_a_loss_just_before_the_end_is_told() -> None:
    state, found = counted(grid([0, 1, 2, 3, 9]))
    assert [(one.kind, one.count) for one in found] == [("lost", 5)] and state.lost == 5


def test_a_frame_that_comes_late_is_no_loss() -> None:
    stamps = grid(range(100))
    stamps[50] += 0.03
    state, found = counted(stamps)
    assert [(one.kind, one.frame) for one in found] == [("late", 50)] and state.lost == 0
    assert found[0].length_s == pytest.approx(0.03)


def test_a_stall_whose_frames_all_come_in_a_burst_afterwards_is_no_loss() -> None:
    """As a driver does that stamps when it hands over: 20 frames wait for 0.8 s, then come 4 ms apart."""
    stamps = grid(range(50))
    stamps += [stamps[-1] + 0.8 + 0.004 * n for n in range(20)]
    stamps += grid(range(70, 150))
    state, found = counted(stamps)
    assert [one.kind for one in found] == ["late"] and state.lost == 0


def test_two_losses_close_together_are_both_counted() -> None:
    state, _ = counted(grid([*range(10), *range(12, 14), *range(17, 60)]))
    assert state.lost == 2 + 3


def test_a_clock_that_is_off_loses_nothing_in_an_hour() -> None:
    for ppm in (-300, 300):
        stamps = (number / 25 * (1 + ppm / 1e6) for number in range(90_000))
        state, found = counted(stamps)
        assert (state.lost, found) == (0, []), ppm


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 12.0), st.lists(st.integers(1, 40), max_size=5))
def test_losses_are_counted_exactly_under_jitter(seed: int, jitter_ms: float, gaps: list[int]) -> None:
    """Stamps off by up to ±12 ms of 40: what a driver that stamps on arrival does."""
    chance = random.Random(seed)
    numbers: list[int] = []
    number = 0
    for gap in [*gaps, 0]:
        numbers += range(number, number + 40)
        number += 40 + gap
    stamps = [number / 25 + chance.uniform(-jitter_ms, jitter_ms) / 1000 for number in numbers]
    state, found = counted(stamps)
    assert [one.count for one in found if one.kind == "lost"] == gaps
    assert state.lost == sum(gaps)


def test_equal_frames_are_told_in_one_when_another_comes() -> None:
    digests = [*"abcd", "d", "d", *"efg"]
    state, found = counted(grid(range(9)), digests=digests)
    assert [(one.kind, one.frame, one.count) for one in found] == [("repeated", 4, 2)]
    assert state.repeated == 2 and found[0].t_s == pytest.approx(4 / 25)


def test_a_blue_screen_repeats_nothing_even_where_it_is_noticed_late() -> None:
    state = Counting(PAL)
    for number in range(20):
        if number == 10:
            state = counting.flattened(state, flat=True)
        state, found = counting.frame(state, number / 25, "blue" if number > 3 else str(number))
        assert not found
    state = counting.flattened(state, flat=False)
    for number in range(20, 30):
        state, found = counting.frame(state, number / 25, str(number))
        assert not found
    assert state.repeated == 0 and counting.ended(state)[1] == ()


def test_sound_that_is_missing_is_counted_in_samples() -> None:
    state = SoundCounting(48000)
    found: list[Found] = []
    at_s = 0.0
    for packet in range(200):
        if packet == 100:
            at_s += 0.5
        state, more = counting.packet(state, at_s, 1920)
        found += more
        at_s += 0.04
    assert [(one.kind, one.frame, one.count) for one in found] == [("sound lost", 192_000, 24_000)]
    assert state.samples == 384_000 and state.lost == 24_000


def test_sound_by_another_clock_loses_nothing() -> None:
    state = SoundCounting(48000)
    for packet in range(60_000):
        state, found = counting.packet(state, packet * 0.04 * (1 + 200e-6), 1920)
        assert not found
    assert state.lost == 0
