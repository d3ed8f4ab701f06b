"""The tape as a picture: draws the rows and the playhead, and turns the mouse into moments, marks and zoom."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from editor import theme
from editor.desk.playhead import Playhead
from editor.language import tr
from editor.timeline import rows
from editor.timeline.rows import Mark, Rows
from editor.timeline.scale import Scale
from editor.timeline.sound import Sound
from editor.timeline.strip import Strip
from editor.timeline.timecode import Count

MARGIN = 10.0
_REACH = 6.0


class Track(QWidget):
    """Times here are seconds on the tape's clock; whatever is set is kept to whole frames of `count`.

    Signals: menu_wanted(Fraction, QPoint) a right click on a moment.
    """

    menu_wanted = Signal(object, QPoint)

    def __init__(self, playhead: Playhead, strip: Strip, sound: Sound, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead, self._strip, self._sound = playhead, strip, sound
        self.count = Count()
        self.picture_shape = 4 / 3
        self.frame_of: Callable[[float], int] = lambda moment: self.count.frame_at(Fraction(moment))
        self.marks: tuple[Mark, ...] = ()
        self.cached: Sequence[tuple[float, float]] = ()
        self.scale = Scale.whole(MARGIN, 100, 1)
        self._still: QPixmap | None = None
        self._drag: Literal["", "seek", "in", "out", "scroll"] = ""
        self._from = QPointF()
        self.setMinimumHeight(74)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Timeline"))
        playhead.moved.connect(self._moved)
        playhead.span_changed.connect(self.redraw)
        strip.changed.connect(self.redraw)
        sound.changed.connect(self.redraw)
        theme.watch.changed.connect(self.redraw)

    # ---- what is shown

    def set_tape(self, length: Fraction, count: Count, shape: float) -> None:
        """The tape has this length in seconds; and frames counted so; pictures are `shape` wide for a height of 1."""
        self.count, self.picture_shape = count, shape
        self.scale = self.scale.refitted(MARGIN, self.width() - 2 * MARGIN, float(length))
        self.redraw()

    def redraw(self) -> None:
        """Something besides the playhead has changed."""
        self._still = None
        self.update()

    def zoom(self, factor: float, x: float | None = None) -> None:
        """About a point, by default the playhead."""
        at = self.scale.x(self._playhead.moment) if x is None else x
        self.scale = self.scale.zoomed(factor, at, float(self.count.fps))
        self.redraw()

    def show_all(self) -> None:
        self.scale = Scale.whole(MARGIN, self.width() - 2 * MARGIN, self.scale.length)
        self.redraw()

    @property
    def begin(self) -> float:
        return float(self._playhead.mark_in or 0)

    @property
    def end(self) -> float:
        return float(self._playhead.mark_out) if self._playhead.mark_out is not None else self.scale.length

    @property
    def rows(self) -> Rows:
        return Rows.of(self.scale, self.height(), has_sound=self._sound.envelope is not None)

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
            self._still.setDevicePixelRatio(ratio)
            self._draw(self._still)
        painter.drawPixmap(0, 0, self._still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self.scale.x(self._playhead.moment)
        if MARGIN - 2 <= x <= self.width() - MARGIN + 2:
            rows.playhead(painter, x, self.height())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _draw(self, still: QPixmap) -> None:
        still.fill(theme.colour("bg1"))
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self.rows
        rows.ruler(painter, self.scale, self.count)
        wide = max(8.0, place.film.height() * self.picture_shape)
        frames = self._film_frames(wide)
        reach = max(1, round(wide / self.scale.px_s * float(self.count.fps) * 2))
        rows.film(painter, place, self._strip, frames, wide, reach)
        rows.waveform(painter, place, self.scale, self._sound)
        marked = self._playhead.mark_in is not None or self._playhead.mark_out is not None
        rows.span(painter, place, self.scale, self.begin, self.end, marked=marked)
        rows.cached(painter, place, self.scale, self.cached)
        rows.events(painter, place, self.scale, self.marks)
        painter.end()
        if self.isVisible():
            ratio = self.devicePixelRatioF()
            self._strip.want([frame for frame, _ in frames], max(2, round(place.film.height() * ratio)))

    def _film_frames(self, wide: float) -> list[tuple[int, float]]:
        """Frames and x of the film's pictures; each stays where it is on the tape while the view is scrolled."""
        second = wide / self.scale.px_s
        first = math.floor(self.scale.start / second)
        found = []
        for number in range(first, first + math.ceil(self.scale.width / wide) + 2):
            moment = number * second
            if moment < self.scale.length and self.scale.x(moment) < self.scale.left + self.scale.width:
                found.append((self.frame_of(moment), self.scale.x(moment)))
        return found

    def _moved(self) -> None:
        turned = self.scale.showing(float(self._playhead.moment)) if not self._drag else self.scale
        if turned != self.scale:
            self.scale = turned
            self.redraw()
        else:
            self.update()

    # ---- the mouse

    def moment(self, x: float) -> Fraction:
        """The moment at x, at the beginning of its frame."""
        frame = self.count.frame_at(Fraction(self.scale.moment(x)) + Fraction(1, 10**6))
        last = max(0, self.count.frame_at(Fraction(self.scale.length) - Fraction(1, 10**6)))
        return self.count.moment_of(max(0, min(frame, last)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = event.position()
        match event.button():
            case Qt.MouseButton.LeftButton:
                self._drag = self._mark_at(event.position()) or "seek"
                self._follow(event)
            case Qt.MouseButton.MiddleButton:
                self._drag = "scroll"
            case Qt.MouseButton.RightButton:
                self.menu_wanted.emit(self.moment(event.position().x()), event.globalPosition().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag:
            self._follow(event)
        elif self._mark_at(event.position()):
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._drag = ""

    def _follow(self, event: QMouseEvent) -> None:
        x = event.position().x()
        match self._drag:
            case "seek":
                self._turn_to(x)
                self._playhead.seek(self.moment(x))
            case "in":
                self._playhead.set_span(self._before_out(self._edge(x)), self._playhead.mark_out)
            case "out":
                self._playhead.set_span(self._playhead.mark_in, self._after_in(self._edge(x)))
            case "scroll":
                self.scale = self.scale.scrolled(self._from.x() - x)
                self._from = event.position()
                self.redraw()

    def _turn_to(self, x: float) -> None:
        """Dragged over an end of what is seen: go on there."""
        over = min(0.0, x - self.scale.left) + max(0.0, x - self.scale.left - self.scale.width)
        if over:
            self.scale = self.scale.scrolled(over)
            self.redraw()

    def _edge(self, x: float) -> Fraction:
        """The boundary between two frames that is nearest to x."""
        return self.count.moment_of(round(Fraction(self.scale.moment(x)) * self.count.fps))

    def _before_out(self, moment: Fraction) -> Fraction:
        out = self._playhead.mark_out
        return moment if out is None else min(moment, out - 1 / self.count.fps)

    def _after_in(self, moment: Fraction) -> Fraction:
        return max(moment, (self._playhead.mark_in or Fraction(0)) + 1 / self.count.fps)

    def _mark_at(self, point: QPointF) -> Literal["", "in", "out"]:
        if not self.rows.block.adjusted(-_REACH, 0, _REACH, 0).contains(point):
            return ""
        head = self._playhead
        if head.mark_out is not None and abs(point.x() - self.scale.x(head.mark_out)) <= _REACH:
            return "out"
        if head.mark_in is not None and abs(point.x() - self.scale.x(head.mark_in)) <= _REACH:
            return "in"
        return ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Up and down zooms, across (or with Shift) scrolls."""
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self.scale = self.scale.scrolled(-(across or down))
            self.redraw()
        else:
            self.zoom(1.0016**down, event.position().x())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._says(event.pos()), self, QRect(event.pos(), event.pos()))
            return True
        return super().event(event)

    def _says(self, at: QPoint) -> str:
        for mark in self.marks:
            if at.y() >= self.rows.cache and abs(self.scale.x(mark.moment) - at.x()) <= _REACH:
                return f"{self.count.code(self.count.frame_at(mark.moment))}  {mark.text}"
        frame = self.count.frame_at(self.moment(at.x()))
        return tr("{code} · frame {frame}").format(code=self.count.code(frame), frame=frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scale = self.scale.refitted(MARGIN, self.width() - 2 * MARGIN, self.scale.length)
        self.redraw()

    def focusInEvent(self, _event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self.update()
