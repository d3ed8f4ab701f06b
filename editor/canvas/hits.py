"""What lies under a point of the canvas, by geometry: ports before cards, cards before wires, wires before frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from editor.canvas.card import CardItem, CardPort
from editor.canvas.cardsize import TITLE
from editor.canvas.frame import FrameItem
from editor.canvas.note import NoteItem
from editor.canvas.wire import Wire

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

PORT_REACH = 11.0
"""How near to a port the mouse must be, in pixels of the screen at most and canvas units at least."""


class Where(Enum):
    EMPTY = auto()
    PORT = auto()
    TITLE = auto()
    CARD = auto()
    WIRE = auto()
    NOTE = auto()
    CORNER = auto()
    FRAME = auto()
    FOLDED = auto()
    FOLD_BUTTON = auto()


_CURSORS = {
    Where.PORT: Qt.CursorShape.CrossCursor,
    Where.CORNER: Qt.CursorShape.SizeFDiagCursor,
    Where.WIRE: Qt.CursorShape.PointingHandCursor,
    Where.FOLD_BUTTON: Qt.CursorShape.PointingHandCursor,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found; `spot` in scene coordinates."""

    where: Where
    spot: QPointF
    card: CardItem | None = None
    port: CardPort | None = None
    wire: Wire | None = None
    note: NoteItem | None = None
    frame: FrameItem | None = None

    def cursor(self, space: bool) -> Qt.CursorShape:
        if space:
            return Qt.CursorShape.OpenHandCursor
        return _CURSORS.get(self.where, Qt.CursorShape.ArrowCursor)


def find(canvas: CanvasView, at: QPointF, *, reach: float = PORT_REACH) -> Hit:
    """The uppermost thing at a point of the viewport."""
    spot = canvas.to_scene(at)
    slack = reach / canvas.zoom if not canvas.far else 3 / canvas.zoom
    slack = min(slack, 24.0)
    around = QRectF(spot.x() - slack, spot.y() - slack, 2 * slack, 2 * slack)
    items = canvas.scene().items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
    cards = [item for item in items if isinstance(item, CardItem) and item.isVisible()]
    if not canvas.far:
        near = nearest_port(cards, spot, slack)
        over = next((card for card in cards if card.rect().contains(spot)), None)
        if near is not None and (over is None or over is near.card):
            return Hit(Where.PORT, spot, card=near.card, port=near)
    for card in cards:
        if card.rect().contains(spot):
            where = Where.TITLE if spot.y() < card.y() + TITLE else Where.CARD
            return Hit(where, spot, card=card)
    frames = [item for item in items if isinstance(item, FrameItem) and item.head.contains(spot)]
    folded = next((frame for frame in frames if frame.folded), None)
    if folded is not None:
        return Hit(Where.FOLD_BUTTON if folded.fold_button.contains(spot) else Where.FOLDED, spot, frame=folded)
    notes = [item for item in items if isinstance(item, NoteItem)]
    for note in notes:
        if note.at_corner(spot):
            return Hit(Where.CORNER, spot, note=note)
    wire = nearest_wire(items, spot, 7 / canvas.zoom)
    if wire is not None:
        return Hit(Where.WIRE, spot, wire=wire)
    for note in notes:
        if note.rect().contains(spot):
            return Hit(Where.NOTE, spot, note=note)
    if frames:
        return Hit(Where.FOLD_BUTTON if frames[0].fold_button.contains(spot) else Where.FRAME, spot, frame=frames[0])
    return Hit(Where.EMPTY, spot)


def nearest_port(cards: list[CardItem], spot: QPointF, reach: float) -> CardPort | None:
    """The port within `reach` (canvas units) of a point."""
    best, least = None, reach * reach
    for card in cards:
        for port in card.ports.values():
            away = port.anchor() - spot
            distance = QPointF.dotProduct(away, away)
            if distance <= least:
                best, least = port, distance
    return best


def nearest_wire(items: Sequence[object], spot: QPointF, reach: float) -> Wire | None:
    around = QRectF(spot.x() - reach / 2, spot.y() - reach / 2, reach, reach)
    for item in items:
        if isinstance(item, Wire) and item.isVisible() and item.shape().intersects(around):
            return item
    return None
