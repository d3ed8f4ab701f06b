"""Frame ranges: a table to type in, filled from the playhead and from the in and out points.

People count the last frame in, documents do not (`[100, 250]` ends before 250): the table shows 100 to 249.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.forms.controls.control import Control
from editor.forms.subject import MIXED
from editor.language import tr
from nodes.params import Param, ParamError

type Pair = tuple[int, int | None]
MOST_ROWS = 8


class Frames(Protocol):
    """The clock that ranges count on."""

    def here(self) -> int | None: ...
    def marks(self) -> Pair | None: ...
    def rate(self) -> Fraction | None: ...
    def frames(self) -> int | None: ...
    def seek(self, frame: int) -> None: ...


class RangeTable(Control):
    tall = True

    def __init__(self, param: Param, clock: Frames, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._clock = clock
        self._value: tuple[Pair, ...] = ()
        self._mixed = self._showing = False
        self.table = _Table(0, 3)
        self.table.setHorizontalHeaderLabels([tr("First"), tr("Last"), tr("Length")])
        for column in range(3):
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.table.itemChanged.connect(self._typed)
        self.table.itemDoubleClicked.connect(self._visit)
        self.table.remove = self.remove_chosen
        self.take_marks = self._button("marks", tr("Marks"), tr("Add the span between in and out point"))
        self.add_here = self._button("plus", tr("Here"), tr("Add a range that begins at the playhead"))
        self.end_here = self._button("end-here", tr("End here"), tr("Let the chosen range end at the playhead"))
        self.remove = self._button("trash", "", tr("Remove the chosen ranges (Del)"))
        self.take_marks.clicked.connect(self._add_marks)
        self.add_here.clicked.connect(self._add_here)
        self.end_here.clicked.connect(self._end_here)
        self.remove.clicked.connect(self.remove_chosen)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self.take_marks, self.add_here, self.end_here):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.remove)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self.table)
        whole.addLayout(buttons)

    def _button(self, icon: str, text: str, about: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(theme.icon(icon))
        side = self.fontMetrics().height()
        button.setIconSize(QSize(side, side))
        button.setText(text)
        button.setToolTip(about)
        button.setAccessibleDescription(about)
        button.setAccessibleName(text or about)
        if text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def parts(self) -> Sequence[QWidget]:
        return (self.table,)

    def show_value(self, value: object) -> None:
        self._mixed = value is MIXED
        self._value = () if self._mixed else cast("tuple[Pair, ...]", value)
        self._showing = True
        self.table.setRowCount(len(self._value))
        for row, (first, end) in enumerate(self._value):
            for column, text in enumerate((str(first), tr("end") if end is None else str(end - 1))):
                self._put(row, column, text, editable=True)
            self._put(row, 2, self._length(first, end), editable=False)
        self._showing = False
        self.remove.setEnabled(bool(self._value))
        self.end_here.setEnabled(bool(self._value))
        self.table.setVisible(bool(self._value))
        rows = min(len(self._value), MOST_ROWS)
        high = self.table.horizontalHeader().sizeHint().height() + 4
        self.table.setFixedHeight(high + rows * self.table.verticalHeader().defaultSectionSize())

    def _put(self, row: int, column: int, text: str, *, editable: bool) -> None:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
        if not editable:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        item.setText(text)
        if column < 2:
            item.setToolTip(tr("Double-click the length to go there"))

    def _length(self, first: int, end: int | None) -> str:
        end = self._clock.frames() if end is None else end
        if end is None or end <= first:
            return ""
        rate = self._clock.rate()
        if not rate:
            return tr("{count} frames").format(count=end - first)
        return tr("{seconds:.2f} s").format(seconds=float((end - first) / rate))

    # ---- edits

    def _typed(self, item: QTableWidgetItem) -> None:
        if self._showing:
            return
        row = item.row()
        try:
            self._change(row, self._read(row))
        except ValueError:
            self.refused.emit(tr("Write a frame number, or “end” for the last frame of the clip"))
            self.show_value(self._value)

    def _read(self, row: int) -> Pair:
        first, last = (cast("QTableWidgetItem", self.table.item(row, column)).text().strip() for column in (0, 1))
        if last.casefold() in ("", "end", tr("end").casefold()):
            return int(first), None
        return int(first), int(last) + 1

    def _change(self, row: int, pair: Pair) -> None:
        self._hand_on([*self._value[:row], pair, *self._value[row + 1 :]])

    def _hand_on(self, pairs: Sequence[Pair], chosen: int | None = None) -> None:
        """Keep the ranges sorted; the table is drawn anew when the document has them."""
        value = [list(pair) for pair in sorted(pairs, key=lambda pair: pair[0])]
        try:
            accepted = self.param.accept(value)
        except ParamError as fault:
            self.refused.emit(str(fault))
            self.show_value(self._value)
            return
        self.refused.emit("")
        self.edited.emit(self.param.plain(accepted))
        self.settled.emit()
        if chosen is not None:
            self.table.selectRow(chosen)

    def _add(self, pair: Pair) -> None:
        pairs = sorted([*self._value, pair], key=lambda one: one[0])
        self._hand_on(pairs, pairs.index(pair))

    def _add_marks(self) -> None:
        marks = self._clock.marks()
        if marks is None:
            self.refused.emit(tr("Set an in or an out point on the timeline first"))
        else:
            self._add(marks)

    def _add_here(self) -> None:
        frame = self._clock.here()
        if frame is None:
            self.refused.emit(tr("No clip arrives here yet: wire one in first"))
        else:
            self._add((frame, frame + 1))

    def _end_here(self) -> None:
        frame = self._clock.here()
        rows = self._chosen() or [len(self._value) - 1]
        if frame is None:
            self.refused.emit(tr("No clip arrives here yet: wire one in first"))
        elif frame < self._value[rows[0]][0]:
            self.refused.emit(tr("The playhead stands before the range begins"))
        else:
            self._change(rows[0], (self._value[rows[0]][0], frame + 1))

    def remove_chosen(self) -> None:
        rows = set(self._chosen() or [len(self._value) - 1])
        self._hand_on([pair for row, pair in enumerate(self._value) if row not in rows])

    def _chosen(self) -> list[int]:
        return sorted({index.row() for index in self.table.selectedIndexes() if index.row() < len(self._value)})

    def _visit(self, item: QTableWidgetItem) -> None:
        if item.column() == 2:
            self._clock.seek(self._value[item.row()][0])


class _Table(QTableWidget):
    remove: Callable[[], None]

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__(rows, columns)
        self.setObjectName("Ranges")
        self.verticalHeader().setVisible(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove()
        else:
            super().keyPressEvent(event)
