"""Texts of one line and of many."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from editor import theme
from editor.forms.controls.control import Control
from editor.forms.subject import MIXED
from editor.language import tr
from nodes.params import Param

PAUSE_MS = 600
"""After so long without a key a long text is taken over."""
FEWEST_LINES, MOST_LINES = 4, 16


class Line(Control):
    """A text of one line: taken over with Return or on leaving, given back with Escape."""

    def __init__(self, param: Param, parent: QWidget | None = None, *, mono: bool = False) -> None:
        super().__init__(param, parent)
        self._value: object = param.default
        self.line = _LineEdit(self)
        if mono:
            self.line.setFont(theme.font(13, mono=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)
        self.line.editingFinished.connect(self._typed)

    def finish(self) -> None:
        self._typed()

    def parts(self) -> Sequence[QWidget]:
        return (self.line,)

    def show_value(self, value: object) -> None:
        self._value = value
        if not (self.line.hasFocus() and self.line.isModified()):
            self.restore()

    def restore(self) -> None:
        mixed = self._value is MIXED
        self.line.setPlaceholderText(tr("mixed") if mixed else "")
        text = "" if mixed else str(self._value)
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)
        self.line.setModified(False)

    def _typed(self) -> None:
        if not self.line.isModified():
            return
        self.line.setModified(False)
        if not self.offer(self.line.text()):
            self.restore()


class _LineEdit(QLineEdit):
    def __init__(self, owner: Line) -> None:
        super().__init__()
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._owner.restore()
            self._owner.refused.emit("")
        else:
            super().keyPressEvent(event)


class Long(Control):
    """A text of several lines, in a typewriter's letters where it is code. Taken over when the typing rests."""

    tall = True

    def __init__(self, param: Param, parent: QWidget | None = None, *, mono: bool = False) -> None:
        super().__init__(param, parent)
        self._value: object = param.default
        self._mono = mono
        self.edit = _Editor(self, mono)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self.take_over(settle=False))
        self.edit.textChanged.connect(self._typed)
        self._showing = False

    def finish(self) -> None:
        if self._pause.isActive():
            self.take_over()

    def parts(self) -> Sequence[QWidget]:
        return (self.edit,)

    def show_value(self, value: object) -> None:
        self._value = value
        if self._pause.isActive():  # the typing goes on
            return
        mixed = value is MIXED
        self.edit.setPlaceholderText(tr("mixed") if mixed else "")
        text = "" if mixed else str(value)
        if text != self.edit.toPlainText():
            self._showing = True
            self.edit.setPlainText(text)
            self._showing = False
        self.edit.fit()

    def take_over(self, *, settle: bool = True) -> None:
        self._pause.stop()
        text = self.edit.toPlainText()
        if text != self._value and not (self._value is MIXED and not text):
            self.offer(text, settle=settle)
        elif settle:
            self.settled.emit()

    def _typed(self) -> None:
        if not self._showing:
            self._pause.start()
            self.edit.fit()


class _Editor(QPlainTextEdit):
    """As high as its text, within limits. Tab leaves it, Ctrl+Return takes over."""

    def __init__(self, owner: Long, mono: bool) -> None:
        super().__init__()
        self.setObjectName("Field")
        self._owner = owner
        self.setTabChangesFocus(not mono)
        if mono:
            self.setFont(theme.font(12, mono=True))
            self.setTabStopDistance(4 * QFontMetricsF(self.font()).horizontalAdvance(" "))
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.fit()

    def fit(self) -> None:
        lines = min(max(self.document().blockCount(), FEWEST_LINES), MOST_LINES)
        self.setFixedHeight(round(lines * QFontMetricsF(self.font()).lineSpacing()) + 22)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._owner.take_over()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._owner.take_over()
        else:
            super().keyPressEvent(event)
