"""What hangs on the mouse while a node is dragged out of the palette: a small card of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QDrag, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from editor import theme
from editor.canvas.mime import node_mime
from editor.palette.categories import sign, tint
from editor.palette.entries import Entry

WIDTH, TITLE, ROW = 168.0, 28.0, 18.0


def card(entry: Entry, ratio: float = 1.0) -> QPixmap:
    """The card as the canvas would show it, without a picture."""
    rows = max(1, len(entry.kind.inputs), len(entry.kind.outputs))
    height = TITLE + 6 + rows * ROW + 6
    made = QPixmap(round(WIDTH * ratio), round(height * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(0.94)
    box = QRectF(4.5, 0.5, WIDTH - 9, height - 1)
    shape = QPainterPath()
    shape.addRoundedRect(box, 7, 7)
    painter.fillPath(shape, theme.colour("bg2"))
    painter.setClipPath(shape)
    head = QRectF(box.left(), box.top(), box.width(), TITLE)
    painter.fillRect(head, theme.colour("bg3"))
    painter.fillRect(QRectF(box.left(), box.top(), 3, TITLE), tint(entry.category))
    painter.drawPixmap(QPoint(round(box.left()) + 10, 7), sign(entry.category, 14, ratio))
    painter.setFont(theme.font(12, bold=True))
    painter.setPen(theme.colour("text"))
    words = head.adjusted(30, 0, -8, 0)
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(
        words, middle, painter.fontMetrics().elidedText(entry.label, Qt.TextElideMode.ElideRight, int(words.width()))
    )
    painter.setClipping(False)
    painter.setPen(QPen(theme.colour("line2"), 1))
    painter.drawPath(shape)
    painter.setFont(theme.font(11))
    for row, port in enumerate(entry.kind.inputs.values()):
        y = TITLE + 6 + row * ROW
        _port(painter, QRectF(box.left(), y, 0, ROW), port.kind.name)
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(box.left() + 10, y, 70, ROW), middle, port.name)
    for row, out in enumerate(entry.kind.outputs.values()):
        y = TITLE + 6 + row * ROW
        _port(painter, QRectF(box.right(), y, 0, ROW), out.kind.name)
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(box.right() - 80, y, 70, ROW), middle | Qt.AlignmentFlag.AlignRight, out.name)
    painter.end()
    return made


def _port(painter: QPainter, at: QRectF, kind: str) -> None:
    painter.setPen(QPen(theme.colour("bg0"), 1))
    painter.setBrush(theme.port_colour(kind))
    painter.drawEllipse(QRectF(at.left() - 4, at.center().y() - 4, 8, 8))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def drag(source: QWidget, entry: Entry) -> QDrag:
    """The drag, ready to start."""
    made = QDrag(source)
    made.setMimeData(node_mime(entry.id))
    made.setPixmap(card(entry, source.devicePixelRatioF()))
    made.setHotSpot(QPoint(round(WIDTH / 2), round(TITLE / 2)))
    return made
