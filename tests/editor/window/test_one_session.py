"""One evening at the window, by hand: real mouse, keys and drops on the whole program with its real worker."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider
from pytestqt.qtbot import QtBot

from editor.canvas.mime import MIME
from editor.renders.asking import RenderDialog
from editor.viewer.manner import Mode
from editor.window.parts import Parts
from editor.window.window import Window
from runtime.jobs.queue.order import Stage
from tests.editor.canvas.rig import Rig
from tests.runtime.tapes import tape

LONG = 60_000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Hand(Rig):
    """The canvas's hand, on the canvas of a whole window."""

    def __init__(self, window: Window, parts: Parts) -> None:
        self.desk, self.canvas, self.view = window.desk, parts.canvas, parts.canvas.view
        self.messages, self.searches = [], []
        self.engine = None


def drop_on(widget: Window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    for event in (
        QDragEnterEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NONE),
        QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NONE),
    ):
        QApplication.sendEvent(widget, event)
        assert event.isAccepted()


def pixels(image: QImage) -> bytes:
    return bytes(image.convertToFormat(QImage.Format.Format_RGB32).constBits())


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tape(tmp_path_factory.mktemp("an evening") / "Fête d’été.mkv", seconds=2, size="720x576")


def test_a_tape_is_dropped_wired_edited_compared_and_rendered(
    window: Window,
    qtbot: QtBot,
    source: Path,
    tmp_path: Path,
) -> None:
    window.resize(1600, 950)
    # a tape is dropped: a graph that suits it stands there, and its picture comes
    drop_on(window, source)
    qtbot.waitUntil(lambda: len(window.desk.graph.nodes) > 2, timeout=LONG)
    parts = window.parts
    assert parts is not None and not window.on_start_page
    graph = window.desk.graph
    assert str(source) in {str(node.params.get("file")) for node in graph.nodes.values()}
    viewer = parts.viewer
    qtbot.waitUntil(lambda: viewer.slots["A"].shot is not None, timeout=LONG)
    hand = Hand(window, parts)
    assert hand.true()

    # a node from the palette is dropped on a wire, and goes in between
    QTest.keyClick(hand.view, Qt.Key.Key_Home)
    QApplication.processEvents()
    data = QMimeData()
    data.setData(MIME, b"colour.levels")
    target = next(link.target for link in graph.links if link.target[0] == "encode1" and link.target[1] == "clip")
    feed = next(link.source for link in graph.links if link.target == target)
    assert hand.drop(data, hand.on_wire(".".join(target)))
    levels = next(iter(window.desk.graph.nodes.keys() - graph.nodes.keys()))
    links = {str(link) for link in window.desk.graph.links}
    assert {f"{'.'.join(feed)} → {levels}.clip", f"{levels}.out → {'.'.join(target)}"} <= links
    assert hand.true() and window.desk.undo_text

    # it is looked at in A; a slider is moved with the mouse: the picture follows, as one undo step
    viewer.show_node(levels, "A")
    qtbot.waitUntil(lambda: (shot := viewer.slots["A"].shot) is not None and shot.wish.node == levels, timeout=LONG)
    before = pixels(viewer.slots["A"].shot.image)  # type: ignore[union-attr]
    hand.click(hand.title(levels))
    assert window.desk.current == levels
    qtbot.waitUntil(lambda: bool(parts.params.findChildren(QSlider)), timeout=LONG)
    slider = next(one for one in parts.params.findChildren(QSlider) if one.isVisible() and one.isEnabled())
    y = slider.height() // 2
    QTest.mousePress(slider, LEFT, NONE, slider.rect().center())
    for x in range(slider.width() // 2, slider.width() * 3 // 4, 6):
        QTest.mouseMove(slider, slider.rect().topLeft() + QPointF(x, y).toPoint())
        QTest.qWait(5)
    QTest.mouseRelease(slider, LEFT, NONE, QPointF(slider.width() * 0.75, y).toPoint())
    qtbot.waitUntil(lambda: window.desk.graph.nodes[levels].params != graph.nodes.get(levels), timeout=LONG)
    qtbot.waitUntil(lambda: pixels(viewer.slots["A"].shot.image) != before, timeout=LONG)  # type: ignore[union-attr]
    window.activateWindow()
    qtbot.waitUntil(window.actions_.get("edit.undo").isEnabled)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: pixels(viewer.slots["A"].shot.image) == before, timeout=LONG)  # type: ignore[union-attr]
    assert levels in window.desk.graph.nodes  # only the slider was undone

    # two nodes are framed
    hand.choose(levels, "encode1")
    groups = len(window.desk.graph.groups)
    hand.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert len(window.desk.graph.groups) == groups + 1 and hand.true()

    # tape against result, by a wipe that the mouse moves
    tape_node = next(key for key, node in graph.nodes.items() if node.type == "input.video")
    viewer.show_node(tape_node, "A")
    viewer.show_node(levels, "B")
    assert viewer.manner.mode is Mode.WIPE
    qtbot.waitUntil(
        lambda: all((shot := slot.shot) is not None and shot.wish.node == slot.node for slot in viewer.slots.values()),
        timeout=LONG,
    )
    display = viewer.display
    area = display.area(viewer.slots["A"])
    start = viewer.manner.wipe
    at = QPointF(area.center().x(), area.center().y()).toPoint()
    QTest.mousePress(display, LEFT, NONE, at)
    for step in (20, 50, 90):
        QTest.mouseMove(display, at + QPointF(step, 0).toPoint())
    QTest.mouseRelease(display, LEFT, NONE, at + QPointF(90, 0).toPoint())
    assert viewer.manner.wipe > start

    # the worker is shot: another one makes the next picture
    session = parts.engine.session
    assert session is not None and session.worker_pid is not None
    dead = session.worker_pid
    psutil.Process(dead).kill()
    QTest.keyClick(window, Qt.Key.Key_Right)
    window.playhead.seek(window.playhead.moment + 1)
    qtbot.waitUntil(
        lambda: (shot := viewer.slots["B"].shot) is not None and shot.frame >= 25 and session.worker_pid != dead,
        timeout=LONG,
    )
    assert window.isVisible()

    # a trial of the marked stretch is rendered while the window stays
    window.playhead.set_span(window.playhead.moment * 0, window.playhead.moment * 0 + 1)

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, RenderDialog)
        next(iter(dialog._files.values())).setText(str(tmp_path / "trial.mkv"))
        QTest.mouseClick(dialog._go, LEFT)

    qtbot.waitUntil(window.topbar.render_button.isEnabled, timeout=LONG)
    QTimer.singleShot(300, answer)
    QTest.mouseClick(window.topbar.render_button, LEFT)
    (job,) = parts.line.jobs
    qtbot.waitUntil(lambda: parts.line.job(job.id).stage.over, timeout=LONG)  # type: ignore[union-attr]
    ended = parts.line.job(job.id)
    assert ended is not None and ended.stage is Stage.DONE, ended
    assert ended.files[0].exists() and ended.files[0].stat().st_size > 0
    assert hand.true()
