"""Making a group of nodes: one edit, after which the plan is the same as before, step by step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from graphs.document import GROUP, MAX_NESTING, Entrance, Exit, Graph, Group, Inside, Link, NodeDoc, NodeId, Point
from graphs.edits import Edit, EditError, difference
from graphs.groups.showing import free_name, promoted
from graphs.groups.types import kind_of
from graphs.resolve import is_sink
from nodes.params import Kind
from nodes.registry import Registry

type Port = tuple[NodeId, str]


def collapse(
    graph: Graph,
    nodes: Collection[NodeId],
    label: str,
    registry: Registry,
    promote: Iterable[Port] = (),
) -> Edit:
    """Put `nodes` into one group node; all wires stay. `promote` names (node, param) that it shows; the files that its
    nodes read show in any case. EditError where they cannot be one node."""
    chosen = frozenset(nodes)
    may_be_one(graph, chosen, registry)
    key = graph.free_id("group")
    inner, corner = _taken_out(graph, chosen)
    if label:
        inner = replace(inner, meta={"title": label})
    inputs, fed = _entrances(graph, chosen, registry)
    outputs, shown = _exits(graph, chosen, registry)
    wanted = [*_files(graph, chosen, registry), *promote]
    params = promoted(inner, dict.fromkeys(wanted), registry, {one.name for one in inputs})
    doc = NodeDoc(
        key,
        GROUP,
        1,
        {one.name: one.default for one in params},
        label,
        corner,
        inside=Inside(inner, inputs, outputs, params),
    )
    rest = {at: node for at, node in graph.nodes.items() if at not in chosen}
    links = [link for link in graph.links if not chosen & {link.source[0], link.target[0]}]
    links += [Link(source, (key, name), extra.extra) for name, (source, extra) in fed.items()]
    links += [
        replace(link, source=(key, shown[link.source]))
        for link in graph.links
        if link.source[0] in chosen and link.target[0] not in chosen
    ]
    frames = tuple(_frame_without(frame, chosen, key) for frame in graph.groups if not _wholly(frame, chosen))
    made = replace(graph, nodes={**rest, key: doc}, links=tuple(links), groups=frames)
    return difference(graph, made)


def may_be_one(graph: Graph, chosen: frozenset[NodeId], registry: Registry) -> None:
    """EditError, with the reason, where these nodes cannot be one."""
    if not chosen:
        raise EditError("no nodes are chosen: choose those that are to become a group")
    for node in sorted(chosen):
        if node not in graph.nodes:
            raise EditError(f"there is no node {node}")
        kind = kind_of(graph.nodes[node], registry)
        if kind is not None and is_sink(kind):
            raise EditError(f"{node} writes a file, so it stays outside. Leave it out")
        if _depth(graph.nodes[node]) >= MAX_NESTING:
            raise EditError(f"{node} holds groups {MAX_NESTING} deep already. Expand some of them first")
    between = _behind(graph, chosen) & _before(graph, chosen)
    if between:
        names = ", ".join(sorted(between)[:3])
        raise EditError(f"the way through them leads over {names}. Choose that too, or fewer nodes")


def _depth(doc: NodeDoc) -> int:
    """How many groups lie one in the other, `doc` included."""
    if doc.inside is None:
        return 0
    return 1 + max((_depth(one) for one in doc.inside.graph.nodes.values()), default=0)


def _behind(graph: Graph, chosen: frozenset[NodeId]) -> set[NodeId]:
    """All outside that the chosen nodes lead to."""
    seen: set[NodeId] = set()
    waiting = list(chosen)
    while waiting:
        for link in graph.outgoing(waiting.pop()):
            if link.target[0] not in seen and link.target[0] not in chosen:
                seen.add(link.target[0])
                waiting.append(link.target[0])
    return seen


def _before(graph: Graph, chosen: frozenset[NodeId]) -> set[NodeId]:
    """All outside that leads to the chosen nodes."""
    seen: set[NodeId] = set()
    waiting = list(chosen)
    while waiting:
        for link in graph.incoming(waiting.pop()).values():
            if link.source[0] not in seen and link.source[0] not in chosen:
                seen.add(link.source[0])
                waiting.append(link.source[0])
    return seen


def _taken_out(graph: Graph, chosen: frozenset[NodeId]) -> tuple[Graph, Point]:
    """The chosen part as a graph of its own, its upper left corner at 0, 0; and where that corner was."""
    places = [graph.nodes[node].position for node in chosen]
    corner = (min(x for x, _ in places), min(y for _, y in places))
    docs = [graph.nodes[node] for node in chosen]
    moved = {doc.id: replace(doc, position=_less(doc.position, corner)) for doc in docs}
    links = tuple(link for link in graph.links if {link.source[0], link.target[0]} <= chosen)
    return Graph(moved, links, tuple(frame for frame in graph.groups if _wholly(frame, chosen))), corner


def _wholly(frame: Group, chosen: frozenset[NodeId]) -> bool:
    """Whether a frame is one of the chosen part alone, and not just the part itself."""
    return bool(frame.nodes) and set(frame.nodes) < chosen


def _frame_without(frame: Group, chosen: frozenset[NodeId], key: NodeId) -> Group:
    left = [node for node in frame.nodes if node not in chosen]
    return replace(frame, nodes=(*left, key) if chosen <= set(frame.nodes) else tuple(left))


def _entrances(
    graph: Graph, chosen: frozenset[NodeId], registry: Registry
) -> tuple[tuple[Entrance, ...], Mapping[str, tuple[Port, Link]]]:
    """One input for each output outside that feeds the part, and one for each that it needs and nothing feeds."""
    fed: dict[Port, list[Link]] = {}
    free: list[Port] = []
    for node in _in_order(graph, chosen):
        kind = kind_of(graph.nodes[node], registry)
        coming = graph.incoming(node)
        for port in [*(kind.inputs if kind else ()), *(name for name in coming if not kind or name not in kind.inputs)]:
            link = coming.get(port)
            if link is not None and link.source[0] not in chosen:
                fed.setdefault(link.source, []).append(link)
            elif link is None and kind is not None and not kind.inputs[port].optional:
                free.append((node, port))
    made: list[Entrance] = []
    wired: dict[str, tuple[Port, Link]] = {}
    for source, links in fed.items():
        name = free_name(links[0].target[1], [one.name for one in made])
        made.append(Entrance(name, tuple(link.target for link in links)))
        wired[name] = (source, links[0])
    for target in free:
        made.append(Entrance(free_name(target[1], [one.name for one in made]), (target,)))
    return tuple(made), wired


def _exits(graph: Graph, chosen: frozenset[NodeId], registry: Registry) -> tuple[tuple[Exit, ...], Mapping[Port, str]]:
    """One output for each that is used outside; of nodes that nothing uses all they give."""
    used: dict[Port, None] = {}
    for node in _in_order(graph, chosen):
        leaving = graph.outgoing(node)
        kind = kind_of(graph.nodes[node], registry)
        outside = {link.source[1] for link in leaving if link.target[0] not in chosen}
        names = list(kind.outputs) if kind else []
        if not leaving:
            outside = set(names)
        used |= {(node, name): None for name in [*names, *sorted(outside - set(names))] if name in outside}
    made: list[Exit] = []
    for source in used:
        made.append(Exit(free_name(source[1], [one.name for one in made]), source))
    return tuple(made), {one.source: one.name for one in made}


def _in_order(graph: Graph, chosen: frozenset[NodeId]) -> list[NodeId]:
    from graphs.codec import along_the_tape

    return [node for node in along_the_tape(graph) if node in chosen]


def _files(graph: Graph, chosen: frozenset[NodeId], registry: Registry) -> list[Port]:
    """The params that name what is read: they belong where a moved document looks for them."""
    found = []
    for node in _in_order(graph, chosen):
        kind = kind_of(graph.nodes[node], registry)
        for name, param in kind.params.items() if kind else ():
            if param.kind in (Kind.FILE, Kind.FOLDER) and not param.saves:
                found.append((node, name))
    return found


def _less(one: Point, other: Point) -> Point:
    return one[0] - other[0], one[1] - other[1]
