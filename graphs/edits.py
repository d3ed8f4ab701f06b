"""Everything a user can do to a graph, as values: `apply` gives the new graph and the edit that undoes it.

An edit that cannot be done raises EditError and changes nothing. The inverse is a Patch: just what changed,
so it also tells a view what to draw anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from graphs.document import (
    ID_RULE,
    Graph,
    Group,
    GroupId,
    Json,
    JsonObject,
    Link,
    NodeDoc,
    NodeId,
    Note,
    NoteId,
    Point,
    is_id,
)
from graphs.resolve import kinds_fit
from graphs.upgrade import defaults
from nodes.node import Node

type Port = tuple[NodeId, str]


class EditError(Exception):
    """An edit that cannot be done; the text says why."""


@dataclass(frozen=True)
class AddNodes:
    """Put in new nodes with the links among them or to others (a paste, a drop)."""

    nodes: tuple[NodeDoc, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class RemoveNodes:
    """Take nodes out, with their wires and their places in groups. Where `heal` maps an output port of one
    of them to an input port, what came in there is wired to where the output went."""

    nodes: frozenset[NodeId]
    heal: Mapping[Port, Port] = field(default_factory=dict)


@dataclass(frozen=True)
class Connect:
    """Wire an output to an input; a wire that is already there gives way."""

    source: Port
    target: Port


@dataclass(frozen=True)
class Disconnect:
    """Take away the wire that ends in `target`."""

    target: Port


@dataclass(frozen=True)
class InsertOnWire:
    """Put a new node, or one that is there, into the wire that ends in `target`."""

    target: Port
    node: NodeDoc
    in_port: str
    out_port: str


@dataclass(frozen=True)
class SetParams:
    node: NodeId
    values: JsonObject


@dataclass(frozen=True)
class Rename:
    """Change the label people see."""

    node: NodeId
    label: str


@dataclass(frozen=True)
class ChangeId:
    """Change the name that links and `--set` use. Wires and groups follow."""

    node: NodeId
    id: NodeId


@dataclass(frozen=True)
class Move:
    nodes: Mapping[NodeId, Point] = field(default_factory=dict)
    notes: Mapping[NoteId, Point] = field(default_factory=dict)


@dataclass(frozen=True)
class Bypass:
    nodes: frozenset[NodeId]
    on: bool


@dataclass(frozen=True)
class Mute:
    nodes: frozenset[NodeId]
    on: bool


@dataclass(frozen=True)
class Annotate:
    """Write a node's own notes."""

    node: NodeId
    text: str


@dataclass(frozen=True)
class ReplaceType:
    """Make a node one of another type. `inputs` and `outputs` map its old ports to the new ones; wires on ports
    they do not name are taken away. `replacing` makes one from two node types."""

    node: NodeId
    type: str
    version: int
    params: JsonObject
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class PutGroup:
    """Add a group, or change the one with its id."""

    group: Group


@dataclass(frozen=True)
class RemoveGroup:
    """Take the frame away; its nodes stay."""

    group: GroupId


@dataclass(frozen=True)
class PutNote:
    """Add a note, or change the one with its id."""

    note: Note


@dataclass(frozen=True)
class RemoveNote:
    note: NoteId


@dataclass(frozen=True)
class SetMeta:
    """Write a field of the document's description; None takes it away."""

    name: str
    value: Json


@dataclass(frozen=True)
class Several:
    """Edits done as one: all of them, or none."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Patch:
    """What is to be different: values by id (links by the input they end in), None for what goes."""

    nodes: Mapping[NodeId, NodeDoc | None] = field(default_factory=dict)
    links: Mapping[Port, Link | None] = field(default_factory=dict)
    groups: Mapping[GroupId, Group | None] = field(default_factory=dict)
    notes: Mapping[NoteId, Note | None] = field(default_factory=dict)
    meta: JsonObject | None = None

    def __bool__(self) -> bool:
        return bool(self.nodes or self.links or self.groups or self.notes or self.meta is not None)


type Edit = (
    AddNodes
    | RemoveNodes
    | Connect
    | Disconnect
    | InsertOnWire
    | SetParams
    | Rename
    | ChangeId
    | Move
    | Bypass
    | Mute
    | Annotate
    | ReplaceType
    | PutGroup
    | RemoveGroup
    | PutNote
    | RemoveNote
    | SetMeta
    | Several
    | Patch
)


def apply(graph: Graph, edit: Edit) -> tuple[Graph, Patch]:
    """The graph after `edit`, and the edit that leads back. EditError if it cannot be done."""
    made = _done(graph, edit)
    return made, difference(made, graph)


def difference(before: Graph, after: Graph) -> Patch:
    """The Patch that makes `after` of `before`."""
    return Patch(
        _changes(before.nodes, after.nodes),
        _changes({link.target: link for link in before.links}, {link.target: link for link in after.links}),
        _changes({group.id: group for group in before.groups}, {group.id: group for group in after.groups}),
        _changes({note.id: note for note in before.notes}, {note.id: note for note in after.notes}),
        None if _same(before.meta, after.meta) else after.meta,
    )


def _changes[K, V](before: Mapping[K, V], after: Mapping[K, V]) -> dict[K, V | None]:
    changed: dict[K, V | None] = {key: None for key in before if key not in after}
    changed |= {key: value for key, value in after.items() if not _same(before.get(key), value)}
    return changed


def _same(one: object, other: object) -> bool:
    """Equal, and written alike: for Python True, 1 and 1.0 are equal, in a file they differ."""
    return one is other or (one == other and repr(one) == repr(other))


def _done(graph: Graph, edit: Edit) -> Graph:
    match edit:
        case AddNodes(nodes, links):
            return _add(graph, nodes, links)
        case RemoveNodes():
            return _remove(graph, edit)
        case Connect(source, target):
            return _connect(graph, Link(source, target))
        case Disconnect(target):
            _link_into(graph, target)
            return replace(graph, links=_without(graph.links, {target}))
        case InsertOnWire():
            return _insert(graph, edit)
        case SetParams(node, values):
            old = _node(graph, node)
            return graph.with_node(replace(old, params={**old.params, **values}))
        case Rename(node, label):
            return graph.with_node(replace(_node(graph, node), label=label))
        case ChangeId(node, new):
            return _change_id(graph, node, new)
        case Move(nodes, notes):
            return _move(graph, nodes, notes)
        case Bypass(chosen, on):
            return _each(graph, (replace(_node(graph, node), bypass=on) for node in chosen))
        case Mute(chosen, on):
            return _each(graph, (replace(_node(graph, node), mute=on) for node in chosen))
        case Annotate(node, text):
            return graph.with_node(replace(_node(graph, node), notes=text))
        case ReplaceType():
            return _replace_type(graph, edit)
        case PutGroup(group):
            for member in group.nodes:
                _node(graph, member)
            return _patched(graph, Patch(groups={_checked(group.id): group}))
        case RemoveGroup(gone):
            if gone not in {group.id for group in graph.groups}:
                raise EditError(f"there is no group {gone}")
            return _patched(graph, Patch(groups={gone: None}))
        case PutNote(note):
            return _patched(graph, Patch(notes={_checked(note.id): note}))
        case RemoveNote(lost):
            if lost not in {note.id for note in graph.notes}:
                raise EditError(f"there is no note {lost}")
            return _patched(graph, Patch(notes={lost: None}))
        case SetMeta(name, value):
            rest = {key: item for key, item in graph.meta.items() if key != name}
            return replace(graph, meta=rest if value is None else {**rest, name: value})
        case Several(edits):
            for step in edits:
                graph = _done(graph, step)
            return graph
        case Patch():
            return _patched(graph, edit)


# -- one edit each ---------------------------------------------------------------------------------
def _add(graph: Graph, nodes: Iterable[NodeDoc], links: Iterable[Link]) -> Graph:
    for node in nodes:
        if _checked(node.id) in graph.nodes:
            raise EditError(f"there is already a node {node.id}")
        graph = graph.with_node(node)
    for link in links:
        graph = _connect(graph, link)
    return graph


def _remove(graph: Graph, edit: RemoveNodes) -> Graph:
    for node in edit.nodes:
        _node(graph, node)
    incoming = {link.target: link for link in graph.links}
    healed: list[Link] = []
    for link in graph.links:
        source: Port | None = link.source
        if link.target[0] in edit.nodes or link.source[0] not in edit.nodes:
            continue
        seen: set[Port] = set()
        while source and source[0] in edit.nodes:
            entry = None if source in seen else edit.heal.get(source)
            seen.add(source)
            feed = incoming.get(entry) if entry else None
            source = feed.source if feed else None
        if source:
            healed.append(Link(source, link.target))
    kept = [link for link in graph.links if not edit.nodes & {link.source[0], link.target[0]}]
    groups = tuple(
        replace(group, nodes=tuple(node for node in group.nodes if node not in edit.nodes)) for group in graph.groups
    )
    nodes = {key: node for key, node in graph.nodes.items() if key not in edit.nodes}
    return replace(graph, nodes=nodes, links=(*kept, *healed), groups=groups)


def _connect(graph: Graph, link: Link) -> Graph:
    for node, port in (link.source, link.target):
        _node(graph, node)
        _checked(cast("NodeId", port))
    graph = replace(graph, links=_without(graph.links, {link.target}))
    if leads_to(graph, link.target[0], link.source[0]):
        raise EditError(f"{link} would make the wires go in a circle")
    return replace(graph, links=(*graph.links, link))


def leads_to(graph: Graph, start: NodeId, end: NodeId) -> bool:
    """Whether following the wires from `start` one can reach `end`; a node reaches itself."""
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if node == end:
            return True
        for link in graph.outgoing(node):
            if link.target[0] not in seen:
                seen.add(link.target[0])
                waiting.append(link.target[0])
    return False


def _insert(graph: Graph, edit: InsertOnWire) -> Graph:
    link = _link_into(graph, edit.target)
    if edit.node.id in (link.source[0], link.target[0]):
        raise EditError(f"{edit.node.id} is already an end of this wire")
    if edit.node.id not in graph.nodes:
        graph = _add(graph, [edit.node], ())
    graph = replace(graph, links=_without(graph.links, {edit.target}))
    graph = _connect(graph, Link(link.source, (edit.node.id, edit.in_port)))
    return _connect(graph, Link((edit.node.id, edit.out_port), edit.target, link.extra))


def _change_id(graph: Graph, old: NodeId, new: NodeId) -> Graph:
    node = _node(graph, old)
    if _checked(new) in graph.nodes:
        raise EditError(f"there is already a node {new}")

    def named(port: Port) -> Port:
        return (new, port[1]) if port[0] == old else port

    nodes = {key: item for key, item in graph.nodes.items() if key != old}
    nodes[new] = replace(node, id=new)
    links = tuple(Link(named(link.source), named(link.target), link.extra) for link in graph.links)
    groups = tuple(
        replace(group, nodes=tuple(new if member == old else member for member in group.nodes))
        for group in graph.groups
    )
    return replace(graph, nodes=nodes, links=links, groups=groups)


def _move(graph: Graph, nodes: Mapping[NodeId, Point], notes: Mapping[NoteId, Point]) -> Graph:
    known = {note.id: note for note in graph.notes}
    for lost in notes.keys() - known.keys():
        raise EditError(f"there is no note {lost}")
    graph = _each(graph, (replace(_node(graph, node), position=place) for node, place in nodes.items()))
    return _patched(graph, Patch(notes={key: replace(known[key], position=place) for key, place in notes.items()}))


def _replace_type(graph: Graph, edit: ReplaceType) -> Graph:
    old = _node(graph, edit.node)
    links: list[Link] = []
    for link in graph.links:
        source, target = link.source, link.target
        if source[0] == edit.node:
            if source[1] not in edit.outputs:
                continue
            source = (edit.node, edit.outputs[source[1]])
        if target[0] == edit.node:
            if target[1] not in edit.inputs:
                continue
            target = (edit.node, edit.inputs[target[1]])
        links.append(Link(source, target, link.extra))
    new = replace(old, type=edit.type, version=edit.version, params=edit.params, inside=None)
    try:
        return replace(graph.with_node(new), links=tuple(links))
    except ValueError as fault:
        raise EditError(str(fault)) from None


def replacing(node: NodeId, old: type[Node] | None, new: type[Node], params: JsonObject) -> ReplaceType:
    """The edit that makes `node` one of `new`: wires stay on ports of the same name, else on the first of
    their kind. Of `params` those that `new` takes are kept, the others are at their default."""
    kept: dict[str, Json] = dict(defaults(new))
    for name, value in params.items():
        try:
            if name in new.params:
                new.params[name].accept(value)
                kept[name] = value
        except ValueError:
            continue
    inputs = {port.name: port.kind for port in old.inputs.values()} if old else {}
    outputs = {port.name: port.kind for port in old.outputs.values()} if old else {}
    return ReplaceType(
        node,
        new.id,
        new.version,
        kept,
        _matched(inputs, {port.name: port.kind for port in new.inputs.values()}, old is None),
        _matched(outputs, {port.name: port.kind for port in new.outputs.values()}, old is None),
    )


def _matched(old: Mapping[str, type], new: Mapping[str, type], unknown: bool) -> dict[str, str]:
    """Old port → new port. The ports of an `unknown` type keep their names."""
    if unknown:
        return {name: name for name in new}
    matched = {name: name for name, kind in old.items() if name in new and kinds_fit(kind, new[name])}
    for name, kind in old.items():
        free = [port for port, other in new.items() if kinds_fit(kind, other) and port not in matched.values()]
        if name not in matched and free:
            matched[name] = free[0]
    return matched


def _patched(graph: Graph, patch: Patch) -> Graph:
    return replace(
        graph,
        nodes=_merged(graph.nodes, patch.nodes),
        links=tuple(_merged({link.target: link for link in graph.links}, patch.links).values()),
        groups=tuple(_merged({group.id: group for group in graph.groups}, patch.groups).values()),
        notes=tuple(_merged({note.id: note for note in graph.notes}, patch.notes).values()),
        meta=graph.meta if patch.meta is None else patch.meta,
    )


def _merged[K, V](old: Mapping[K, V], changes: Mapping[K, V | None]) -> dict[K, V]:
    kept = {key: value for key, value in old.items() if key not in changes}
    return kept | {key: value for key, value in changes.items() if value is not None}


def _each(graph: Graph, nodes: Iterable[NodeDoc]) -> Graph:
    return replace(graph, nodes={**graph.nodes, **{node.id: node for node in nodes}})


def _node(graph: Graph, node: NodeId) -> NodeDoc:
    if node not in graph.nodes:
        raise EditError(f"there is no node {node}")
    return graph.nodes[node]


def _link_into(graph: Graph, target: Port) -> Link:
    link = graph.incoming(target[0]).get(target[1])
    if link is None:
        raise EditError(f"no wire ends in {'.'.join(target)}")
    return link


def _without(links: tuple[Link, ...], targets: set[Port]) -> tuple[Link, ...]:
    return tuple(link for link in links if link.target not in targets)


def _checked[Id: str](name: Id) -> Id:
    if not is_id(name):
        raise EditError(f"{name!r} is no id. Use {ID_RULE}")
    return name
