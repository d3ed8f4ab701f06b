"""What a deleted node leaves behind: its neighbours wired through. Pure."""

from __future__ import annotations

from collections.abc import Collection

from editor.canvas.ports import Port
from graphs.document import Graph, NodeId
from graphs.edits import Connect, Disconnect, Edit, RemoveNodes, Several
from graphs.groups.types import kind_of
from nodes.registry import Registry


def removal(graph: Graph, registry: Registry, nodes: Collection[NodeId], *, heal: bool = True) -> RemoveNodes:
    """Take nodes out; with `heal`, what came into one goes where its output went, as in a bypass."""
    through: dict[Port, Port] = {}
    for node in nodes if heal else ():
        kind = kind_of(graph.nodes[node], registry)
        if kind is not None:
            through |= {(node, out): (node, entry) for out, entry in kind.bypass().items()}
            continue
        entries = list(graph.incoming(node))
        exits = {link.source[1] for link in graph.outgoing(node)}
        if len(entries) == 1 and len(exits) == 1:  # an unknown type with one wire in and one way out
            through[node, exits.pop()] = (node, entries[0])
    return RemoveNodes(frozenset(nodes), through)


def unwired(graph: Graph, nodes: Collection[NodeId]) -> Edit | None:
    """Take away every wire of these nodes; None if there is none."""
    chosen = set(nodes)
    gone = [link.target for link in graph.links if chosen & {link.source[0], link.target[0]}]
    return Several(tuple(Disconnect(target) for target in gone)) if gone else None


def pulled_out(graph: Graph, registry: Registry, node: NodeId) -> Edit | None:
    """Take a node off its wires, which close behind it; the node stays. None if it has no wires."""
    links = graph.links_of(node)
    kind = kind_of(graph.nodes[node], registry)
    if not links:
        return None
    steps: list[Edit] = [Disconnect(link.target) for link in links]
    through = dict(kind.bypass()) if kind else {}
    for link in links:
        entry = through.get(link.source[1]) if link.source[0] == node else None
        feed = graph.incoming(node).get(entry) if entry else None
        if feed is not None:
            steps.append(Connect(feed.source, link.target))
    return Several(tuple(steps))
