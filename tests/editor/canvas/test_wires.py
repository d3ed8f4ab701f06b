"""Wires by hand: made, refused, moved, pulled off, cut."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graphs.document import NodeId
from tests.editor.canvas.rig import ALT, LEFT, Rig
from tests.editor.canvas.test_told import told


def test_a_wire_from_port_to_port_is_one_undo_step(rig: Rig) -> None:
    rig.drag(rig.out("source1.out"), rig.into("crop1.clip"))
    assert rig.links == {"source1.out → crop1.clip"} and rig.true()
    rig.desk.undo()
    assert rig.links == set() and rig.true()
    rig.desk.redo()
    assert rig.links == {"source1.out → crop1.clip"} and rig.true()
    assert rig.desk.undo_text == "Wire"


def test_a_wire_may_be_drawn_backwards(rig: Rig) -> None:
    rig.drag(rig.into("crop1.clip"), rig.out("source1.out"))
    assert rig.links == {"source1.out → crop1.clip"} and rig.true()


def test_dropped_on_a_card_it_finds_the_port_that_fits(rig: Rig) -> None:
    rig.drag(rig.out("source1.sound"), rig.body("gain1"))
    assert rig.links == {"source1.sound → gain1.audio"} and rig.true()


def test_kinds_that_do_not_fit_are_refused_with_the_reason(rig: Rig) -> None:
    rig.press(rig.out("source1.out"))
    rig.move(rig.into("gain1.audio"))
    rig.move(rig.into("gain1.audio"))
    assert "gives clip, but audio takes audio" in rig.canvas.hint.text
    rig.release(rig.into("gain1.audio"))
    assert rig.links == set() and rig.true() and rig.desk.undo_text is None
    assert "gives clip" in rig.messages[-1] and not rig.canvas.hint.isVisible()


def test_a_circle_is_refused_and_what_was_wired_stays(line: Rig) -> None:
    before = line.links
    line.drag(line.out("levels1.out"), line.into("crop1.clip"))
    assert line.links == before and line.true()
    assert "circle" in line.messages[-1]


def test_a_used_input_takes_the_new_wire_and_lets_the_old_go_in_one_step(rig: Rig) -> None:
    rig.drag(rig.out("source1.out"), rig.into("levels1.clip"))
    rig.drag(rig.out("crop1.out"), rig.into("levels1.clip"))
    assert rig.links == {"crop1.out → levels1.clip"} and rig.true()
    rig.desk.undo()
    assert rig.links == {"source1.out → levels1.clip"} and rig.true()


def test_a_wire_pulled_off_an_input_into_the_void_is_gone(line: Rig) -> None:
    line.drag(line.into("levels1.clip"), line.into("levels1.clip") + QPoint(-60, 330))
    assert "crop1.out → levels1.clip" not in line.links and line.true()
    assert line.searches == []
    line.desk.undo()
    assert "crop1.out → levels1.clip" in line.links and line.true()


def test_a_pulled_wire_goes_to_another_input_in_one_step(line: Rig) -> None:
    before = line.links
    line.drag(line.into("levels1.clip"), line.into("free1.clip"))
    assert line.links == before - {"crop1.out → levels1.clip"} | {"crop1.out → free1.clip"} and line.true()
    line.desk.undo()
    assert line.links == before and line.true()


def test_put_back_where_it_was_nothing_has_happened(line: Rig) -> None:
    before = line.graph
    line.press(line.into("levels1.clip"))
    line.move(line.at(500, 400))
    line.move(line.into("levels1.clip"))
    line.release(line.into("levels1.clip"))
    assert line.graph == before and line.desk.undo_text is None and line.true()


def test_dragging_a_wire_takes_its_nearer_end_off(line: Rig) -> None:
    line.drag(line.on_wire("levels1.clip", 0.8), line.into("free1.clip"))
    assert "crop1.out → free1.clip" in line.links and "crop1.out → levels1.clip" not in line.links and line.true()


def test_a_click_on_a_port_changes_nothing(line: Rig) -> None:
    before = line.graph
    line.click(line.into("levels1.clip"))
    line.click(line.out("crop1.out"))
    assert line.graph == before and line.true()


def test_escape_lets_the_wire_go_and_leaves_all_as_it_was(line: Rig) -> None:
    before = line.graph
    line.press(line.into("levels1.clip"))
    line.move(line.at(500, 400))
    line.key(Qt.Key.Key_Escape)
    line.release(line.at(500, 400))
    assert line.graph == before and line.true()
    assert line.canvas.mirror.wires[NodeId("levels1"), "clip"].isVisible()


def test_a_second_button_ends_the_gesture(line: Rig) -> None:
    before = line.graph
    line.press(line.into("levels1.clip"))
    line.move(line.at(500, 400))
    line.press(line.at(500, 400), button=Qt.MouseButton.RightButton)
    line.release(line.at(500, 400), button=LEFT)
    assert line.graph == before and line.true()


def test_into_the_void_it_asks_for_a_node_that_fits_and_wires_it_in_one_step(rig: Rig) -> None:
    rig.drag(rig.out("source1.sound"), rig.at(300, 600))
    (context,) = rig.searches
    registry = rig.desk.registry
    assert context.fits(registry.types["sound.gain"]) and not context.fits(registry.types["geometry.crop"])
    placed = rig.canvas.place("sound.hum", context)
    assert placed is not None and rig.links == {f"source1.sound → {placed}.audio"} and rig.true()
    rig.desk.undo()
    assert placed not in rig.graph.nodes and rig.true()


def test_from_an_input_into_the_void_the_new_node_feeds_it(rig: Rig) -> None:
    rig.drag(rig.into("crop1.clip"), rig.at(120, 400))
    (context,) = rig.searches
    assert context.fits(rig.desk.registry.types["input.video"])
    assert not context.fits(rig.desk.registry.types["output.ffv1"])
    placed = rig.canvas.place("input.video", context)
    assert rig.links == {f"{placed}.out → crop1.clip"} and rig.true()


def test_alt_and_drag_cuts_every_wire_it_crosses(line: Rig) -> None:
    a, b = line.on_wire("crop1.clip"), line.on_wire("crop1.clip")
    line.drag(a + QPoint(0, -90), b + QPoint(6, 90), ALT)
    assert "source1.out → crop1.clip" not in line.links and len(line.links) == 2 and line.true()
    assert line.desk.undo_text == "Cut wire"


def test_a_selected_wire_is_deleted_by_key(line: Rig) -> None:
    line.click(line.on_wire("levels1.clip"))
    line.key(Qt.Key.Key_Delete)
    assert "crop1.out → levels1.clip" not in line.links and line.graph.nodes.keys() >= {"crop1"} and line.true()


def test_the_view_follows_a_wire_to_what_is_not_seen_yet(line: Rig) -> None:
    line.look(-60, -60, 2.0)
    far = line.canvas.mirror.cards[NodeId("out1")]
    assert not line.view.seen_rect().intersects(far.rect())
    edge = QPoint(line.view.viewport().width() - 4, line.into("crop1.clip").y())
    line.press(line.out("crop1.out"))
    line.move(edge - QPoint(60, 0))
    line.move(edge)
    for _ in range(200):
        QTest.qWait(10)
        if line.view.seen_rect().contains(far.rect()):
            break
    line.move(line.into("out1.clip"))
    line.release(line.into("out1.clip"))
    assert "crop1.out → out1.clip" in line.links and "levels1.out → out1.clip" not in line.links and line.true()


def test_a_click_on_a_wire_s_warning_offers_the_remedy(rigged: Callable[..., Rig]) -> None:
    rig = told(rigged)
    rig.drag(rig.out("source1.out"), rig.into("double1.clip"))
    rig.canvas.hint.hide()
    rig.click(rig.on_wire("double1.clip", 0.93))
    assert rig.canvas.hint.isVisible() and "progressive" in rig.canvas.hint.text
    rig.canvas.hint.take()
    assert any(doc.type.startswith("deinterlace.") for doc in rig.graph.nodes.values()) and rig.true()
