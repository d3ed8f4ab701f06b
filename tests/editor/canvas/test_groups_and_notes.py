"""Groups, notes and folded cards."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from graphs.codec import decode, encode
from graphs.document import GroupId, NodeId
from tests.editor.canvas.rig import CTRL, SHIFT, Rig


def grouped(line: Rig) -> None:
    line.choose("crop1", "levels1")
    line.key(Qt.Key.Key_G, CTRL)
    edit = line.view.findChild(QLineEdit)
    assert edit is not None
    QTest.keyClicks(edit, "Repair")
    QTest.keyClick(edit, Qt.Key.Key_Return)


def head(line: Rig) -> QPoint:
    rect = line.canvas.mirror.frames[GroupId("group1")].rect
    return line.at(rect.left() + 60, rect.top() + 16)


def test_a_group_is_made_named_and_moved_by_its_head(line: Rig) -> None:
    grouped(line)
    (group,) = line.graph.groups
    assert group.label == "Repair" and set(group.nodes) == {"crop1", "levels1"} and line.true()
    line.click(line.at(-20, 600))
    line.drag(head(line), head(line) + QPoint(30, 60))
    assert line.graph.nodes[NodeId("crop1")].position == (350, 60)
    assert line.graph.nodes[NodeId("levels1")].position == (670, 60) and line.true()
    assert line.graph.nodes[NodeId("free1")].position == (320, 320)


def test_a_folded_group_hides_its_cards_and_keeps_its_wires(line: Rig) -> None:
    grouped(line)
    frame = line.canvas.mirror.frames[GroupId("group1")]
    line.click(line.view.to_view(frame.fold_button.center()).toPoint())
    assert line.graph.groups[0].collapsed and not line.canvas.mirror.cards[NodeId("crop1")].isVisible()
    assert line.true()
    wires = line.canvas.mirror.wires
    assert not wires[NodeId("levels1"), "clip"].isVisible() and wires[NodeId("crop1"), "clip"].isVisible()
    assert wires[NodeId("crop1"), "clip"].path().pointAtPercent(1).x() == frame.rect.left()
    line.drag(head(line), head(line) + QPoint(0, 100))
    assert line.graph.nodes[NodeId("levels1")].position == (640, 100) and line.true()
    line.desk.undo()
    line.desk.undo()
    assert line.canvas.mirror.cards[NodeId("crop1")].isVisible() and line.true()


def test_a_card_dropped_into_a_group_joins_it(line: Rig) -> None:
    line.choose("crop1", "levels1")
    line.canvas.operations.group()
    line.drag(line.title("out1"), line.at(560, 190))
    assert "out1" in line.graph.groups[0].nodes and line.true()
    line.desk.undo()
    assert "out1" not in line.graph.groups[0].nodes
    assert line.graph.nodes[NodeId("out1")].position == (960, 0) and line.true()


def test_ungrouping_leaves_the_nodes(line: Rig) -> None:
    grouped(line)
    line.choose("crop1")
    line.key(Qt.Key.Key_G, CTRL | SHIFT)
    assert not line.graph.groups and len(line.graph.nodes) == 5 and line.true()


def test_a_group_whose_nodes_are_all_deleted_goes_too(line: Rig) -> None:
    grouped(line)
    line.choose("crop1", "levels1")
    line.key(Qt.Key.Key_Delete)
    assert not line.graph.groups and line.links == {"source1.out → out1.clip"} and line.true()


def test_a_note_is_written_moved_stretched_and_deleted(rig: Rig) -> None:
    QCursor.setPos(rig.view.viewport().mapToGlobal(QPoint(650, 500)))
    rig.key(Qt.Key.Key_N)
    edit = rig.view.findChild(QPlainTextEdit)
    assert edit is not None
    QTest.keyClicks(edit, "Keep the capture")
    QTest.keyClick(edit, Qt.Key.Key_Return, CTRL)
    (note,) = rig.graph.notes
    assert note.text == "Keep the capture" and rig.true()
    item = rig.canvas.mirror.notes[note.id]
    middle = rig.view.to_view(item.rect().center()).toPoint()
    rig.drag(middle, middle + QPoint(50, 60))
    assert rig.graph.notes[0].position == (note.position[0] + 50, note.position[1] + 60) and rig.true()
    corner = rig.view.to_view(item.rect().bottomRight()).toPoint() - QPoint(4, 4)
    rig.drag(corner, corner + QPoint(60, 30))
    assert rig.graph.notes[0].size == (300, 150) and rig.true(), (item.rect(), corner)
    rig.key(Qt.Key.Key_Delete)
    assert not rig.graph.notes and rig.true()
    rig.desk.undo()
    assert rig.graph.notes[0].size == (300, 150) and rig.true()


def test_escape_leaves_a_title_as_it_was(line: Rig) -> None:
    line.choose("crop1")
    line.key(Qt.Key.Key_F2)
    edit = line.view.findChild(QLineEdit)
    assert edit is not None
    QTest.keyClicks(edit, "Sides")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert line.graph.nodes[NodeId("crop1")].label == "" and line.true()
    line.double_click(line.title("levels1"))
    (edit,) = [each for each in line.view.findChildren(QLineEdit) if each.isVisible()]
    QTest.keyClicks(edit, "Blacks")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert line.graph.nodes[NodeId("levels1")].label == "Blacks" and line.true()
    assert line.canvas.mirror.cards[NodeId("levels1")].face.title == "Blacks"


def test_a_title_half_typed_goes_into_the_document_that_is_saved_and_into_no_other(line: Rig) -> None:
    def typed(name: str) -> None:
        line.choose("crop1")
        line.key(Qt.Key.Key_F2)
        (edit,) = [each for each in line.view.findChildren(QLineEdit) if each.isVisible()]
        QTest.keyClicks(edit, name)

    typed("Sides")
    line.desk.finish()
    assert line.graph.nodes[NodeId("crop1")].label == "Sides" and line.true()
    typed("Edges")
    line.desk.open(line.graph)
    line.view.setFocus()
    assert line.graph.nodes[NodeId("crop1")].label == "Sides" and not line.desk.dirty and line.true()


def test_a_folded_card_stays_folded_in_the_file(line: Rig) -> None:
    line.choose("crop1")
    tall = line.canvas.mirror.cards[NodeId("crop1")].rect().height()
    line.key(Qt.Key.Key_E)
    assert line.canvas.mirror.cards[NodeId("crop1")].rect().height() < tall / 3 and line.true()
    again = decode(encode(line.graph))
    line.desk.open(again)
    assert line.canvas.mirror.cards[NodeId("crop1")].rect().height() < tall / 3 and line.true()
    line.drag(line.into("crop1.clip"), line.into("free1.clip"))
    assert "source1.out → free1.clip" in line.links and line.true()
