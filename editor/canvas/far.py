"""The canvas from afar: all cards and wires drawn by one item, in a few strokes of the painter.

Below a third of full size no text can be read, and a call into Python for each of a thousand items would cost more
than the drawing itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from editor import theme
from editor.canvas.card import CardItem
from editor.canvas.cardsize import TITLE, WIDTH
from editor.canvas.face import THUMB, heat_colour
from editor.canvas.wire import Wire

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

FAR = 0.34
"""Zoom below which this item draws, and cards and wires do not."""
PICTURES = 0.11
"""Zoom below which thumbnails are left out."""


class FarLayer(QGraphicsItem):
    """Reads cards and wires when something has changed, else draws what it has read."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__()
        self.canvas = canvas
        self._stale = True
        self._wires: list[tuple[QColor, QPainterPath]] = []
        self._bodies: list[QRectF] = []
        self._titles: list[tuple[QColor, list[QRectF]]] = []
        self._marked: list[tuple[QColor, list[QRectF]]] = []
        self._pictures: list[CardItem] = []
        self._rect = QRectF()
        self.setZValue(5.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setVisible(False)

    def forget(self) -> None:
        """Something has moved or changed."""
        self._stale = True
        if self.isVisible():
            self.update()

    def cover(self, rect: QRectF) -> None:
        """The part of the scene that it may have to draw on."""
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect

    def boundingRect(self) -> QRectF:
        return self._rect

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def _read(self) -> None:
        self._stale = False
        cards = [card for card in self.canvas.mirror.cards.values() if card.hidden_in is None]
        self._bodies = [card.rect() for card in cards]
        self._pictures = [card for card in cards if card.face.size.picture and not card.face.size.folded]
        titles: dict[int, list[QRectF]] = {}
        marks: dict[int, list[QRectF]] = {}
        for card in cards:
            face = card.face
            shade = QColor(
                heat_colour(face.share) if face.heat and face.share else theme.category_colour(face.category)
            )
            if face.bypass or face.mute:
                shade = QColor(theme.colour("text3"))
            titles.setdefault(shade.rgba(), []).append(QRectF(card.x(), card.y(), WIDTH, TITLE))
            sign = "accent" if face.selected else "err" if face.state in ("error", "missing") else ""
            if sign:
                marks.setdefault(theme.colour(sign).rgba(), []).append(card.rect())
        self._titles = [(QColor.fromRgba(key), rects) for key, rects in titles.items()]
        self._marked = [(QColor.fromRgba(key), rects) for key, rects in marks.items()]
        self._wires = _bundled(self.canvas.mirror.wires.values())

    def paint(self, painter: QPainter, *_: Any, **__: Any) -> None:
        if self._stale:
            self._read()
        zoom = painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, path in self._wires:
            painter.setPen(QPen(colour, 0))
            painter.drawPath(path)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("bg3"))
        painter.drawRects(self._bodies)
        for colour, rects in self._titles:
            painter.setBrush(colour)
            painter.drawRects(rects)
        if zoom > PICTURES:
            self._paint_pictures(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, rects in self._marked:
            painter.setPen(QPen(colour, 2.5 / zoom))
            painter.drawRects(rects)

    def _paint_pictures(self, painter: QPainter) -> None:
        painter.setBrush(theme.colour("screen"))
        seen = self.canvas.seen_rect()
        painter.drawRects([THUMB.translated(card.pos()) for card in self._pictures])
        for card in self._pictures:
            if card.thumb is not None and seen.intersects(card.rect()):
                tiny = card.tiny()
                painter.drawPixmap(THUMB.translated(card.pos()), tiny, QRectF(tiny.rect()))


def _bundled(wires: Iterable[Wire]) -> list[tuple[QColor, QPainterPath]]:
    """One path for each colour."""
    paths: dict[int, QPainterPath] = {}
    for wire in wires:
        if wire.isVisible():
            strong = wire.isSelected() or wire.lit
            colour = theme.colour("accent") if strong else theme.colour("text3") if wire.off else wire.colour
            paths.setdefault(colour.rgba(), QPainterPath()).addPath(wire.rough())
    return [(QColor.fromRgba(key), path) for key, path in paths.items()]
