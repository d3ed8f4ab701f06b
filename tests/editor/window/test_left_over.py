"""What was cut short is offered when the window opens again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from editor.dressing import application, dress
from editor.settings import Settings
from editor.window.window import Window
from graphs import codec
from graphs.document import Graph
from nodes.registry import default_registry
from runtime.jobs import unfinished
from runtime.jobs.journal import Folder
from runtime.jobs.queue.order import Order, Stage
from runtime.jobs.queue.store import Queue
from tests.editor.answers import Answers
from tests.editor.window.conftest import DEMO
from tests.runtime.documents import graph

TAPE = DEMO.with_name("tape.mkv")
Opened = Callable[[], Window]


def copied(target: Path) -> Graph:
    return graph(
        {"source1": ("input.video", {"file": str(TAPE)}), "encode1": ("output.ffv1", {"file": str(target)})},
        "source1.out > encode1.clip",
    )


def cut_short(result: Path) -> Path:
    """A render of 125 frames, none of which is whole."""
    folder = Folder.of(result)
    job = {
        "decides": {"outputs": {"encode1": {"span": [0, 125]}}},
        "graph": json.loads(codec.encode(copied(result))),
        "folder": str(result.parent),
        "frames": None,
    }
    Folder.make(folder, job).close()
    unfinished.note(folder)
    return folder


@pytest.fixture
def opened(qtbot: QtBot, settings: Settings, asker: Answers) -> Iterator[Opened]:
    made: list[Window] = []

    def open_window() -> Window:
        dress(application(), settings)
        window = Window(settings, default_registry(), asker)
        made.append(window)
        with qtbot.waitSignal(window.ready, timeout=20_000):
            window.show()
        assert window.parts is not None
        return window

    yield open_window
    for window in made:
        window.close()
        shiboken6.delete(window)


def test_renders_that_wait_go_on_when_the_user_says_so(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    with_queue = Queue()
    job = with_queue.add(Order("a tape", copied(tmp_path / "a.mkv"), (0, 3)))
    window = opened()
    bar = window.notices.get("queue waits")
    assert bar is not None and "a tape" in bar.label.text()
    assert "Queue 1" in [tabs.tabText(at) for tabs in window.findChildren(QTabBar) for at in range(tabs.count())]
    assert window.parts.line.rendering is None
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.parts.line.job(job).stage is Stage.DONE, timeout=60_000)
    assert (tmp_path / "a.mkv").exists()
    with_queue.close()


def test_a_render_of_the_command_line_that_was_cut_short_is_offered(
    opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    kept, worked_on = cut_short(tmp_path / "a.mkv"), cut_short(tmp_path / "b.mkv")
    thrown = cut_short(tmp_path / "c.mkv")
    busy = Folder.open(worked_on)  # another program is at it
    window = opened()
    qtbot.waitUntil(lambda: window.notices.get(f"unfinished {kept}") is not None, timeout=20_000)
    assert window.notices.get(f"unfinished {worked_on}") is None
    bar = window.notices.get(f"unfinished {thrown}")
    assert bar is not None and "0 of 125" in bar.label.text()
    QTest.mouseClick(bar.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not thrown.exists(), timeout=20_000)
    bar = window.notices.get(f"unfinished {kept}")
    QTest.mouseClick(bar.buttons[0], Qt.MouseButton.LeftButton)
    (job,) = window.parts.line.jobs
    assert job.order.graph.nodes["encode1"].params["file"] == str(tmp_path / "a.mkv")
    busy.close()
