"""A small label by the mouse: why a wire may not end here, and, once it is made, a button that mends it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from editor import theme
from editor.language import tr

LINGER_MS = 9000
"""An offer that is not taken goes away."""


WIDEST = 310
"""Of the text, in pixels."""


class Hint(QFrame):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._home = parent
        self.setObjectName("CanvasHint")
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 5, 9, 5)
        row.setSpacing(8)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._button = QPushButton()
        self._later = QPushButton(tr("Leave it"))
        row.addWidget(self._text)
        row.addWidget(self._button)
        row.addWidget(self._later)
        self._later.clicked.connect(self.hide)
        self._mend: Callable[[], object] | None = None
        self._button.clicked.connect(self._mended)
        self._away = QTimer(self, interval=LINGER_MS, singleShot=True)
        self._away.timeout.connect(self.hide)
        self.restyle()
        self.hide()

    def restyle(self) -> None:
        edge = theme.colour("line2").name()
        self.setStyleSheet(
            f"#CanvasHint {{ background: {theme.colour('bg3').name()}; border: 1px solid {edge}; border-radius: 7px; }}"
            f"#CanvasHint QLabel {{ color: {theme.colour('text').name()}; background: transparent; }}"
        )

    @property
    def text(self) -> str:
        return self._text.text() if self.isVisible() else ""

    def say(self, text: str, at: QPointF) -> None:
        """Words only, beside the mouse."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, True)
        self._mend = None
        self._show(text, "", at)

    def offer(self, text: str, button: str, at: QPointF, mend: Callable[[], object]) -> None:
        """Words and a button that mends what they say."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self._mend = mend
        self._show(text, button, at)
        self._away.start()

    def take(self) -> None:
        """Press the button, if there is one."""
        if self.isVisible() and self._mend is not None:
            self._mended()

    def _mended(self) -> None:
        mend, self._mend = self._mend, None
        self.hide()
        if mend is not None:
            mend()

    def _show(self, text: str, button: str, at: QPointF) -> None:
        self._away.stop()
        if self._text.text() != text or self._button.text() != button or not self.isVisible():
            self._text.setText(text)
            self._text.setFixedWidth(min(WIDEST, self._text.fontMetrics().horizontalAdvance(text) + 4))
            self._button.setText(button)
            self._button.setVisible(bool(button))
            self._later.setVisible(bool(button))
            self.adjustSize()
        parent = self._home
        spot = at.toPoint() + QPoint(16, 18)
        spot.setX(max(4, min(spot.x(), parent.width() - self.width() - 4)))
        spot.setY(max(4, min(spot.y(), parent.height() - self.height() - 4)))
        self.move(spot)
        self.show()
        self.raise_()
