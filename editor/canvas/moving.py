"""Moving cards, notes and groups; dropping a card on a wire or into a group; stretching notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from editor.canvas.cardsize import GRID
from editor.canvas.frame import FrameItem
from editor.canvas.gestures import Gesture, Keys
from editor.canvas.hits import Hit
from editor.canvas.note import NoteItem
from editor.canvas.wire import Wire
from editor.canvas.wiring import insertion
from editor.language import tr
from graphs.document import NodeId, NoteId
from graphs.edits import Edit, Move, PutGroup, PutNote, Several

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView


class MoveItems(Gesture):
    """Press on a card, a note or a group's head: select it; drag: move all that is selected.

    One unwired card that is dragged onto a wire is inserted there; one that is dragged into a group joins it.
    """

    drifts = True

    def __init__(self, canvas: CanvasView, at: QPointF, hit: Hit, *, add: bool) -> None:
        super().__init__(canvas, at)
        self._hit = hit
        self._add = add
        self._was_selected = self._selected()
        self._wire: Wire | None = None
        self._frame: FrameItem | None = None
        if not self._was_selected or add:
            self._select(keep=add)
        elif hit.card is not None:
            canvas.desk.select(canvas.desk.selection, hit.card.node)
        graph = canvas.desk.graph
        nodes = set(canvas.desk.selection)
        notes = {key for key, note in canvas.mirror.notes.items() if note.isSelected()}
        for frame in canvas.mirror.frames.values():
            if frame.isSelected():
                nodes |= set(frame.doc.nodes)
        for frame in canvas.mirror.frames.values():  # members of a folded group go together
            if frame.folded and nodes & set(frame.doc.nodes):
                nodes |= set(frame.doc.nodes)
        self._nodes = {node: graph.nodes[node].position for node in nodes if node in graph.nodes}
        self._notes: dict[NoteId, tuple[float, float]] = {
            note.id: note.position for note in graph.notes if note.id in notes
        }

    # ---- selecting
    def _selected(self) -> bool:
        hit = self._hit
        if hit.card is not None:
            return hit.card.node in self.canvas.desk.selection
        item = hit.note or hit.frame
        return item is not None and item.isSelected()

    def _select(self, *, keep: bool) -> None:
        hit, desk = self._hit, self.canvas.desk
        if not keep:
            self.canvas.scene().clearSelection()
        if hit.card is not None:
            node = hit.card.node
            desk.select(desk.selection | {node} if keep else {node}, node)
        elif hit.frame is not None:
            members = frozenset(hit.frame.doc.nodes)
            hit.frame.setSelected(True)
            desk.select(desk.selection | members if keep else members)
        elif hit.note is not None:
            if not keep:
                desk.select(())
            hit.note.setSelected(True)

    def _toggle_off(self) -> None:
        """A click with Shift or Ctrl on what was selected takes it out."""
        hit, desk = self._hit, self.canvas.desk
        if hit.card is not None:
            desk.select(desk.selection - {hit.card.node})
        elif hit.frame is not None:
            hit.frame.setSelected(False)
            desk.select(desk.selection - frozenset(hit.frame.doc.nodes))
        elif hit.note is not None:
            hit.note.setSelected(False)

    # ---- moving
    def drag(self, at: QPointF, keys: Keys) -> None:
        by = self._by(at, keys)
        mirror = self.canvas.mirror
        mirror.place({node: (x + by.x(), y + by.y()) for node, (x, y) in self._nodes.items()})
        for note, (x, y) in self._notes.items():
            mirror.notes[note].setPos(x + by.x(), y + by.y())
        self._look_for_place(at)

    def _by(self, at: QPointF, keys: Keys) -> QPointF:
        by = self.canvas.to_scene(at) - self.start
        held = next(iter((*self._nodes.values(), *self._notes.values())), None)
        snapped = self.canvas.snap != bool(keys & Qt.KeyboardModifier.ControlModifier)
        if held is None or not snapped or self._add:
            return QPointF(round(by.x()), round(by.y()))
        if self._hit.card is not None:
            held = self._nodes.get(self._hit.card.node, held)
        x = round((held[0] + by.x()) / GRID) * GRID - held[0]
        y = round((held[1] + by.y()) / GRID) * GRID - held[1]
        return QPointF(x, y)

    def _look_for_place(self, at: QPointF) -> None:
        wire = self._wire_under(at)
        if wire is not self._wire:
            if self._wire is not None:
                self._wire.look(lit=False)
            if wire is not None:
                wire.look(lit=True)
            self._wire = wire
        frame = None if wire is not None else self._frame_under(at)
        if frame is not self._frame:
            for each in (self._frame, frame):
                if each is not None:
                    each.hot = each is frame
                    each.update()
            self._frame = frame

    def _lone(self) -> NodeId | None:
        """The one card that moves, if it is only one."""
        return next(iter(self._nodes)) if len(self._nodes) == 1 and not self._notes else None

    def _wire_under(self, at: QPointF) -> Wire | None:
        node = self._lone()
        if node is None or self.canvas.desk.graph.links_of(node):
            return None
        rect = self.canvas.mirror.cards[node].rect().adjusted(20, 10, -20, -10)
        wires = [wire for wire in self.canvas.scene().items(rect) if isinstance(wire, Wire) and wire.isVisible()]
        fitting = [wire for wire in wires if self._insertion(wire) is not None]
        spot = self.canvas.to_scene(at)
        return min(fitting, key=lambda wire: _distance(wire, spot), default=None)

    def _insertion(self, wire: Wire) -> Edit | None:
        node = self._lone()
        desk = self.canvas.desk
        kind = desk.kind(node) if node is not None else None
        if node is None or kind is None:
            return None
        return insertion(desk.graph, desk.registry, kind, wire.link.target, desk.graph.nodes[node])

    def _frame_under(self, at: QPointF) -> FrameItem | None:
        """The unfolded group into which the one card would go."""
        node = self._lone()
        if node is None:
            return None
        spot = self.canvas.to_scene(at)
        for frame in self.canvas.mirror.frames.values():
            inside = frame.isVisible() and not frame.folded and frame.rect.contains(spot)
            if inside and node not in frame.doc.nodes:
                return frame
        return None

    def release(self, at: QPointF, keys: Keys) -> None:
        desk = self.canvas.desk
        if not self.moved:
            if self._add and self._was_selected:
                self._toggle_off()
            elif not self._add and self._was_selected:
                self._select(keep=False)
            return
        by = self._by(at, keys)
        nodes = {node: (x + by.x(), y + by.y()) for node, (x, y) in self._nodes.items()}
        notes = {note: (x + by.x(), y + by.y()) for note, (x, y) in self._notes.items()}
        edit: Edit = Move(nodes, notes)
        inserted = self._insertion(self._wire) if self._wire is not None else None
        if inserted is not None:
            # it goes in where it was and is then moved: the value in the edit is the old one
            desk.do(Several((inserted, edit)), tr("Insert into wire"))
        elif self._frame is not None:
            group = self._frame.doc
            joined = PutGroup(replace(group, nodes=(*group.nodes, *nodes)))
            desk.do(Several((edit, joined)), tr("Move into {group}").format(group=group.label or tr("group")))
        else:
            desk.do(edit, tr("Move"))

    def tidy(self) -> None:
        if self._wire is not None:
            self._wire.look(lit=False)
        if self._frame is not None:
            self._frame.hot = False
            self._frame.update()


def _distance(wire: Wire, spot: QPointF) -> float:
    return min((wire.path().pointAtPercent(step / 8) - spot).manhattanLength() for step in range(9))


class StretchNote(Gesture):
    def __init__(self, canvas: CanvasView, at: QPointF, note: NoteItem) -> None:
        super().__init__(canvas, at)
        self._item = note

    def drag(self, at: QPointF, keys: Keys) -> None:
        by = self.canvas.to_scene(at) - self.start
        width, height = self._item.note.size
        self._item.stretch((round(width + by.x()), round(height + by.y())))

    def release(self, at: QPointF, keys: Keys) -> None:
        if self.moved:
            self.canvas.desk.do(PutNote(replace(self._item.note, size=self._item.size)), tr("Resize note"))
