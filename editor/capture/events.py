"""All that happened, line by line: the whole list, or losses alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTreeView, QWidget

from capture.session.messages import Happened
from editor import theme
from editor.capture import words
from editor.capture.standing import LOSSES
from editor.language import tr

type Index = QModelIndex | QPersistentModelIndex

NONE = QModelIndex()


class Events(QAbstractTableModel):
    """Two columns: when, and what. `only_losses` leaves out everything else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Happened, ...] = ()
        self._shown: list[int] = []
        self._only_losses = False

    @property
    def only_losses(self) -> bool:
        return self._only_losses

    def show_events(self, events: Sequence[Happened]) -> None:
        """New ones are put at the end; another list takes the place of the old."""
        events = tuple(events)
        known = len(self._all)
        if events[:known] == self._all:
            fresh = [number for number in range(known, len(events)) if self._wanted(events[number])]
            self._all = events
            if fresh:
                at = len(self._shown)
                self.beginInsertRows(NONE, at, at + len(fresh) - 1)
                self._shown += fresh
                self.endInsertRows()
            return
        self._all = events
        self._fill()

    def narrow(self, only_losses: bool) -> None:
        self._only_losses = only_losses
        self._fill()

    def row_of(self, number: int) -> int:
        """The row of the event of this number; −1 where it is left out."""
        return self._shown.index(number) if number in self._shown else -1

    def text(self, row: int) -> str:
        return words.happened(self._all[self._shown[row]])

    def _wanted(self, event: Happened) -> bool:
        return not self._only_losses or event.kind in LOSSES

    def _fill(self) -> None:
        self.beginResetModel()
        self._shown = [number for number, one in enumerate(self._all) if self._wanted(one)]
        self.endResetModel()

    # ---- Qt's

    def rowCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self._all[self._shown[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return words.moment(one.t_s) if index.column() == 0 else words.happened(one)
        if role == Qt.ItemDataRole.ForegroundRole:
            plain = "text3" if index.column() == 0 else "text"
            tint = words.tint(one)
            return theme.colour(tint if index.column() == 1 and tint in ("err", "warn") else plain)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.happened(one)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return (tr("At"), tr("What happened"))[section]
        return None


class EventList(QTreeView):
    """Follows what comes while its end is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.events = Events(self)
        self.setModel(self.events)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("What happened"))
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.header().setStretchLastSection(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setMinimumHeight(60)
        self.setHeaderHidden(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.events.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(theme.colour("text3"))
        if self.events.only_losses:
            text = tr("Nothing is lost.")
        else:
            text = tr("What happens while a tape is recorded is listed here: losses, scenes, blank stretches, notes.")
        painter.drawText(self.viewport().rect().adjusted(6, 6, -6, -6), Qt.TextFlag.TextWordWrap, text)
        painter.end()

    def show_events(self, events: Sequence[Happened]) -> None:
        bar = self.verticalScrollBar()
        follow = bar.value() >= bar.maximum() - 4
        before, at = self.events.rowCount(), bar.value()
        self.events.show_events(events)
        if self.events.rowCount() != before:
            self.scrollToBottom() if follow else bar.setValue(at)

    def narrow(self, only_losses: bool) -> None:
        self.events.narrow(only_losses)
        self.scrollToBottom()

    def choose(self, number: int) -> None:
        """Show the event of this number."""
        row = self.events.row_of(number)
        if row >= 0:
            index = self.events.index(row, 0)
            self.setCurrentIndex(index)
            self.scrollTo(index, QTreeView.ScrollHint.PositionAtCenter)
