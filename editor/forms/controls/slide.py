"""A slider that knows its scale: straight or bent, in steps, finer with Shift, deaf to a wheel that passes by."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from editor import theme
from editor.forms.scale import Scale

PLACES = 1000
"""What a screen reader counts on a bent slider."""
FINE = 0.1
"""How far the handle follows the mouse with Shift held."""
REST_MS = 700
"""After that long without another key or notch the gesture is over."""


class Slide(QSlider):
    """Signals: slid(float) the value under the hand; rested() the hand is off."""

    slid = Signal(float)
    rested = Signal()

    def __init__(self, scale: Scale, usual: float | None, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._scale, self._usual = scale, usual
        self._value: float | None = None
        self._grip: float | None = None
        self._share, self._last = 0.0, 0.0
        self._mirroring = False
        self._straight = scale.whole and scale.bend == 1 and not scale.logarithmic
        self.setRange(*((int(scale.low), int(scale.high)) if self._straight else (0, PLACES)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.rested)
        self.valueChanged.connect(self._moved_from_outside)
        theme.watch.changed.connect(self.update)

    def show_number(self, value: float | None) -> None:
        """None: several nodes, not of one mind."""
        self._value = value
        if value is not None:
            self._mirroring = True
            self.setValue(round(value) if self._straight else round(self._scale.share(value) * PLACES))
            self._mirroring = False
        self.update()

    # ---- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        x = event.position().x()
        handle = self._handle_x()
        held = handle is not None and abs(x - handle) <= self._radius + 2
        self._grip = x
        self._last = x
        self._share = self._share_at(x)
        if held and self._value is not None:
            self._share = self._scale.share(self._value)
        else:
            self._take(self._scale.value(self._share))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        x = event.position().x()
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._share += (x - self._last) / self._way * (FINE if fine else 1.0)
        self._last = x
        self._take(self._scale.value(self._share, fine=fine))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._grip = None
            self.update()
            self.rested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():  # the form is being scrolled
            event.ignore()
            return
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._step(turned / 120, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        event.accept()

    # ---- the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        by = {key.Key_Left: -1, key.Key_Down: -1, key.Key_Right: 1, key.Key_Up: 1}
        far = {key.Key_PageDown: -10, key.Key_PageUp: 10}
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        pressed = Qt.Key(event.key())
        if pressed in by:
            self._step(by[pressed], fine)
        elif pressed in far:
            self._step(far[pressed], False)
        elif pressed == key.Key_Home:
            self._step(float("-inf"), False)
        elif pressed == key.Key_End:
            self._step(float("inf"), False)
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._rest.isActive():
            self._rest.stop()
            self.rested.emit()

    def _step(self, steps: float, fine: bool) -> None:
        if steps in (float("inf"), float("-inf")):
            there = self._scale.near(self._scale.high if steps > 0 else self._scale.low)
        else:
            start = self._scale.low if self._value is None else self._value
            there = self._scale.stepped(start, steps, fine=fine)
        self._take(there)
        self._rest.start()

    def _moved_from_outside(self, place: int) -> None:
        """By a screen reader: mouse and keys do not come this way."""
        if not self._mirroring:
            self._take(float(place) if self._straight else self._scale.value(place / PLACES))
            self._rest.start()

    def _take(self, value: float) -> None:
        if value != self._value:
            self.show_number(value)
            self.slid.emit(value)

    # ---- the look

    @property
    def _radius(self) -> float:
        return max(6.0, self.fontMetrics().height() * 0.38)

    @property
    def _way(self) -> float:
        return max(1.0, self.width() - 2 * self._radius - 2)

    def _share_at(self, x: float) -> float:
        return (x - self._radius - 1) / self._way

    def _x(self, value: float) -> float:
        return self._radius + 1 + self._scale.share(value) * self._way

    def _handle_x(self) -> float | None:
        return None if self._value is None else self._x(self._value)

    def sizeHint(self) -> QSize:
        return QSize(160, round(self._radius * 2 + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(56, round(self._radius * 2 + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, radius = self.height() / 2, self._radius
        left, right = radius + 1, self.width() - radius - 1
        painter.setBrush(theme.colour("bg4"))
        painter.drawRoundedRect(QRectF(left - 2, middle - 2, right - left + 4, 4), 2, 2)
        on = self.isEnabled()
        if self._usual is not None:
            painter.setBrush(theme.colour("text3"))
            painter.drawRoundedRect(QRectF(self._x(self._usual) - 0.75, middle + 5, 1.5, 4), 0.75, 0.75)
        x = self._handle_x()
        if x is None:
            return
        start = self._x(self._scale.origin) if self._scale.low < 0 else left - 2
        painter.setBrush(theme.colour("accent" if on else "text3"))
        painter.drawRoundedRect(QRectF(min(start, x), middle - 2, abs(x - start), 4), 2, 2)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
        else:
            painter.setPen(QPen(theme.colour("line2"), 1))
        bright = self._grip is not None or self.underMouse() or not theme.is_dark()
        lit = "#ffffff" if bright else "#e8eef7"
        painter.setBrush(theme.colour(lit if on else "bg3"))
        painter.drawEllipse(QPointF(x, middle), radius, radius)
