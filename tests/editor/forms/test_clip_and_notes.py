"""The Clip and the Notes tab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

import graphs
from editor.desk.desk import Desk
from editor.forms.clip_panel import ClipPanel
from editor.forms.looking import looked_at
from editor.forms.notes_panel import NotesPanel
from graphs.document import Graph
from graphs.edits import SetParams
from nodes.registry import default_registry
from runtime.session import Session
from tests.editor.forms.kit import Facts, chain, node, settle

pytestmark = pytest.mark.usefixtures("qapp")
DEMO = Path(graphs.__file__).parent / "demo" / "tape.mkv"


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as made:
        yield made


def texts(panel: ClipPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def clip_panel(graph: Graph, session: Session | None = None) -> tuple[Desk, ClipPanel]:
    desk = Desk(default_registry())
    panel = ClipPanel(desk, Facts(desk, session))
    panel.resize(430, 500)
    panel.show()
    desk.open(graph)
    return desk, panel


def test_what_a_node_changes_stands_beside_what_came_in() -> None:
    desk, panel = clip_panel(chain(node("tape", "input.pattern"), node("d", "deinterlace.bwdif")))
    desk.select(["d"])
    settle()
    shown = texts(panel)
    assert {"In", "Out", "720 × 576", "4:3", "interlaced, top field first", "progressive"} <= set(shown)
    changed = {label.text() for label in panel.findChildren(QLabel, "Changed")}
    assert "50 a second" in changed and "progressive" in changed and "720 × 576" not in changed


def test_a_conversion_on_the_way_in_is_told() -> None:
    desk, panel = clip_panel(chain(node("tape", "input.pattern"), node("d", "clean.dehalo")))
    desk.select(["d"])
    settle()
    assert "What comes in at clip is converted to YUV422P16 first." in texts(panel)
    assert "YUV 4:2:2, 16 bit" in {label.text() for label in panel.findChildren(QLabel, "Changed")}


def test_the_tab_follows_edits_and_the_selection() -> None:
    desk, panel = clip_panel(chain(node("tape", "input.pattern"), node("d", "deinterlace.bwdif")))
    settle()
    assert any("Select a node" in text for text in texts(panel))
    desk.select(["tape"])
    settle()
    assert "In" not in texts(panel) and "250" in texts(panel)
    desk.do(SetParams(desk.current, {"seconds": 2}), "shorter")  # type: ignore[arg-type]
    settle()
    assert "50" in texts(panel)


def test_an_unwired_node_says_so() -> None:
    desk, panel = clip_panel(Graph.of([node("d", "deinterlace.bwdif")]))
    desk.select(["d"])
    settle()
    assert any("Nothing is known" in text for text in texts(panel))


def test_a_source_tells_what_its_file_is_and_measures_its_fields(qtbot: Any, session: Session) -> None:
    desk, panel = clip_panel(Graph.of([node("a", "input.video", file=str(DEMO), field_order="bff")]), session)
    desk.select(["a"])
    qtbot.waitUntil(lambda: any("ffv1" in text or "Matroska" in text for text in texts(panel)), timeout=30_000)
    button = next(one for one in panel.findChildren(QPushButton) if one.isVisible())
    assert button.text() == "Measure the field order"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("frames move" in text for text in texts(panel)), timeout=60_000)


def test_a_file_that_is_none_is_told(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "no.avi"
    file.write_bytes(b"no picture at all")
    seen = looked_at(session, str(file))
    assert seen.media is None and seen.fault


# ---- notes


def notes_panel(graph: Graph) -> tuple[Desk, NotesPanel]:
    desk = Desk(default_registry())
    desk.open(graph)
    panel = NotesPanel(desk)
    panel.show()
    desk.select([sorted(graph.nodes)[0]])
    settle()
    return desk, panel


def test_notes_on_a_node_are_one_step_and_stay_with_it() -> None:
    desk, panel = notes_panel(chain(node("a", "input.pattern"), node("b", "deinterlace.bwdif")))
    panel.node.setFocus()
    QTest.keyClicks(panel.node, "dropouts from 3:20")
    desk.select(["b"])
    settle()
    assert desk.graph.nodes["a"].notes == "dropouts from 3:20" and desk.graph.nodes["b"].notes == ""  # type: ignore[index]
    assert panel.node.toPlainText() == "" and panel.heading.text() == "Deinterlace (BWDIF)"
    desk.undo()
    desk.select(["a"])
    assert panel.node.toPlainText() == "" and desk.undo_text is None


def test_what_is_half_typed_is_there_when_the_document_is_saved() -> None:
    desk, panel = notes_panel(chain(node("a", "input.pattern")))
    for pad, text in ((panel.node, "wrinkled"), (panel.about, "tape 3"), (panel.title, "Holiday")):
        pad.setFocus()
        QTest.keyClicks(pad, text)
    desk.finish()
    assert desk.graph.nodes["a"].notes == "wrinkled"  # type: ignore[index]
    assert dict(desk.graph.meta) == {"about": "tape 3", "title": "Holiday"}


def test_title_and_description_belong_to_the_document() -> None:
    desk, panel = notes_panel(chain(node("a", "input.pattern")))
    panel.title.setFocus()
    QTest.keyClicks(panel.title, "Holiday 1994")
    QTest.keyClick(panel.title, Qt.Key.Key_Return)
    panel.about.setFocus()
    QTest.keyClicks(panel.about, "tape 3")
    panel.title.setFocus()
    settle()
    assert (desk.graph.meta["title"], desk.graph.meta["about"]) == ("Holiday 1994", "tape 3")
    desk.open(chain(node("x", "input.pattern")))
    settle()
    assert panel.title.text() == "" and panel.about.toPlainText() == "" and not desk.dirty
