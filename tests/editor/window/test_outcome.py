"""The end of a render in the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from editor.window.compare import CompareWindow
from editor.window.window import Window
from graphs.document import NodeId
from graphs.library import preset
from graphs.overrides import set_inputs
from nodes.registry import default_registry
from runtime.jobs.queue.order import Order, Stage
from tests.editor.window.conftest import DEMO

TAPE = DEMO.with_name("tape.mkv")


def test_a_finished_render_is_told_and_compared_with_its_tape(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    found = preset("archive-only")
    assert found is not None and window.parts is not None
    parts = window.parts
    graph, _ = set_inputs(found.graph, [str(TAPE)], default_registry())
    graph = graph.with_node(graph.nodes[NodeId("encode1")].with_param("file", str(tmp_path / "copy.mkv")))
    window.files.show(graph, None, "tape")
    parts.line.add(Order("tape", graph, (0, 3), False, source=str(TAPE)))
    qtbot.waitUntil(lambda: window.notices.get("rendered") is not None, timeout=90_000)
    bar = window.notices.get("rendered")
    assert bar is not None and "copy.mkv" in bar.label.text() and (tmp_path / "copy.mkv").exists()
    QTest.mouseClick(bar.buttons[1], Qt.MouseButton.LeftButton)
    beside = window.findChild(CompareWindow)
    assert beside is not None and (TAPE.name in beside.windowTitle() and "copy.mkv" in beside.windowTitle())
    beside.close()
    assert len(window.desk.graph.nodes) == 2  # the graph is left alone


def test_a_failed_render_is_told_and_closes_nothing(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    found = preset("archive-only")
    assert found is not None and window.parts is not None
    graph = found.graph.with_node(found.graph.nodes[NodeId("source1")].with_param("file", str(tmp_path / "gone.avi")))
    job = window.parts.line.add(Order("lost", graph, None, False, source=""))
    qtbot.waitUntil(lambda: window.notices.get("rendered") is not None, timeout=60_000)
    bar = window.notices.get("rendered")
    assert bar is not None and bar.kind == "error" and "gone.avi" in bar.label.text()
    found_job = window.parts.line.job(job)
    assert found_job is not None and found_job.stage is Stage.FAILED and window.isVisible()
