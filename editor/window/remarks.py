"""What the worker has to tell, over the foot of the canvas: it pushes nothing aside, and goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.language import tr

FOR_MS = 20_000
MOST = 3
WIDTH = 420


class Remark(QFrame):
    """One of them: whose it is, what is said, a button to the node, a cross."""

    def __init__(self, title: str, text: str, go: Callable[[], object] | None, close: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("Remark")
        sign = QLabel()
        sign.setPixmap(theme.pixmap("warning", 16, "warn", self.devicePixelRatioF()))
        self.head, self.said = QLabel(title), QLabel(text)
        self.head.setObjectName("PanelTitle")
        for label in (self.head, self.said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        if title:
            words.addWidget(self.head)
        words.addWidget(self.said)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 8, 9)
        row.setSpacing(10)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.go_button: QPushButton | None = None
        if go is not None:
            self.go_button = QPushButton(tr("Show"))
            self.go_button.clicked.connect(lambda _=False: go())
            row.addWidget(self.go_button, 0, Qt.AlignmentFlag.AlignVCenter)
        cross = QToolButton()
        cross.setIcon(theme.icon("close"))
        cross.setAccessibleName(tr("Close this message"))
        cross.clicked.connect(close)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(f"{title}: {text}" if title else text)


class Remarks(QWidget):
    """A stack over the lower left corner of `home`, the newest at the foot."""

    def __init__(self, home: QWidget) -> None:
        super().__init__(home)
        self._home = home
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self.open: list[Remark] = []
        home.installEventFilter(self)
        theme.watch.changed.connect(self._dress)
        self._dress()
        self.hide()

    def say(self, title: str, text: str, go: Callable[[], object] | None = None) -> Remark:
        """Show it for a while; the same words take the place of what they said before."""
        for one in [one for one in self.open if one.said.text() == text and one.head.text() == title]:
            self.close_remark(one)
        while len(self.open) >= MOST:
            self.close_remark(self.open[0])
        made = Remark(title, text, go, lambda: self.close_remark(made))
        self.open.append(made)
        self._rows.addWidget(made)
        self._away_later(made)
        self.show()
        self._settle()
        return made

    def close_remark(self, one: Remark) -> None:
        if one in self.open:
            self.open.remove(one)
            self._rows.removeWidget(one)
            one.hide()
            one.deleteLater()
            self.setVisible(bool(self.open))
            self._settle()

    def _away_later(self, one: Remark) -> None:
        """Not while the mouse is on it."""

        def away() -> None:
            if one.underMouse():
                self._away_later(one)
            else:
                self.close_remark(one)

        QTimer.singleShot(FOR_MS, one, away)

    def _settle(self) -> None:
        width = min(round(WIDTH * theme.text_scale()), max(200, self._home.width() - 24))
        self.setFixedWidth(width)
        self.setFixedHeight(max(1, self._rows.totalHeightForWidth(width)))
        self.move(12, self._home.height() - self.height() - 12)
        self.raise_()

    def _dress(self) -> None:
        back, line = theme.colour("bg3").name(), theme.colour("line2").name()
        self.setStyleSheet(f"#Remark {{ background: {back}; border: 1px solid {line}; border-radius: 8px; }}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._home and event.type() == QEvent.Type.Resize and self.open:
            self._settle()
        return super().eventFilter(watched, event)
