"""The Code tab."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest

from editor.code.highlight import spans
from editor.code.panel import CodePanel
from editor.code.view import CodeView
from editor.desk.desk import Desk
from graphs.document import Graph, NodeId
from graphs.edits import Bypass, SetMeta, SetParams
from nodes.registry import default_registry
from tests.editor.forms.kit import Facts, chain, node, settle

pytestmark = pytest.mark.usefixtures("qapp")


class Bench:
    def __init__(self, qtbot: Any, graph: Graph) -> None:
        self.qtbot = qtbot
        self.desk = Desk(default_registry())
        self.facts = Facts(self.desk)
        self.panel = CodePanel(self.desk, self.facts)
        self.told: list[str] = []
        self.panel.told.connect(self.told.append)
        self.desk.open(graph)
        self.panel.resize(500, 400)
        self.panel.show()

    def wait_for(self, text: str) -> str:
        self.qtbot.waitUntil(lambda: text in self.panel.view.toPlainText(), timeout=10_000)
        return self.panel.view.toPlainText()

    def click(self, text: str) -> None:
        cursor = self.panel.view.document().find(text)
        cursor.setPosition(cursor.selectionStart())
        spot = self.panel.view.cursorRect(cursor).center() + QPoint(3, 0)
        QTest.mouseClick(self.panel.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        settle()


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    graph = chain(
        node("tape", "input.pattern"),
        node("bwdif1", "deinterlace.bwdif"),
        node("gamma1", "colour.gamma", gamma=1.5),
    )
    return Bench(qtbot, graph)


def test_the_script_is_shown_and_follows_edits(bench: Bench) -> None:
    text = bench.wait_for("bwdif")
    ast.parse(text)
    bench.desk.do(SetParams(NodeId("gamma1"), {"gamma": 2.0}), "brighter")
    assert bench.wait_for("0.5 pow") != text
    bench.desk.undo()
    bench.wait_for("0.6666666666666666 pow")


def test_a_click_on_a_line_selects_its_node_and_its_lines_are_marked(bench: Bench) -> None:
    bench.wait_for("bwdif")
    bench.click("bwdif.Bwdif")
    assert bench.desk.current == "bwdif1"
    lines = bench.panel.view.toPlainText().split("\n")
    marked = [selection.cursor.blockNumber() for selection in bench.panel.view.extraSelections()]  # type: ignore[attr-defined]
    assert marked and any("bwdif.Bwdif" in lines[at] for at in marked)
    assert not any("akarin" in lines[at] for at in marked)


def test_the_lines_of_the_node_alone(bench: Bench) -> None:
    bench.wait_for("bwdif")
    QTest.mouseClick(bench.panel.own, Qt.MouseButton.LeftButton)
    assert "Select a node" in bench.panel.hint.text()
    bench.desk.select(["gamma1"])
    text = bench.wait_for("akarin")
    assert "bwdif.Bwdif" not in text
    bench.desk.do(Bypass(frozenset({NodeId("gamma1")}), True), "bypass")
    bench.qtbot.waitUntil(lambda: "bypassed" in bench.panel.hint.text(), timeout=10_000)


def test_copy_takes_what_is_selected_or_everything(bench: Bench) -> None:
    text = bench.wait_for("bwdif")
    bench.panel.copy()
    assert QGuiApplication.clipboard().text() == text
    cursor = bench.panel.view.textCursor()
    cursor.setPosition(0)
    cursor.movePosition(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor, 2)
    bench.panel.view.setTextCursor(cursor)
    bench.panel.copy()
    assert QGuiApplication.clipboard().text() == "\n".join(text.split("\n")[:2]) + "\n"


def test_the_script_is_exported_with_its_title(bench: Bench, tmp_path: Path) -> None:
    bench.desk.do(SetMeta("title", "Holiday 1994"), "title")
    file = tmp_path / "holiday.vpy"
    dialog = bench.panel.export()
    dialog.fileSelected.emit(str(file))
    dialog.reject()
    text = file.read_text("utf-8")
    assert text.startswith("# Holiday 1994") and "bwdif.Bwdif" in text
    ast.parse(text)
    assert bench.told == ["The script is in holiday.vpy"]
    bench.panel.write_to(str(tmp_path / "gone" / "x.vpy"))
    assert "cannot be written" in bench.told[-1]


def test_an_empty_graph_says_what_is_missing(qtbot: Any) -> None:
    bench = Bench(qtbot, Graph())
    qtbot.waitUntil(lambda: "nothing to write" in bench.panel.hint.text(), timeout=10_000)
    bench.panel.write_to("nowhere.vpy")
    assert bench.told == ["There is nothing to export yet"] and not Path("nowhere.vpy").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "b", "c"], ["a", "x", "c"]),
        (["a", "b", "c"], ["a", "c"]),
        (["a", "b", "c"], ["a", "b"]),
        (["a", "b", "c"], ["b", "c"]),
        (["a"], ["a", "b", "c"]),
        (["a", "b"], ["x", "a", "b"]),
        (["a", "a", "a"], ["a", "a"]),
        (["a", "b", "c"], ["x"]),
        (["a", "b"], []),
        (["", "a", ""], ["", "b", ""]),
    ],
)
def test_only_the_lines_that_differ_are_replaced(before: list[str], after: list[str]) -> None:
    view = CodeView()
    view.show_lines(before)
    view.show_lines(after)
    assert view.toPlainText().split("\n") == (after or [""])


def test_the_parts_of_a_line_are_told_apart() -> None:
    line = 'clip = core.std.Trim(source1, first=10, last="end")  # cut'
    found = {line[first:end]: kind for first, end, kind in spans(line)}
    assert found["core"] == "core" and found["Trim"] == "call" and found["first"] == "named"
    assert found["10"] == "number" and found['"end"'] == "string" and found["# cut"] == "comment"
    assert "source1" not in found and "1" not in found
