"""The yardstick of benchmarks/capture.py: whose loss a missing picture is."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.capture import Recording, gaps, runs_of, times_off, withheld
from capture.decks.reading import Picture


def truth(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps({"wall": 0.0, **line}) + "\n" for line in lines), encoding="utf-8")
    return path


def recording(path: Path, numbers: list[int]) -> Recording:
    return Recording(runs=runs_of(path), pictures=[Picture(Fraction(n, 25), n) for n in numbers])


def test_what_the_deck_withheld_or_its_card_lost_is_not_ours(tmp_path: Path) -> None:
    path = truth(
        tmp_path / "truth",
        {"what": "start", "number": 0},
        {"what": "fault", "fault": "drop 3 @ 0.4", "number": 10},
        {"what": "overrun", "first": 20, "count": 2},
    )
    got = [n for n in range(30) if n not in (10, 11, 12, 20, 21)]
    assert gaps(recording(path, got)) == ([10, 11, 12, 20, 21], [])
    assert gaps(recording(path, [n for n in got if n != 15])) == ([10, 11, 12, 20, 21], [15])


def test_what_the_tape_played_between_two_starts_is_nobodys_loss(tmp_path: Path) -> None:
    path = truth(tmp_path / "truth", {"what": "start", "number": 0}, {"what": "start", "number": 100})
    assert gaps(recording(path, [*range(10), *range(103, 110)])) == ([], [100, 101, 102])


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [("drop 2 @ 1", {25, 26}), ("stall 0.08 @ 1", {25, 26}), ("hang @ 1", set()), ("repeat 2 @ 1", set())],
)
def test_the_numbers_that_a_fault_withholds(fault: str, numbers: set[int]) -> None:
    assert withheld(fault) == numbers


def test_a_picture_at_a_wrong_time_is_seen() -> None:
    pictures = [Picture(Fraction(0), 5), Picture(Fraction(1, 25), 6), Picture(Fraction(3, 25), 7)]
    assert times_off(Recording(pictures=pictures)) == pytest.approx(0.04)
