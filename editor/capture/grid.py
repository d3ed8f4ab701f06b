"""Labels and fields of a form, as the capture's settings have them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget


class Grid(QFrame):
    """Labels on the left, fields on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def row(self, text: str, part: QWidget) -> QLabel:
        label = QLabel(text)
        label.setBuddy(part)
        self._labels.append(label)
        at = self._grid.rowCount()
        self._grid.addWidget(label, at, 0)
        self._grid.addWidget(part, at, 1)
        return label

    @property
    def label_px(self) -> int:
        return max(label.sizeHint().width() for label in self._labels)

    def align(self, px: int) -> None:
        """The fields of several grids begin at one line."""
        self._grid.setColumnMinimumWidth(0, px)

    def wide(self, part: QWidget) -> None:
        self._grid.addWidget(part, self._grid.rowCount(), 1)


def section(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("Section")
    return label


def small(style: str = "Muted") -> QLabel:
    label = QLabel()
    label.setObjectName(style)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.hide()
    return label
