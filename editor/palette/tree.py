"""The list in the palette: sections that fold, rows that are dragged, starred and chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QToolTip, QTreeView, QWidget

from editor.language import tr
from editor.palette.dragging import drag
from editor.palette.entries import Entry
from editor.palette.rows import Role, RowPainter, star_box


class NodeTree(QTreeView):
    """Signals: chosen(Entry) to be put in; starred(Entry); folded(section, bool); tip_wanted(index, QPoint)."""

    chosen = Signal(object)
    starred = Signal(object)
    folded = Signal(str, bool)
    tip_wanted = Signal(QModelIndex, QPoint)

    def __init__(self, parent: QWidget | None = None, *, stars: bool = True) -> None:
        super().__init__(parent)
        self.rows = RowPainter(self, stars=stars)
        self.setItemDelegate(self.rows)
        self.setModel(QStandardItemModel(self))
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)  # a press on a heading folds, no double click
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Nodes"))

    def items(self) -> QStandardItemModel:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        return model

    def entry_at(self, index: QModelIndex) -> Entry | None:
        found = index.data(Role.ENTRY) if index.isValid() else None
        return found if isinstance(found, Entry) else None

    def current(self) -> Entry | None:
        return self.entry_at(self.currentIndex())

    def choose_current(self) -> None:
        entry = self.current()
        if entry is not None:
            self.chosen.emit(entry)

    def select_first(self) -> None:
        """The first row that can be chosen."""
        self.setCurrentIndex(QModelIndex())
        self.step(1)

    def step(self, by: int) -> None:
        """Move the selection by so many nodes, over headings."""
        index, left = self.currentIndex(), abs(by)
        if not index.isValid():
            index = self.items().index(0, 0)
            if self.entry_at(index) is not None:
                self.setCurrentIndex(index)
                return
        while left and index.isValid():
            index = self.indexBelow(index) if by > 0 else self.indexAbove(index)
            if self.entry_at(index) is not None:
                self.setCurrentIndex(index)
                left -= 1
        self.scrollTo(self.currentIndex())

    # ---- the mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        section = index.data(Role.SECTION) if index.isValid() else None
        if section is not None and event.button() == Qt.MouseButton.LeftButton:
            self.folded.emit(section, section not in self.rows.folded)
            return
        entry = self.entry_at(index)
        on_star = star_box(self.visualRect(index)).contains(event.position().toPoint())
        if entry is not None and on_star and event.button() == Qt.MouseButton.LeftButton:
            self.starred.emit(entry)
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        entry = self.entry_at(index)
        if entry is not None and star_box(self.visualRect(index)).contains(event.position().toPoint()):
            self.mousePressEvent(event)
        elif entry is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(entry)
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.rows.pointer = event.position().toPoint()
        self.viewport().update()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.rows.pointer = QPoint(-1, -1)
        self.viewport().update()
        super().leaveEvent(event)

    def startDrag(self, supported: Qt.DropAction) -> None:
        entry = self.current()
        if entry is not None:
            drag(self, entry).exec(Qt.DropAction.CopyAction)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            if index.isValid():
                self.tip_wanted.emit(index, event.globalPos())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    # ---- keys
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 12, Qt.Key.Key_PageUp: -12}
        if step := steps.get(Qt.Key(event.key())):
            self.step(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_current()
        else:
            super().keyPressEvent(event)
