"""A group on the canvas: a frame behind its cards, or, folded, one box in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from editor import theme
from editor.canvas.card import CardItem, CardPort
from editor.canvas.cardsize import RADIUS, WIDTH
from editor.language import tr
from graphs.document import Group, NodeId

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

Z_FRAME = -2.0
MARGIN = 16.0
HEAD = 32.0
FOLDED_ROW = 18.0
COLOURS = ("#ff9445", "#4c9dff", "#63d471", "#c77dff", "#e8c33c", "#2fb7a6", "#f0609e", "#7f93ad")
"""What a new group is given, in turn; any #rrggbb may be chosen."""


class FrameItem(QGraphicsItem):
    """Follows its members: its place is theirs."""

    def __init__(self, canvas: CanvasView, group: Group) -> None:
        super().__init__()
        self.canvas = canvas
        self.doc = group
        self.rect = QRectF()
        self.hot = False
        self._sides: dict[int, list[CardPort]] = {0: [], 1: []}
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(Z_FRAME)

    @property
    def colour(self) -> QColor:
        return QColor(self.doc.colour) if QColor.isValidColorName(self.doc.colour) else QColor(COLOURS[1])

    @property
    def head(self) -> QRectF:
        """Where it is taken hold of."""
        return QRectF(self.rect.left(), self.rect.top(), self.rect.width(), self.rect.height() if self.folded else HEAD)

    @property
    def fold_button(self) -> QRectF:
        return QRectF(self.rect.right() - 28, self.rect.top() + 5, 22, 22)

    @property
    def folded(self) -> bool:
        return self.doc.collapsed

    def refresh(self, cards: Mapping[NodeId, CardItem]) -> None:
        """Lie around the members again."""
        members = [cards[node] for node in self.doc.nodes if node in cards]
        around = QRectF()
        for card in members:
            around = around.united(card.rect())
        if self.folded:
            self._find_sides(members)
            rows = max(1, *(len(ports) for ports in self._sides.values()))
            fresh = QRectF(around.left(), around.top(), WIDTH, HEAD + 22 + max(0, rows - 1) * FOLDED_ROW)
        elif members:
            fresh = around.adjusted(-MARGIN, -HEAD - 6, MARGIN, MARGIN)
        else:
            fresh = QRectF()
        if fresh != self.rect:
            self.prepareGeometryChange()
            self.rect = fresh
        self.setVisible(bool(members))
        self.setZValue(1.0 if self.folded else Z_FRAME)
        self.update()

    def _find_sides(self, members: list[CardItem]) -> None:
        """The ports of members whose wires leave the group: they show on the box."""
        self._sides = {0: [], 1: []}
        inside = set(members)
        for card in members:
            for port in card.ports.values():
                others = [wire.output_port if not port.view.gives else wire.input_port for wire in port._pipes]
                if any(other.card not in inside for other in others):
                    self._sides[int(port.view.gives)].append(port)
        for ports in self._sides.values():
            ports.sort(key=lambda port: (port.card.y(), port.card.x(), port.pos().y()))

    def anchor(self, port: CardPort) -> QPointF:
        """Where a wire of a hidden member ends."""
        side = int(port.view.gives)
        row = self._sides[side].index(port) if port in self._sides[side] else 0
        y = self.rect.top() + HEAD + 11 + row * FOLDED_ROW
        return QPointF(self.rect.right() if side else self.rect.left(), y)

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-8, -100, 8, 8)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.head)
        return path

    def paint(self, painter: QPainter, *_: Any, **__: Any) -> None:
        zoom = painter.worldTransform().m11()
        if self.folded:
            self._paint_box(painter)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, edge = QColor(self.colour), QColor(self.colour)
        fill.setAlpha(18 if theme.is_dark() else 26)
        edge.setAlpha(200 if self.isSelected() else 120 if self.hot else 75)
        painter.setBrush(fill)
        painter.setPen(QPen(edge, max(1.2, 0.8 / zoom) * (1.8 if self.isSelected() else 1.0)))
        painter.drawRoundedRect(self.rect, RADIUS + 3, RADIUS + 3)
        self._paint_title(painter, zoom)
        if zoom > 0.4:
            self._paint_button(painter)

    def _paint_title(self, painter: QPainter, zoom: float) -> None:
        """Readable from afar: the farther out, the larger."""
        ink = QColor.fromHslF(
            max(0.0, self.colour.hslHueF()), min(0.7, self.colour.hslSaturationF()), 0.7 if theme.is_dark() else 0.32
        )
        small = zoom < 0.5
        px = min(72, round(11 / zoom)) if small else 14
        painter.setPen(ink)
        painter.setFont(theme.font(px, bold=True))
        place = QRectF(self.rect.left() + 14, self.rect.top() + 2, self.rect.width() - 46, HEAD)
        if small:  # above the frame, where no card hides it
            place = QRectF(self.rect.left() + 4, self.rect.top() - px * 1.3, self.rect.width(), px * 1.3)
        title = self.doc.label or tr("Group")
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def _paint_button(self, painter: QPainter) -> None:
        at = self.fold_button.center()
        painter.setPen(
            QPen(theme.colour("text2" if self.hot else "text3"), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        points = (
            [QPointF(-3, -5), QPointF(3, 0), QPointF(-3, 5)]
            if self.folded
            else [QPointF(-5, -3), QPointF(0, 3), QPointF(5, -3)]
        )
        painter.drawPolyline([at + point for point in points])

    def _paint_box(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 40))
        painter.drawRoundedRect(self.rect.adjusted(-3, 1, 3, 6), RADIUS + 3, RADIUS + 3)
        painter.setBrush(theme.colour("bg2"))
        painter.drawRoundedRect(self.rect, RADIUS, RADIUS)
        tint = QColor(self.colour)
        tint.setAlpha(60)
        painter.setBrush(tint)
        edge = theme.colour("accent") if self.isSelected() else self.colour
        painter.setPen(QPen(edge, 2 if self.isSelected() else 1.4))
        painter.drawRoundedRect(self.rect, RADIUS, RADIUS)
        self._paint_title(painter, 1.0)
        self._paint_button(painter)
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("text2"))
        text = tr("{count} nodes").format(count=len(self.doc.nodes))
        place = QRectF(self.rect.left() + 14, self.rect.top() + HEAD, self.rect.width() - 28, 20)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        for ports in self._sides.values():
            for port in ports:
                at = self.anchor(port)
                painter.setPen(QPen(theme.colour("canvas"), 2))
                painter.setBrush(theme.port_colour(port.view.kind))
                painter.drawEllipse(at, 5, 5)
