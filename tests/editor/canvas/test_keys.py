"""Everything by keyboard: states, walking, wiring, order; keys that belong to others are left alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QCursor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from editor.canvas import SearchContext
from graphs.document import NodeId
from graphs.edits import Bypass, Move
from tests.editor.canvas.rig import ALT, SHIFT, Rig


def test_b_bypasses_and_m_mutes(line: Rig) -> None:
    line.choose("crop1", "levels1")
    line.key(Qt.Key.Key_B)
    assert all(line.graph.nodes[NodeId(name)].bypass for name in ("crop1", "levels1")) and line.true()
    line.choose("crop1")
    line.key(Qt.Key.Key_B)
    assert not line.graph.nodes[NodeId("crop1")].bypass and line.true()
    line.key(Qt.Key.Key_M)
    assert line.graph.nodes[NodeId("crop1")].mute and line.true()
    assert line.desk.undo_text == "Mute"


def test_alt_and_arrows_go_from_node_to_node(line: Rig) -> None:
    line.choose("source1")
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        line.key(key, ALT)
        seen.append(line.desk.current)
    assert seen == ["crop1", "levels1", "out1", "levels1"]
    line.choose("crop1")
    line.key(Qt.Key.Key_Down, ALT)
    assert line.desk.current == "free1" and line.true()


def test_nodes_are_wired_in_a_row_without_a_mouse(rig: Rig) -> None:
    rig.choose("source1")
    rig.key(Qt.Key.Key_Right, ALT | SHIFT)
    rig.key(Qt.Key.Key_Right, ALT | SHIFT)
    rig.key(Qt.Key.Key_C)
    assert rig.links == {"source1.out → crop1.clip", "crop1.out → levels1.clip"} and rig.true()
    rig.desk.undo()
    assert not rig.links


def test_arrows_move_cards_and_a_run_of_them_is_one_step(rig: Rig) -> None:
    rig.choose("crop1")
    for _ in range(3):
        rig.key(Qt.Key.Key_Down)
    assert rig.graph.nodes[NodeId("crop1")].position == (320, 72) and rig.true()
    rig.desk.undo()
    assert rig.graph.nodes[NodeId("crop1")].position == (320, 0)


def test_tab_asks_for_a_node_and_enter_for_one_behind(line: Rig) -> None:
    line.key(Qt.Key.Key_Tab)
    assert line.searches[-1].port is None
    line.choose("free1")
    line.key(Qt.Key.Key_Return)
    assert line.searches[-1].port == ("free1", "out")
    placed = line.canvas.place("colour.gamma", line.searches[-1])
    assert f"free1.out → {placed}.clip" in line.links and line.true()


def test_enter_puts_a_node_between_and_makes_room_for_it(line: Rig) -> None:
    line.choose("crop1")
    line.key(Qt.Key.Key_Return)
    placed = line.canvas.place("colour.gamma", line.searches[-1])
    assert {f"crop1.out → {placed}.clip", f"{placed}.out → levels1.clip"} < line.links and line.true()
    assert placed is not None
    row = [line.graph.nodes[NodeId(name)].position for name in ("source1", "crop1", placed, "levels1", "out1")]
    assert [x for x, _ in row] == [0, 320, 560, 800, 1120] and row[2][1] == row[1][1]
    assert line.graph.nodes[NodeId("free1")].position == (320, 320)  # not in the way
    line.desk.undo()
    assert line.graph.nodes[NodeId("levels1")].position == (640, 0) and "crop1.out → levels1.clip" in line.links


def test_tab_over_a_wire_asks_for_a_node_that_goes_into_it(line: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line.view, "underMouse", lambda: True)
    middle = (line.out("crop1.out") + line.into("levels1.clip")) / 2
    monkeypatch.setattr(QCursor, "pos", lambda: line.view.viewport().mapToGlobal(middle))
    line.key(Qt.Key.Key_Tab)
    assert line.searches[-1].on == ("levels1", "clip")
    monkeypatch.setattr(QCursor, "pos", lambda: line.view.viewport().mapToGlobal(line.title("free1")))
    line.key(Qt.Key.Key_Tab)
    assert line.searches[-1].port == ("free1", "out")


def test_what_is_a_group_already_gets_no_second_frame(line: Rig) -> None:
    line.choose("crop1", "levels1")
    first = line.canvas.operations.group()
    line.choose("crop1", "levels1")
    assert line.canvas.operations.group() == first and len(line.graph.groups) == 1
    line.choose("crop1")
    assert line.canvas.operations.group() != first and len(line.graph.groups) == 2


def test_what_is_replaced_is_no_longer_called_as_it_was(line: Rig) -> None:
    line.canvas.operations.rename(NodeId("levels1"), "Dropouts")
    assert line.canvas.replace_node(NodeId("levels1"), "colour.gamma")
    assert line.graph.nodes[NodeId("levels1")].label == "" and line.true()
    line.desk.undo()
    assert line.graph.nodes[NodeId("levels1")].label == "Dropouts"


def test_a_node_is_replaced_and_keeps_its_wires(line: Rig) -> None:
    line.choose("levels1")
    line.key(Qt.Key.Key_R)
    assert line.canvas.place("colour.gamma", line.searches[-1]) == "levels1"
    assert line.graph.nodes[NodeId("levels1")].type == "colour.gamma" and len(line.links) == 3 and line.true()
    assert line.canvas.replace_node(NodeId("levels1"), "sound.gain")
    assert line.links == {"source1.out → crop1.clip"} and line.true()
    line.desk.undo()
    line.desk.undo()
    assert line.graph.nodes[NodeId("levels1")].type == "colour.levels" and len(line.links) == 3 and line.true()


@pytest.mark.parametrize("number", range(1, 10))
def test_the_number_keys_are_the_viewers(line: Rig, number: int) -> None:
    key = Qt.Key(Qt.Key.Key_0.value + number)
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, str(number))
    event.ignore()
    QApplication.sendEvent(line.view, event)
    assert not event.isAccepted()


def test_a_key_that_the_window_uses_too_is_the_canvas_s_while_it_has_the_focus(line: Rig) -> None:
    heard: list[str] = []
    action = QAction("Show in B", line.canvas)
    action.setShortcut(QKeySequence("B"))
    action.triggered.connect(lambda: heard.append("B"))
    line.canvas.addAction(action)
    line.choose("crop1")
    line.key(Qt.Key.Key_B)
    assert line.graph.nodes[NodeId("crop1")].bypass and not heard


def test_aligning_and_spreading(rig: Rig) -> None:
    rig.choose("source1", "crop1", "levels1")
    rig.key(Qt.Key.Key_L, SHIFT)
    assert {rig.graph.nodes[NodeId(name)].position[0] for name in ("source1", "crop1", "levels1")} == {0}
    rig.desk.undo()
    rig.desk.do(Move({NodeId("crop1"): (250, 40)}), "Move")
    rig.key(Qt.Key.Key_H, SHIFT)
    rig.key(Qt.Key.Key_T, SHIFT)
    assert rig.graph.nodes[NodeId("crop1")].position == (320, 0) and rig.true()


def test_the_menu_key_opens_a_menu_by_which_ports_are_wired(line: Rig) -> None:
    line.choose("free1")
    line.menu_key()
    menu = next(each for each in line.canvas.findChildren(QMenu) if each.isVisible())
    wire = next(action for action in menu.actions() if action.text() == "Wire").menu()
    assert isinstance(wire, QMenu)
    clip = wire.actions()[0].menu()
    assert isinstance(clip, QMenu)
    next(action for action in clip.actions() if action.text() == line.title_of("crop1")).trigger()
    assert "crop1.out → free1.clip" in line.links and line.true()
    menu.close()


def test_every_command_can_be_done_at_any_time(line: Rig) -> None:
    """On an empty graph, with nothing selected, and with everything: no command may fail."""
    for _ in range(2):
        for name, action in line.canvas.commands.items():
            if name != "canvas.fold":
                action.trigger()
                assert line.true(), name
        line.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        line.canvas.commands["edit.delete"].trigger()
    assert not line.graph.nodes


def test_what_cannot_be_done_is_said(line: Rig) -> None:
    assert not line.desk.do(Bypass(frozenset({NodeId("nobody")}), True), "Bypass")
    assert "nobody" in line.messages[-1]
    assert line.canvas.place("no.such.node", SearchContext((0, 0))) is None
    assert "no.such.node" in line.messages[-1]


def test_a_screen_reader_hears_the_current_node(line: Rig) -> None:
    assert "5 nodes" in line.view.accessibleDescription()
    line.choose("crop1")
    line.key(Qt.Key.Key_B)
    line.key(Qt.Key.Key_Right, ALT)
    line.key(Qt.Key.Key_Left, ALT)
    said = line.view.accessibleDescription()
    assert "Crop" in said and "bypassed" in said and "clip is wired" in said
