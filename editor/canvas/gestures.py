"""What the mouse does, one class a gesture. Each shows itself while it lasts and ends in one edit of the document."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QApplication, QGraphicsPathItem

from editor import theme
from editor.canvas.hits import Hit, Where
from editor.language import tr
from graphs.document import NodeId
from graphs.edits import Disconnect, PutGroup, Several

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView
    from editor.canvas.wire import Wire

type Keys = Qt.KeyboardModifier
ADD = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Gesture:
    """From press to release. `move` comes before `release` too, with the same point. `start` is where it began, in the
    scene: the view may move meanwhile, and does at its edges where `drifts`."""

    button = Qt.MouseButton.LeftButton
    drifts = False

    def __init__(self, canvas: CanvasView, at: QPointF) -> None:
        self.canvas = canvas
        self.start = canvas.to_scene(at)
        self.moved = False

    def move(self, at: QPointF, keys: Keys) -> None:
        away = at - self.canvas.to_view(self.start)
        if not self.moved and away.manhattanLength() >= QApplication.startDragDistance() / 2:
            self.moved = True
        if self.moved:
            self.drag(at, keys)

    def drag(self, at: QPointF, keys: Keys) -> None:
        """The mouse has moved, farther than a click allows."""

    def release(self, at: QPointF, keys: Keys) -> None:
        """Do it."""

    def cancel(self) -> None:
        """Do nothing: Esc, a second button, the focus went elsewhere."""

    def tidy(self) -> None:
        """Take away what the gesture has shown."""


def begun(canvas: CanvasView, event: QMouseEvent, *, space: bool) -> Gesture | None:
    """The gesture that begins with this press; None if there is none."""
    from editor.canvas.moving import MoveItems, StretchNote
    from editor.canvas.wirepull import DrawWire, PullWire

    at, keys, button = event.position(), event.modifiers(), event.button()
    if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and space):
        return Pan(canvas, at, button)
    if button != Qt.MouseButton.LeftButton:
        return None
    if keys & Qt.KeyboardModifier.AltModifier:
        return Slice(canvas, at)
    hit = canvas.find_at(at)
    match hit.where:
        case Where.PORT if hit.port is not None:
            return DrawWire.from_port(canvas, at, hit.port, keep=bool(keys & Qt.KeyboardModifier.ShiftModifier))
        case Where.WIRE if hit.wire is not None:
            return PullWire(canvas, at, hit.wire, bool(keys & ADD))
        case Where.CORNER if hit.note is not None:
            return StretchNote(canvas, at, hit.note)
        case Where.FOLD_BUTTON if hit.frame is not None:
            return Fold(canvas, at, hit)
        case Where.CARD | Where.TITLE | Where.NOTE | Where.FRAME | Where.FOLDED:
            return MoveItems(canvas, at, hit, add=bool(keys & ADD))
        case _:
            return Marquee(canvas, at, add=bool(keys & ADD))


class Pan(Gesture):
    def __init__(self, canvas: CanvasView, at: QPointF, button: Qt.MouseButton) -> None:
        super().__init__(canvas, at)
        self.button = button
        self._last = QPointF(at)
        canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, at: QPointF, keys: Keys) -> None:
        by = at - self._last
        if not by.isNull():
            self._last = QPointF(at)
            self.canvas.pan_by(by.x(), by.y())


class Marquee(Gesture):
    """Select what a rectangle touches; a click on nothing selects nothing."""

    drifts = True

    def __init__(self, canvas: CanvasView, at: QPointF, *, add: bool) -> None:
        super().__init__(canvas, at)
        self._add = add
        self._before = canvas.desk.selection if add else frozenset()

    def drag(self, at: QPointF, keys: Keys) -> None:
        box = QRect(self.canvas.to_view(self.start).toPoint(), at.toPoint()).normalized()
        self.canvas.marquee(box)
        self.canvas.desk.select(self._before | self._touched(at))

    def _touched(self, at: QPointF) -> frozenset[NodeId]:
        area = QRectF(self.start, self.canvas.to_scene(at)).normalized()
        cards = self.canvas.mirror.cards
        return frozenset(
            node for node, card in cards.items() if card.hidden_in is None and area.intersects(card.rect())
        )

    def release(self, at: QPointF, keys: Keys) -> None:
        scene = self.canvas.scene()
        if not self._add:
            scene.clearSelection()
        if not self.moved:
            self.canvas.desk.select(self._before)
            return
        area = QRectF(self.start, self.canvas.to_scene(at)).normalized()
        for note in self.canvas.mirror.notes.values():
            if area.intersects(note.rect()):
                note.setSelected(True)

    def cancel(self) -> None:
        self.canvas.desk.select(self._before)

    def tidy(self) -> None:
        self.canvas.marquee(None)


class Slice(Gesture):
    """Alt and drag: cut every wire that the line crosses."""

    def __init__(self, canvas: CanvasView, at: QPointF) -> None:
        super().__init__(canvas, at)
        self._knife = QGraphicsPathItem()
        self._knife.setZValue(9)
        canvas.scene().addItem(self._knife)

    def drag(self, at: QPointF, keys: Keys) -> None:
        path = QPainterPath(self.start)
        path.lineTo(self.canvas.to_scene(at))
        self._knife.setPen(QPen(theme.colour("err"), 1.6 / self.canvas.zoom, Qt.PenStyle.DashLine))
        self._knife.setPath(path)
        cut = set(self._crossed(at))
        for wire in self.canvas.mirror.wires.values():
            wire.look(lit=wire in cut)

    def _crossed(self, at: QPointF) -> list[Wire]:
        line = QLineF(self.start, self.canvas.to_scene(at))
        area = QRectF(line.p1(), line.p2()).normalized()
        area.adjust(-1, -1, 1, 1)  # a rectangle without a height meets nothing
        near = [wire for wire in self.canvas.mirror.wires.values() if wire.boundingRect().intersects(area)]
        return [wire for wire in near if wire.isVisible() and crosses(wire.path(), line)]

    def release(self, at: QPointF, keys: Keys) -> None:
        cut = self._crossed(at) if self.moved else []
        targets = [target for target, wire in self.canvas.mirror.wires.items() if wire in cut]
        if targets:
            edit = Several(tuple(Disconnect(target) for target in targets))
            self.canvas.desk.do(edit, tr("Cut wires") if len(targets) > 1 else tr("Cut wire"))

    def tidy(self) -> None:
        self.canvas.scene().removeItem(self._knife)
        for wire in self.canvas.mirror.wires.values():
            wire.look(lit=False)


def crosses(path: QPainterPath, line: QLineF) -> bool:
    """Whether a straight line crosses a curve."""
    for polygon in path.toSubpathPolygons():
        points = polygon.toList()
        for one, other in pairwise(points):
            meeting = QLineF(one, other).intersects(line)[0]
            if meeting == QLineF.IntersectionType.BoundedIntersection:
                return True
    return False


class Fold(Gesture):
    """A click on a group's arrow folds or unfolds it."""

    def __init__(self, canvas: CanvasView, at: QPointF, hit: Hit) -> None:
        super().__init__(canvas, at)
        self._hit = hit

    def release(self, at: QPointF, keys: Keys) -> None:
        frame = self._hit.frame
        if frame is not None and not self.moved:
            group = frame.doc
            text = tr("Unfold group") if group.collapsed else tr("Fold group")
            self.canvas.desk.do(PutGroup(replace(group, collapsed=not group.collapsed)), text)
