"""What the tests of the tabs share: a desk with a graph, facts that are compiled at once, and a user's hands."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from editor.desk.desk import Desk
from editor.desk.history import Change
from editor.desk.playhead import Playhead
from editor.engine.analysis import Analysis
from editor.forms.panel import ParamsPanel
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.media import Media, MediaError
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.session import Session


def node(name: str, type_id: str, **params: Any) -> NodeDoc:
    kind = default_registry().types[type_id]
    return NodeDoc(NodeId(name), type_id, kind.version, {**defaults(kind), **params})


def chain(*nodes: NodeDoc) -> Graph:
    """Nodes wired one behind the other by their first ports."""
    links = []
    for one, other in pairwise(nodes):
        out = next(iter(default_registry().types[one.type].outputs))
        into = next(iter(default_registry().types[other.type].inputs))
        links.append(Link((one.id, out), (other.id, into)))
    return Graph.of(nodes, links)


def no_file(path: str) -> Media:
    raise MediaError(f"{path}: there is no such file. Choose another one")


class Facts(QObject):
    """The engine without a worker: compiles each graph as soon as it is there."""

    analysed = Signal(object)

    def __init__(self, desk: Desk, session: Session | None = None) -> None:
        super().__init__()
        self._desk = desk
        self.analysis: Analysis | None = None
        self.session = session
        desk.changed.connect(self.compile)
        desk.reset.connect(self.compile)

    def compile(self, _change: object = None) -> None:
        graph = self._desk.graph
        self.analysis = Analysis(graph, compiled(graph, self._desk.registry, no_file, graph.nodes))
        self.analysed.emit(self.analysis)


class Bench:
    """A Parameters tab at work. `changes` collects what the desk told, `steps` counts what undo would take back."""

    def __init__(self, graph: Graph, *chosen: str) -> None:
        self.desk = Desk(default_registry())
        self.facts = Facts(self.desk)
        self.playhead = Playhead()
        self.panel = ParamsPanel(self.desk, self.facts, self.playhead)
        self.changes: list[Change] = []
        self.told: list[str] = []
        self.desk.changed.connect(self.changes.append)
        self.panel.told.connect(self.told.append)
        self.desk.open(graph)
        self.panel.resize(430, 600)
        self.panel.show()
        names = [NodeId(name) for name in chosen or list(graph.nodes)]
        self.desk.select(names, names[0])
        settle()

    def row(self, name: str) -> Any:
        assert self.panel.form is not None
        return self.panel.form.rows[name]

    def control(self, name: str) -> Any:
        return self.row(name).control

    def value(self, name: str, at: str | None = None) -> object:
        chosen = NodeId(at) if at else self.panel.subject.ids[0]
        return self.desk.graph.nodes[chosen].params[name]

    def undo_steps(self) -> int:
        """How many steps back lead to the beginning; all are taken, and again."""
        count = 0
        while self.desk.undo_text is not None:
            self.desk.undo()
            count += 1
        for _ in range(count):
            self.desk.redo()
        return count


def settle() -> None:
    """Let Qt do what waits."""
    QApplication.processEvents()
    QApplication.processEvents()


def drag(widget: QWidget, *xs: float, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press at the first x, move over the others with the button held, let go at the last."""
    y = widget.height() // 2
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(widget, left, modifiers, QPoint(round(xs[0]), y))
    for x in xs[1:]:
        _move(widget, QPoint(round(x), y), modifiers)
        settle()
    QTest.mouseRelease(widget, left, modifiers, QPoint(round(xs[-1]), y))
    settle()


def pull(widget: QWidget, *spots: QPoint) -> None:
    """Press at the first place, move over the others with the button held, let go at the last."""
    none = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, none, spots[0])
    settle()
    for spot in spots[1:]:
        _move(widget, spot, none)
        settle()
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, none, spots[-1])
    settle()


def _move(widget: QWidget, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """QTest.mouseMove holds no button."""
    spot = QPointF(at)
    held = Qt.MouseButton.LeftButton
    event = QMouseEvent(QEvent.Type.MouseMove, spot, widget.mapToGlobal(spot), Qt.MouseButton.NoButton, held, modifiers)
    QApplication.sendEvent(widget, event)


def enter(widget: QWidget, text: str, *, confirm: bool = True) -> None:
    """Click into a field, write over what is there, and confirm."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    settle()
    widget.setFocus()
    settle()
    QTest.keySequence(widget, "Ctrl+A")
    if text:
        QTest.keyClicks(widget, text)
    else:
        QTest.keyClick(widget, Qt.Key.Key_Delete)
    if confirm:
        QTest.keyClick(widget, Qt.Key.Key_Return)
    settle()
