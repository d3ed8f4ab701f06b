"""A window of its own for a finished render: the tape in A, the result in B, at the same moment of tape."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.engine import Engine
from editor.engine.moments import BEGINS
from editor.language import tr
from editor.timeline.timeline import Timeline
from editor.viewer.viewer import Viewer
from graphs.document import Graph, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.registry import Registry

SOURCE, RESULT = NodeId("source1"), NodeId("result1")
CACHE_BYTES = 96 * 2**20


def compared(registry: Registry, source: Path, result: Path, begins: Fraction) -> Graph:
    """A graph of two files; `begins` is the moment of tape, in seconds, at which the result starts."""
    kind = registry.types["input.video"]

    def reads(node: NodeId, file: Path) -> NodeDoc:
        return NodeDoc(node, kind.id, kind.version, {**defaults(kind), "file": str(file)}, label=file.name)

    return replace(Graph.of([reads(SOURCE, source), reads(RESULT, result)]), meta={BEGINS: {RESULT: str(begins)}})


class CompareWindow(QWidget):
    """Has a worker of its own, so that neither the graph nor a render that runs is in its way."""

    def __init__(
        self, registry: Registry, source: Path, result: Path, begins: Fraction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("{source} and {result}").format(source=source.name, result=result.name))
        self.resize(1180, 860)
        self.desk, self.playhead = Desk(registry, self), Playhead(self)
        self.engine = Engine(self.desk, self.playhead, parent=self)
        self.engine.limit_cache(CACHE_BYTES)
        self.viewer = Viewer(self.desk, self.engine, self.playhead, name="compare")
        self.timeline = Timeline(self.desk, self.engine, self.playhead)
        self.timeline.player.wishes = self.viewer.wishes
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 6, 6, 6)
        rows.addWidget(self.viewer, 1)
        rows.addWidget(self.timeline)
        transport = self.timeline.transport
        for keys, do in (
            ("Space", transport.toggle),
            ("Left", lambda: transport.step(-1)),
            ("Right", lambda: transport.step(1)),
            ("Home", transport.go_start),
            ("End", transport.go_end),
            ("Escape", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(do)
        self.desk.open(compared(registry, source, result, begins), None, result.stem)
        self.engine.start()
        self.viewer.show_node(SOURCE)
        self.viewer.show_node(RESULT, "B")
        self.timeline.follow(SOURCE)
        self.playhead.seek(begins)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.timeline.close_views()
        self.viewer.close_views()
        self.engine.close()
        super().closeEvent(event)
