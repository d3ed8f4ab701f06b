"""After a DV recording with faults: the places to play once more, winding there, and merging with another pass."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from capture.devices.transport import TransportError
from capture.dv.report import analysed
from capture.dv.source import opened
from capture.session.asking import Source
from capture.sets.kept import changed, named, with_pass
from editor.capture.again import PlayAgain, said, swept
from editor.capture.winding import Winding
from tests.capture.dv import tapes
from tests.editor.capture.kit import CAMCORDER, Room, counted, happened, room

LEFT = Qt.MouseButton.LeftButton
WHEN = datetime.datetime(2001, 7, 14, 11, 5, 0)
PATIENCE_MS = 60_000


@dataclass
class Passes:
    """Of one tape of 60 frames: one has a damaged frame and a hole, the other two damaged frames elsewhere."""

    truth: tapes.Tape
    first: Path
    second: Path


def passes(folder: Path) -> Passes:
    folder.mkdir(exist_ok=True)
    truth = tapes.recorded(60, tc=30_000, when=WHEN)
    one, other = truth.copy(), truth.copy()
    tapes.damage(one, 8, list(range(300)), sta=10, seed=1)
    tapes.damage(other, 20, list(range(50)), sta=7, seed=2)
    tapes.damage(other, 21, list(range(50)), sta=7, seed=3)
    one = np.concatenate((one[:30], one[37:]))
    return Passes(truth, tapes.write(one, folder / "Tape 1.dv"), tapes.write(other, folder / "Tape 1 'zwei' ü.dv"))


@dataclass
class Deck:
    """In the place of dvcont."""

    why: str = ""
    sought: list[str] = field(default_factory=list)

    def __call__(self) -> Deck:
        if self.why:
            raise TransportError(self.why)
        return self

    def seek(self, timecode: str) -> None:
        self.sought.append(timecode)


def record(at: Room, *files: Path, errors: bool = True) -> None:
    """The recorder has recorded these."""
    at.panel.form.choose_device(str(CAMCORDER.id))
    at.settle()
    at.panel.record_or_stop()
    at.tell(counted(2))
    if errors:
        at.tell(happened("errors", 1, 300, text="in 1 frame"))
    at.recorder.end(*files, lost=7 if errors else 0)
    at.settle()


def shown(at: Room) -> PlayAgain:
    again = at.panel.play_again
    at.qtbot.waitUntil(lambda: again.recorded is not None, timeout=PATIENCE_MS)
    return again


def notice(at: Room, test: Callable[[str], bool] = bool) -> str:
    def there() -> bool:
        bar = at.panel.notices.get("again")
        return bar is not None and test(bar.label.text())

    at.qtbot.waitUntil(there, timeout=PATIENCE_MS)
    bar = at.panel.notices.get("again")
    assert bar is not None
    return bar.label.text()


def test_two_passes_with_different_faults_become_the_tape(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    with room(qtbot, tmp_path) as at:
        record(at, tape.first)
        shown(at)
        box = at.panel.again
        assert box.isVisible() and "Tape 1" in box.title.text()
        assert [(one.first, one.damaged, one.missing) for one in box.places] == [("00:19:55:08", 1, 7)]
        row = box.list.topLevelItem(0)
        assert row is not None and row.isSelected()
        assert row.text(0).startswith("00:19:55:08 to ") and row.text(1) == "1 frame damaged, 7 frames missing"
        at.answers.paths = [tape.second]
        QTest.mouseClick(box.merge_button, LEFT)
        assert not box.merge_button.isEnabled() and box.cancel_button.isVisible()
        text = notice(at)
        assert "the damaged frame is mended; 7 frames came in from other passes." in text
        made = tmp_path / "tapes" / "Tape 1 merged.dv"
        assert (np.fromfile(made, np.uint8) == tape.truth.ravel()).all()
        report = analysed(opened(made))
        assert (report.frames, report.damaged, report.missing) == (60, 0, 0)
        assert box.isHidden()  # nothing is left to be played again
        assert not list(made.parent.glob("*.part*"))
        bar = at.panel.notices.get("again")
        assert bar is not None
        with qtbot.waitSignal(at.panel.open_wanted) as told:
            bar.buttons[0].click()
        assert told.args[0].files == (str(made),)


def test_a_further_pass_is_known_by_itself_and_what_stays_damaged_stays_on_show(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    part = tapes.write(tape.truth[25:45].copy(), tmp_path / "tapes" / "Tape 2.dv")  # only the hole is played again
    with room(qtbot, tmp_path) as at:
        record(at, tape.first)
        again = shown(at)
        record(at, part, errors=False)
        assert "“Tape 2” is of the same tape as “Tape 1”" in notice(at)
        assert again.recorded is not None and again.recorded.files == (tape.first,)
        assert [one.files for one in again.offers()] == [(part,)]
        bar = at.panel.notices.get("again")
        assert bar is not None
        bar.buttons[0].click()
        text = notice(at, lambda told: "merged" in told)
        assert "damaged frames: 1 before, 1 now; 7 frames came in from other passes." in text
        assert [(one.damaged, one.missing) for one in at.panel.again.places] == [(1, 0)]
        assert again.recorded.name == "Tape 1 merged"
        at.panel.again.cross.click()
        assert at.panel.again.isHidden() and again.recorded is None


def test_another_tape_takes_the_place_and_is_not_offered(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    strange = tapes.recorded(40, tc=30_000, when=WHEN + datetime.timedelta(days=3))  # the same timecode
    tapes.damage(strange, 5, [3], sta=10)
    other = tapes.write(strange, tmp_path / "tapes" / "Tape 2.dv")
    with room(qtbot, tmp_path) as at:
        record(at, tape.first)
        again = shown(at)
        record(at, other)
        qtbot.waitUntil(lambda: again.recorded is not None and again.recorded.name == "Tape 2", timeout=PATIENCE_MS)
        assert not again.offers()


def test_a_clean_recording_is_not_looked_through(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    with room(qtbot, tmp_path) as at:
        record(at, tape.first, errors=False)
        at.tell()
        assert at.panel.again.isHidden()


def test_other_passes_of_the_set_are_offered_and_those_that_are_gone_are_not(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    third = tapes.write(tape.truth, tmp_path / "tapes" / "third.dv")
    path = named(tmp_path / "tapes", "Summer")
    for file in (tape.first, tape.second, third):
        changed(path, lambda one, file=file: with_pass(one, path, [file]), make=True)  # type: ignore[misc]
    third.unlink()
    with room(qtbot, tmp_path) as at:
        record(at, tape.first)
        again = shown(at)
        assert [(one.name, one.files) for one in again.offers()] == [("Summer · 2", (tape.second,))]
        QTest.mouseClick(at.panel.again.merge_button, LEFT)
        assert [one.text() for one in at.panel.again.menu.actions()] == ["Summer · 2", "Other files…"]
        at.panel.again.menu.actions()[0].trigger()
        assert "7 frames came in" in notice(at)


def test_what_cannot_be_merged_is_one_line_and_nothing_is_left(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    ntsc = tapes.write(tapes.recorded(20, "ntsc", tc=30_000), tmp_path / "ntsc.dv")
    with room(qtbot, tmp_path) as at:
        record(at, tape.first)
        shown(at)
        at.answers.paths = [ntsc]
        QTest.mouseClick(at.panel.again.merge_button, LEFT)
        text = notice(at)
        assert text.startswith("The recordings could not be merged") and "NTSC" in text and "\n" not in text
        assert at.panel.again.merge_button.isEnabled() and at.panel.again.cancel_button.isHidden()
        assert sorted(one.name for one in tape.first.parent.iterdir()) == sorted((tape.first.name, tape.second.name))


def test_a_merge_that_is_cancelled_leaves_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    tape = passes(tmp_path / "tapes")
    with room(qtbot, tmp_path) as at:
        record(at, tape.first)
        shown(at)
        at.answers.paths = [tape.second]
        box = at.panel.again
        QTest.mouseClick(box.merge_button, LEFT)
        QTest.mouseClick(box.cancel_button, LEFT)
        assert box.merge_button.isEnabled() and box.bar.isHidden() and box.isVisible()
        at.settle()
        assert sorted(one.name for one in tape.first.parent.iterdir()) == sorted((tape.first.name, tape.second.name))


def test_only_what_a_merge_left_is_swept_away(tmp_path: Path) -> None:
    for name in ("a.dv", "a.dv.part", "a.dv.pass1.part", "a.dv.pass2.part", "b.dv.part"):
        (tmp_path / name).touch()
    swept(tmp_path / "a.dv", 2)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.dv", "b.dv.part"]


@pytest.mark.parametrize(
    ("why", "told"), [("", ""), ("dvcont is not installed …", "Install it, or wind the deck by hand"), ("odd", "odd")]
)
def test_the_deck_is_wound_to_the_chosen_place_or_it_says_why_not(
    qtbot: QtBot, tmp_path: Path, why: str, told: str
) -> None:
    tape, deck = passes(tmp_path / "tapes"), Deck(why)
    with room(qtbot, tmp_path) as at:
        at.panel.play_again.winding_by(Winding(deck))
        record(at, tape.first)
        shown(at)
        box = at.panel.again
        qtbot.waitUntil(lambda: box.wind_button.isEnabled() if not why else told in box.why.text())
        assert box.wind_button.isEnabled() is not bool(why)
        QTest.mouseClick(box.wind_button, LEFT)
        if not why:
            assert "00:19:55:08" in notice(at)
            assert deck.sought == ["00:19:55:08"]
        else:
            assert told in box.wind_button.toolTip()


def test_a_test_deck_is_never_wound_for_a_real_one(qtbot: QtBot) -> None:
    winding = Winding(Deck())
    with qtbot.waitSignal(winding.known) as told:
        winding.ask(Source((), device="deck:dv-pal"))
    assert "test deck" in told.args[0]


def test_a_merge_of_what_differs_says_so() -> None:
    share = {"damaged": 2, "frames": 50}
    answer = {
        "passes": [share, share], "frames_that_differ": 19,
        "result": {"frames": 50, "errors": {"frames": 1}, "counts": {"missing": 3}},
    }  # fmt: skip
    text = "a: damaged frames: 2 before, 1 now; 3 missing still; 19 frames are good in several passes and not the same"
    assert said("a", answer, 1).startswith(text)
