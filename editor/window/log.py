"""The last words of the worker, for those who want to know what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from editor import theme
from editor.language import tr

LINES = 400


class LogPanel(QWidget):
    """`tail(n)` gives the last n lines; it is read once a second while the panel is seen."""

    def __init__(self, tail: Callable[[int], Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tail = tail
        self._last: tuple[str, ...] = ()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlaceholderText(tr("The worker has said nothing yet."))
        self.text.setAccessibleName(tr("Log of the worker"))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(4, 4, 4, 4)
        rows.addWidget(self.text)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.refresh)
        theme.watch.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        lines = tuple(self._tail(LINES))
        if lines == self._last:
            return
        self._last = lines
        bar = self.text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        place = bar.value()
        self.text.setPlainText("\n".join(lines))
        bar.setValue(bar.maximum() if at_end else place)

    def _dress(self) -> None:
        self.text.setFont(theme.font(12, mono=True))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
