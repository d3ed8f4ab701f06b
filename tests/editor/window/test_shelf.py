"""The model shelf in the whole window: dropped, used, fetched from a form; graphs follow at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from editor.forms.controls.model import ModelBox
from editor.window.parts import Parts
from editor.window.window import Window
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.edits import SetParams
from graphs.upgrade import defaults
from nodes.registry import default_registry
from tests.editor.answers import Answers
from tests.editor.models.kit import PRIVATE, over, own_shelf
from tests.runtime.models.nets import resizer
from tests.runtime.models.server import serving
from tests.runtime.models.shelves import CONTENT, model

LEFT = Qt.MouseButton.LeftButton
UP = NodeId("up1")


def node(name: str, type_id: str, x: float, **params: object) -> NodeDoc:
    kind = default_registry().types[type_id]
    return NodeDoc(NodeId(name), type_id, kind.version, {**defaults(kind), **params}, position=(x, 0))  # type: ignore[dict-item]


def small(*more: NodeDoc) -> Graph:
    """A test picture, and behind it a crop, or what is given."""
    after = more or (node("crop1", "geometry.crop", 400),)
    nodes = (node("test1", "input.pattern", 0), *after)
    return Graph.of(nodes, [Link((nodes[0].id, "out"), (after[0].id, "clip"))])


def parts(window: Window) -> Parts:
    assert window.parts is not None
    return window.parts


def drop(widget: object, path: Path, at: QPointF) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    keys = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(at, Qt.DropAction.CopyAction, data, LEFT, keys))  # type: ignore[call-overload]
    QApplication.sendEvent(widget, QDropEvent(at, Qt.DropAction.CopyAction, data, LEFT, keys))  # type: ignore[call-overload]


def test_a_model_dropped_on_a_wire_goes_to_the_shelf_and_into_the_wire(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.desk.open(small())
    shelf, canvas = parts(window).shelf, parts(window).canvas
    qtbot.waitUntil(lambda: canvas.isVisible() and not canvas._fit_soon, timeout=20_000)
    (wire,) = canvas.mirror.wires.values()
    at = canvas.view.to_view(wire.path().pointAtPercent(0.5))
    drop(canvas.view.viewport(), resizer(tmp_path / "net.onnx", 2), QPointF(at))
    qtbot.waitUntil(lambda: shelf.sheet is not None and shelf.sheet.use_button.isVisible(), timeout=20_000)
    assert shelf.sheet is not None
    QTest.mouseClick(shelf.sheet.use_button, LEFT)
    qtbot.waitUntil(lambda: len(window.desk.graph.nodes) == 3, timeout=20_000)
    (made,) = (one for one in window.desk.graph.nodes.values() if one.type == "ai.upscale")
    assert made.params["model"] == "net" and window.desk.current == made.id
    links = {(link.source[0], link.target[0]) for link in window.desk.graph.links}
    assert links == {("test1", made.id), (made.id, "crop1")}
    engine = parts(window).engine
    qtbot.waitUntil(lambda: engine.analysis.graph is window.desk.graph, timeout=20_000)
    clip = engine.analysis.clip(NodeId("crop1"), "out")
    assert clip is not None and (clip.width, clip.height) == (1440, 1152)
    window.desk.undo()
    assert window.desk.graph == small()  # one step takes it away; the model stays on the shelf
    assert own_shelf().held("net") is not None


def test_a_model_dropped_on_the_start_page_only_goes_to_the_shelf(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    assert window.on_start_page
    drop(window, resizer(tmp_path / "net.onnx", 2), QPointF(90, 90))
    shelf = parts(window).shelf
    qtbot.waitUntil(lambda: shelf.sheet is not None and shelf.sheet.shelf_button.isVisible(), timeout=20_000)
    assert shelf.sheet is not None and shelf.sheet.use_button.isHidden()
    shelf.sheet.close()
    assert shelf.sheet is None


def test_a_graph_follows_as_soon_as_its_model_arrives(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    engine, shelf = parts(window).engine, parts(window).shelf
    shelf.models.load()
    window.desk.open(small(node("up1", "ai.upscale", 400, model="my-net")))
    qtbot.waitUntil(lambda: engine.analysis.graph is window.desk.graph and shelf.models.loaded, timeout=20_000)
    assert any("my-net" in one.text for one in engine.analysis.problems(UP))
    shelf.models.bring(resizer(tmp_path / "net.onnx", 3), "my-net", "My net")
    over(qtbot, shelf.models, "my-net")
    qtbot.waitUntil(lambda: engine.analysis.clip(UP, "out") is not None, timeout=20_000)
    clip = engine.analysis.clip(UP, "out")
    assert clip is not None and clip.width == 3 * 720
    parts(window).viewer.show_node(UP)
    qtbot.waitUntil(
        lambda: (shot := parts(window).viewer.slots["A"].shot) is not None and not shot.stand_in, timeout=30_000
    )


def test_a_form_fetches_what_it_misses_once_the_licence_is_accepted(
    window: Window, qtbot: QtBot, asker: Answers
) -> None:
    with serving(CONTENT) as site:
        shelf = parts(window).shelf
        entry = model("small", site.address, licence=PRIVATE)
        shelf.models.shelf = lambda: own_shelf(entry)
        shelf.models.look()
        window.desk.open(small(node("up1", "ai.upscale", 400, model="small")))
        window.desk.select([UP])
        form = parts(window).params.form
        assert form is not None
        box = form.rows["model"].control
        assert isinstance(box, ModelBox)
        qtbot.waitUntil(lambda: box.missing == "small", timeout=20_000)
        QTest.mouseClick(box.mend_button, LEFT)
        assert asker.asked == ["For non-commercial use only"]
        over(qtbot, shelf.models, "small")
        assert "Small is on the shelf" in window.status.currentMessage()
        # PyTorch weights that are none: it is here, and the form says why it cannot be used
        qtbot.waitUntil(lambda: "shelf" not in box.gone.text() and bool(box.missing), timeout=20_000)


def test_the_shelf_is_opened_by_its_key_at_a_task(window: Window, qtbot: QtBot) -> None:
    shelf = parts(window).shelf
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shelf.panel is not None and shelf.panel.isVisible() and shelf.models.loaded, timeout=20_000)
    shelf.show_panel("inpaint")
    assert shelf.panel is not None and shelf.panel.task.currentData() == "inpaint"
    qtbot.waitUntil(lambda: shelf.panel is not None and shelf.panel.chosen is not None, timeout=20_000)
    QTest.keyClick(shelf.panel, Qt.Key.Key_Escape)
    assert not shelf.panel.isVisible()


def test_a_note_is_told_over_the_canvas_and_stays_at_its_node(window: Window, qtbot: QtBot) -> None:
    """The worker runs the demo model on the processor where a card is asked for that is not here."""
    made = parts(window)
    window.desk.open(small(node("up1", "ai.upscale", 400, provider="dml", model="demo-upscale-2x")))
    before = made.canvas.geometry()
    made.viewer.show_node(UP)
    qtbot.waitUntil(lambda: bool(made.remarks.open), timeout=60_000)
    (remark, *_) = made.remarks.open
    assert remark.head.text() == "AI upscale" and "demo-upscale-2x" in remark.said.text()
    assert made.canvas.geometry() == before and made.canvas.rect().contains(made.remarks.geometry())
    assert remark.go_button is not None
    QTest.mouseClick(remark.go_button, LEFT)
    assert window.desk.current == UP and made.params.header.noted.isVisible()
    assert "demo-upscale-2x" in made.params.header.noted.toolTip()
    qtbot.waitUntil(lambda: "demo-upscale-2x" in made.engine.state_of(UP).message, timeout=20_000)
    window.desk.do(SetParams(UP, {"provider": "auto"}), "auto")
    qtbot.waitUntil(lambda: not made.params.header.noted.isVisible(), timeout=20_000)
    made.remarks.close_remark(remark)
    assert remark not in made.remarks.open


@pytest.mark.parametrize("name", ["broken.onnx", "weights.pth"])
def test_a_bad_file_never_takes_the_window_along(window: Window, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x08\x07garbage" * 20)
    window.actions_.get("file.new").trigger()
    window.intake.take(tmp_path / name)
    shelf = parts(window).shelf
    qtbot.waitUntil(lambda: shelf.sheet is not None and not shelf.sheet.bar.isVisible(), timeout=20_000)
    assert shelf.sheet is not None and shelf.sheet.said.objectName() == "Error" and shelf.sheet.said.text()
    shelf.sheet.close()
