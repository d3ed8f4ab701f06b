"""Wires: curves in the colour of what they carry, which say what that is and what is converted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem

from editor import theme
from editor.canvas.card import CardPort
from editor.canvas.compat import PipeItemBase
from graphs.document import Link

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

Z_WIRE = 0.0
Z_LIVE = 9.0
MARK = 26.0
"""How far before its end a wire is marked: there the conversion is, and no card hides it."""
REACH = 14.0
"""How wide a wire is for the mouse."""


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """From an output at `start` to an input at `end`; backwards it swings out on both sides."""
    across = end.x() - start.x()
    bend = max(36.0, min(abs(across) * 0.5, 200.0)) if across > -20 else min(280.0, 80 + abs(across) * 0.35)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


def detour(start: QPointF, end: QPointF, level: float) -> QPainterPath:
    """A way back: out to the right, along a free lane at the height `level`, and in from the left."""
    path = QPainterPath(start)
    for point, way in ((start, 1), (end, -1)):
        swing = QPointF(way * max(26.0, min(abs(level - point.y()) * 0.55, 64.0)), 0)
        at = QPointF(point.x(), level)
        if way > 0:
            path.cubicTo(start + swing, at + swing, at)
        else:
            path.lineTo(at)
            path.cubicTo(at + swing, end + swing, end)
    return path


def lane(source: QRectF, target: QRectF) -> float | None:
    """The height of the gap between two cards, one of which lies wholly below the other; None if there is none."""
    upper, lower = (source, target) if source.top() < target.top() else (target, source)
    return (upper.bottom() + lower.top()) / 2 if lower.top() - upper.bottom() > 4 else None


class Wire(PipeItemBase):
    """One link of the document. `conversion` is what the compiler inserts on it, `problem` what is wrong at its end."""

    def __init__(self, canvas: CanvasView, link: Link, source: CardPort, target: CardPort) -> None:
        super().__init__()
        self.canvas = canvas
        self.link = link
        self.kind = source.view.kind or target.view.kind
        self.conversion = ""
        self.problem = ""
        self.remedy = ""
        self.hot = False
        self.lit = False
        self.near = False
        self._rect = QRectF()
        self._stroke: QPainterPath | None = None
        self._rough: QPainterPath | None = None
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setAcceptHoverEvents(False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(Z_WIRE)
        self.set_connections(source, target)
        self.route()

    if TYPE_CHECKING:
        input_port: CardPort
        output_port: CardPort

        def set_connections(self, one: CardPort, other: CardPort) -> None: ...

        def delete(self) -> None: ...

    # NodeGraphQt paints an arrow and restyles pens at each of these; ours have neither
    def _draw_direction_pointer(self) -> None: ...

    def reset(self) -> None:
        self._dir_pointer.setParentItem(None)  # type: ignore[arg-type]  # None is allowed

    def highlight(self) -> None: ...

    def activate(self) -> None: ...

    if TYPE_CHECKING:
        _dir_pointer: QGraphicsItem

    def draw_path(self, *_: object, **__: object) -> None:
        self.route()

    # ---- geometry
    def route(self) -> None:
        """Lay the curve between the ports anew."""
        source, target = self.output_port, self.input_port
        hidden = source.card.hidden_in is not None and source.card.hidden_in is target.card.hidden_in
        self.setVisible(not hidden)
        start, end = source.anchor(), target.anchor()
        back = end.x() < start.x() + 12 and source.card.hidden_in is None and target.card.hidden_in is None
        level = lane(source.card.rect(), target.card.rect()) if back else None
        self.setPath(curve(start, end) if level is None else detour(start, end, level))
        self.canvas.wires_moved()

    def setPath(self, path: QPainterPath) -> None:
        self.prepareGeometryChange()
        self._stroke = self._rough = None
        self._rect = path.boundingRect().adjusted(-60, -36, 60, 12)
        super().setPath(path)

    def boundingRect(self) -> QRectF:
        return self._rect

    def shape(self) -> QPainterPath:
        if self._stroke is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(REACH)
            self._stroke = stroker.createStroke(self.path())
        return self._stroke

    def rough(self) -> QPainterPath:
        """The curve as a few straight pieces, which are far quicker to draw."""
        if self._rough is None:
            path, whole = QPainterPath(self.path().pointAtPercent(0)), self.path()
            steps = 6 if whole.elementCount() <= 4 else 16
            for step in range(1, steps + 1):
                path.lineTo(whole.pointAtPercent(step / steps))
            self._rough = path
        return self._rough

    def nearer_end(self, spot: QPointF) -> CardPort:
        """The port at whose end of the wire `spot` lies."""
        out, entry = self.output_port.anchor() - spot, self.input_port.anchor() - spot
        first = QPointF.dotProduct(out, out) < QPointF.dotProduct(entry, entry)
        return self.output_port if first else self.input_port

    # ---- looks
    def look(self, **changes: object) -> None:
        """Change how it looks: `hot`, `lit`, `near`, `conversion`, `problem`, `remedy`."""
        if any(getattr(self, name) != value for name, value in changes.items()):
            for name, value in changes.items():
                setattr(self, name, value)
            self.update()

    @property
    def colour(self) -> QColor:
        return theme.port_colour(self.kind)

    @property
    def off(self) -> bool:
        """Whether nothing runs through it, for one of its ends is muted."""
        return self.output_port.card.face.mute or self.input_port.card.face.mute

    def paint(self, painter: QPainter, *_: Any, **__: Any) -> None:
        strong = self.hot or self.lit or self.isSelected()
        colour = QColor(theme.colour("err")) if self.problem and not self.remedy else QColor(self.colour)
        if self.lit or self.isSelected():
            colour = QColor(theme.colour("accent"))
        elif not (strong or self.near):
            colour = colour.darker(118) if theme.is_dark() else colour.darker(112)
        style = Qt.PenStyle.SolidLine
        if self.off:
            colour, style = QColor(theme.colour("text3")), Qt.PenStyle.DashLine
        path = self.path()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if strong:
            painter.setPen(QPen(theme.colour("canvas", 190), 6.5))
            painter.drawPath(path)
        width = 3.2 if strong else 2.6 if self.near else 2.1
        painter.setPen(QPen(colour, width, style, Qt.PenCapStyle.FlatCap))
        painter.drawPath(path)
        if self.conversion or self.problem:
            self._paint_mark(painter, path, strong)

    def _paint_mark(self, painter: QPainter, path: QPainterPath, strong: bool) -> None:
        """A dot where something is converted, a sign where something is wrong; in words where there is room."""
        at = path.pointAtPercent(path.percentAtLength(max(path.length() / 2, path.length() - MARK)))
        if self.problem:
            painter.setPen(QPen(theme.colour("canvas"), 2))
            painter.setBrush(theme.colour("warn" if self.remedy else "err"))
            painter.drawEllipse(at, 8, 8)
            painter.setPen(QColor("#0b0d10"))
            painter.setFont(theme.font(11, bold=True))
            painter.drawText(QRectF(at.x() - 8, at.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, "!")
            return
        painter.setPen(QPen(theme.colour("canvas"), 2))
        painter.setBrush(self.colour)
        painter.drawEllipse(at, 4.2, 4.2)
        if not strong:
            return
        painter.setFont(theme.font(11))
        width = painter.fontMetrics().horizontalAdvance(self.conversion) + 14.0
        place = QRectF(at.x() - width / 2, at.y() - 24, width, 18)
        painter.setPen(QPen(self.colour, 1.2))
        painter.setBrush(theme.colour("bg2"))
        painter.drawRoundedRect(place, 9, 9)
        painter.setPen(theme.colour("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.conversion)


class LiveWire(PipeItemBase):
    """The wire that hangs on the mouse, red and dashed where it may not end."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ""
        self.bad = False
        self.doubtful = False
        self.shift_selected = False
        self._rect = QRectF()
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setAcceptHoverEvents(False)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(Z_LIVE)

    if TYPE_CHECKING:
        _dir_pointer: QGraphicsItem

    def _draw_direction_pointer(self) -> None: ...

    def reset(self) -> None:
        self._dir_pointer.setParentItem(None)  # type: ignore[arg-type]  # None is allowed

    def draw_index_pointer(self, *_: object) -> None: ...

    def draw_path(self, *_: object, **__: object) -> None: ...

    def hang(self, port: CardPort, end: QPointF, *, bad: bool = False, doubtful: bool = False) -> None:
        """Draw it from `port` to `end`."""
        self.kind, self.bad, self.doubtful = port.view.kind, bad, doubtful
        start = port.anchor()
        path = curve(start, end) if port.view.gives else curve(end, start)
        self.prepareGeometryChange()
        self._rect = path.boundingRect().adjusted(-10, -10, 10, 10)
        self.setPath(path)

    def boundingRect(self) -> QRectF:
        return self._rect

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, *_: Any, **__: Any) -> None:
        colour = (
            theme.colour("err") if self.bad else theme.colour("warn") if self.doubtful else theme.port_colour(self.kind)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("canvas", 200), 6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(self.path())
        style = Qt.PenStyle.DashLine if self.bad else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 3, style, Qt.PenCapStyle.RoundCap))
        painter.drawPath(self.path())
