"""What is dragged into the canvas from elsewhere: a node of the palette, or files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF

from editor.canvas.gestures import Gesture, Keys
from editor.canvas.mime import dropped_files, dropped_type
from editor.canvas.placing import SearchContext
from editor.canvas.wire import Wire
from editor.canvas.wiring import insertion, made

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView


class Incoming(Gesture):
    """A drag over the canvas; the wire into which a node would go lights up."""

    def __init__(self, canvas: CanvasView, type_id: str, files: list[Path]) -> None:
        super().__init__(canvas, QPointF())
        self._type, self._files = type_id, files
        self._wire: Wire | None = None

    @staticmethod
    def of(canvas: CanvasView, data: QMimeData) -> Incoming | None:
        """None if nothing of it can be taken."""
        type_id, files = dropped_type(data), dropped_files(data)
        known = type_id if canvas.desk.type_named(type_id) is not None else ""
        return Incoming(canvas, known, files) if known or files else None

    def move(self, at: QPointF, keys: Keys) -> None:
        wire = self._wire_at(at) if self._type else None
        if wire is not self._wire:
            if self._wire is not None:
                self._wire.look(lit=False)
            if wire is not None:
                wire.look(lit=True)
            self._wire = wire

    def _wire_at(self, at: QPointF) -> Wire | None:
        hit = self.canvas.find_at(at)
        desk = self.canvas.desk
        kind = desk.type_named(self._type)
        if hit.wire is None or kind is None:
            return None
        fresh = made(desk.graph, kind, (0.0, 0.0))
        fits = insertion(desk.graph, desk.registry, kind, hit.wire.link.target, fresh)
        return hit.wire if fits is not None else None

    def release(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        spot = self.canvas.to_scene(at)
        if self._files:
            self.canvas.dragged_in.emit(self._files, spot)
            return
        on = self._wire.link.target if self._wire is not None else None
        kind = self.canvas.desk.type_named(self._type)
        if kind is not None:
            context = SearchContext((spot.x(), spot.y()), on=on)
            self.canvas.dragged_in.emit((self._type, context), spot)

    def tidy(self) -> None:
        if self._wire is not None:
            self._wire.look(lit=False)
