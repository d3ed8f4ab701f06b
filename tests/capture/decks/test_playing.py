"""A deck keeps time, waits for nobody, and tells what it lost. The clock and the pipe are stand-ins here."""

from __future__ import annotations

import json
from collections.abc import Buffer, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from capture.decks import faults
from capture.decks.playing import Outcome, Player
from capture.decks.tape import Slot, Tape
from capture.decks.telling import Teller, told

PAL = Fraction(25)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + 1e-6  # no system sleeps less than it was asked to


class Numbers:
    """A stream whose bytes are the slot's number and time."""

    def head(self) -> bytes:
        return b""

    def pieces(self, slot: Slot, at_s: Fraction) -> Sequence[Buffer]:
        return (f"{slot.number} {slot.shown} {float(at_s)}".encode(),) if slot.picture else ()

    def samples(self, slot: Slot) -> int:
        return 1920 if slot.sound else 0


class Reader:
    """Takes `busy` seconds for each picture, and `stuck` more for those that it names; leaves after `most`."""

    def __init__(
        self, clock: Clock, busy: float = 0.0, stuck: dict[int, float] | None = None, most: int = 10**9
    ) -> None:
        self.clock, self.busy, self.stuck, self.most = clock, busy, stuck or {}, most
        self.got: list[tuple[float, int, int, float]] = []
        self.raw: list[bytes] = []

    def write(self, pieces: Sequence[Buffer]) -> None:
        data = b"".join(bytes(one) for one in pieces)
        self.raw.append(data)
        if data.count(b" ") != 2:
            return
        if len(self.got) >= self.most:
            raise BrokenPipeError
        number, shown, at_s = data.split()
        self.clock.now += self.busy + self.stuck.get(int(number), 0)
        self.got.append((self.clock.now - 100, int(number), int(shown), float(at_s)))

    def abandoned(self) -> bool:
        return len(self.got) >= self.most


def play(
    text: str, reader: Reader, place: Path, seconds: float = 4.0, **more: Any
) -> tuple[Outcome, list[dict[str, Any]]]:
    tape = Tape(PAL, faults.parsed(text))
    file = place / "truth"
    player = Player(tape, Numbers(), reader, Teller(file), clock=reader.clock, sleep=reader.clock.sleep, **more)  # type: ignore[arg-type]
    outcome = player.play(seconds)
    return outcome, [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_pictures_come_when_they_are_due_and_nothing_adds_up(tmp_path: Path) -> None:
    reader = Reader(Clock(), busy=0.013)
    outcome, said = play("", reader, tmp_path, 400)
    assert outcome.why == "asked"
    assert [one[1] for one in reader.got] == list(range(10_000))
    late = [now - (number + 1) / 25 for now, number, _, _ in reader.got]
    assert min(late) >= 0 and max(late) < 0.02
    assert said[-1]["overrun"] == 0 and said[-1]["samples"] == 10_000 * 1920


def test_a_hole_is_in_numbers_and_times_and_is_told(tmp_path: Path) -> None:
    reader = Reader(Clock())
    _, said = play("drop 7 @ 1", reader, tmp_path, 2)
    assert [one[1] for one in reader.got] == [*range(25), *range(32, 50)]
    assert all(at_s == number / 25 for _, number, _, at_s in reader.got)
    del said[0]["wall"]
    assert said[0] == {"what": "fault", "fault": "drop 7 @ 1", "number": 25, "at_s": 1.0}
    assert (said[-1]["pictures"], said[-1]["lost"], said[-1]["overrun"]) == (43, 7, 0)


def test_a_stall_is_silence_for_so_long(tmp_path: Path) -> None:
    reader = Reader(Clock())
    play("stall 1 @ 1", reader, tmp_path, 3)
    moments = {number: now for now, number, _, _ in reader.got}
    assert moments[50] - moments[24] == pytest.approx(1.04)


def test_what_is_late_comes_at_once_and_whole(tmp_path: Path) -> None:
    reader = Reader(Clock())
    _, said = play("late 1 @ 1", reader, tmp_path, 3)
    assert [one[1] for one in reader.got] == list(range(75))
    burst = [now for now, number, _, _ in reader.got if 25 <= number < 50]
    assert burst[0] == pytest.approx(2.04) and burst[-1] - burst[0] < 0.05
    assert said[-1]["overrun"] == 0 and said[-1]["fullest"] >= 25


def test_a_reader_that_is_late_within_the_buffers_loses_nothing(tmp_path: Path) -> None:
    reader = Reader(Clock(), stuck={30: 1.2})
    _, said = play("", reader, tmp_path, 4)
    assert [one[1] for one in reader.got] == list(range(100)) and said[-1]["overrun"] == 0


def test_a_reader_that_is_later_than_that_is_told_what_the_card_lost(tmp_path: Path) -> None:
    reader = Reader(Clock(), stuck={30: 2.0})
    _, said = play("", reader, tmp_path, 4)
    got = [one[1] for one in reader.got]
    missing = sorted(set(range(100)) - set(got))
    assert missing == list(range(30 + 32, 30 + 32 + len(missing))) and 15 < len(missing) < 20
    (overrun,) = [one for one in said if one["what"] == "overrun"]
    assert (overrun["first"], overrun["count"], said[-1]["overrun"]) == (62, len(missing), len(missing))


def test_a_reader_that_is_always_too_slow_gets_what_it_can_take(tmp_path: Path) -> None:
    reader = Reader(Clock(), busy=0.08)
    _, said = play("", reader, tmp_path, 20, capacity=8)
    assert len(reader.got) + said[-1]["overrun"] == pytest.approx(500, abs=9)
    assert len(reader.got) == pytest.approx(250, abs=9)


def test_a_device_that_vanishes_breaks_off_within_a_picture(tmp_path: Path) -> None:
    reader = Reader(Clock())
    outcome, _ = play("vanish 5 @ 1", reader, tmp_path)
    assert (outcome.why, outcome.away_s) == ("vanish", 5)
    assert reader.got[-1][1] == 24 and reader.raw[-1] == b"25 2"


def test_a_change_of_standard_ends_between_pictures(tmp_path: Path) -> None:
    reader = Reader(Clock())
    outcome, _ = play("standard @ 1", reader, tmp_path)
    assert outcome.why == "standard" and reader.raw[-1] == b"24 24 0.96"


def test_a_deck_that_hangs_says_nothing_more_until_its_reader_leaves(tmp_path: Path) -> None:
    reader = Reader(Clock(), most=25)
    outcome, _ = play("hang @ 1", reader, tmp_path)
    assert outcome.why == "left" and reader.got[-1][1] == 24


def test_a_reader_that_leaves_ends_it(tmp_path: Path) -> None:
    outcome, said = play("", Reader(Clock(), most=10), tmp_path)
    assert outcome.why == "left" and said[-1]["why"] == "left"


def test_the_tape_goes_on_from_where_it_is(tmp_path: Path) -> None:
    reader = Reader(Clock())
    _, said = play("drop 2 @ 1; drop 3 @ 5", reader, tmp_path, 2, origin=100)
    assert [one[1] for one in reader.got][:2] == [100, 101] and reader.got[0][3] == 0
    assert [one["fault"] for one in said if one["what"] == "fault"] == ["drop 3 @ 5"]


def test_only_a_decks_own_lines_are_read() -> None:
    assert told('deck {"what": "end"}') == {"what": "end"}
    assert told("frame=  12") is None and told("deck: pal: no such device") is None and told("deck {") is None
