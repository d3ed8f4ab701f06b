"""A canvas in a window, and a hand: real mouse and key events on the viewport. Nothing here knows NodeGraphQt."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from editor.canvas import Canvas, SearchContext
from editor.desk.desk import Desk
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.registry import default_registry
from tests.editor.canvas.told import ToldEngine

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def node(id: str, type_id: str, x: float = 0, y: float = 0, **more: object) -> NodeDoc:
    kind = default_registry().get(type_id)
    params = defaults(kind) if kind is not None else {}
    version = kind.version if kind is not None else 1
    return NodeDoc(NodeId(id), type_id, version, params, position=(x, y), **more)  # type: ignore[arg-type]


def small() -> Graph:
    """source1 → (nothing), and three nodes beside it, spread so that nothing overlaps."""
    return Graph.of(
        [
            node("source1", "input.video", 0, 0),
            node("gain1", "sound.gain", 320, 320),
            node("crop1", "geometry.crop", 320, 0),
            node("levels1", "colour.levels", 640, 0),
        ]
    )


def chain() -> Graph:
    """source1 → crop1 → levels1 → out1, with free1 beside."""
    return Graph.of(
        [
            node("source1", "input.video", 0, 0),
            node("crop1", "geometry.crop", 320, 0),
            node("levels1", "colour.levels", 640, 0),
            node("out1", "output.ffv1", 960, 0),
            node("free1", "colour.saturation", 320, 320),
        ],
        [
            Link.of("source1.out", "crop1.clip"),
            Link.of("crop1.out", "levels1.clip"),
            Link.of("levels1.out", "out1.clip"),
        ],
    )


class Rig:
    def __init__(self, graph: Graph, size: tuple[int, int] = (1300, 760), *, told: bool = False) -> None:
        self.desk = Desk(default_registry())
        self.desk.open(graph)
        self.engine = ToldEngine(self.desk) if told else None
        self.canvas = Canvas(self.desk, self.engine)  # type: ignore[arg-type]
        self.canvas.resize(*size)
        self.canvas.show()
        self.canvas.activateWindow()
        QTest.qWaitForWindowActive(self.canvas)
        QTest.qWait(1)
        self.view = self.canvas.view
        self.messages: list[str] = []
        self.searches: list[SearchContext] = []
        self.canvas.message.connect(self.messages.append)
        self.canvas.search_wanted.connect(lambda _at, context: self.searches.append(context))
        self.look()

    @property
    def graph(self) -> Graph:
        return self.desk.graph

    @property
    def links(self) -> set[str]:
        return {str(link) for link in self.graph.links}

    def look(self, x: float = -60, y: float = -60, zoom: float = 1.0) -> None:
        """Show the scene from (x, y), 1:1."""
        self.view.zoom_by(zoom / self.view.zoom)
        corner = self.view.seen_rect().topLeft()
        self.view.pan_by((corner.x() - x) * zoom, (corner.y() - y) * zoom)
        QApplication.processEvents()

    def true(self) -> bool:
        """Whether the view shows the document, nothing else and nothing less."""
        assert self.canvas.mirror.differences() == []
        return True

    # ---- places, in pixels of the viewport
    def at(self, x: float, y: float) -> QPoint:
        return self.view.to_view(QPointF(x, y)).toPoint()

    def port(self, address: str, side: str) -> QPoint:
        name, _, port = address.partition(".")
        card = self.canvas.mirror.cards[NodeId(name)]
        return self.view.to_view(card.ports[port, side == "out"].anchor()).toPoint()

    def out(self, address: str) -> QPoint:
        return self.port(address, "out")

    def into(self, address: str) -> QPoint:
        return self.port(address, "in")

    def title(self, name: str) -> QPoint:
        card = self.canvas.mirror.cards[NodeId(name)]
        return self.at(card.x() + 70, card.y() + 14)

    def body(self, name: str) -> QPoint:
        card = self.canvas.mirror.cards[NodeId(name)]
        return self.at(card.x() + 96, card.y() + 60)

    def on_wire(self, target: str, part: float = 0.5) -> QPoint:
        name, _, port = target.partition(".")
        wire = self.canvas.mirror.wires[NodeId(name), port]
        return self.view.to_view(wire.path().pointAtPercent(part)).toPoint()

    def title_of(self, name: str) -> str:
        return self.canvas.mirror.cards[NodeId(name)].face.title

    # ---- the mouse
    def send(
        self,
        kind: QEvent.Type,
        at: QPoint,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        keys: Qt.KeyboardModifier = NONE,
    ) -> None:
        port = self.view.viewport()
        event = QMouseEvent(kind, QPointF(at), QPointF(port.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(port, event)
        QApplication.processEvents()

    def press(self, at: QPoint, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, keys)
        self.send(QEvent.Type.MouseButtonPress, at, button, button, keys)

    def move(self, at: QPoint, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button, keys)

    def release(self, at: QPoint, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.send(QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, keys)

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        keys: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = LEFT,
        steps: int = 5,
    ) -> None:
        self.press(start, keys, button)
        for step in range(1, steps + 1):
            self.move(start + (end - start) * step / steps, keys, button)
        self.release(end, keys, button)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(at, keys)
        self.release(at, keys)

    def double_click(self, at: QPoint) -> None:
        self.click(at)
        self.send(QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT)
        self.release(at)

    def wheel(self, at: QPoint, turn: int) -> None:
        port = self.view.viewport()
        event = QWheelEvent(
            QPointF(at),
            QPointF(port.mapToGlobal(at)),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(port, event)

    def menu_key(self) -> None:
        port = self.view.viewport()
        reason = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(port, QContextMenuEvent(reason, QPoint(), port.mapToGlobal(QPoint()), NONE))

    # ---- the keyboard
    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        self.view.setFocus()
        QTest.keyClick(self.view, key, keys)
        QApplication.processEvents()

    # ---- drag and drop
    def hover(self, data: QMimeData, at: QPoint) -> bool:
        port = self.view.viewport()
        taken = False
        for make in (QDragEnterEvent, QDragMoveEvent):
            event = make(QPointF(at), Qt.DropAction.CopyAction, data, LEFT, NONE)
            QApplication.sendEvent(port, event)
            taken = event.isAccepted()
        return taken

    def drop(self, data: QMimeData, at: QPoint) -> bool:
        taken = self.hover(data, at)
        event = QDropEvent(QPointF(at), Qt.DropAction.CopyAction, data, LEFT, NONE)
        QApplication.sendEvent(self.view.viewport(), event)
        return taken and event.isAccepted()

    def drag_away(self) -> None:
        QApplication.sendEvent(self.view.viewport(), QDragLeaveEvent())

    def choose(self, *names: str) -> None:
        self.canvas.operations.select([NodeId(name) for name in names])

    def close(self) -> None:
        self.canvas.close()
        self.canvas.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
