"""What a search for a node is to know: where it goes, what it is wired to, what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QCursor

from editor.canvas.hits import Hit
from editor.canvas.placing import SearchContext
from editor.canvas.ports import port_kind
from graphs.document import Link, NodeId

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
        """Open the search for a context, or at the mouse (by key): on a wire for a node that goes into it, on a card
        for one that follows it."""
        context = context or self._pointed()
        at = self.view.to_view(QPointF(*context.position)).toPoint()
        self.canvas.search_wanted.emit(self.view.viewport().mapToGlobal(at), context)

    def _pointed(self) -> SearchContext:
        at = self.view.viewport().mapFromGlobal(QCursor.pos())
        spot = self.pointer_scene()
        if self.view.underMouse() and self.view.viewport().rect().contains(at):
            hit = self.view.find_at(at)
            if hit.wire is not None:
                return self._on_wire(hit.wire.link, spot)
            follows = self._following(hit.card.node) if hit.card is not None else None
            if follows is not None:
                return follows
        return SearchContext((spot.x(), spot.y()))

    def place_for(self, spot: QPointF | None) -> SearchContext:
        """Where a node goes that is dropped at a place of the scene: into the wire, or behind the card, that is there.
        Without a place: behind the current node, else in the middle."""
        if spot is None:
            follows = self._following(self.desk.current) if self.desk.current is not None else None
            middle = self.view.seen_rect().center()
            return follows or SearchContext((middle.x(), middle.y()))
        hit = self.view.find_at(self.view.to_view(spot))
        if hit.wire is not None:
            return self._on_wire(hit.wire.link, spot)
        follows = self._following(hit.card.node) if hit.card is not None else None
        return follows or SearchContext((spot.x(), spot.y()))

    def after(self) -> None:
        """Search for a node to follow the current one."""
        self.ask(self._following(self.desk.current) if self.desk.current is not None else None)

    def _following(self, node: NodeId) -> SearchContext | None:
        """For a node behind this one: on the only wire out of its first output, else wired to that."""
        card, kind = self.canvas.mirror.cards.get(node), self.desk.kind(node)
        if card is None or kind is None or not kind.outputs:
            return None
        out = next(iter(kind.outputs.values()))
        spot = card.ports[out.name, True].anchor() + QPointF(54, 0)
        wires = [link for link in self.desk.graph.outgoing(node) if link.source[1] == out.name]
        if len(wires) == 1:
            return self._on_wire(wires[0], spot)
        return SearchContext((spot.x(), spot.y()), (card.node, out.name), True, out.kind)

    def _on_wire(self, link: Link, spot: QPointF) -> SearchContext:
        kind = port_kind(self.desk.graph, self.desk.registry, link.source, gives=True)
        return SearchContext((spot.x(), spot.y()), kind=kind, on=link.target)

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
            context = self._on_wire(hit.wire.link, hit.spot)
        self.canvas.search_wanted.emit(where, context)
