"""Where one looks, how close, and in how much detail: the part of the canvas that knows pixels.

Far out one item draws the whole graph (editor/canvas/far.py). Closer, cards are pictures that are drawn anew when their
zoom or content has changed: as many as a paint has time for, the others in the next one, none while the wheel turns.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QRubberBand

from editor import theme
from editor.canvas.card import CardItem
from editor.canvas.cardsize import GRID
from editor.canvas.compat import ViewerBase
from editor.canvas.far import FAR, FarLayer
from editor.canvas.mirror import Mirror

CLOSEST, FARTHEST = 3.0, 0.04
"""Zoom, 1 being full size."""
SHARP_MS = 160
"""After the last turn of the wheel cards are drawn sharp again."""
BUDGET_S = 0.007
"""Of a paint, for drawing cards anew; the others wait for the next paint."""


class Lens(ViewerBase):
    """Signal: looked() the visible part has changed, or what lies there."""

    looked = Signal()

    _scene_range: QRectF
    _rubber_band: QRubberBand
    mirror: Mirror

    def __init__(self) -> None:
        self.zooming = False
        self._far: FarLayer | None = None
        self._tile: tuple[object, QPixmap] | None = None
        self._spent = 0.0
        self._owed: set[CardItem] = set()
        super().__init__()
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._sharp_soon = QTimer(self, interval=SHARP_MS, singleShot=True)
        self._sharp_soon.timeout.connect(self._sharpen)
        self._pay_soon = QTimer(self, interval=4, singleShot=True)
        self._pay_soon.timeout.connect(self._pay)

    def show_mirror(self, mirror: Mirror, far: FarLayer) -> None:
        """Show the items of `mirror`, from afar by `far`."""
        self.mirror, self._far = mirror, far
        self.scene().addItem(far)

    @property
    def _far_layer(self) -> FarLayer:
        assert self._far is not None
        return self._far

    # ---- where one looks
    @property
    def zoom(self) -> float:
        return self.transform().m11()

    @property
    def far(self) -> bool:
        return self._far is not None and self._far.isVisible()

    def seen_rect(self) -> QRectF:
        """The visible part of the scene."""
        return QRectF(self._scene_range)

    def fit(self, rect: QRectF, right: int = 0, bottom: int = 0) -> tuple[QPointF, float]:
        """The corner and the zoom at which `rect` is seen whole, beside margins of so many pixels; 1:1 at most."""
        width, height = self.viewport().width() - right, self.viewport().height() - bottom
        zoom = max(FARTHEST, min(width / max(1.0, rect.width()), height / max(1.0, rect.height()), 1.0))
        return rect.center() - QPointF(width, height) / 2 / zoom, zoom

    def pan_by(self, across: float, down: float) -> None:
        """Move what is seen by so many pixels of the screen."""
        self.look_at(self._scene_range.topLeft() - QPointF(across, down) / self.zoom, self.zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Closer or farther; the point `at` (in the viewport, by default its middle) stays where it is."""
        at = QPointF(self.viewport().rect().center()) if at is None else at
        zoom = min(CLOSEST, max(FARTHEST, self.zoom * factor))
        if abs(zoom - 1.0) < 0.02:
            zoom = 1.0
        fixed = self._scene_range.topLeft() + at / self.zoom
        self.zooming = True
        self._sharp_soon.start()
        self.look_at(fixed - at / zoom, zoom)

    def look_at(self, corner: QPointF, zoom: float) -> None:
        """Show the scene from `corner` on."""
        size = self.viewport().size()
        self._scene_range = QRectF(corner.x(), corner.y(), size.width() / zoom, size.height() / zoom)
        self._update_scene()

    def _update_scene(self) -> None:
        """NodeGraphQt fits the range with a margin, so that 1:1 is never quite 1:1; here pixels are pixels."""
        zoom = self.viewport().width() / max(1.0, self._scene_range.width())
        self.setSceneRect(self._scene_range)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        if self._far is not None:
            self._choose_detail(zoom)
            self._far.cover(self._scene_range)
            self.looked.emit()

    def _choose_detail(self, zoom: float) -> None:
        far = zoom < FAR
        if far != self.far:
            self._far_layer.setVisible(far)
            self.items_made()

    def items_made(self) -> None:
        """Items are new, or the level of detail is: cards and wires draw themselves, or the far layer does."""
        far = self.far
        flag = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
        for item in (*self.mirror.cards.values(), *self.mirror.wires.values()):
            item.setFlag(flag, far)
        self._far_layer.forget()

    def wires_moved(self) -> None:
        if self._far is not None:
            self._far.forget()

    def _sharpen(self) -> None:
        self.zooming = False
        self.viewport().update()

    # ---- drawing, within a budget
    def may_draw(self) -> bool:
        """Whether a card may take the time to be drawn anew in this paint."""
        return not self.zooming and time.perf_counter() - self._spent < BUDGET_S

    def owe(self, card: CardItem) -> None:
        """A card was shown as it was; it is drawn anew in one of the next paints."""
        self._owed.add(card)
        if not self.zooming:
            self._pay_soon.start()

    def _pay(self) -> None:
        owed, self._owed = self._owed, set()
        for card in owed:
            if card.scene() is not None:
                card.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._spent = time.perf_counter()
        super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Dots, as one tiled fill."""
        zoom, step = self.zoom, GRID
        while step * zoom < 14:
            step *= 2
        pixels = step * zoom
        ratio = self.devicePixelRatioF()
        area = self.mapFromScene(QRectF(rect)).boundingRect().adjusted(-2, -2, 2, 2)
        key = (round(pixels, 3), theme.is_dark(), ratio)
        if self._tile is None or self._tile[0] != key:
            self._tile = (key, _tile(pixels, ratio))
        painter.save()
        painter.resetTransform()
        brush = QBrush(self._tile[1])
        origin = self.viewportTransform().map(QPointF(0, 0))
        brush.setTransform(QTransform.fromTranslate(round(origin.x()), round(origin.y())))
        painter.fillRect(area, brush)
        painter.restore()

    def restyle(self) -> None:
        """The theme has changed."""
        self._tile = None
        for card in self.mirror.cards.values():
            card.forget()
        self._far_layer.forget()
        self.viewport().update()

    # ---- pixels and scene
    def to_scene(self, spot: QPoint | QPointF) -> QPointF:
        return QPointF(self._scene_range.topLeft() + QPointF(spot) / self.zoom)

    def to_view(self, spot: QPointF) -> QPointF:
        return QPointF((spot - self._scene_range.topLeft()) * self.zoom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        QGraphicsView.resizeEvent(self, event)
        self.look_at(self._scene_range.topLeft(), self.zoom)

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    def marquee(self, rect: QRect | None) -> None:
        """Show the rubber band, or none."""
        if rect is None:
            self._rubber_band.hide()
        else:
            self._rubber_band.setGeometry(rect.translated(self.viewport().pos()))
            self._rubber_band.show()


def _tile(pixels: float, ratio: float) -> QPixmap:
    """One dot in the middle of nothing."""
    side = max(8, round(pixels * ratio))
    made = QPixmap(side, side)
    made.fill(theme.colour("canvas"))
    painter = QPainter(made)
    size = max(1, round(1.6 * ratio))
    painter.fillRect(0, 0, size, size, theme.colour("canvas_dot"))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made
