"""Where a new node goes and to what it is wired: what a search popup needs to know. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from editor.canvas import cardsize
from editor.canvas.ports import Port
from editor.canvas.wiring import insertion, made
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.edits import AddNodes, Connect, Edit, Several
from graphs.resolve import kinds_fit
from nodes.node import Node
from nodes.ports import PortType
from nodes.registry import Registry


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
        edit = insertion(graph, registry, node, context.on, fresh)
        return fresh, edit or AddNodes((fresh,))
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
