"""The whole window: what is shown when, what survives, what is asked."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from editor import theme
from editor.actions.palette import CommandPalette
from editor.settings import Settings
from editor.window.compare import CompareWindow
from editor.window.window import Window
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import AddNodes, SetParams
from graphs.files import load, save
from tests.editor.answers import Answers
from tests.editor.window.conftest import DEMO

ADD = AddNodes((NodeDoc(NodeId("crop1"), "geometry.crop"),))


def test_it_begins_with_the_start_page_and_shows_a_graph_once_one_is_open(window: Window, qtbot: QtBot) -> None:
    assert window.on_start_page and window.windowTitle() == "Tapeloom"
    assert not window.actions_.get("file.save").isEnabled()
    window.intake.take(DEMO)
    assert not window.on_start_page and "demo" in window.windowTitle()
    assert all(panel.isVisible() for panel in window.panels.values())


def test_the_title_shows_what_is_not_saved(window: Window, asker: Answers, tmp_path: Path, qtbot: QtBot) -> None:
    window.actions_.get("file.new").trigger()
    assert window.topbar.title.text() == "Untitled"
    window.desk.do(ADD, "add")
    assert window.topbar.title.text() == "Untitled •" and window.isWindowModified()
    asker.path = tmp_path / "mine.graph"
    window.activateWindow()
    qtbot.waitUntil(window.actions_.get("file.save").isEnabled)
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert window.topbar.title.text() == "mine" and list(load(tmp_path / "mine.graph").nodes) == ["crop1"]


def test_closing_asks_about_unsaved_work(window: Window, asker: Answers) -> None:
    window.actions_.get("file.new").trigger()
    window.desk.do(ADD, "add")
    asker.keep = "cancel"
    assert not window.close() and window.isVisible()
    assert asker.asked == ["keep Untitled"]
    asker.keep = "discard"
    assert window.close() and not window.isVisible()


def test_undo_and_redo_say_what_they_do(window: Window, qtbot: QtBot) -> None:
    window.desk.do(ADD, "Add a crop")
    undo = window.actions_.get("edit.undo")
    assert "Add a crop" in undo.text()
    qtbot.waitUntil(undo.isEnabled)
    undo.trigger()
    assert not window.desk.graph.nodes and "Add a crop" in window.actions_.get("edit.redo").text()


def test_a_bug_in_a_slot_is_told_once_and_closes_nothing(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back when the test is over
    window.faults.install()

    def broken() -> None:
        raise ZeroDivisionError("what we did not think of")

    for _ in range(2):
        QTimer.singleShot(0, broken)
        qtbot.wait(50)
    bar = window.notices.get("fault")
    assert bar is not None and "what we did not think of" in bar.label.text() and window.isVisible()
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    assert "broken" in QApplication.clipboard().text() and "ZeroDivisionError" in QApplication.clipboard().text()
    QTimer.singleShot(0, broken)
    qtbot.wait(50)
    assert window.notices.get("fault") is None  # the same fault is not told again
    assert capsys.readouterr().err.count("Traceback") == 3
    window.faults.remove()


def test_a_graph_dropped_on_the_window_is_opened(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    save(Graph.of([NodeDoc(NodeId("crop1"), "geometry.crop")]), tmp_path / "dropped.graph")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "dropped.graph"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(90, 90), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(90, 90), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, drop)
    qtbot.waitUntil(lambda: window.desk.name == "dropped")
    text = QMimeData()
    text.setText("no file")
    enter = QDragEnterEvent(QPointF(90, 90), Qt.DropAction.CopyAction, text, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_the_theme_is_switched_and_kept(window: Window, settings: Settings) -> None:
    assert theme.is_dark()
    window.actions_.get("theme.toggle").trigger()
    assert not theme.is_dark() and Settings(settings.file).get("theme") == "light"
    window.actions_.get("theme.larger").trigger()
    assert theme.text_scale() == 1.1
    settings.set("theme", "dark")
    settings.set("text_size", 100)
    assert theme.is_dark() and theme.text_scale() == 1.0


def test_layouts_are_hidden_filled_named_and_reset(
    window: Window, asker: Answers, settings: Settings, qtbot: QtBot
) -> None:
    window.actions_.get("file.new").trigger()
    layout = window.layout_
    qtbot.waitUntil(window.actions_.get("panel.scopes").isEnabled)
    window.actions_.get("panel.scopes").trigger()
    assert not layout.is_shown("scopes") and not window.actions_.get("panel.scopes").isChecked()
    asker.text = "narrow"
    window.actions_.get("layout.save").trigger()
    window.panels["viewer"].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window.actions_.get("layout.fill").trigger()
    assert [key for key in window.panels if layout.is_shown(key)] == ["canvas"]
    window.actions_.get("layout.fill").trigger()
    assert not layout.is_shown("scopes") and layout.is_shown("palette")
    window.actions_.get("layout.reset").trigger()
    assert all(layout.is_shown(key) for key in window.panels)
    layout.restore(settings.get("layouts")["narrow"])
    assert [key for key in window.panels if not layout.is_shown(key)] == ["scopes"]
    assert Settings(settings.file).get("layout")["hidden"] == ["scopes"]


@pytest.mark.parametrize("state", [{"shares": {"all": [2, "x"]}, "hidden": "all"}, {"shares": 3}, {"hidden": ["what"]}])
def test_a_layout_that_makes_no_sense_is_as_usual(window: Window, state: dict[str, object]) -> None:
    window.actions_.get("file.new").trigger()
    window.layout_.restore(state)
    assert all(window.layout_.is_shown(key) for key in window.panels)


def test_every_part_stands_and_no_two_default_keys_get_in_each_others_way(window: Window) -> None:
    for menu in ("file.open", "edit.undo", "canvas.tidy", "view.ab", "play.toggle", "render.start", "layout.reset"):
        assert menu in window.actions_
    taken = {
        command.id: [other.id for other in window.actions_.using(command.shortcut, but=command.id)]
        for command in window.actions_
        if command.shortcut
    }
    assert {name: others for name, others in taken.items() if others} == {}


def test_the_palette_opens_by_its_keys_and_does_what_is_typed(window: Window, qtbot: QtBot) -> None:
    window.actions_.get("file.new").trigger()
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = window.findChild(CommandPalette)
    assert palette is not None and palette.list.count() > 60
    QTest.keyClicks(palette.field, "dark or li")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not theme.is_dark())
    window.settings.set("theme", "dark")


def test_a_picture_comes_and_what_is_wrong_is_listed(window: Window, qtbot: QtBot) -> None:
    window.intake.take(DEMO)
    assert window.parts is not None
    parts = window.parts
    qtbot.waitUntil(lambda: window.status.frame.text() != "", timeout=60_000)
    assert window.topbar.render_button.isEnabled()
    assert parts.problems.list.count() == 0
    window.desk.do(SetParams(NodeId("deinterlace1"), {"sharpness": 99.0}), "set")
    qtbot.waitUntil(lambda: parts.problems.list.count() == 1, timeout=20_000)
    item = parts.problems.list.item(0)
    parts.problems.list.itemClicked.emit(item)
    assert window.desk.current == "deinterlace1"


def test_what_another_program_changes_is_offered_to_be_read_again(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "shared.graph"
    save(Graph(), file)
    window.intake.take(file)
    save(Graph.of([NodeDoc(NodeId("crop1"), "geometry.crop")]), file)
    qtbot.waitUntil(lambda: window.notices.get("outside") is not None, timeout=5000)
    bar = window.notices.get("outside")
    assert bar is not None
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    assert list(window.desk.graph.nodes) == ["crop1"] and window.notices.get("outside") is None


def test_what_is_half_typed_is_saved_and_asked_about(
    window: Window, tmp_path: Path, qtbot: QtBot, asker: Answers
) -> None:
    file = tmp_path / "typed.graph"
    save(Graph.of([NodeDoc(NodeId("crop1"), "geometry.crop")]), file)
    window.intake.take(file)
    assert window.parts is not None
    notes = window.parts.notes
    QTest.keyClicks(notes.about, "tape 3")
    window.files.save()
    assert load(file).meta["about"] == "tape 3"
    QTest.keyClicks(notes.about, " of 7")
    asker.keep = "cancel"
    assert not window.close() and asker.asked[-1] == "keep typed"


def test_what_was_done_since_the_offer_is_not_given_up_unasked(
    window: Window, tmp_path: Path, qtbot: QtBot, asker: Answers
) -> None:
    file = tmp_path / "shared.graph"
    save(Graph(), file)
    window.intake.take(file)
    save(Graph.of([NodeDoc(NodeId("fill1"), "geometry.fill")]), file)
    qtbot.waitUntil(lambda: window.notices.get("outside") is not None, timeout=5000)
    bar = window.notices.get("outside")
    assert bar is not None
    window.desk.do(ADD, "add")
    asker.yes = False
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    assert list(window.desk.graph.nodes) == ["crop1"] and "Reload" in asker.asked


def test_a_recovered_document_that_cannot_be_kept_anew_keeps_its_old_copy(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from editor.desk.recovery import place

    folder = place() / "crashed"
    folder.mkdir(parents=True)
    save(Graph.of([NodeDoc(NodeId("crop1"), "geometry.crop")]), folder / "document.graph")
    window.news.survivors()
    bar = window.notices.get("survivors")
    assert bar is not None

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    assert list(window.desk.graph.nodes) == ["crop1"] and (folder / "document.graph").exists()


def test_windows_that_compare_go_with_theirs(window: Window, qtbot: QtBot) -> None:
    window.intake.take(DEMO)
    assert window.parts is not None
    clip = DEMO.parent / "tape.mkv"
    window.parts.queue.compare_wanted.emit(clip, clip, Fraction(0))
    (other,) = window.findChildren(CompareWindow)
    qtbot.waitUntil(lambda: other.engine.session is not None, timeout=60_000)
    window.close()
    assert other.engine.session is None and not other.isVisible()


def test_what_a_crash_left_is_offered_and_recovered(qtbot: QtBot, settings: Settings, asker: Answers) -> None:
    import json

    from editor.desk.recovery import place
    from nodes.registry import default_registry

    folder = place() / "crashed"
    folder.mkdir(parents=True)
    save(Graph.of([NodeDoc(NodeId("crop1"), "geometry.crop")]), folder / "document.graph")
    (folder / "about.json").write_text(json.dumps({"name": "the wedding", "path": ""}))
    window = Window(settings, default_registry(), asker)
    with qtbot.waitSignal(window.ready, timeout=20_000):
        window.show()
    bar = window.notices.get("survivors")
    assert bar is not None and "the wedding" in bar.label.text()
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    assert list(window.desk.graph.nodes) == ["crop1"] and window.desk.dirty and window.desk.name == "the wedding"
    assert not folder.exists() and window.notices.get("survivors") is None
    assert (window.recovery.folder / "document.graph").exists()  # kept anew until it is saved
    window.close()
    assert not window.recovery.folder.exists()


def test_a_smaller_preview_is_asked_for_and_shown(window: Window, qtbot: QtBot) -> None:
    window.resize(1600, 1000)
    window.intake.take(DEMO)
    assert window.parts is not None
    slot = window.parts.viewer.slots["A"]
    qtbot.waitUntil(lambda: slot.shot is not None, timeout=60_000)
    assert slot.shot is not None
    before = slot.shot.image.width()
    window.topbar.sizes.setCurrentIndex(2)
    qtbot.waitUntil(lambda: slot.shot is not None and slot.shot.image.width() < before / 2, timeout=20_000)


def test_it_stands_where_it_stood(window: Window, settings: Settings, asker: Answers) -> None:
    window.resize(860, 611)  # the screen of the tests is 800 wide and high
    window.close()
    again = Window(Settings(settings.file), window.desk.registry, asker)
    assert again.height() == 611
    again.close()


def test_one_goes_back_to_the_start_page_and_finds_the_work_there(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    save(Graph(), tmp_path / "wedding.graph")
    window.intake.take(tmp_path / "wedding.graph")
    qtbot.waitUntil(window.actions_.get("file.save").isEnabled)
    window.actions_.get("file.start").trigger()
    assert window.on_start_page and window.windowTitle() == "Tapeloom" and window.desk.path is None
    qtbot.waitUntil(lambda: not window.actions_.get("file.save").isEnabled())
    QTest.mouseClick(window.start.recent.cards[0], Qt.MouseButton.LeftButton)
    assert window.desk.name == "wedding" and not window.on_start_page
