"""Writing on the canvas: titles of cards and groups, and notes, in the place where they stand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from editor import theme
from editor.language import tr

type Write = Callable[[str], None]


class _InPlace:
    """What both have in common: written once, or left as it was."""

    _write: Write | None
    _was: str
    _home: QWidget

    def _text(self) -> str:
        raise NotImplementedError

    def finish(self) -> None:
        """Write what was typed, and go."""
        write, self._write = self._write, None
        if write is not None:
            if self._text() != self._was:
                write(self._text())
            self._leave()

    def drop(self) -> None:
        """Go without a word."""
        if self._write is not None:
            self._write = None
            self._leave()

    def _leave(self) -> None:
        assert isinstance(self, QWidget)
        self.hide()
        self.deleteLater()
        self._home.setFocus()


class TitleEdit(_InPlace, QLineEdit):
    """Enter or a click elsewhere writes it, Esc leaves it as it was."""

    def __init__(self, parent: QWidget, place: QRectF, text: str, zoom: float, write: Write) -> None:
        super().__init__(text, parent)
        self._home, self._write, self._was = parent, write, text
        self.setFont(theme.font(max(11, min(40, round(13 * zoom))), bold=True))
        self.setAccessibleName(tr("Title"))
        self.setStyleSheet("padding: 0 6px; border-radius: 4px; min-height: 0;")
        height = max(26.0, place.height())
        self.setGeometry(QRectF(place.x(), place.y(), max(130.0, place.width()), height).toRect())
        self.selectAll()
        self.show()
        self.setFocus()
        self.returnPressed.connect(self.finish)

    def _text(self) -> str:
        return self.text().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()


class NoteEdit(_InPlace, QPlainTextEdit):
    """Ctrl+Enter or a click elsewhere writes it, Esc leaves it as it was."""

    def __init__(self, parent: QWidget, place: QRectF, text: str, zoom: float, write: Write) -> None:
        super().__init__(text, parent)
        self._home, self._write, self._was = parent, write, text
        self.setFont(theme.font(max(11, min(40, round(13 * zoom)))))
        self.setAccessibleName(tr("Note"))
        self.setPlaceholderText(tr("Write something…"))
        self.setTabChangesFocus(True)
        self.setStyleSheet(f"border: 1px solid {theme.colour('accent').name()}; border-radius: 6px; padding: 4px;")
        self.setGeometry(QRectF(place.x(), place.y(), max(160.0, place.width()), max(70.0, place.height())).toRect())
        self.selectAll()
        self.show()
        self.setFocus()

    def _text(self) -> str:
        return self.toPlainText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finish()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()
