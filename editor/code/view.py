"""A page of code to read: line numbers, the lines of one node marked, a click tells whose line it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from editor import theme
from editor.code.highlight import Highlighter


class CodeView(QPlainTextEdit):
    """Signal: clicked(int) a line, counted from 0, was clicked or confirmed with Return."""

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(theme.font(12, mono=True))
        self._marked: tuple[int, ...] = ()
        self._first = 1
        self._pressed = -1
        self.highlighter = Highlighter(self.document())
        self._gutter = _Gutter(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scrolled)
        self._make_room()

    def dress(self) -> None:
        """Take the theme's colours and text size."""
        self.setFont(theme.font(12, mono=True))
        self.highlighter.dress()
        self.mark(self._marked)
        self._make_room()

    def show_lines(self, lines: Sequence[str], first: int = 1) -> None:
        """Show these lines, changing only those that differ: the place and the colours of the others stay."""
        self._first = first
        old = self.toPlainText().split("\n")
        new = list(lines) or [""]
        if old == new:
            return
        same = 0
        while same < min(len(old), len(new)) and old[same] == new[same]:
            same += 1
        tail = 0
        while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        if same == 0 and tail == 0:
            self.setPlainText("\n".join(new))
            return
        self._replace(same, len(old) - tail, new[same : len(new) - tail], len(old))

    def _replace(self, first: int, end: int, lines: list[str], count: int) -> None:
        """Put `lines` in the place of lines first … end of `count`."""
        document = self.document()
        cursor = QTextCursor(document)
        text = "\n".join(lines)
        if end < count:  # with the break behind them
            cursor.setPosition(document.findBlockByNumber(first).position())
            cursor.setPosition(document.findBlockByNumber(end).position(), QTextCursor.MoveMode.KeepAnchor)
            text += "\n" if lines else ""
        else:  # with the break before them
            block = document.findBlockByNumber(first - 1)
            cursor.setPosition(block.position() + block.length() - 1)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            text = "\n" + text if lines else ""
        cursor.insertText(text)

    def mark(self, lines: Sequence[int]) -> None:
        """Mark these lines, counted from 0."""
        self._marked = tuple(lines)
        made: list[QTextEdit.ExtraSelection] = []
        for line in self._marked:
            one = QTextEdit.ExtraSelection()
            one.format.setBackground(theme.colour("accent", 34))
            one.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            cursor = QTextCursor(self.document().findBlockByNumber(line))
            one.cursor = cursor
            made.append(one)
        self.setExtraSelections(made)
        self._gutter.update()

    def reveal(self, line: int) -> None:
        """Bring a line to the eye, without moving what is selected."""
        bar = self.verticalScrollBar()
        if not bar.value() <= line < bar.value() + bar.pageStep():
            bar.setValue(max(0, line - bar.pageStep() // 4))

    # ---- whose line is this

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = self.cursorForPosition(event.position().toPoint()).blockNumber()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        line = self.cursorForPosition(event.position().toPoint()).blockNumber()
        if (
            event.button() is Qt.MouseButton.LeftButton
            and line == self._pressed
            and not self.textCursor().hasSelection()
        ):
            self.clicked.emit(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self.textCursor().blockNumber())
        else:
            super().keyPressEvent(event)

    # ---- the gutter

    def gutter_width(self) -> int:
        digits = len(str(self._first + self.blockCount()))
        return self.fontMetrics().horizontalAdvance("0") * max(3, digits) + 18

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        self._gutter.update()

    def _scrolled(self, area: QRect, by: int) -> None:
        if by:
            self._gutter.scroll(0, by)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(area.left(), area.top(), self.gutter_width(), area.height())

    def paint_gutter(self, area: QRect) -> None:
        painter = QPainter(self._gutter)
        painter.fillRect(area, theme.colour("bg0"))
        painter.setFont(self.font())
        marked = set(self._marked)
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            high = self.blockBoundingRect(block).height()
            number = block.blockNumber()
            if number in marked:
                painter.fillRect(QRect(0, round(top), 3, round(high)), theme.colour("accent"))
            painter.setPen(theme.colour("text2" if number in marked else "text3"))
            where = QRect(0, round(top), self._gutter.width() - 10, round(high))
            painter.drawText(where, Qt.AlignmentFlag.AlignRight, str(self._first + number))
            top += high
            block = block.next()


class _Gutter(QWidget):
    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_gutter(event.rect())
