"""The picture on the whole screen, and a second window that follows the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.language import tr
from editor.viewer.viewer import Viewer

if TYPE_CHECKING:
    from editor.engine.engine import Engine


class FullScreen(QObject):
    """Takes the viewer's screen out of its panel and puts it back. Escape ends it."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        viewer.display.installEventFilter(self)

    @property
    def on(self) -> bool:
        return self._viewer.display.isWindow()

    def toggle(self) -> None:
        display = self._viewer.display
        layout = self._viewer.layout()
        assert isinstance(layout, QVBoxLayout)
        if self.on:
            display.setWindowFlags(Qt.WindowType.Widget)
            layout.addWidget(display, 1)
            display.show()
        else:
            layout.removeWidget(display)
            display.setWindowFlags(Qt.WindowType.Window)
            display.setWindowTitle(self._viewer.title(self._viewer.leading) or tr("Viewer"))
            display.showFullScreen()
        display.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()  # first: while things are taken apart there is no display to ask
        if kind == QEvent.Type.KeyPress and self.on and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.toggle()
                return True
        elif kind == QEvent.Type.Close and self.on:
            event.ignore()
            self.toggle()
            return True
        return super().eventFilter(watched, event)


class SecondWindow(QWidget):
    """A viewer of its own beside the main window. Signals: closed()."""

    closed = Signal()

    def __init__(self, desk: Desk, engine: Engine, playhead: Playhead, first: Viewer) -> None:
        super().__init__(first.window(), Qt.WindowType.Window)
        self.setWindowTitle(tr("Viewer 2"))
        self.resize(820, 680)
        self._first = first
        self.viewer = Viewer(desk, engine, playhead, self, name="viewer2")
        self.follow = QComboBox()
        self.follow.addItem(tr("Follows B"), "B")
        self.follow.addItem(tr("Follows A"), "A")
        self.follow.addItem(tr("Stays with its node"), "")
        self.follow.setAccessibleName(tr("What the second window shows"))
        self.follow.currentIndexChanged.connect(self._follow)
        row = self.viewer.toolbar.layout()
        assert row is not None
        row.addWidget(self.follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.viewer)
        first.shown_changed.connect(self._follow)
        self.full = FullScreen(self.viewer)
        self.viewer.asked.connect(lambda name: self.full.toggle() if name == "full" else first.asked.emit(name))
        self.viewer.node_wanted.connect(first.node_wanted)
        self.viewer.told.connect(first.told)
        self._follow()

    def _follow(self) -> None:
        followed = self.follow.currentData()
        if followed:
            shown = self._first.shown
            self.viewer.show_node(shown["B"] or shown["A"] if followed == "B" else shown["A"])

    def share(self, actions: list[QAction]) -> None:
        """The keys of the main window work here too."""
        self.addActions(actions)
        self.viewer.display.addActions(actions)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.viewer.close_views()
        self._first.shown_changed.disconnect(self._follow)
        self.closed.emit()
        super().closeEvent(event)
        self.deleteLater()
