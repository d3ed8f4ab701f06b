"""Calm bars above the panels: something happened, and what can be done. None of them stops the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.language import tr

Choice = tuple[str, Callable[[], object]]
_ICONS = {"info": ("info", "accent"), "warn": ("warning", "warn"), "error": ("warning", "err"), "busy": ("", "accent")}


class Notice(QFrame):
    """One bar: a sentence, buttons, and a cross."""

    def __init__(self, kind: str, text: str, choices: Sequence[Choice], close: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("Notice")
        self.kind = kind
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        row.setSpacing(10)
        icon, tint = _ICONS[kind]
        if icon:
            picture = QLabel()
            picture.setPixmap(theme.pixmap(icon, 18, tint, self.devicePixelRatioF()))
            row.addWidget(picture)
        self.label = QLabel(text)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.label.setAccessibleName(text)
        row.addWidget(self.label, 1)
        if kind == "busy":
            bar = QProgressBar()
            bar.setRange(0, 0)
            bar.setFixedWidth(160)
            row.addWidget(bar)
        self.buttons: list[QPushButton] = []
        for title, do in choices:
            button = QPushButton(title)
            button.clicked.connect(close)
            button.clicked.connect(lambda _=False, do=do: do())
            row.addWidget(button)
            self.buttons.append(button)
        cross = QToolButton()
        cross.setIcon(theme.icon("close"))
        cross.setAccessibleName(tr("Close this message"))
        cross.setToolTip(tr("Close this message"))
        cross.clicked.connect(close)
        row.addWidget(cross)


class Notices(QWidget):
    """The bars that are open, by key: a second one of the same key takes the place of the first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._open: dict[str, Notice] = {}
        self.setVisible(False)

    def show_notice(
        self, key: str, text: str, choices: Sequence[Choice] = (), *, kind: str = "info", for_s: float = 0
    ) -> Notice:
        """Show a bar; `for_s` seconds at most where it is only news."""
        self.close_notice(key)
        made = Notice(kind, text, choices, lambda: self.close_notice(key, made))
        self._open[key] = made
        self._rows.addWidget(made)
        self.setVisible(True)
        if for_s:
            self._close_later(key, made, for_s)
        return made

    def _close_later(self, key: str, made: Notice, for_s: float) -> None:
        """Not while the mouse is on it: what lies below would jump up under a hand that is about to click."""

        def close() -> None:
            if made.underMouse():
                self._close_later(key, made, 2)
            else:
                self.close_notice(key, made)

        QTimer.singleShot(round(for_s * 1000), made, close)

    def close_notice(self, key: str, only: Notice | None = None) -> None:
        notice = self._open.get(key)
        if notice is None or (only is not None and notice is not only):
            return
        del self._open[key]
        self._rows.removeWidget(notice)
        notice.hide()
        notice.deleteLater()
        self.setVisible(bool(self._open))

    def get(self, key: str) -> Notice | None:
        return self._open.get(key)
