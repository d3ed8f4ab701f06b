"""A note on the canvas: text on a sheet, with a corner to pull it larger."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from editor import theme
from editor.language import tr
from graphs.document import Note

Z_NOTE = -1.0
CORNER = 16.0
LEAST = (96.0, 48.0)
"""A note is never smaller, in canvas units."""


class NoteItem(QGraphicsItem):
    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = note
        self._size = note.size
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(Z_NOTE)
        self.setPos(*note.position)

    def show_note(self, note: Note) -> None:
        self.note = note
        self.setPos(*note.position)
        self.stretch(note.size)
        self.update()

    def stretch(self, size: tuple[float, float]) -> None:
        """Show it in another size."""
        self.prepareGeometryChange()
        self._size = max(LEAST[0], size[0]), max(LEAST[1], size[1])

    @property
    def size(self) -> tuple[float, float]:
        return self._size

    def rect(self) -> QRectF:
        """In scene coordinates."""
        return QRectF(self.x(), self.y(), *self._size)

    def at_corner(self, spot: QPointF) -> bool:
        """Whether a point of the scene is on the corner by which it is stretched."""
        corner = self.rect().bottomRight()
        return corner.x() - CORNER <= spot.x() <= corner.x() + 4 and corner.y() - CORNER <= spot.y() <= corner.y() + 4

    def boundingRect(self) -> QRectF:
        return QRectF(-2, -2, self._size[0] + 4, self._size[1] + 4)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(0, 0, *self._size))
        return path

    def paint(self, painter: QPainter, *_: Any, **__: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet, edge = QColor(theme.colour("warn")), QColor(theme.colour("warn"))
        sheet.setAlpha(26 if theme.is_dark() else 44)
        edge.setAlpha(95)
        rect = QRectF(0, 0, *self._size)
        painter.setBrush(sheet)
        painter.setPen(QPen(theme.colour("accent") if self.isSelected() else edge, 2 if self.isSelected() else 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(theme.colour("text" if self.note.text else "text3"))
        painter.setFont(theme.font(13))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(
            rect.adjusted(11, 9, -11, -9), flags, self.note.text or tr("Empty note: double-click to write")
        )
        painter.setPen(QPen(edge, 1.4))
        for inset in (5, 9):
            painter.drawLine(rect.bottomRight() - QPointF(inset, 3), rect.bottomRight() - QPointF(3, inset))
