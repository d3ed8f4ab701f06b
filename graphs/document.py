"""The document: nodes, wires, groups and notes as immutable values. Knows nothing of node types.

Values compare by content. The order in which nodes or links were added does not matter: links, groups and
notes are kept sorted, and mappings compare without order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NewType, cast

NodeId = NewType("NodeId", str)
"""The name of a node in its graph, such as `qtgmc1`. What `--set qtgmc1.preset=slow` and links refer to."""
GroupId = NewType("GroupId", str)
NoteId = NewType("NoteId", str)

type Json = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""A plain JSON value. Inside a document lists are tuples and objects read-only, so that nothing can
change."""
type JsonObject = Mapping[str, Json]
type Point = tuple[float, float]
"""x to the right, y downwards, in canvas units."""

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}\Z", re.ASCII)
GROUP = "group.custom"
"""The type of a group node."""
MAX_NESTING = 8
"""So many groups may lie one in the other."""
ID_RULE = "letters, digits, _ and -, beginning with a letter, 64 at most"
EMPTY: JsonObject = MappingProxyType({})


def is_id(text: str) -> bool:
    """Whether `text` can name a node, a group, a note, a port or a param."""
    return bool(_ID.match(text))


def is_place(text: str) -> bool:
    """Whether `text` can name a node of a graph whose groups are opened: ids with `/` between them."""
    return all(_ID.match(part) for part in text.split("/"))


def frozen(value: Json) -> Json:
    """The same plain value with tuples for lists and read-only mappings for dicts."""
    if isinstance(value, MappingProxyType) or value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return MappingProxyType({str(key): frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value)


def thawed(value: Json) -> object:
    """The same plain value with lists and dicts, as `json.dumps` and `jsonschema` know them."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [thawed(item) for item in value]
    return value


def _object(value: JsonObject) -> JsonObject:
    return cast("JsonObject", frozen(value))


@dataclass(frozen=True)
class NodeDoc:
    """One node as it is saved. `type` and `version` name the node type that wrote it; `params` are plain JSON
    values, every one written out. `bypass` lets the first input pass through; `mute` leaves the node out with
    all that needs it. `extra` holds fields of a later Tapeloom, kept unharmed. `inside` is what a group node (type
    `group.custom`) is made of; for all other nodes it is None."""

    id: NodeId
    type: str
    version: int = 1
    params: JsonObject = EMPTY
    label: str = ""
    position: Point = (0.0, 0.0)
    bypass: bool = False
    mute: bool = False
    notes: str = ""
    extra: JsonObject = EMPTY
    inside: Inside | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", _object(self.params))
        object.__setattr__(self, "extra", _object(self.extra))

    def with_param(self, name: str, value: Json) -> NodeDoc:
        return replace(self, params={**self.params, name: value})


@dataclass(frozen=True)
class Link:
    """A wire from an output port to an input port, each named as (node, port)."""

    source: tuple[NodeId, str]
    target: tuple[NodeId, str]
    extra: JsonObject = field(default=EMPTY, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", _object(self.extra))

    @staticmethod
    def of(source: str, target: str) -> Link:
        """`Link.of("source1.clip", "qtgmc1.clip")`."""
        from_node, _, from_port = source.partition(".")
        to_node, _, to_port = target.partition(".")
        return Link((NodeId(from_node), from_port), (NodeId(to_node), to_port))

    def __str__(self) -> str:
        return f"{'.'.join(self.source)} → {'.'.join(self.target)}"


@dataclass(frozen=True)
class Entrance:
    """An input of a group node: what comes in here goes to all of `to`, inputs of nodes inside."""

    name: str
    to: tuple[tuple[NodeId, str], ...]
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", _object(self.extra))


@dataclass(frozen=True)
class Exit:
    """An output of a group node: what an output of a node inside gives."""

    name: str
    source: tuple[NodeId, str]
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", _object(self.extra))


@dataclass(frozen=True)
class Promoted:
    """A param of a group node: it stands for `param` of a `node` inside. `default` is its own."""

    name: str
    node: NodeId
    param: str
    label: str = ""
    default: Json = None
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "default", frozen(self.default))
        object.__setattr__(self, "extra", _object(self.extra))


@dataclass(frozen=True)
class Inside:
    """What a group node is made of: a graph of its own, and what of it shows outside, in this order. The graph's
    `meta` says what the group is for (`title`, `about`)."""

    graph: Graph
    inputs: tuple[Entrance, ...] = ()
    outputs: tuple[Exit, ...] = ()
    params: tuple[Promoted, ...] = ()
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", _object(self.extra))


@dataclass(frozen=True)
class Group:
    """A frame drawn around nodes that belong together."""

    id: GroupId
    label: str = ""
    nodes: tuple[NodeId, ...] = ()
    colour: str = ""
    collapsed: bool = False
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(sorted(set(self.nodes))))
        object.__setattr__(self, "extra", _object(self.extra))


@dataclass(frozen=True)
class Note:
    """Text on the canvas. `size` is (width, height) in canvas units."""

    id: NoteId
    text: str = ""
    position: Point = (0.0, 0.0)
    size: Point = (240.0, 120.0)
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", _object(self.extra))


@dataclass(frozen=True)
class Graph:
    """A whole document. `meta` says what it is for (`title`, `about`, …); `extra` holds unknown top fields.

    An input port has one link at most, ids are unique: ValueError otherwise. Links may name nodes that are
    not there; `resolve` reports them.
    """

    nodes: Mapping[NodeId, NodeDoc] = MappingProxyType({})
    links: tuple[Link, ...] = ()
    groups: tuple[Group, ...] = ()
    notes: tuple[Note, ...] = ()
    meta: JsonObject = EMPTY
    extra: JsonObject = EMPTY

    def __post_init__(self) -> None:
        for key, node in self.nodes.items():
            if key != node.id:
                raise ValueError(f"the node {node.id!r} is filed under {key!r}")
        targets: set[tuple[NodeId, str]] = set()
        for link in self.links:
            if link.target in targets:
                raise ValueError(f"two wires end in {'.'.join(link.target)}; an input takes one")
            targets.add(link.target)
        for what, ids in (("group", [g.id for g in self.groups]), ("note", [n.id for n in self.notes])):
            if len(set(ids)) < len(ids):
                raise ValueError(f"two {what}s share an id")
        put = object.__setattr__
        put(self, "nodes", MappingProxyType(dict(self.nodes)))
        put(self, "links", tuple(sorted(self.links, key=lambda link: (link.target, link.source))))
        put(self, "groups", tuple(sorted(self.groups, key=lambda group: group.id)))
        put(self, "notes", tuple(sorted(self.notes, key=lambda note: note.id)))
        put(self, "meta", _object(self.meta))
        put(self, "extra", _object(self.extra))

    @staticmethod
    def of(nodes: Iterable[NodeDoc], links: Iterable[Link] = (), **meta: Json) -> Graph:
        """A graph from its nodes and links. ValueError where two nodes share an id."""
        listed = tuple(nodes)
        by_id = {node.id: node for node in listed}
        if len(by_id) < len(listed):
            raise ValueError("two nodes share an id")
        return Graph(by_id, tuple(links), meta=meta)

    @cached_property
    def _incoming(self) -> Mapping[NodeId, Mapping[str, Link]]:
        found: dict[NodeId, dict[str, Link]] = {}
        for link in self.links:
            found.setdefault(link.target[0], {})[link.target[1]] = link
        return found

    @cached_property
    def _outgoing(self) -> Mapping[NodeId, tuple[Link, ...]]:
        found: dict[NodeId, tuple[Link, ...]] = {}
        for link in self.links:
            found[link.source[0]] = (*found.get(link.source[0], ()), link)
        return found

    def incoming(self, node: NodeId) -> Mapping[str, Link]:
        """The links into a node, by its input port."""
        return self._incoming.get(node, {})

    def outgoing(self, node: NodeId) -> tuple[Link, ...]:
        return self._outgoing.get(node, ())

    def links_of(self, node: NodeId) -> tuple[Link, ...]:
        """Every link that touches the node."""
        return tuple(link for link in self.links if node in (link.source[0], link.target[0]))

    def with_node(self, node: NodeDoc) -> Graph:
        """With `node` added, or put in the place of the one with its id."""
        return replace(self, nodes={**self.nodes, node.id: node})

    def free_id(self, stem: str) -> NodeId:
        """The first id of `stem1`, `stem2`, … that no node has."""
        stem = re.sub(r"[^a-z0-9_]", "", stem.lower())[:56] or "node"
        stem = stem if stem[0].isalpha() else f"n{stem}"
        number = 1
        while f"{stem}{number}" in self.nodes:
            number += 1
        return NodeId(f"{stem}{number}")
