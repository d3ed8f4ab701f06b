"""Draws the timeline's rows: ruler, film, sound, what is at hand, events. Everything but the playhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from editor import theme
from editor.timeline.scale import Scale, strokes
from editor.timeline.sound import Sound
from editor.timeline.strip import Strip
from editor.timeline.timecode import Count

RULER, CACHE, EVENTS = 22.0, 9.0, 12.0
SOUND_SHARE = 0.3
_FULL = 32768.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on the tape. `kind` is a colour's name: err, warn, ok, accent."""

    moment: Fraction
    kind: str
    text: str


@dataclass(frozen=True)
class Rows:
    """Where each row lies, for a timeline so high."""

    film: QRectF
    sound: QRectF
    cache: float
    events: float

    @staticmethod
    def of(scale: Scale, height: float, *, has_sound: bool) -> Rows:
        room = max(20.0, height - RULER - CACHE - EVENTS)
        sound = round(room * SOUND_SHARE) if has_sound and room > 40 else 0.0
        film = QRectF(scale.left, RULER, scale.width, room - sound)
        below = QRectF(scale.left, film.bottom() + (2 if sound else 0), scale.width, max(0.0, sound - 2))
        return Rows(film, below, RULER + room + 4, RULER + room + CACHE)

    @property
    def block(self) -> QRectF:
        """Film and sound together: what the marks enclose."""
        return self.film.united(self.sound) if self.sound.height() else self.film


def ruler(painter: QPainter, scale: Scale, count: Count) -> None:
    painter.setFont(theme.font(10))
    long, short, text = theme.colour("line2"), theme.colour("line"), theme.colour("text3")
    for stroke in strokes(scale, count):
        x = round(scale.x(count.moment_of(stroke.frame))) + 0.5
        if not scale.left - 1 <= x <= scale.left + scale.width + 1:
            continue
        painter.setPen(long if stroke.text else short)
        painter.drawLine(QLineF(x, RULER - (9 if stroke.text else 5), x, RULER - 2))
        if stroke.text and x + 30 < scale.left + scale.width:
            painter.setPen(text)
            painter.drawText(QPointF(x + 4, RULER - 9), stroke.text)


def film(
    painter: QPainter,
    rows: Rows,
    strip: Strip,
    frames: Sequence[tuple[int, float]],
    wide: float,
    reach: int,
) -> None:
    """The strip's pictures, each `wide` pixels, at `frames` (frame, x); one at most `reach` frames off stands in."""
    box = rows.film
    painter.save()
    rounded = QPainterPath()
    rounded.addRoundedRect(rows.block, 5, 5)
    painter.setClipPath(rounded)
    painter.fillRect(rows.block, theme.colour("bg0"))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for frame, x in frames:
        found = strip.at(frame, reach)
        if found is not None:
            painter.setOpacity(0.55 if found.near else 1.0)
            painter.drawImage(QRectF(x, box.y(), wide + 0.5, box.height()), found.image)
    painter.setOpacity(1.0)
    painter.setPen(QPen(QColor(0, 0, 0, 110), 1))
    painter.drawLines([QLineF(x, box.top(), x, box.bottom()) for _, x in frames])
    painter.restore()


def waveform(painter: QPainter, rows: Rows, scale: Scale, sound: Sound) -> None:
    """Lowest to highest sample of all channels, a column a pixel."""
    box = rows.sound
    if sound.envelope is None or box.height() < 6:
        return
    first = scale.start - sound.start_s
    columns = sound.envelope.columns(first, first + scale.width / scale.px_s, max(1, round(box.width())))
    low, high = columns[:, :, 0].min(1), columns[:, :, 1].max(1)
    middle, half = box.center().y(), (box.height() / 2 - 1) * sound.gain
    painter.setPen(QPen(theme.port_colour("audio"), 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawLines(
        [
            QLineF(box.x() + x, middle - top / _FULL * half, box.x() + x, middle - bottom / _FULL * half)
            for x, (bottom, top) in enumerate(zip(low.tolist(), high.tolist(), strict=True))
        ]
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def span(painter: QPainter, rows: Rows, scale: Scale, begin: float, end: float, *, marked: bool) -> None:
    """What lies outside the marks, dimmed, and the frame around what is inside."""
    box = rows.block
    left, right = max(box.left() - 4, scale.x(begin)), min(box.right() + 4, scale.x(end))
    shade = theme.colour("bg1", 190)
    rounded = QPainterPath()
    rounded.addRoundedRect(box, 5, 5)
    painter.save()
    painter.setClipPath(rounded)
    if left > box.left():
        painter.fillRect(QRectF(box.left(), box.top(), left - box.left(), box.height()), shade)
    if right < box.right():
        painter.fillRect(QRectF(right, box.top(), box.right() - right, box.height()), shade)
    painter.restore()
    if right <= box.left() or left >= box.right():
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not marked:
        painter.setPen(QPen(theme.colour("line2"), 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        return
    painter.save()
    painter.setClipRect(box.adjusted(-1, -1, 1, 1))
    painter.setPen(QPen(theme.colour("accent"), 2))
    painter.drawRoundedRect(QRectF(left, box.top(), right - left, box.height()), 4, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent"))
    for x in (left, right):
        painter.drawRoundedRect(QRectF(x - 2.5, box.center().y() - 9, 5, 18), 2.5, 2.5)
    painter.restore()


def cached(painter: QPainter, rows: Rows, scale: Scale, ranges: Sequence[tuple[float, float]]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("bg3"))
    painter.drawRoundedRect(QRectF(scale.left, rows.cache, scale.width, 3), 1.5, 1.5)
    painter.setBrush(theme.colour("ok"))
    right = scale.left + scale.width
    for begin, end in ranges:
        x, to = max(scale.left, scale.x(begin)), min(right, scale.x(end))
        if to > x:
            painter.drawRoundedRect(QRectF(x, rows.cache, max(1.5, to - x), 3), 1.5, 1.5)


def events(painter: QPainter, rows: Rows, scale: Scale, marks: Sequence[Mark]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for mark in marks:
        x, y = scale.x(mark.moment), rows.events
        if scale.left - 4 <= x <= scale.left + scale.width + 4:
            painter.setBrush(theme.colour(mark.kind))
            painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + 4, y + 6), QPointF(x - 4, y + 6)]))


def playhead(painter: QPainter, x: float, height: float) -> None:
    red = theme.colour("err")
    painter.setPen(QPen(red, 1.6))
    painter.drawLine(QLineF(x, 6, x, height - 3))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(red)
    painter.drawPolygon(
        QPolygonF([QPointF(x - 6, 2), QPointF(x + 6, 2), QPointF(x + 6, 9), QPointF(x, 15), QPointF(x - 6, 9)])
    )
