"""The moment in large figures: shows the timecode, takes any that is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from editor import theme
from editor.language import tr
from editor.timeline.timecode import Count, TimecodeError


class Counter(QLineEdit):
    """Signals: entered(int) a frame of the tape was typed; finished() Enter or Escape: the keys belong to the tape
    again."""

    entered = Signal(int)
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Timecode")
        self.setFrame(False)
        self.setAccessibleName(tr("Timecode"))
        self.setToolTip(
            tr("Type where to go: 00:01:30:12, a frame number, 90s, 1:30, or +10 and -2s from here. Enter goes there")
        )
        self._count, self._frame = Count(), 0
        self.returnPressed.connect(self._enter)
        theme.watch.changed.connect(self._dress)
        self._dress()

    def tell(self, count: Count, frame: int) -> None:
        """Show this frame, unless somebody is typing."""
        if count != self._count:
            self._count = count
            self._dress()
        self._frame = frame
        if not self.isModified():
            self.setText(count.code(frame))

    def begin(self) -> None:
        """Let somebody type."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _enter(self) -> None:
        if not self.isModified():
            self._finish()
            return
        try:
            frame = self._count.read(self.text(), self._frame)
        except TimecodeError as fault:
            self.setProperty("wrong", True)
            self._dress()
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), str(fault), self)
            self.setAccessibleDescription(str(fault))
            self.selectAll()
            return
        self._leave()
        self.entered.emit(frame)
        self._finish()

    def _leave(self) -> None:
        self.setModified(False)
        if self.property("wrong"):
            self.setProperty("wrong", False)
            self.setAccessibleDescription("")
            self._dress()
        self.setText(self._count.code(self._frame))

    def _finish(self) -> None:
        self.clearFocus()
        self.finished.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            self._finish()
        else:
            super().keyPressEvent(event)

    def _dress(self) -> None:
        text = "err" if self.property("wrong") else "text"
        self.setStyleSheet(
            "QLineEdit#Timecode { background: transparent; border: 1px solid transparent; border-radius: 6px;"
            f" padding: 0 3px; color: {theme.colour(text).name()}; }}"
            f"QLineEdit#Timecode:focus {{ border-color: {theme.colour('accent').name()};"
            f" background: {theme.colour('bg0').name()}; }}"
        )
        font = theme.font(21, bold=True)
        self.setFont(font)
        self.setFixedWidth(QFontMetrics(font).horizontalAdvance(self._count.code(0).replace("0", "8")) + 18)
