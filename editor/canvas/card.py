"""A node on the canvas: one item that draws title, picture, ports and state, and keeps them as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QGraphicsItem

from editor import theme
from editor.canvas import face as faces
from editor.canvas.arrange import Box
from editor.canvas.cardsize import SHADOW, TITLE, WIDTH
from editor.canvas.compat import NodeItemBase, PortItemBase
from editor.canvas.face import THUMB, Face
from editor.canvas.ports import PortView
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.canvas.frame import FrameItem
    from editor.canvas.view import CanvasView

Z_CARD = 1.0
Z_CHOSEN = 2.0
SHARPEST = 4.0
"""Cards are not drawn finer than this, however far one zooms in."""


class CardPort(PortItemBase):
    """A port, as NodeGraphQt's wires know it. It has a place and wires; the card draws it."""

    def __init__(self, card: CardItem, view: PortView) -> None:
        super().__init__(card)
        self.view = view
        self.card = card
        self._name, self._port_type = view.name, "out" if view.gives else "in"
        self._multi_connection = view.gives
        self._pipes: list[Any] = []
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsScenePositionChanges, False)
        self.setAcceptHoverEvents(False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)

    @property
    def address(self) -> tuple[NodeId, str]:
        return self.card.node, self.view.name

    def anchor(self) -> QPointF:
        """Where its wires end: at the port, or at the edge of the folded group that hides it."""
        if self.card.hidden_in is not None:
            return self.card.hidden_in.anchor(self)
        return self.card.pos() + faces.port_point(self.card.face.size, self.view)

    def boundingRect(self) -> QRectF:
        return QRectF(-10, -10, 20, 20)


class CardItem(NodeItemBase):
    """The card of one node. `show_face` changes what it shows; the viewer is asked for time before it is drawn anew."""

    def __init__(self, canvas: CanvasView, node: NodeId, face: Face) -> None:
        super().__init__()
        self.canvas = canvas
        self.node = node
        self.id = node
        self.face = face
        self.hidden_in: FrameItem | None = None
        self.thumb: QPixmap | None = None
        self.progress: float | None = None
        self.hot_port: str | None = None
        self.ports: dict[tuple[str, bool], CardPort] = {}
        self._drawn: QPixmap | None = None
        self._drawn_for: tuple[Face, float, bool] | None = None
        self._small: tuple[int, QPixmap] | None = None
        self._tiny: QPixmap | None = None
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsMovable, False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(Z_CARD)
        self._make_ports()

    # ---- what NodeGraphQt's viewer asks of a node
    @property
    def inputs(self) -> list[CardPort]:
        return [port for port in self.ports.values() if not port.view.gives]

    @property
    def outputs(self) -> list[CardPort]:
        return [port for port in self.ports.values() if port.view.gives]

    # ---- what it shows
    def _make_ports(self) -> None:
        self.ports = {(view.name, view.gives): CardPort(self, view) for view in self.face.ports}
        for port in self.ports.values():
            port.setPos(faces.port_point(self.face.size, port.view))

    def show_face(self, face: Face) -> None:
        if face == self.face:
            return
        if face.size != self.face.size:
            self.prepareGeometryChange()
        moved = face.size != self.face.size
        self.face = face
        if moved:
            for port in self.ports.values():
                port.setPos(faces.port_point(face.size, port.view))
        self.update()

    def show_thumb(self, picture: QPixmap | None) -> None:
        self.thumb, self._small, self._tiny = picture, None, None
        self.update(THUMB)

    def tiny(self) -> QPixmap:
        """The thumbnail at a quarter of its width, for the view from afar."""
        if self._tiny is None:
            assert self.thumb is not None
            self._tiny = self.thumb.scaledToWidth(round(THUMB.width() / 4), Qt.TransformationMode.SmoothTransformation)
        return self._tiny

    def show_progress(self, done: float | None) -> None:
        """How much of a render is done (0…1); None: nothing is rendered."""
        if done != self.progress:
            self.progress = done
            self.update(QRectF(0, self.face.size.height - 5, WIDTH, 5))

    def show_hot(self, port: str | None) -> None:
        if port != self.hot_port:
            self.hot_port = port
            self.update()

    def wires(self) -> list[Any]:
        return [wire for port in self.ports.values() for wire in port._pipes]

    def box(self) -> Box:
        return Box(self.x(), self.y(), self.face.size.width, self.face.size.height)

    def rect(self) -> QRectF:
        """In scene coordinates, without its shadow."""
        return QRectF(self.x(), self.y(), self.face.size.width, self.face.size.height)

    # ---- geometry
    def boundingRect(self) -> QRectF:
        return QRectF(-SHADOW, -SHADOW, WIDTH + 2 * SHADOW, self.face.size.height + 2 * SHADOW)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(0, 0, WIDTH, self.face.size.height)
        return path

    # ---- painting
    def forget(self) -> None:
        """The theme has changed: nothing that was drawn holds."""
        self._drawn = self._drawn_for = None
        self.update()

    def paint(self, painter: QPainter, *_: Any, **__: Any) -> None:
        zoom = painter.worldTransform().m11()
        ratio = painter.device().devicePixelRatioF()
        scale = min(SHARPEST, zoom * ratio)
        key = (self.face, scale, theme.is_dark())
        if self._drawn_for != key:
            if self.canvas.may_draw():
                self._draw(key)
            else:
                self.canvas.owe(self)
        if self._drawn is None:
            self._sketch(painter)
        elif self._drawn_for == key and zoom * ratio <= SHARPEST:
            corner = painter.worldTransform().map(self.boundingRect().topLeft())
            painter.save()
            painter.resetTransform()
            painter.drawPixmap(
                QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio), self._drawn
            )
            painter.restore()
        else:
            painter.drawPixmap(self._drawn_rect, self._drawn, QRectF(self._drawn.rect()))
        self._over(painter, zoom * ratio)

    def _draw(self, key: tuple[Face, float, bool]) -> None:
        scale = key[1]
        rect = self.boundingRect()
        width, height = int(rect.width() * scale) + 1, int(rect.height() * scale) + 1
        if self._drawn is None or (self._drawn.width(), self._drawn.height()) != (width, height):
            self._drawn = QPixmap(width, height)
        self._drawn.setDevicePixelRatio(1.0)
        self._drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._drawn)
        painter.scale(scale, scale)
        painter.translate(-rect.topLeft())
        faces.paint(painter, self.face)
        painter.end()
        self._drawn_rect = QRectF(rect.topLeft(), rect.topLeft() + QPointF(width / scale, height / scale))
        self._drawn_for = key
        ratio = self.canvas.devicePixelRatioF()
        self._drawn.setDevicePixelRatio(ratio)

    def _sketch(self, painter: QPainter) -> None:
        """Until there is time for more."""
        painter.fillRect(QRectF(0, 0, WIDTH, self.face.size.height), theme.colour("bg2"))
        painter.fillRect(QRectF(0, 0, WIDTH, TITLE), theme.colour("bg3"))
        painter.fillRect(QRectF(0, 0, 4, TITLE), theme.category_colour(self.face.category))

    def _over(self, painter: QPainter, scale: float) -> None:
        """What changes often: the picture, what is wrong, progress, the port under the mouse."""
        face = self.face
        if face.size.picture and not face.size.folded:
            self._paint_thumb(painter, scale)
            faces.draw_banner(painter, face)
        if self.progress is not None:
            foot = QRectF(1.5, face.size.height - 4.5, WIDTH - 3, 3)
            painter.fillRect(foot, theme.colour("bg4"))
            foot.setWidth(foot.width() * min(1.0, max(0.0, self.progress)))
            painter.fillRect(foot, theme.colour("accent"))
        if self.hot_port is not None:
            for port in self.ports.values():
                if f"{port.view.name}:{port.view.gives}" == self.hot_port:
                    faces.draw_port(painter, face, port.view, hot=True)

    def _paint_thumb(self, painter: QPainter, scale: float) -> None:
        if self.thumb is None:
            return
        place = THUMB
        shape = self.thumb.deviceIndependentSize()
        fit = min(place.width() / max(1.0, shape.width()), place.height() / max(1.0, shape.height()))
        width, height = shape.width() * fit, shape.height() * fit
        target = QRectF(place.center().x() - width / 2, place.center().y() - height / 2, width, height)
        off = self.face.bypass or self.face.mute
        if off:
            painter.setOpacity(0.35)
        pixels = max(1, round(width * scale))
        if self.canvas.zooming or pixels >= self.thumb.width():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self.canvas.zooming)
            painter.drawPixmap(target, self.thumb, QRectF(self.thumb.rect()))
        else:  # scaled once, not at every paint
            if self._small is None or self._small[0] != pixels:
                self._small = (
                    pixels,
                    self.thumb.scaledToWidth(pixels, Qt.TransformationMode.SmoothTransformation),
                )
            painter.drawPixmap(target, self._small[1], QRectF(self._small[1].rect()))
        if off:
            painter.setOpacity(1.0)
