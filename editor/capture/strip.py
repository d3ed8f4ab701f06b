"""The session from its first frame to now, with a mark for all that happened. Hover tells, a click chooses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from capture.session.messages import Happened
from editor import theme
from editor.capture import words
from editor.capture.standing import LOSSES, STRETCHES
from editor.language import tr

LEAST_S = 60.0
NEAR_PX = 6.0
STEPS_S = (10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
GREYS = {"blank": "#5b6472", "blue": "#3d62c4", "snow": "#9aa4b5"}
AFTERWARDS = frozenset(("back", "stall", "restarted"))
"""Holes that are told when they are over."""


class Strip(QWidget):
    """Signal: chosen(int) the event of this number was clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._events: Sequence[Happened] = ()
        self._length_s = 0.0
        self._recording = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Timeline of the recording"))
        self.setMouseTracking(True)
        theme.watch.changed.connect(self.update)

    def show_events(self, events: Sequence[Happened], length_s: float, *, recording: bool) -> None:
        self._events, self._length_s, self._recording = events, length_s, recording
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, round(50 * theme.text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def _body(self) -> QRectF:
        scale = theme.text_scale()
        return QRectF(self.rect()).adjusted(10, 20 * scale, -10, -8 * scale)

    def x_of(self, t_s: float) -> float:
        body = self._body()
        return body.left() + body.width() * t_s / max(LEAST_S, self._length_s)

    def event_at(self, x: float) -> int | None:
        """The number of the event nearest to this place; losses before others."""
        near = [(one.kind not in LOSSES, abs(self.x_of(one.t_s) - x), number) for number, one in
                enumerate(self._events) if abs(self.x_of(one.t_s) - x) <= NEAR_PX]  # fmt: skip
        return min(near)[2] if near else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.event_at(event.position().x())
        if found is not None:
            self.chosen.emit(found)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self.event_at(event.pos().x())
            if found is None:
                QToolTip.hideText()
            else:
                one = self._events[found]
                QToolTip.showText(event.globalPos(), f"{words.moment(one.t_s)}  {words.happened(one)}", self)
            return True
        return super().event(event)

    # ---- painting

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = self._body()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("bg4"))
        painter.drawRoundedRect(body, 4, 4)
        done = QRectF(body)
        done.setRight(max(body.left(), min(body.right(), self.x_of(self._length_s))))
        painter.setBrush(theme.colour("ok", 96))
        painter.drawRoundedRect(done, 4, 4)
        self._stretches(painter, body)
        self._ruler(painter, body)
        for number in sorted(range(len(self._events)), key=lambda one: self._events[one].kind in LOSSES):
            self._mark(painter, body, self._events[number])
        if self._recording:
            x = done.right()
            painter.fillRect(QRectF(x - 1, body.top() - 4, 2, body.height() + 8), theme.colour("#e5322d"))
        painter.end()

    def _stretches(self, painter: QPainter, body: QRectF) -> None:
        """Blank, blue and snow, from where they begin to the next picture."""
        painter.setPen(Qt.PenStyle.NoPen)
        begun: Happened | None = None
        for one in (*self._events, None):
            if begun is not None and (one is None or one.kind in STRETCHES or one.kind == "picture"):
                end = self._length_s if one is None else one.t_s
                start = max(0.0, begun.t_s)
                area = QRectF(self.x_of(start), body.top(), max(2.0, self.x_of(end) - self.x_of(start)), body.height())
                painter.fillRect(area.intersected(body), theme.colour(GREYS[begun.kind]))
                begun = None
            if one is not None and one.kind in STRETCHES:
                begun = one

    def _ruler(self, painter: QPainter, body: QRectF) -> None:
        length = max(LEAST_S, self._length_s)
        step = next((one for one in STEPS_S if body.width() * one / length >= 90 * theme.text_scale()), STEPS_S[-1])
        painter.setFont(theme.font(10))
        painter.setPen(theme.colour("text3"))
        for number in range(int(length // step) + 1):
            x = self.x_of(number * step)
            painter.drawLine(QPointF(x, body.top() - 4), QPointF(x, body.top()))
            text = words.time(number * step)
            if x + 3 + painter.fontMetrics().horizontalAdvance(text) <= self.width():
                painter.drawText(QPointF(x + 3, body.top() - 5), text)

    def _mark(self, painter: QPainter, body: QRectF, one: Happened) -> None:
        if one.kind in STRETCHES or one.kind == "picture":
            return
        x, tint = self.x_of(one.t_s), theme.colour(words.tint(one))
        if one.kind in LOSSES:
            begins, ends = (
                (one.t_s - one.length_s, one.t_s) if one.kind in AFTERWARDS else (one.t_s, one.t_s + one.length_s)
            )
            hole = QRectF(self.x_of(begins) - 1, body.top() - 3, 0, body.height() + 6)
            hole.setRight(max(hole.left() + 2, self.x_of(ends)))
            painter.fillRect(hole, theme.colour("warn" if one.kind == "driver" else "err"))
        else:
            painter.fillRect(QRectF(x - 0.7, body.top(), 1.4, body.height()), tint)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        foot = body.bottom() + 7 * theme.text_scale()
        side = 5.0 if one.kind in LOSSES else 3.5
        painter.drawPolygon(
            QPolygonF([QPointF(x, body.bottom() + 1), QPointF(x - side, foot), QPointF(x + side, foot)])
        )
