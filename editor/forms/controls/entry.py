"""A field to type a number into, with its unit. Dragged sideways, where there is no slider."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from editor.forms.controls.slide import REST_MS
from editor.forms.scale import written
from editor.language import tr

PIXELS_A_STEP = 6
"""How far the mouse goes for one step."""


class Entry(QLineEdit):
    """Signals: typed(str) an entry is done; stepped(float steps, bool fine); rested() stepping is over."""

    typed = Signal(str)
    stepped = Signal(float, bool)
    rested = Signal()

    def __init__(self, unit: str, *, dragged: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Number")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._unit, self._dragged = unit, dragged
        self._value: float | None = None
        self._press: float | None = None
        self._pulled = 0
        self._touched = False
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.rested)
        self.textEdited.connect(self._touch)
        if dragged:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a press may begin a drag

    def show_number(self, value: float | None) -> None:
        """None: several nodes, not of one mind. What is being typed is left alone."""
        self._value = value
        if not self._touched:
            self._write()

    def restore(self) -> None:
        """Take the entry back."""
        self._touched = False
        self._write()

    def _write(self) -> None:
        if self._value is None:
            self.setText("")
            self.setPlaceholderText(tr("mixed"))
            return
        unit = f" {self._unit}" if self._unit and not self.hasFocus() else ""
        text = written(self._value) if self.hasFocus() else f"{self._value:.7g}"
        if self.fontMetrics().horizontalAdvance(text + unit) + 20 <= self.width():
            text += unit
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
            if self.hasFocus():
                self.selectAll()

    def finish(self) -> None:
        """Confirm what has been typed."""
        self._done()

    def _touch(self) -> None:
        self._touched = True

    def _done(self) -> None:
        if self._touched:
            self._touched = False
            text = self.text().strip()
            if not text:
                self._write()
                return
            self.typed.emit(plain_number(text, self._unit))

    # ---- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._done()
            self.selectAll()
        elif key == Qt.Key.Key_Escape and self._touched:
            self.restore()
            self.selectAll()
            self.typed.emit("")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._done()
            self._by(1 if key == Qt.Key.Key_Up else -1, fine)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._done()
            self._by(10 if key == Qt.Key.Key_PageUp else -10, fine=False)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        self._done()
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._by(turned / 120, fine)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._touched:
            self._write()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._write()
        QTimer.singleShot(0, self, self.selectAll)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._done()
        if self._rest.isActive():
            self._rest.stop()
            self.rested.emit()
        self._write()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._dragged and event.button() is Qt.MouseButton.LeftButton and not self.hasFocus():
            self._press, self._pulled = event.position().x(), 0
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            super().mouseMoveEvent(event)
            return
        steps = int((event.position().x() - self._press) / PIXELS_A_STEP)
        if steps != self._pulled:
            self.stepped.emit(float(steps - self._pulled), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            self._pulled = steps

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            super().mouseReleaseEvent(event)
            return
        pulled, self._press = self._pulled, None
        if pulled:
            self.rested.emit()
        else:
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _by(self, steps: float, fine: bool) -> None:
        self.stepped.emit(steps, fine)
        self._rest.start()

    def sizeHint(self) -> QSize:
        longest = "000.00" + (f" {self._unit}" if self._unit else "")
        return QSize(self.fontMetrics().horizontalAdvance(longest) + 20, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def plain_number(text: str, unit: str) -> str:
    """What was typed, without its unit and with a decimal point: `1,5 px` is 1.5."""
    text = text.strip()
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)].strip()
    text = text.replace("−", "-")
    return text.replace(",", ".") if re.fullmatch(r"[+-]?\d*,\d+", text) else text
