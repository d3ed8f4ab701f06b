"""What the window uses of the canvas: its commands, menus, overview, fitting, progress, themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from editor import theme
from editor.actions.actions import Actions
from editor.canvas import Canvas, node_mime
from editor.canvas.menus import menu
from editor.desk.desk import Desk
from graphs.document import Graph, GroupId, NodeId
from nodes.registry import default_registry
from tests.editor.canvas.rig import Rig, chain, node


def texts(found: QMenu) -> list[str]:
    return [action.text() for action in found.actions() if not action.isSeparator()]


def test_every_command_is_known_to_the_window_by_its_id(qapp: object) -> None:
    owner = QWidget()
    actions = Actions(owner)
    heard: list[str] = []
    actions.add("play.toggle", "Play", lambda: heard.append("play"), shortcut="Space")
    desk = Desk(default_registry())
    desk.open(chain())
    canvas = Canvas(desk, None, actions, owner)
    ids = {command.id for command in actions}
    assert {"canvas.bypass", "canvas.tidy", "canvas.heat", "edit.delete", "edit.select_all"} <= ids
    assert actions.shortcut("canvas.mute") == "M"
    desk.select([NodeId("crop1")])
    actions.get("canvas.bypass").trigger()
    assert desk.graph.nodes[NodeId("crop1")].bypass
    owner.show()
    QTest.keyClick(canvas.view, Qt.Key.Key_Space)  # tapped, not held
    assert heard == ["play"]
    owner.close()
    owner.deleteLater()


def test_held_space_moves_the_view_and_does_not_play(rig: Rig) -> None:
    tapped: list[None] = []
    rig.view.space_tapped.connect(lambda: tapped.append(None))
    corner = rig.view.seen_rect().topLeft()
    QTest.keyPress(rig.view, Qt.Key.Key_Space)
    rig.drag(rig.title("crop1"), rig.title("crop1") + QPoint(25, 10))
    QTest.keyRelease(rig.view, Qt.Key.Key_Space)
    assert rig.view.seen_rect().topLeft() == corner - QPointF(25, 10)
    assert rig.graph.nodes[NodeId("crop1")].position == (320, 0) and not tapped


def test_each_thing_has_a_menu(line: Rig) -> None:
    line.choose("crop1", "levels1")
    line.canvas.operations.group()
    line.canvas.operations.note((760, 500))
    frame = line.canvas.mirror.frames[GroupId("group1")]
    places = {
        "Bypass": line.title("crop1"),
        "Cut wire": line.on_wire("crop1.clip"),
        "Colour": line.view.to_view(frame.head.topLeft()).toPoint() + QPoint(60, 12),
        "Write": line.at(760, 500),
        "Add a node…": line.at(1000, 620),
    }
    for text, at in places.items():
        found = menu(line.canvas, line.view.find_at(at))
        assert text in texts(found), (text, texts(found))
        found.deleteLater()
    assert line.true()


def test_a_wire_s_menu_cuts_it_and_puts_nodes_on_it(line: Rig) -> None:
    found = menu(line.canvas, line.view.find_at(line.on_wire("crop1.clip")))
    next(action for action in found.actions() if action.text() == "Insert a node…").trigger()
    placed = line.canvas.place("colour.gamma", line.searches[-1])
    assert {f"source1.out → {placed}.clip", f"{placed}.out → crop1.clip"} <= line.links and line.true()
    found = menu(line.canvas, line.view.find_at(line.on_wire("out1.clip")))
    next(action for action in found.actions() if action.text() == "Cut wire").trigger()
    assert "levels1.out → out1.clip" not in line.links and line.true()


def test_fitting_shows_everything_and_hides_nothing_behind_the_overview(rigged: Callable[..., Rig]) -> None:
    many = [node(f"n{at}", "colour.levels", at % 9 * 250, at // 9 * 260) for at in range(54)]
    rig = rigged(Graph.of(many))
    rig.canvas.zoom_to_fit()
    seen = rig.view.seen_rect()
    corner = rig.canvas.minimap.geometry()
    for card in rig.canvas.mirror.cards.values():
        assert seen.contains(card.rect())
        at = rig.view.to_view(card.rect().bottomRight()).toPoint()
        assert not corner.contains(at)
    rig.choose("n0")
    rig.canvas.frame_selection()
    assert rig.view.zoom == 1.0 and rig.view.seen_rect().contains(rig.canvas.mirror.cards[NodeId("n0")].rect())


def test_a_click_in_the_overview_looks_there(rigged: Callable[..., Rig]) -> None:
    rig = rigged(Graph.of([node("near1", "colour.levels", 0, 0), node("far1", "colour.levels", 6000, 2000)]))
    rig.look()
    far = rig.canvas.mirror.cards[NodeId("far1")]
    assert not rig.view.seen_rect().intersects(far.rect())
    rig.canvas.minimap.grab()
    size = rig.canvas.minimap.size()
    QTest.mouseClick(rig.canvas.minimap, Qt.MouseButton.LeftButton, pos=QPoint(size.width() - 16, size.height() - 26))
    assert rig.view.seen_rect().intersects(far.rect())


def test_another_document_is_shown_whole(line: Rig) -> None:
    line.desk.open(Graph.of([node("lone1", "colour.levels", 9000, 9000)]))
    QApplication.processEvents()
    assert line.true() and line.view.seen_rect().contains(line.canvas.mirror.cards[NodeId("lone1")].rect())
    line.desk.open(Graph())
    assert line.true()
    line.canvas.zoom_to_fit()
    line.view.viewport().grab()


def test_progress_is_shown_where_something_is_rendered(line: Rig) -> None:
    line.canvas.show_progress({NodeId("out1"): 0.4})
    assert line.canvas.mirror.cards[NodeId("out1")].progress == 0.4
    assert line.canvas.mirror.cards[NodeId("crop1")].progress is None
    line.canvas.show_progress({})
    assert line.canvas.mirror.cards[NodeId("out1")].progress is None


def test_the_other_theme_changes_every_card(line: Rig) -> None:
    app = QGuiApplication.instance()
    assert isinstance(app, QApplication)
    spot = line.at(600, 600) + QPoint(5, 7)
    before = line.view.viewport().grab().toImage().pixelColor(spot)
    try:
        theme.apply(app, dark=False)
        after = line.view.viewport().grab().toImage().pixelColor(spot)
        assert before.lightness() < 60 < 180 < after.lightness()
    finally:
        theme.apply(app)


def test_an_edit_from_elsewhere_during_a_drag_leaves_nothing_behind(line: Rig) -> None:
    """A render that finishes, or a file that is read again, may change the graph while the mouse is down."""
    line.press(line.title("crop1"))
    line.move(line.title("crop1") + QPoint(40, 40))
    line.desk.open(Graph.of([node("lone1", "colour.levels", 0, 0)]))
    line.release(line.at(300, 300))
    assert line.true() and line.graph.nodes.keys() == {"lone1"}


@pytest.mark.parametrize("what", ["card", "wire", "marquee"])
def test_an_undo_under_the_hand_ends_the_drag(line: Rig, what: str) -> None:
    line.drop(node_mime("colour.gamma"), line.at(700, 420))
    fresh = next(iter(line.desk.selection))
    start = {"card": line.title(fresh), "wire": line.out(f"{fresh}.out"), "marquee": line.at(60, 600)}[what]
    line.press(start)
    line.move(start + QPoint(30, 30))
    line.desk.undo()
    line.move(start + QPoint(60, 60))
    line.release(line.into("free1.clip"))
    assert fresh not in line.graph.nodes and len(line.links) == 3 and line.true()
    assert not line.view.live_wire().isVisible() and line.view.gesture is None
