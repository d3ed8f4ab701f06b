"""What a form is about: one node, or several edited as one; and what each of its fields shows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import cast

from graphs.document import Graph, Json, NodeDoc, NodeId
from graphs.edits import Edit, SetParams, Several
from graphs.groups.types import kind_of
from nodes.node import Node
from nodes.params import Kind, Param, ParamError
from nodes.registry import Registry


class Mixed(Enum):
    """Nodes that are edited together do not agree."""

    MIXED = "mixed"


MIXED = Mixed.MIXED


@dataclass(frozen=True)
class Field:
    """One row: the value that all share, in Python's terms, or MIXED. `wrong` says why the document's own value
    cannot be used; the default is shown then. `changed`: some node is not at the default."""

    param: Param
    value: object
    changed: bool
    wrong: str = ""


@dataclass(frozen=True)
class Subject:
    """The nodes a form edits, the one that is looked at first. `kind` is their type where they are of one;
    `params` are those that all of them have."""

    nodes: tuple[NodeDoc, ...] = ()
    kind: type[Node] | None = None
    params: tuple[Param, ...] = ()
    kinds: tuple[type[Node], ...] = ()

    @property
    def ids(self) -> tuple[NodeId, ...]:
        return tuple(node.id for node in self.nodes)

    @property
    def shape(self) -> object:
        """Two subjects of one shape have the same form."""
        return self.ids, self.kind, self.params

    def field(self, param: Param) -> Field:
        values: list[object] = []
        wrong, changed = "", False
        for node, kind in zip(self.nodes, self.kinds, strict=True):
            stored = node.params.get(param.name, param.plain(param.default))
            try:
                values.append(param.accept(stored))
            except ParamError as fault:
                wrong = str(fault)
                values.append(param.default)
            # a file has no usual value: that one is chosen is no change
            unlike = values[-1] != kind.params[param.name].default and param.kind not in (Kind.FILE, Kind.FOLDER)
            changed = changed or bool(wrong) or unlike
        same = all(value == values[0] for value in values)
        return Field(param, values[0] if same else MIXED, changed, wrong)

    def setting(self, values: Mapping[str, Json]) -> Edit:
        """The edit that gives every node these values."""
        return _one(tuple(SetParams(node.id, values) for node in self.nodes))

    def resetting(self, names: Collection[str]) -> Edit:
        """The edit that gives every node its own defaults for these params."""
        edits: list[Edit] = []
        for node, kind in zip(self.nodes, self.kinds, strict=True):
            values = {name: cast("Json", kind.params[name].plain(kind.params[name].default)) for name in names}
            edits.append(SetParams(node.id, values))
        return _one(tuple(edits))


def subject(graph: Graph, registry: Registry, chosen: Collection[NodeId], current: NodeId | None) -> Subject:
    """What to show for a selection. Of nodes of different types the params that are declared alike."""
    ids = sorted(chosen, key=lambda node: (node != current, node))
    nodes = tuple(graph.nodes[node] for node in ids if node in graph.nodes)
    if len(nodes) > 1:
        nodes = tuple(node for node in nodes if kind_of(node, registry)) or nodes[:1]
    kinds = tuple(kind for node in nodes if (kind := kind_of(node, registry)))
    if not kinds:
        return Subject(nodes)
    first = kinds[0]
    if all(kind is first for kind in kinds):
        return Subject(nodes, first, tuple(first.params.values()), kinds)
    shared = (p for p in first.params.values() if all(_alike(p, kind.params.get(p.name)) for kind in kinds))
    return Subject(nodes, None, tuple(shared), kinds)


def _one(edits: tuple[Edit, ...]) -> Edit:
    return edits[0] if len(edits) == 1 else Several(edits)


def _alike(one: Param, other: Param | None) -> bool:
    """Whether both take the same values and mean the same thing by them."""
    if other is None:
        return False
    offered = [[member.value for member in p.choices] if p.choices else None for p in (one, other)]
    return offered[0] == offered[1] and all(
        getattr(one, name) == getattr(other, name)
        for name in ("kind", "low", "high", "unit", "odd", "multiple", "saves", "model")
    )
