"""How loud it is at the playhead: a bar for each channel, with its peak held for a while, and the sound around it."""

from __future__ import annotations

import time
from typing import Any, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from editor import theme
from editor.desk.playhead import Playhead
from editor.language import tr
from runtime.envelope import Envelope, Level

FLOOR_DB = -60.0
HOLD_S = 1.5
CLIP_DB = -0.1
AROUND_S = 2.0
WINDOW_S = 0.04


class Heard(Protocol):
    """Whoever knows the sound: the timeline's."""

    envelope: Envelope | None
    start_s: float
    failure: str

    @property
    def changed(self) -> Any: ...  # a Signal


def height(db: float) -> float:
    """dBFS as a share of the meter, 0 … 1."""
    return min(1.0, max(0.0, 1 - db / FLOOR_DB))


class Meters(QWidget):
    """Bars of peak and RMS at the playhead's moment, beside two seconds of sound before and after it."""

    def __init__(self, playhead: Playhead, sound: Heard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead, self._sound = playhead, sound
        self._held: dict[int, tuple[float, float]] = {}
        self._clipped: set[int] = set()
        self.setMinimumSize(160, 80)
        self.setAccessibleName(tr("Sound meters"))
        self._fall = QTimer(self)
        self._fall.setInterval(250)
        self._fall.timeout.connect(self.update)
        playhead.moved.connect(self.update)
        sound.changed.connect(self._other)
        theme.watch.changed.connect(self.update)

    def levels(self) -> tuple[Level, ...]:
        """What is heard now, by channel."""
        known = self._sound.envelope
        if known is None:
            return ()
        at = float(self._playhead.moment) - self._sound.start_s
        return tuple(known.levels(at, at + WINDOW_S))

    def mousePressEvent(self, _: object) -> None:
        """A click takes the clip lights out."""
        self._clipped.clear()
        self.update()

    def _other(self) -> None:
        self._held.clear()
        self._clipped.clear()
        self.update()

    def _peak(self, channel: int, db: float) -> float:
        """The held peak of a channel, after `db` has come."""
        now = time.monotonic()
        held, since = self._held.get(channel, (FLOOR_DB, 0.0))
        if db >= held or now - since > HOLD_S:
            held, since = db, now
        self._held[channel] = held, since
        if db > CLIP_DB:
            self._clipped.add(channel)
        return held

    def showEvent(self, _: object) -> None:
        self._fall.start()

    def hideEvent(self, _: object) -> None:
        self._fall.stop()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("screen"))
        painter.setFont(theme.font(10))
        levels = self.levels()
        if not levels:
            painter.setPen(theme.colour("#8a94a5"))
            text = self._sound.failure or tr("No sound here, or it has not been heard through yet")
            painter.drawText(
                self.rect().adjusted(8, 8, -8, -8), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text
            )
            painter.end()
            return
        bars = 30.0 + 22 * len(levels)
        self._bars(painter, QRectF(0, 0, bars, self.height()), levels)
        self._wave(painter, QRectF(bars + 6, 6, self.width() - bars - 12, self.height() - 12), len(levels))
        painter.end()

    def _bars(self, painter: QPainter, area: QRectF, levels: tuple[Level, ...]) -> None:
        body = area.adjusted(28, 16, -4, -8)
        painter.setPen(theme.colour("#8a94a5"))
        for db in (0, -6, -12, -20, -40, -60):
            y = body.bottom() - body.height() * height(db)
            painter.drawText(
                QRectF(0, y - 7, 24, 14), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(db)
            )
        shade = QLinearGradient(body.bottomLeft(), body.topLeft())
        for at, name in ((0.0, "ok"), (height(-14), "ok"), (height(-8), "warn"), (height(-3), "err"), (1.0, "err")):
            shade.setColorAt(at, theme.colour(name))
        for channel, level in enumerate(levels):
            x = body.left() + 22 * channel
            groove = QRectF(x, body.top(), 16, body.height())
            painter.fillRect(groove, theme.colour("#ffffff", 16))
            for loud, alpha in ((level.peak_db, 0.45), (level.rms_db, 1.0)):
                tall = body.height() * height(loud)
                painter.setOpacity(alpha)
                painter.fillRect(QRectF(x, body.bottom() - tall, 16, tall), shade)
            painter.setOpacity(1)
            y = body.bottom() - body.height() * height(self._peak(channel, level.peak_db))
            painter.fillRect(QRectF(x, y, 16, 2), theme.colour("#ffffff"))
            light = theme.colour("err") if channel in self._clipped else theme.colour("#ffffff", 24)
            painter.fillRect(QRectF(x, body.top() - 9, 16, 5), light)

    def _wave(self, painter: QPainter, area: QRectF, channels: int) -> None:
        known = self._sound.envelope
        if known is None or area.width() < 40:
            return
        at = float(self._playhead.moment) - self._sound.start_s
        columns = known.columns(at - AROUND_S, at + AROUND_S, int(area.width()))
        each = area.height() / channels
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("#63d471"))
        for channel in range(channels):
            middle = area.top() + each * (channel + 0.5)
            high = [QPointF(area.left() + x, middle - each * 0.48 * float(one[1]) / 32768) for x, one in
                    enumerate(columns[:, channel])]  # fmt: skip
            low = [QPointF(area.left() + x, middle - each * 0.48 * float(one[0]) / 32768 + 1) for x, one in
                   enumerate(columns[:, channel])]  # fmt: skip
            painter.drawPolygon(QPolygonF([*high, *reversed(low)]))
        painter.fillRect(QRectF(area.center().x(), area.top(), 1.5, area.height()), theme.colour("err"))
