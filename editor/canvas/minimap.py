"""The whole graph in a corner: where one looks, and a way to get elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from editor import theme
from editor.language import tr

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

WIDTH, HEIGHT = 192, 116
EDGE = 7.0


class Minimap(QWidget):
    """Click or drag to look there; the wheel zooms."""

    def __init__(self, canvas: CanvasView, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._drawn: QPixmap | None = None
        self._area = QRectF()
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Overview"))
        self.setToolTip(tr("The whole graph: click or drag to look elsewhere"))
        self._soon = QTimer(self, interval=60, singleShot=True)
        self._soon.timeout.connect(self._redraw)
        canvas.looked.connect(self.update)

    def forget(self) -> None:
        """The graph has changed."""
        if not self._soon.isActive():
            self._soon.start()

    def _redraw(self) -> None:
        self._drawn = None
        self.update()

    # ---- where things are
    def _fit(self) -> tuple[float, QPointF]:
        """Scale, and the place of the scene's origin."""
        area = self._area
        scale = min(
            (self.width() - 2 * EDGE) / max(1.0, area.width()), (self.height() - 2 * EDGE) / max(1.0, area.height())
        )
        scale = min(scale, 0.12)
        middle = QPointF(self.width() / 2, self.height() / 2)
        return scale, middle - area.center() * scale

    def _draw(self) -> QPixmap:
        cards = [card for card in self._canvas.mirror.cards.values() if card.hidden_in is None]
        area = QRectF()
        for card in cards:
            area = area.united(card.rect())
        self._area = area.adjusted(-60, -60, 60, 60)
        ratio = self.devicePixelRatioF()
        made = QPixmap(QSize(self.width(), self.height()) * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line2"), 1))
        painter.setBrush(theme.colour("bg0", 230))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        scale, origin = self._fit()
        painter.setPen(Qt.PenStyle.NoPen)
        for frame in self._canvas.mirror.frames.values():
            shade = QColor(frame.colour)
            shade.setAlpha(45 if not frame.folded else 200)
            painter.setBrush(shade)
            rect = frame.rect
            if not rect.isEmpty():
                painter.drawRoundedRect(QRectF(rect.topLeft() * scale + origin, rect.size() * scale), 2, 2)
        for card in cards:
            shade = QColor(
                theme.colour("err")
                if card.face.state in ("error", "missing")
                else theme.category_colour(card.face.category)
            )
            shade.setAlpha(90 if card.face.bypass or card.face.mute else 205)
            painter.setBrush(shade)
            rect = card.rect()
            painter.drawRoundedRect(QRectF(rect.topLeft() * scale + origin, rect.size() * scale), 1.5, 1.5)
        painter.end()
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._drawn is None:
            self._drawn = self._draw()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, origin = self._fit()
        seen = self._canvas.seen_rect()
        rect = QRectF(seen.topLeft() * scale + origin, seen.size() * scale)
        rect = rect.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        ink = QColor("#ffffff") if theme.is_dark() else QColor("#000000")
        ink.setAlpha(15)
        painter.setBrush(ink)
        ink.setAlpha(130)
        painter.setPen(QPen(ink, 1))
        painter.drawRoundedRect(rect, 3, 3)
        painter.end()

    # ---- the mouse
    def _look(self, at: QPointF) -> None:
        scale, origin = self._fit()
        spot = (at - origin) / max(scale, 1e-6)
        by = (self._canvas.seen_rect().center() - spot) * self._canvas.zoom
        self._canvas.pan_by(by.x(), by.y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._look(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._canvas.zoom_by(1.0016 ** event.angleDelta().y())
        event.accept()
