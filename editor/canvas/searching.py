"""What a search for a node is to know: where it goes, what it is wired to, what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QCursor

from editor.canvas.hits import Hit
from editor.canvas.placing import SearchContext
from editor.canvas.ports import port_kind

if TYPE_CHECKING:
    from editor.canvas.canvas import Canvas


class Searching:
    """Asks the window for a search; what is chosen there comes to `Canvas.place`."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.view = canvas.view
        self.desk = canvas.desk

    def pointer_scene(self) -> QPointF:
        """Where the mouse is, or the middle of the view if it is elsewhere."""
        at = self.view.viewport().mapFromGlobal(QCursor.pos())
        inside = self.view.viewport().rect().contains(at) and self.view.underMouse()
        return self.view.to_scene(at) if inside else self.view.seen_rect().center()

    def ask(self, context: SearchContext | None = None) -> None:
        """Open the search at the mouse (by key) or for a context."""
        spot = self.pointer_scene()
        context = context or SearchContext((spot.x(), spot.y()))
        at = self.view.to_view(QPointF(*context.position)).toPoint()
        self.canvas.search_wanted.emit(self.view.viewport().mapToGlobal(at), context)

    def after(self) -> None:
        """Search for a node to follow the current one, wired to its first output."""
        node = self.desk.current
        card = self.canvas.mirror.cards.get(node) if node is not None else None
        kind = self.desk.kind(node) if node is not None else None
        if card is None or kind is None or not kind.outputs:
            self.ask()
            return
        out = next(iter(kind.outputs.values()))
        spot = card.ports[out.name, True].anchor() + QPointF(54, 0)
        self.ask(SearchContext((spot.x(), spot.y()), (card.node, out.name), True, out.kind))

    def replacement(self) -> None:
        """Search for a type that the current node is to become."""
        card = self.canvas.mirror.cards.get(self.desk.current) if self.desk.current is not None else None
        if card is not None:
            self.ask(SearchContext((card.x(), card.y()), replaces=card.node))

    def at_hit(self, hit: Hit, where: QPoint) -> None:
        graph, registry = self.desk.graph, self.desk.registry
        position = (hit.spot.x(), hit.spot.y())
        context = SearchContext(position)
        if hit.port is not None:
            gives = hit.port.view.gives
            kind = port_kind(graph, registry, hit.port.address, gives=gives)
            context = SearchContext(position, hit.port.address, gives, kind)
        elif hit.wire is not None:
            link = hit.wire.link
            context = SearchContext(position, kind=port_kind(graph, registry, link.source, gives=True), on=link.target)
        self.canvas.search_wanted.emit(where, context)
