"""The ports that a card shows: those its type declares, and those that only its wires know of. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphs.document import Graph, NodeId
from graphs.groups.types import kind_of
from nodes.node import Node
from nodes.ports import PortType
from nodes.registry import Registry

type Port = tuple[NodeId, str]


@dataclass(frozen=True, slots=True)
class PortView:
    """One port of a card. `kind` is a port type's name, empty where it is not known; `lost` ports are not declared
    (any more), but a wire still names them."""

    name: str
    kind: str
    gives: bool
    optional: bool = False
    lost: bool = False
    help: str = ""


def ports_of(graph: Graph, node: NodeId, registry: Registry) -> tuple[PortView, ...]:
    """Every port of a node, inputs first, in declared order."""
    kind = kind_of(graph.nodes[node], registry)
    entries = [link.target[1] for link in graph.incoming(node).values()]
    exits = [link.source[1] for link in graph.outgoing(node)]
    return (*_side(kind, entries, gives=False), *_side(kind, exits, gives=True))


def _side(kind: type[Node] | None, wired: list[str], *, gives: bool) -> Iterator[PortView]:
    if kind is not None and gives:
        for out in kind.outputs.values():
            yield PortView(out.name, out.kind.name, True, help=out.help)
    elif kind is not None:
        for entry in kind.inputs.values():
            yield PortView(entry.name, entry.kind.name, False, entry.optional, help=entry.help)
    declared = set() if kind is None else set(kind.outputs if gives else kind.inputs)
    for name in sorted(set(wired) - declared):
        yield PortView(name, "", gives, lost=kind is not None)


def port_kind(graph: Graph, registry: Registry, port: Port, *, gives: bool) -> type[PortType] | None:
    """The type of a port; None where the node or the port is not known."""
    doc = graph.nodes.get(port[0])
    kind = kind_of(doc, registry) if doc else None
    if kind is None:
        return None
    found = kind.outputs.get(port[1]) if gives else kind.inputs.get(port[1])
    return found.kind if found else None
