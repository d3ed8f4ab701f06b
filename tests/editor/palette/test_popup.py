"""The search on the canvas, by keyboard alone: only what fits, what suits the clip first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from editor.canvas.placing import SearchContext
from editor.desk.desk import Desk
from editor.palette import Kept, SearchPopup
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.clip import ClipInfo
from nodes.ports import Audio, Clip, Mask
from nodes.registry import default_registry
from tests.editor.palette.kit import labels, pal_clip, press, word

SOURCE = NodeId("source1")
AT = QPoint(200, 150)


def _node(key: str, type_id: str) -> NodeDoc:
    kind = default_registry().types[type_id]
    return NodeDoc(NodeId(key), kind.id, kind.version, defaults(kind))


def _names(ids: list[str]) -> list[str]:
    return [default_registry().types[one].name() for one in ids]


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    made = Desk(default_registry())
    nodes = [_node("source1", "input.video"), _node("crop1", "geometry.crop"), _node("ffv1", "output.ffv1")]
    made.open(Graph.of(nodes, [Link.of("source1.clip", "crop1.clip"), Link.of("crop1.out", "ffv1.clip")]))
    return made


type Made = Callable[[ClipInfo | None], SearchPopup]


@pytest.fixture
def popup(desk: Desk, qtbot: QtBot) -> Made:
    host = QWidget()
    qtbot.addWidget(host)

    def make(info: ClipInfo | None = None) -> SearchPopup:
        return SearchPopup(desk, host, kept=Kept(), info_of=lambda *_: info)

    return make


def test_tab_letters_enter_and_the_node_is_chosen(popup: Made) -> None:
    chosen: list[str] = []
    search = popup(None)
    search.ask(AT, SearchContext((0.0, 0.0)), chosen.append)
    assert search.isVisible() and search.field.hasFocus()
    QTest.keyClicks(search.field, "qtgmc")
    press(search.field, Qt.Key.Key_Return)
    assert chosen == ["deinterlace.qtgmc"]
    assert not search.isVisible()


def test_escape_closes_it_and_nothing_is_chosen(popup: Made) -> None:
    chosen: list[str] = []
    search = popup(None)
    search.ask(AT, None, chosen.append)
    QTest.keyClicks(search.field, "crop")
    press(search.field, Qt.Key.Key_Escape)
    assert chosen == [] and not search.isVisible()
    search.ask(AT, None, chosen.append)
    assert search.field.text() == ""


def test_tab_and_arrows_walk_over_headings(popup: Made) -> None:
    chosen: list[str] = []
    search = popup(None)
    search.ask(AT, None, chosen.append)
    first = [text for text in labels(search.list) if not text.startswith("[")]
    press(search.field, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Down)
    press(search.field, Qt.Key.Key_Return)
    assert _names(chosen) == [first[2]]


def test_a_wire_from_an_output_offers_only_what_takes_it(popup: Made) -> None:
    search = popup(None)
    search.ask(AT, SearchContext((0.0, 0.0), (SOURCE, "audio"), True, Audio), lambda _: None)
    offered = {text for text in labels(search.list) if not text.startswith("[")}
    takes = {kind.name() for kind in default_registry() if any(port.kind is Audio for port in kind.inputs.values())}
    assert offered == takes
    QTest.keyClicks(search.field, "qtgmc")
    assert labels(search.list) == []
    assert search.foot.text() == "Deinterlace (QTGMC) does not fit here"
    press(search.field, Qt.Key.Key_Return)
    assert search.isVisible()  # there is nothing to choose


def test_a_wire_from_an_input_offers_only_what_gives_it(popup: Made) -> None:
    search = popup(None)
    search.ask(AT, SearchContext((0.0, 0.0), (NodeId("crop1"), "clip"), False, Mask), lambda _: None)
    offered = {text for text in labels(search.list) if not text.startswith("[")}
    assert "Video file" in offered  # pictures serve as masks
    assert "Write FFV1 (archive)" not in offered
    assert "Sound file" not in offered


def test_what_works_on_this_clip_comes_before_what_does_not(popup: Made) -> None:
    search = popup(pal_clip())
    search.ask(AT, SearchContext((0.0, 0.0), (SOURCE, "clip"), True, Clip), lambda _: None)
    seen = labels(search.list)
    rest = seen.index("[Not for a clip like this]")
    assert seen.index("Deinterlace (QTGMC)") < rest < seen.index("Upscale (NNEDI3)")
    assert word(search.list, "Upscale (NNEDI3)") == "works on whole progressive frames"
    QTest.keyClicks(search.field, "nnedi3")
    assert labels(search.list)[0] == "Deinterlace (NNEDI3)"
    assert labels(search.list).index("Upscale (NNEDI3)") > 0


def test_a_wire_in_between_offers_what_takes_and_gives(popup: Made) -> None:
    search = popup(pal_clip())
    search.ask(AT, SearchContext((0.0, 0.0), kind=Clip, on=(NodeId("crop1"), "clip")), lambda _: None)
    seen = labels(search.list)
    assert "Crop" in seen and "Write FFV1 (archive)" not in seen and "Video file" not in seen
    assert "[Not for a clip like this]" in seen  # the clip is that of the wire


def test_used_of_late_and_favourites_come_first(popup: Made) -> None:
    search = popup(None)
    search._kept.star("geometry.crop", True)
    search.ask(AT, None, lambda _: None)
    QTest.keyClicks(search.field, "qtgmc")
    press(search.field, Qt.Key.Key_Return)
    search.ask(AT, None, lambda _: None)
    assert labels(search.list)[:4] == ["[Used of late]", "Deinterlace (QTGMC)", "[Favourites]", "Crop"]


def test_the_foot_says_what_the_chosen_node_does(popup: Made) -> None:
    search = popup(None)
    search.ask(AT, None, lambda _: None)
    QTest.keyClicks(search.field, "geometry.crop")
    first = default_registry().types["geometry.crop"].help().split("\n\n")[0].split()
    assert search.foot.text().split() == first


def test_replacing_offers_what_keeps_the_wires_first(popup: Made) -> None:
    chosen: list[str] = []
    search = popup(None)
    search.ask_instead(AT, NodeId("crop1"), chosen.append)
    seen = labels(search.list)
    assert seen[0] == "[Take over every wire]"
    assert "Crop" not in seen  # it is that already
    assert seen.index("Deinterlace (QTGMC)") < seen.index("[Take over some]") < seen.index("Write FFV1 (archive)")
    assert "Sound file" not in seen  # nothing of the wires would stay
    assert search.field.placeholderText() == "Replace Crop by…"
    press(search.field, Qt.Key.Key_Return)
    assert len(chosen) == 1


def test_a_click_chooses_and_a_click_on_a_heading_does_not(popup: Made) -> None:
    chosen: list[str] = []
    search = popup(None)
    search.ask(AT, None, chosen.append)
    top = search.list.items().index(0, 0)
    QTest.mouseClick(search.list.viewport(), Qt.MouseButton.LeftButton, pos=search.list.visualRect(top).center())
    assert chosen == [] and search.isVisible()
    row = search.list.indexBelow(top)
    QTest.mouseClick(search.list.viewport(), Qt.MouseButton.LeftButton, pos=search.list.visualRect(row).center())
    assert len(chosen) == 1 and not search.isVisible()


def test_it_opens_wholly_on_the_screen(popup: Made) -> None:
    search = popup(None)
    search.ask(QPoint(5000, 5000), None, lambda _: None)
    screen = search.screen().availableGeometry()
    assert screen.contains(search.geometry())
