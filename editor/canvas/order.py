"""Where cards lie, and going from one to the next: aligning, spreading, tidying, arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.canvas import arrange
from editor.canvas.arrange import Boxes
from editor.canvas.tidy import tidied
from editor.language import tr
from graphs.document import Graph, NodeId, Point
from graphs.edits import Move

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

STEP = 24.0
"""How far the arrow keys move a card."""


class Order:
    """All of it acts on what is selected."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.desk = canvas.desk

    @property
    def graph(self) -> Graph:
        return self.desk.graph

    def boxes(self, *, chosen: bool = True) -> Boxes:
        cards = self.canvas.mirror.cards
        wanted = self.desk.selection if chosen else cards.keys()
        return {node: cards[node].box() for node in sorted(wanted) if node in cards}

    def _move(self, places: dict[NodeId, Point], text: str) -> None:
        if places:
            self.desk.do(Move(places), text)

    def align_left(self) -> None:
        self._move(arrange.align_left(self.boxes()), tr("Align left"))

    def align_top(self) -> None:
        self._move(arrange.align_top(self.boxes()), tr("Align top"))

    def spread_across(self) -> None:
        self._move(arrange.spread_across(self.boxes()), tr("Distribute across"))

    def spread_down(self) -> None:
        self._move(arrange.spread_down(self.boxes()), tr("Distribute down"))

    def tidy(self) -> None:
        """Lay out the selected nodes anew, or all where fewer than two are selected."""
        chosen = self.desk.selection if len(self.desk.selection) > 1 else None
        cards = self.canvas.mirror.cards
        places = tidied(
            self.graph,
            self.boxes(chosen=False),
            chosen,
            lambda node, port, gives: cards[node].face.size.port_y(port, gives=gives),
        )
        self._move(places, tr("Tidy layout"))

    def nudge(self, across: int, down: int) -> None:
        """Move the selected cards by a step of the grid."""
        places = {node: self.graph.nodes[node].position for node in self.desk.selection}
        moved = {node: (x + across * STEP, y + down * STEP) for node, (x, y) in places.items()}
        if moved:
            self.desk.do(Move(moved), tr("Move"), ("nudge", self.desk.selection))

    def walk(self, across: int, down: int, *, keep: bool = False) -> None:
        """Make the next node in a direction the current one: along a wire, or the nearest."""
        cards = {node: card for node, card in self.canvas.mirror.cards.items() if card.hidden_in is None}
        here = cards.get(self.desk.current) if self.desk.current is not None else None
        if here is None:
            first = min(cards, key=lambda node: (cards[node].x(), cards[node].y()), default=None)
            if first is not None:
                self.desk.select([first])
            return
        middle = here.rect().center()
        best, least = None, float("inf")
        wired = {link.target[0] for link in self.graph.outgoing(here.node)}
        wired |= {link.source[0] for link in self.graph.incoming(here.node).values()}
        for node, card in cards.items():
            away = card.rect().center() - middle
            ahead = away.x() * across + away.y() * down
            aside = abs(away.x() * down) + abs(away.y() * across)
            if node == here.node or ahead <= 1:
                continue
            cost = (ahead + 2 * aside) * (0.4 if node in wired and across else 1.0)
            if cost < least:
                best, least = node, cost
        if best is not None:
            self.desk.select(self.desk.selection | {best} if keep else {best}, best)
