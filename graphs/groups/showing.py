"""What a group shows of its nodes: chosen, named and described by edits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from graphs.document import Graph, Inside, Json, NodeDoc, NodeId, Promoted, is_id
from graphs.edits import Edit, EditError, difference
from graphs.groups.types import kind_of
from nodes.node import Node
from nodes.registry import Registry

_RESERVED = frozenset({*dir(Node), "script", "probe", "mute", "inside"})
"""Names that a param cannot have: a node has them already, or `--set` takes them otherwise."""


def showing(graph: Graph, node: NodeId, wanted: Sequence[tuple[NodeId, str, str]], registry: Registry) -> Edit:
    """Let a group show just these params: (node inside, param, label), in this order. Those that it shows already keep
    their names and values; those that it no longer shows keep their value inside, so that the picture stays."""
    doc = group_of(graph, node)
    inside = inside_of(doc)
    old = {(one.node, one.param): one for one in inside.params}
    taken = {*(one.name for one in inside.params), *(one.name for one in inside.inputs)}
    made: list[Promoted] = []
    for at, param, label in wanted:
        known = old.get((at, param)) or _new_param(inside.graph, at, param, registry, taken)
        taken.add(known.name)
        made.append(replace(known, label=label))
    names = [one.name for one in made]
    if len({(one.node, one.param) for one in made}) < len(made):
        raise EditError("a param is named twice")
    inner = inside.graph
    for (at, param), one in old.items():
        if one.name not in names:
            value = doc.params.get(one.name, one.default)
            inner = inner.with_node(inner.nodes[at].with_param(param, value))
    gone = {one.name for one in inside.params} - set(names)
    values = {**{one.name: one.default for one in made}, **doc.params}
    values = {name: value for name, value in values.items() if name not in gone}
    fresh = replace(doc, params=values, inside=replace(inside, graph=inner, params=tuple(made)))
    return difference(graph, graph.with_node(fresh))


def promoting(graph: Graph, node: NodeId, inner: NodeId, param: str, registry: Registry, label: str = "") -> Edit:
    """Let a group show one more param."""
    return showing(graph, node, [*_shown(graph, node), (inner, param, label)], registry)


def demoting(graph: Graph, node: NodeId, name: str, registry: Registry) -> Edit:
    """Let a group no longer show the param `name`."""
    inside = inside_of(group_of(graph, node))
    if name not in [one.name for one in inside.params]:
        raise EditError(f"{node} shows no param {name}")
    kept = [(one.node, one.param, one.label) for one in inside.params if one.name != name]
    return showing(graph, node, kept, registry)


def _shown(graph: Graph, node: NodeId) -> list[tuple[NodeId, str, str]]:
    return [(one.node, one.param, one.label) for one in inside_of(group_of(graph, node)).params]


def renaming_param(graph: Graph, node: NodeId, old: str, new: str) -> Edit:
    """Give a shown param another name, the one that `--set` takes."""
    doc = group_of(graph, node)
    inside = inside_of(doc)
    names = [one.name for one in inside.params]
    if old not in names:
        raise EditError(f"{node} shows no param {old}")
    if not is_id(new) or new in _RESERVED:
        raise EditError(f"a param cannot be called {new!r}")
    if new != old and new in [*names, *(one.name for one in inside.inputs)]:
        raise EditError(f"{node} has a {new} already")
    params = tuple(replace(one, name=new) if one.name == old else one for one in inside.params)
    values = {new if name == old else name: value for name, value in doc.params.items()}
    return difference(graph, graph.with_node(replace(doc, params=values, inside=replace(inside, params=params))))


def describing(graph: Graph, node: NodeId, title: str, about: str) -> Edit:
    """Give a group its name and say what it is for."""
    doc = group_of(graph, node)
    inside = inside_of(doc)
    meta = {key: value for key, value in inside.graph.meta.items() if key not in ("title", "about")}
    meta |= {key: text for key, text in (("title", title), ("about", about)) if text}
    fresh = replace(doc, label=title, inside=replace(inside, graph=replace(inside.graph, meta=meta)))
    return difference(graph, graph.with_node(fresh))


def promoted(
    inner: Graph, wanted: Iterable[tuple[NodeId, str]], registry: Registry, taken: Collection[str]
) -> tuple[Promoted, ...]:
    made: list[Promoted] = []
    for node, param in wanted:
        made.append(_new_param(inner, node, param, registry, {*taken, *(one.name for one in made)}))
    return tuple(made)


def _new_param(inner: Graph, node: NodeId, param: str, registry: Registry, taken: Collection[str]) -> Promoted:
    doc = inner.nodes.get(node)
    if doc is None:
        raise EditError(f"there is no node {node} in the group")
    kind = kind_of(doc, registry)
    declared = kind.params.get(param) if kind is not None else None
    if declared is None:
        raise EditError(f"{node} has no param {param}")
    name = param if param not in taken and param not in _RESERVED else f"{node}_{param}"
    default: Json = doc.params.get(param, declared.plain(declared.default))  # type: ignore[arg-type]  # plain is Json
    return Promoted(free_name(name, [*taken, *_RESERVED]), node, param, "", default)


def free_name(name: str, taken: Collection[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:56] or "port"
    number, found = 2, name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def group_of(graph: Graph, node: NodeId) -> NodeDoc:
    if node not in graph.nodes:
        raise EditError(f"there is no node {node}")
    if graph.nodes[node].inside is None:
        raise EditError(f"{node} is no group")
    return graph.nodes[node]


def inside_of(doc: NodeDoc) -> Inside:
    assert doc.inside is not None
    return doc.inside
