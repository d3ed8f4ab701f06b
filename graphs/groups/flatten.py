"""Opens the groups of a graph: what is left are ordinary nodes, named for where they lie (`group1/qtgmc1`). Pure.

Where a group stood a junction stays under its id, whose outputs show what its content gives: whoever asks for the
group's picture, format or moments finds them there. An input of the group is fed straight to the nodes inside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from graphs.document import MAX_NESTING, Graph, Inside, Link, NodeDoc, NodeId
from graphs.groups.types import types_of_inside, values_within
from graphs.problem import Problem, error
from graphs.recall import Recall
from nodes.node import Node
from nodes.registry import Registry

type Port = tuple[NodeId, str]


@dataclass(frozen=True)
class Flat:
    """`graph` without groups. `kinds` are the types of those nodes that no registry has: junctions, and groups that
    are bypassed as a whole. `entrances` tells, by an input of a group, the inputs inside that it feeds."""

    graph: Graph
    kinds: Mapping[NodeId, type[Node]] = MappingProxyType({})
    entrances: Mapping[Port, tuple[Port, ...]] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()


def flattened(graph: Graph, registry: Registry, recall: Recall | None = None) -> Flat:
    """`graph` with every group opened; itself where it has none. `recall` knows earlier versions of it."""
    if all(doc.inside is None for doc in graph.nodes.values()):
        return Flat(graph)
    recall = Recall() if recall is None else recall
    return recall("flat", (graph, registry), partial(_flattened, graph, registry, recall))


def _flattened(graph: Graph, registry: Registry, recall: Recall) -> Flat:
    nodes: dict[NodeId, NodeDoc] = {}
    links: list[Link] = []
    kinds: dict[NodeId, type[Node]] = {}
    entrances: dict[Port, tuple[Port, ...]] = {}
    problems: list[Problem] = []
    for key, doc in graph.nodes.items():
        if doc.inside is None:
            nodes[key] = doc
            continue
        part = recall(("opened", key), (doc, registry), partial(_opened, doc, registry))
        nodes |= {at: recall.same(("inner", at), inner) for at, inner in part.nodes.items()}
        links += part.links
        kinds |= part.kinds
        entrances |= part.entrances
        problems += part.problems
    taken = {link.target for link in links}
    for link in graph.links:
        for target in entrances.get(link.target, (link.target,)):
            if target in taken:
                text = f"two wires end in {'.'.join(target)}; an input takes one. Expand the group and take one away"
                problems.append(error(text, target[0], target[1]))
            else:
                taken.add(target)
                links.append(replace(link, target=target))
    made = replace(graph, nodes=nodes, links=tuple(links))
    return Flat(made, kinds, entrances, tuple(problems))


@dataclass
class _Part:
    """What one group opens to."""

    nodes: dict[NodeId, NodeDoc] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    kinds: dict[NodeId, type[Node]] = field(default_factory=dict)
    entrances: dict[Port, tuple[Port, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def _opened(doc: NodeDoc, registry: Registry, depth: int = MAX_NESTING, mute: bool = False) -> _Part:
    """`doc` is a group under the id it has in the flat graph."""
    assert doc.inside is not None
    part, inside = _Part(), doc.inside
    types = types_of_inside(inside, registry)
    if depth < 1:
        text = f"groups lie deeper than {MAX_NESTING} one in the other. Expand some of them"
        part.problems.append(error(text, doc.id))
    if doc.bypass or depth < 1:
        part.nodes[doc.id] = replace(doc, inside=None, bypass=True, mute=doc.mute or mute)
        part.kinds[doc.id] = types.outer
        return part
    mute = mute or doc.mute
    part.nodes[doc.id] = replace(doc, inside=None, bypass=True, mute=mute, params={}, version=1)
    part.kinds[doc.id] = types.junction
    _nodes(part, doc, inside, registry, depth, mute)
    taken = {link.target for link in part.links}
    for link in inside.graph.links:
        for target in _leaves(part, _within(doc, link.target)):
            _wire(part, taken, replace(link, source=_within(doc, link.source), target=target))
    for one in inside.outputs:
        part.links.append(Link(_within(doc, one.source), (doc.id, one.name)))
    for entrance in inside.inputs:
        found = tuple(at for to in entrance.to for at in _leaves(part, _within(doc, to)))
        free = tuple(at for at in dict.fromkeys(found) if at not in taken)
        if len(free) < len(found):
            at = next(at for at in found if at in taken or found.count(at) > 1)
            part.problems.append(error(_twice(at), at[0], at[1]))
        taken |= set(free)
        part.entrances[doc.id, entrance.name] = free
    return part


def _nodes(part: _Part, doc: NodeDoc, inside: Inside, registry: Registry, depth: int, mute: bool) -> None:
    """Put in what lies inside: ordinary nodes as they are, groups opened in their turn."""
    values = values_within(doc)
    for key, inner in inside.graph.nodes.items():
        set_here = values.get(key)
        params = {**inner.params, **set_here} if set_here else inner.params
        moved = replace(inner, id=NodeId(f"{doc.id}/{key}"), params=params)
        if inner.inside is not None:
            below = _opened(moved, registry, depth - 1, mute)
            part.nodes |= below.nodes
            part.links += below.links
            part.kinds |= below.kinds
            part.entrances |= below.entrances
            part.problems += below.problems
            continue
        kind = registry.get(inner.type)
        if kind is not None and kind.inputs and not kind.outputs:
            text = f"{kind.name()} writes a file, so it cannot lie in a group. Expand the group"
            part.problems.append(error(text, moved.id))
            moved = replace(moved, mute=True)
        part.nodes[moved.id] = replace(moved, mute=moved.mute or mute)


def _leaves(part: _Part, target: Port) -> Iterator[Port]:
    """The inputs of ordinary nodes behind an input, which may be a group's."""
    yield from part.entrances.get(target, (target,))


def _wire(part: _Part, taken: set[Port], link: Link) -> None:
    if link.target in taken:
        part.problems.append(error(_twice(link.target), link.target[0], link.target[1]))
    else:
        taken.add(link.target)
        part.links.append(link)


def _twice(target: Port) -> str:
    return f"two wires end in {'.'.join(target)}; an input takes one. Expand the group and take one away"


def _within(group: NodeDoc, port: Port) -> Port:
    return NodeId(f"{group.id}/{port[0]}"), port[1]


def count(graph: Graph) -> int:
    """How many nodes there are, those in groups too."""
    return sum(1 + (count(doc.inside.graph) if doc.inside is not None else 0) for doc in graph.nodes.values())


def outermost(node: NodeId) -> NodeId:
    """The node of the document in which a node lies: the group, or itself."""
    return NodeId(node.partition("/")[0])


def with_contents(nodes: Collection[NodeId], flat: Flat) -> tuple[NodeId, ...]:
    """`nodes`, and after each group all that lies in it."""
    if not flat.kinds:
        return tuple(nodes)
    chosen = set(nodes)
    return (*nodes, *(key for key in flat.graph.nodes if "/" in key and outermost(key) in chosen))


def is_within(node: str, group: str) -> bool:
    """Whether a node of the flat graph is `group` or lies in it."""
    return node == group or node.startswith(f"{group}/")
