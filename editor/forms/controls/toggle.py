"""On and off, as a switch."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from editor import theme
from editor.forms.controls.control import Control
from editor.forms.subject import MIXED
from nodes.params import Param


class Switch(QAbstractButton):
    """A button with two states that looks like a switch; `mixed` stands between."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.mixed = False
        self.clicked.connect(self._decided)
        theme.watch.changed.connect(self.update)

    def show_state(self, on: bool, *, mixed: bool = False) -> None:
        self.mixed = mixed
        self.setChecked(on)
        self.update()

    def _decided(self) -> None:
        self.mixed = False
        self.update()

    def sizeHint(self) -> QSize:
        high = max(18, round(self.fontMetrics().height() * 1.05))
        return QSize(round(high * 1.8), high)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self.sizeHint()
        box = QRectF(1, (self.height() - size.height()) / 2 + 1, size.width() - 2, size.height() - 2)
        on = self.isChecked() and not self.mixed
        track = "accent2" if on else "bg4"
        if self.underMouse() and self.isEnabled():
            track = "accent" if on else "line2"
        edge = QPen(theme.colour("accent"), 2) if self.hasFocus() else QPen(theme.colour(track if on else "line2"), 1)
        painter.setPen(edge)
        painter.setBrush(theme.colour(track))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        knob = box.height() - 6
        way = box.width() - box.height()
        x = box.x() + 3 + way * (0.5 if self.mixed else float(on))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("#ffffff" if on or not theme.is_dark() else "text2"))
        painter.drawEllipse(QRectF(x, box.y() + 3, knob, knob))


class Toggle(Control):
    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.switch = Switch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.switch)
        row.addStretch(1)
        self.switch.clicked.connect(self._switched)

    def _switched(self) -> None:
        self.offer(self.switch.isChecked())

    def parts(self) -> Sequence[QWidget]:
        return (self.switch,)

    def show_value(self, value: object) -> None:
        self.switch.show_state(value is True, mixed=value is MIXED)
