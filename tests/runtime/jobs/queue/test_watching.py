"""A watched folder: files are taken once they rest, and only once."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from runtime.jobs.queue.order import Order
from runtime.jobs.queue.store import Queue
from runtime.jobs.queue.watching import Resting, Watch, settled
from tests.runtime.jobs.queue.hands import order


class Desk:
    """A watched folder, and a clock of its own."""

    def __init__(self, tmp_path: Path) -> None:
        self.home, self.folder, self.now = tmp_path, tmp_path / "captures", 0.0
        self.folder.mkdir()
        self.told: list[str] = []
        self.queue, self.watch = self.anew()

    def anew(self) -> tuple[Queue, Watch]:
        """As after the program was started again."""
        self.queue = Queue(self.home / "data" / "queue.db")
        self.watch = Watch(self.queue, self.folder, self.orders, self.told.append, rest_s=10, clock=lambda: self.now)
        return self.queue, self.watch

    def orders(self, file: Path) -> list[Order]:
        if "strange" in file.name:
            raise ValueError(f"{file.name} is no tape")
        return [order(file.stem, self.home, source=str(file))]

    def write(self, name: str, text: str = "pictures") -> Path:
        file = self.folder / name
        with file.open("a") as there:
            there.write(text)
        return file

    def after(self, seconds: float) -> list[str]:
        """The sources of the jobs that are put in line by then."""
        self.now += seconds
        return [Path(job.order.source).name for one in self.watch.look() if (job := self.queue.job(one))]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_file_is_taken_when_it_has_stopped_growing(desk: Desk) -> None:
    desk.write("tape.dv")
    assert desk.after(0) == [] and desk.watch.restless
    assert desk.after(9) == []
    desk.write("tape.dv", "more")
    assert desk.after(9) == []
    assert desk.after(9) == []
    assert desk.after(2) == ["tape.dv"] and not desk.watch.restless
    assert desk.after(100) == []


def test_what_was_taken_is_remembered_over_a_start_anew(desk: Desk) -> None:
    composed = unicodedata.normalize("NFC", "Fête d’été.dv")
    for name in (composed, "Ñandú 日本.mkv", "plain.avi"):
        desk.write(name)
    desk.after(0)
    assert len(desk.after(11)) == 3
    desk.anew()
    desk.after(0)
    assert desk.after(11) == []
    desk.write("new.dv")
    desk.after(0)
    assert desk.after(11) == ["new.dv"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these keep names in Unicode only")
def test_a_name_that_is_no_unicode_is_taken_too(desk: Desk) -> None:
    name = os.fsdecode(b"band \xe9.dv")
    desk.write(name)
    desk.after(0)
    assert desk.after(11) == [name]
    desk.anew()
    desk.after(0)
    assert desk.after(11) == []


def test_only_video_that_is_a_file_is_taken_or_what_the_pattern_says(desk: Desk) -> None:
    for name in ("tape.DV", "notes.txt", ".hidden.dv", "half.dv.part"):
        desk.write(name)
    (desk.folder / "folder.dv").mkdir()
    (desk.folder / "empty.dv").touch()
    desk.after(0)
    assert desk.after(11) == ["tape.DV"]
    desk.watch.pattern = "*.txt"
    desk.after(0)
    assert desk.after(11) == ["notes.txt"]


def test_one_that_grows_after_a_long_pause_is_not_taken_twice_unless_it_was_begun(desk: Desk) -> None:
    desk.write("tape.dv")
    desk.after(0)
    assert desk.after(11) == ["tape.dv"]
    desk.write("tape.dv", "the copy went on")
    desk.after(0)
    assert desk.after(11) == []  # its job has not begun, and will find all of it
    assert desk.queue.claim(desk.queue.owner()) is not None
    desk.write("tape.dv", "and on")
    desk.after(0)
    assert desk.after(11) == ["tape.dv"]


def test_two_that_watch_take_a_file_once(desk: Desk) -> None:
    other = Queue(desk.queue.path)
    beside = Watch(other, desk.folder, desk.orders, rest_s=10, clock=lambda: desk.now)
    desk.write("tape.dv")
    desk.after(0), beside.look()
    assert desk.after(11) == ["tape.dv"] and beside.look() == []


def test_a_file_nothing_can_be_made_of_is_said_once_and_stops_no_other(desk: Desk) -> None:
    desk.write("a strange.dv"), desk.write("b.dv")
    desk.after(0)
    assert desk.after(11) == ["b.dv"]
    desk.after(11)
    assert [text for text in desk.told if "strange" in text] == ["a strange.dv: a strange.dv is no tape"]


def test_a_folder_that_is_gone_is_waited_for(desk: Desk) -> None:
    away = desk.folder.with_name("away")
    desk.write("tape.dv")
    desk.folder.rename(away)
    assert desk.after(5) == [] and desk.after(5) == []
    assert len(desk.told) == 1 and "waited for" in desk.told[0]
    away.rename(desk.folder)
    desk.after(0)
    assert desk.after(11) == ["tape.dv"]


def test_rest_begins_anew_with_every_change() -> None:
    before = {"a": Resting((5, 1), 0.0), "b": Resting((5, 1), 0.0)}
    after, rested = settled(before, {"a": (5, 1), "b": (5, 2), "c": (0, 0)}, 10.0, 10.0)
    assert rested == ["a"] and after["b"].since == after["c"].since == 10.0
