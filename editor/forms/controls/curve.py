"""A curve to draw: points are dragged, added by a click on empty space, taken away by a double click.

By keyboard: arrows move the chosen point (finer with Shift), Page Up and Down choose another one, Insert adds one
behind it, Delete takes it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from editor import theme
from editor.forms.controls.control import Control
from editor.forms.controls.entry import Entry
from editor.forms.controls.slide import FINE, REST_MS
from editor.forms.curve_points import Points, added, halfway, moved, nearest, removed
from editor.forms.subject import MIXED
from editor.language import tr
from nodes.curve import curve_segments
from nodes.params import Param

REACH_PX = 11
STEP = 0.01
MARGIN = 8


class CurveCanvas(QWidget):
    """Signals: drawn(object points) while they move, rested() when the hand is off, chosen() another point is."""

    drawn = Signal(object)
    rested = Signal()
    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.points: Points = ((0.0, 0.0), (1.0, 1.0))
        self.index = 0
        self.mixed = False
        self._held = False
        self._last = QPointF()
        self._spot = (0.0, 0.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.rested)
        theme.watch.changed.connect(self.update)

    def show_points(self, points: Points, *, mixed: bool = False) -> None:
        self.points, self.mixed = points, mixed
        self.index = min(self.index, len(points) - 1)
        self.update()

    def choose(self, index: int) -> None:
        self.index = index % len(self.points)
        self.update()
        self.chosen.emit()

    def take(self, points: Points, index: int | None = None) -> None:
        """Have these points from now on."""
        if index is not None:
            self.index = index
        if points != self.points or self.mixed:
            self.show_points(points)
            self.drawn.emit(points)
        self.chosen.emit()

    # ---- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        at = event.position()
        x, y = self._place(at)
        index = self._near(x, y)
        self._held, self._last = True, at
        if index is not None:
            self.choose(index)
        else:
            points, new = added(self.points, x, y)
            if new is None:
                self._held = False
                return
            self.take(points, new)
        self._spot = self.points[self.index]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._held:
            return
        area = self._area()
        by, self._last = event.position() - self._last, event.position()
        pace = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._spot = (self._spot[0] + pace * by.x() / area.width(), self._spot[1] - pace * by.y() / area.height())
        self.take(moved(self.points, self.index, *self._spot))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held and event.button() is Qt.MouseButton.LeftButton:
            self._held = False
            self.rested.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._near(*self._place(event.position()))
        if index is not None:
            self.choose(index)
            self.take(removed(self.points, index))
            self.rested.emit()

    def _near(self, x: float, y: float) -> int | None:
        area = self._area()
        return nearest(self.points, x, y, REACH_PX / area.width(), REACH_PX / area.height())

    # ---- the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        step = STEP * (FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0)
        ways = {key.Key_Left: (-1, 0), key.Key_Right: (1, 0), key.Key_Down: (0, -1), key.Key_Up: (0, 1)}
        pressed = Qt.Key(event.key())
        if pressed in ways:
            x, y = self.points[self.index]
            across, up = ways[pressed]
            self.take(moved(self.points, self.index, x + across * step, y + up * step))
            self._rest.start()
        elif pressed in (key.Key_PageUp, key.Key_PageDown):
            self.choose(self.index + (1 if pressed == key.Key_PageUp else -1))
        elif pressed == key.Key_Insert:
            points, new = added(self.points, halfway(self.points, self.index))
            self.take(points, new)
            self.rested.emit()
        elif pressed in (key.Key_Delete, key.Key_Backspace):
            self.take(removed(self.points, self.index))
            self.rested.emit()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._rest.isActive():
            self._rest.stop()
            self.rested.emit()

    # ---- the look

    def sizeHint(self) -> QSize:
        return QSize(260, self.fontMetrics().height() * 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.fontMetrics().height() * 12)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)

    def _place(self, at: QPointF) -> tuple[float, float]:
        area = self._area()
        return (at.x() - area.left()) / area.width(), (area.bottom() - at.y()) / area.height()

    def _pixel(self, x: float, y: float) -> QPointF:
        area = self._area()
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if focus else "line"), 1))
        painter.setBrush(theme.colour("bg0"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(QPen(theme.colour("line"), 1))
        for step in range(5):
            painter.drawLine(self._pixel(step / 4, 0), self._pixel(step / 4, 1))
            painter.drawLine(self._pixel(0, step / 4), self._pixel(1, step / 4))
        painter.setPen(QPen(theme.colour("line2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self._pixel(0, 0), self._pixel(1, 1))
        if self.mixed:
            painter.setPen(theme.colour("text3"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("mixed"))
            return
        painter.setClipRect(self._area().adjusted(-1, -1, 1, 1))
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path())
        painter.setClipping(False)
        for index, point in enumerate(self.points):
            chosen = index == self.index and focus
            painter.setPen(QPen(theme.colour("accent" if chosen else "line2"), 2 if chosen else 1))
            painter.setBrush(theme.colour("#ffffff"))
            painter.drawEllipse(self._pixel(*point), 5.5 if chosen else 4.5, 5.5 if chosen else 4.5)

    def _path(self) -> QPainterPath:
        pieces = curve_segments(self.points)
        path = QPainterPath()
        count = max(2, round(self._area().width() / 2))
        piece = 0
        for at in range(count + 1):
            x = at / count
            while piece < len(self.points) and x >= self.points[piece][0]:
                piece += 1
            spot = self._pixel(x, pieces[piece].at(x))
            path.lineTo(spot) if at else path.moveTo(spot)
        return path


class CurveBox(Control):
    tall = True

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.canvas = CurveCanvas()
        self.across, self.up = Entry(""), Entry("")
        below = QHBoxLayout()
        below.setSpacing(6)
        for text, entry in ((tr("In"), self.across), (tr("Out"), self.up)):
            label = QLabel(text)
            label.setObjectName("Fact")
            below.addWidget(label)
            below.addWidget(entry)
        below.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addWidget(self.canvas)
        whole.addLayout(below)
        self.canvas.drawn.connect(self._drawn)
        self.canvas.rested.connect(self.settled)
        self.canvas.chosen.connect(self._show_point)
        for axis, entry in enumerate((self.across, self.up)):
            entry.typed.connect(lambda text, axis=axis: self._typed(axis, text))
            entry.stepped.connect(lambda steps, fine, axis=axis: self._stepped(axis, steps, fine))
            entry.rested.connect(self.settled)

    def finish(self) -> None:
        for entry in (self.across, self.up):
            entry.finish()

    def parts(self) -> Sequence[QWidget]:
        return self.canvas, self.across, self.up

    def name_parts(self, name: str, about: str) -> None:
        super().name_parts(name, about)
        self.across.setAccessibleName(tr("{name}: the point, in").format(name=name))
        self.up.setAccessibleName(tr("{name}: the point, out").format(name=name))

    def show_value(self, value: object) -> None:
        mixed = value is MIXED
        self.canvas.show_points(cast("Points", self.param.default if mixed else value), mixed=mixed)
        self._show_point()

    def _show_point(self) -> None:
        x, y = self.canvas.points[self.canvas.index]
        self.across.show_number(None if self.canvas.mixed else x)
        self.up.show_number(None if self.canvas.mixed else y)

    def _drawn(self, points: object) -> None:
        self.offer(points, settle=False)

    def _typed(self, axis: int, text: str) -> None:
        entry = (self.across, self.up)[axis]
        if not text:
            self.refused.emit("")
            return
        try:
            value = float(text)
            if not 0 <= value <= 1:
                raise ValueError
        except ValueError:
            self.refused.emit(tr("{text} is no place on the curve; write a number from 0 to 1").format(text=text))
            entry.restore()
            return
        self._set(axis, value)
        self.settled.emit()

    def _stepped(self, axis: int, steps: float, fine: bool) -> None:
        self._set(axis, self.canvas.points[self.canvas.index][axis] + steps * STEP * (FINE if fine else 1.0))

    def _set(self, axis: int, value: float) -> None:
        x, y = self.canvas.points[self.canvas.index]
        there = (value, y) if axis == 0 else (x, value)
        self.canvas.take(moved(self.canvas.points, self.canvas.index, *there))
