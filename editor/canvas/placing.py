"""Where a new node goes and to what it is wired: what a search popup needs to know. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from editor.canvas import cardsize
from editor.canvas.ports import Port, port_kind
from editor.canvas.wiring import insertion, made
from graphs.document import Graph, Link, NodeDoc, NodeId, Point
from graphs.edits import AddNodes, Connect, Edit, Move, Several
from graphs.groups.types import kind_of
from graphs.resolve import kinds_fit
from nodes.node import Node
from nodes.ports import PortType
from nodes.registry import Registry

GAP = 48.0
"""Between two cards that are wired, across."""


@dataclass(frozen=True, slots=True)
class SearchContext:
    """A place that waits for a node. `position` is in canvas units.

    `port` is the port from which a wire was dragged (`gives`: it is an output) and `kind` its type; `on` is the input
    at whose wire the node is to sit; `replaces` the node whose place it takes. Without these, any node may come.
    """

    position: tuple[float, float]
    port: Port | None = None
    gives: bool = False
    kind: type[PortType] | None = None
    on: Port | None = None
    replaces: NodeId | None = None

    def fits(self, node: type[Node]) -> bool:
        """Whether a node of this type can be wired in here: what a search should offer."""
        if self.kind is None:
            return True
        entry, out = _entry(node, self.kind), _exit(node, self.kind)
        if self.on is not None:
            return bool(entry and out)
        if self.port is None:
            return True
        return bool(entry if self.gives else out)


def _between(
    graph: Graph, registry: Registry, fresh: NodeDoc, size: cardsize.CardSize, target: Port
) -> tuple[NodeDoc, dict[NodeId, Point]]:
    """`fresh` between the cards that the wire joins, its ports level with theirs; and where the cards from the second
    on must go, so that nothing comes to lie over another."""
    link = graph.incoming(target[0]).get(target[1])
    if link is None:
        return fresh, {}
    source, after = graph.nodes[link.source[0]], graph.nodes[target[0]]
    if after.position[0] <= source.position[0]:
        return fresh, {}  # laid out otherwise than from left to right
    least, most = source.position[0] + size.width + GAP, after.position[0] - size.width - GAP
    x, y = max(least, min(fresh.position[0], most)), fresh.position[1]
    giving, entry = kind_of(source, registry), _entry_name(graph, registry, fresh, link)
    if giving is not None and entry is not None and abs(after.position[1] - source.position[1]) <= size.height:
        y = (
            source.position[1]
            + cardsize.of(giving).port_y(link.source[1], gives=True)
            - size.port_y(entry, gives=False)
        )
    by = x + size.width + GAP - after.position[0]
    moved: dict[NodeId, Point] = {}
    if by > 0:
        moved = {
            node.id: (node.position[0] + by, node.position[1])
            for node in graph.nodes.values()
            if node.position[0] >= after.position[0]
        }
    return replace(fresh, position=(round(x), round(y))), moved


def _entry_name(graph: Graph, registry: Registry, fresh: NodeDoc, link: Link) -> str | None:
    kind, carried = kind_of(fresh, registry), port_kind(graph, registry, link.source, gives=True)
    return _entry(kind, carried) if kind is not None and carried is not None else None


def _entry(node: type[Node], kind: type[PortType]) -> str | None:
    fitting = [port for port in node.inputs.values() if kinds_fit(kind, port.kind)]
    return next((port.name for port in sorted(fitting, key=lambda port: port.kind is not kind)), None)


def _exit(node: type[Node], kind: type[PortType]) -> str | None:
    fitting = [port for port in node.outputs.values() if kinds_fit(port.kind, kind)]
    return next((port.name for port in sorted(fitting, key=lambda port: port.kind is not kind)), None)


def placement(graph: Graph, registry: Registry, node: type[Node], context: SearchContext) -> tuple[NodeDoc, Edit]:
    """The new node and the one edit that puts it in and wires it."""
    size = cardsize.of(node)
    x, y = context.position
    if context.on is not None:
        fresh = made(graph, node, (x - size.width / 2, y - size.height / 2))
        fresh, moved = _between(graph, registry, fresh, size, context.on)
        edit = insertion(graph, registry, node, context.on, fresh)
        if edit is None:
            return fresh, AddNodes((fresh,))
        return fresh, Several((Move(moved), edit)) if moved else edit
    if context.port is None or context.kind is None:
        fresh = made(graph, node, (x - size.width / 2, y - cardsize.TITLE / 2))
        return fresh, AddNodes((fresh,))
    name = _entry(node, context.kind) if context.gives else _exit(node, context.kind)
    row = size.port_y(name, gives=not context.gives) if name else cardsize.TITLE / 2
    fresh = made(graph, node, (x if context.gives else x - size.width, y - row))
    if name is None:
        return fresh, AddNodes((fresh,))
    if context.gives:
        return fresh, AddNodes((fresh,), (Link(context.port, (fresh.id, name)),))
    return fresh, Several((AddNodes((fresh,)), Connect((fresh.id, name), context.port)))
