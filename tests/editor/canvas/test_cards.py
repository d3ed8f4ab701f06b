"""Cards by hand: selected, moved, put on wires, copied, taken away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication

from editor.canvas import node_mime
from graphs.codec import encode
from graphs.document import NodeId
from tests.editor.canvas.rig import CTRL, SHIFT, Rig


def test_a_card_is_moved_and_moved_back(rig: Rig) -> None:
    rig.drag(rig.title("crop1"), rig.title("crop1") + QPoint(70, 50))
    assert rig.graph.nodes[NodeId("crop1")].position == (390, 50) and rig.true()
    rig.desk.undo()
    assert rig.graph.nodes[NodeId("crop1")].position == (320, 0) and rig.true()


def test_all_selected_cards_move_together(rig: Rig) -> None:
    rig.click(rig.title("crop1"))
    rig.click(rig.title("levels1"), SHIFT)
    assert rig.desk.selection == {"crop1", "levels1"}
    rig.drag(rig.title("levels1"), rig.title("levels1") + QPoint(10, 40))
    assert rig.graph.nodes[NodeId("crop1")].position == (330, 40)
    assert rig.graph.nodes[NodeId("levels1")].position == (650, 40) and rig.true()


def test_a_click_beside_selects_nothing_and_a_rectangle_what_it_touches(rig: Rig) -> None:
    rig.drag(rig.at(250, -40), rig.at(700, 200))
    assert rig.desk.selection == {"crop1", "levels1"} and rig.true()
    rig.click(rig.at(280, 250))
    assert rig.desk.selection == frozenset() and rig.true()


def test_shift_takes_one_out_of_the_selection(rig: Rig) -> None:
    rig.key(Qt.Key.Key_A, CTRL)
    assert len(rig.desk.selection) == 4
    rig.click(rig.title("crop1"), SHIFT)
    assert rig.desk.selection == {"source1", "gain1", "levels1"} and rig.true()


def test_an_unwired_card_dropped_on_a_wire_goes_into_it(line: Rig) -> None:
    card = line.canvas.mirror.cards[NodeId("free1")]
    middle = line.on_wire("levels1.clip")
    grip = line.title("free1")
    to = middle - line.at(card.x() + 96, card.y() + 100) + grip
    line.press(grip)
    for step in (1, 2, 3):
        line.move(grip + (to - grip) * step / 3)
    assert line.canvas.mirror.wires[NodeId("levels1"), "clip"].lit
    line.release(to)
    assert {"crop1.out → free1.clip", "free1.out → levels1.clip"} <= line.links and line.true()
    line.desk.undo()
    assert "crop1.out → levels1.clip" in line.links and line.true()
    assert line.graph.nodes[NodeId("free1")].position == (320, 320)


def test_a_node_of_the_palette_is_dropped_where_the_mouse_is(rig: Rig) -> None:
    assert rig.drop(node_mime("colour.gamma"), rig.at(300, 560))
    (made,) = rig.graph.nodes.keys() - {"source1", "gain1", "crop1", "levels1"}
    x, y = rig.graph.nodes[made].position
    assert x < 300 < x + 192 and y < 560 < y + 220 and rig.desk.selection == {made} and rig.true()
    assert rig.desk.undo_text is not None and rig.desk.undo_text.startswith("Add ")


def test_a_node_of_the_palette_is_dropped_on_a_wire(line: Rig) -> None:
    at = line.on_wire("levels1.clip")
    line.hover(node_mime("colour.gamma"), at)
    assert line.canvas.mirror.wires[NodeId("levels1"), "clip"].lit
    assert line.drop(node_mime("colour.gamma"), at)
    made = next(iter(line.desk.selection))
    assert {f"crop1.out → {made}.clip", f"{made}.out → levels1.clip"} <= line.links and line.true()
    line.desk.undo()
    assert made not in line.graph.nodes and "crop1.out → levels1.clip" in line.links and line.true()


def test_what_does_not_fit_a_wire_is_put_beside_it(line: Rig) -> None:
    assert line.drop(node_mime("sound.gain"), line.on_wire("levels1.clip"))
    assert "crop1.out → levels1.clip" in line.links and len(line.graph.nodes) == 6 and line.true()


def test_a_drag_that_leaves_again_does_nothing(line: Rig) -> None:
    before = line.graph
    line.hover(node_mime("colour.gamma"), line.on_wire("levels1.clip"))
    line.drag_away()
    assert not line.canvas.mirror.wires[NodeId("levels1"), "clip"].lit and line.graph == before


def test_files_are_handed_on_and_other_things_refused(rig: Rig, tmp_path: Path) -> None:
    got: list[object] = []
    rig.canvas.files_dropped.connect(lambda files, spot: got.append((files, spot)))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "tape.avi"))])
    assert rig.drop(data, rig.at(100, 400))
    assert got == [([tmp_path / "tape.avi"], (100.0, 400.0))]
    text = QMimeData()
    text.setText("hello")
    assert not rig.drop(text, rig.at(100, 400))
    assert not rig.drop(node_mime("no.such.type"), rig.at(100, 400)) and rig.true()


def test_deleting_wires_the_neighbours_through(line: Rig) -> None:
    line.click(line.title("crop1"))
    line.key(Qt.Key.Key_Delete)
    assert line.links == {"source1.out → levels1.clip", "levels1.out → out1.clip"} and line.true()
    line.desk.undo()
    assert len(line.links) == 3 and line.true()
    line.click(line.title("crop1"))
    line.key(Qt.Key.Key_Delete, CTRL)
    assert line.links == {"levels1.out → out1.clip"} and line.true()


def test_copies_keep_the_wires_among_them_and_get_new_names(line: Rig) -> None:
    line.choose("crop1", "levels1")
    line.key(Qt.Key.Key_C, CTRL)
    line.key(Qt.Key.Key_V, CTRL)
    fresh = line.graph.nodes.keys() - {"source1", "crop1", "levels1", "out1", "free1"}
    assert fresh == {"crop2", "levels2"} == line.desk.selection
    assert "crop2.out → levels2.clip" in line.links and len(line.links) == 4 and line.true()


def test_a_duplicate_may_keep_what_feeds_it(line: Rig) -> None:
    line.choose("levels1")
    line.key(Qt.Key.Key_D, CTRL)
    assert len(line.links) == 3 and line.true()
    line.choose("levels1")
    line.key(Qt.Key.Key_D, CTRL | SHIFT)
    assert "crop1.out → levels3.clip" in line.links and line.true()


def test_cut_is_one_step_and_heals(line: Rig) -> None:
    line.choose("crop1")
    line.key(Qt.Key.Key_X, CTRL)
    assert "crop1" not in line.graph.nodes and line.desk.undo_text == "Cut"
    line.key(Qt.Key.Key_V, CTRL)
    assert "crop1" in line.graph.nodes and line.true()


def test_pasting_what_is_no_graph_says_so_and_changes_nothing(line: Rig) -> None:
    before = line.graph
    text = encode(line.graph)
    for odd in (
        "",
        "hello",
        "{",
        "[1,2]",
        text[: len(text) // 2],
        '{"format": "tapeloom.graph"}',
        text.replace("[", "("),
    ):
        line.messages.clear()
        QGuiApplication.clipboard().setText(odd)
        line.key(Qt.Key.Key_V, CTRL)
        assert line.graph == before and line.messages, odd
        assert line.true()


def test_nodes_are_found_among_the_words_of_a_chat(line: Rig) -> None:
    text = f"try this {{maybe}}:\n```json\n{encode(line.graph)}\n```\nworked for me }} :-)"
    QGuiApplication.clipboard().setText(text)
    line.key(Qt.Key.Key_V, CTRL)
    assert len(line.graph.nodes) == 10 and len(line.links) == 6 and line.true()


def test_space_or_the_middle_button_moves_the_view_only(rig: Rig) -> None:
    before, corner = rig.graph, rig.view.seen_rect().topLeft()
    rig.drag(rig.title("crop1"), rig.title("crop1") + QPoint(40, 30), button=Qt.MouseButton.MiddleButton)
    assert rig.view.seen_rect().topLeft() == corner - QPoint(40, 30) and rig.graph is before and rig.true()


def test_the_wheel_zooms_where_the_mouse_is(rig: Rig) -> None:
    at = rig.title("levels1")
    spot = rig.view.to_scene(at)
    rig.wheel(at, -360)
    assert rig.view.zoom < 0.7
    assert (rig.view.to_scene(at) - spot).manhattanLength() < 0.01
    for _ in range(40):
        rig.wheel(at, 360)
    assert 1 < rig.view.zoom <= 3.0


def test_far_out_cards_are_still_taken_hold_of(rig: Rig) -> None:
    rig.look(-400, -400, 0.2)
    assert rig.view.far
    rig.drag(rig.body("crop1"), rig.body("crop1") + QPoint(20, 10))
    assert rig.graph.nodes[NodeId("crop1")].position == (420, 50) and rig.true()
