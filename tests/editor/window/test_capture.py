"""The capture in the window: ways in, what becomes of a tape, and that closing loses nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from capture.devices.found import Found
from capture.session.messages import Finishing, StateIs
from editor.capture.panel import CapturePanel
from editor.capture.taping import Listener
from editor.window.capture import CaptureParts
from editor.window.window import Window
from graphs.document import NodeDoc, NodeId
from graphs.edits import AddNodes
from runtime.takes import load
from tests.editor.answers import Answers
from tests.editor.capture.kit import FOUND, GRABBER, Recorder, counted, happened
from tests.editor.window.conftest import DEMO

LEFT = Qt.MouseButton.LeftButton
TAPE = DEMO.parent / "tape.mkv"
NODE = NodeId("capture1")


@pytest.fixture
def recorders() -> list[Recorder]:
    return []


@pytest.fixture
def parts(window: Window, qtbot: QtBot, recorders: list[Recorder], tmp_path: Path) -> CaptureParts:
    """The window's capture, with a recorder and devices of the test's own."""
    window.build_parts()
    assert window.parts is not None
    made = window.parts.capture
    window.settings.set("capture", {"folder": str(tmp_path / "tapes"), "device": str(GRABBER.id)})

    def start(listener: Listener) -> Recorder:
        recorders.append(Recorder(listener))
        return recorders[-1]

    made.taping._start = start
    made.finding._look = lambda: FOUND
    made.finding._plugs = lambda _: lambda: None
    return made


def opened(parts: CaptureParts, qtbot: QtBot) -> CapturePanel:
    panel = parts.panel
    assert panel is not None
    qtbot.waitUntil(lambda: parts.finding.known and not parts.finding.busy)
    qtbot.waitUntil(lambda: parts.taping.standing.state == "preview")
    return panel


def recording(parts: CaptureParts, qtbot: QtBot) -> CapturePanel:
    parts.show_panel()
    panel = opened(parts, qtbot)
    panel.record_or_stop()
    qtbot.waitUntil(lambda: parts.taping.recording)
    return panel


def test_the_start_page_and_the_menu_open_the_panel(window: Window, parts: CaptureParts, qtbot: QtBot) -> None:
    QTest.mouseClick(window.start.capture_button, LEFT)
    panel = opened(parts, qtbot)
    assert panel.isVisible()
    panel.close()
    window.actions_.get("file.capture").trigger()
    assert panel.isVisible() and parts.panel is panel


def test_the_key_records_and_stops_in_the_panel(window: Window, parts: CaptureParts, qtbot: QtBot) -> None:
    parts.show_panel()
    panel = opened(parts, qtbot)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.waitUntil(window.actions_.get("capture.record").isEnabled)
    QTest.keyClick(panel, Qt.Key.Key_R, both)
    qtbot.waitUntil(lambda: parts.taping.recording)


def test_the_line_at_the_bottom_shows_a_recording_while_the_panel_is_closed(
    parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder]
) -> None:
    panel = recording(parts, qtbot)
    panel.close()
    recorders[-1].tell(counted(754, lost=7))
    qtbot.waitUntil(lambda: "0:12:34" in parts._at_work.text())
    assert "7 lost" in parts._at_work.text() and recorders[-1].words[-1] == "record"
    parts._at_work.click()
    assert panel.isVisible()


def test_closing_the_window_asks_and_makes_the_file_whole_first(
    window: Window, asker: Answers, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder]
) -> None:
    recording(parts, qtbot)
    recorders[-1].slow = True
    asker.yes = False
    assert not window.close() and window.isVisible()
    assert asker.asked == ["A tape is being recorded"] and recorders[-1].words[-1] == "record"
    asker.yes = True

    def end() -> None:  # while the window waits
        assert recorders[-1].words[-1] == "finish"
        recorders[-1].tell(Finishing("joining", 0.5))
        recorders[-1].end(Path("a.mkv"))

    from PySide6.QtCore import QTimer

    QTimer.singleShot(300, end)
    assert window.close() and not window.isVisible()
    assert recorders[-1].words[-2:] == ["finish", "close"]


def test_nothing_is_asked_where_nothing_is_recorded(
    window: Window, asker: Answers, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder]
) -> None:
    parts.show_panel()
    opened(parts, qtbot)
    assert window.close() and asker.asked == [] and recorders[-1].words[-1] == "close"


def test_a_capture_node_opens_the_panel_and_stands_for_the_recording_afterwards(
    window: Window, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder], tmp_path: Path
) -> None:
    window.actions_.get("file.new").trigger()
    node = NodeDoc(NODE, "input.capture", params={"tape": "Summer 1988", "blank": 25, "device": GRABBER.name})
    window.desk.do(AddNodes((node,)), "add")
    window.desk.select([NODE], NODE)
    assert window.parts is not None
    button = window.parts.params.capture_button
    qtbot.waitUntil(button.isVisible)
    QTest.mouseClick(button, LEFT)
    panel = opened(parts, qtbot)
    assert panel.form.name.text() == "Summer 1988" and panel.form.wish.blank_s == 25
    panel.record_or_stop()
    qtbot.waitUntil(lambda: parts.taping.recording)
    file = tmp_path / "Summer 1988.mkv"
    shutil.copyfile(TAPE, file)
    recorders[-1].end(file)
    qtbot.waitUntil(lambda: window.desk.graph.nodes[NODE].params.get("take") == str(file))
    window.desk.undo()
    assert not window.desk.graph.nodes[NODE].params.get("take")


def test_other_nodes_have_no_such_button(window: Window, parts: CaptureParts) -> None:
    window.actions_.get("file.new").trigger()
    window.desk.do(AddNodes((NodeDoc(NodeId("crop1"), "geometry.crop"),)), "add")
    window.desk.select([NodeId("crop1")], NodeId("crop1"))
    assert window.parts is not None and not window.parts.params.capture_button.isVisible()


def test_the_palettes_capture_node_opens_the_panel(window: Window, parts: CaptureParts, qtbot: QtBot) -> None:
    window.actions_.get("file.new").trigger()
    assert window.parts is not None
    window.parts.palette.chosen.emit("input.capture")
    qtbot.waitUntil(lambda: parts.panel is not None and parts.panel.isVisible())
    assert any(node.type == "input.capture" for node in window.desk.graph.nodes.values())
    window.parts.palette.chosen.emit("geometry.crop")


def test_a_finished_tape_opens_as_a_graph_that_suits_it(
    window: Window, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder], tmp_path: Path
) -> None:
    panel = recording(parts, qtbot)
    file = tmp_path / "Tape 1.mkv"
    shutil.copyfile(TAPE, file)
    recorders[-1].end(file)
    qtbot.waitUntil(lambda: panel.notices.get("ended") is not None)
    notice = panel.notices.get("ended")
    assert notice is not None
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: bool(window.desk.graph.nodes), timeout=20_000)
    assert str(file) in [node.params.get("file") for node in window.desk.graph.nodes.values()]


def test_a_tape_with_a_hole_in_it_opens_as_one_take_of_all_its_parts(
    window: Window, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder], tmp_path: Path
) -> None:
    panel = recording(parts, qtbot)
    files = [tmp_path / f"Tape 1.00{number}.mkv" for number in (1, 2)]
    for file in files:
        shutil.copyfile(TAPE, file)
    recorders[-1].end(*files)
    qtbot.waitUntil(lambda: panel.notices.get("ended") is not None)
    notice = panel.notices.get("ended")
    assert notice is not None and "2 files" in notice.label.text()
    notice.buttons[0].click()
    takes = [node.params.get("take") for node in window.desk.graph.nodes.values() if node.type == "input.capture"]
    assert takes == [str(tmp_path / "Tape 1.tapeset")]
    assert [part.file for part in load(tmp_path / "Tape 1.tapeset").passes[0].parts] == [file.name for file in files]


def test_what_ends_while_the_panel_is_closed_is_told_by_the_window(
    window: Window, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder]
) -> None:
    panel = recording(parts, qtbot)
    panel.close()
    recorders[-1].tell(happened("lost", 3, 7, 0.28))
    recorders[-1].end(Path("Tape 1.mkv"), lost=7)
    qtbot.waitUntil(lambda: window.notices.get("captured") is not None)
    notice = window.notices.get("captured")
    assert notice is not None and "7 frames lost" in notice.label.text() and notice.kind == "warn"


def test_the_test_decks_are_switched_on_in_the_menu_and_stay_on(window: Window, parts: CaptureParts) -> None:
    action = window.actions_.get("capture.decks")
    assert not action.isChecked() and parts.finding.found == Found()
    action.trigger()
    assert parts.finding.test_decks and parts.finding.found.devices and window.settings.get("test decks")


def test_a_state_that_never_ends_can_be_left_to_the_recorder(
    window: Window, asker: Answers, parts: CaptureParts, qtbot: QtBot, recorders: list[Recorder]
) -> None:
    recording(parts, qtbot)
    recorders[-1].slow = True
    recorders[-1].tell(StateIs("finishing"))
    qtbot.waitUntil(lambda: parts.taping.standing.state == "finishing")

    def leave() -> None:
        from PySide6.QtWidgets import QApplication, QProgressDialog

        shown = QApplication.activeModalWidget()
        assert isinstance(shown, QProgressDialog)
        shown.cancel()

    from PySide6.QtCore import QTimer

    QTimer.singleShot(600, leave)
    assert window.close() and asker.asked == [] and recorders[-1].words[-1] == "close"
