"""A group as a node type: ports and params like any other, so that cards, forms and the command line just work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

from graphs.document import GROUP, MAX_NESTING, Inside, Json, NodeDoc, NodeId, Point, Promoted
from graphs.upgrade import defaults
from nodes.node import Node
from nodes.params import Param, ParamError
from nodes.ports import PORT_TYPES, Clip, InPort, OutPort, PortType
from nodes.registry import Registry

CATEGORY = "groups"


class GroupNode(Node):
    """Several nodes in one."""

    inside: ClassVar[Inside]


@dataclass(frozen=True)
class GroupTypes:
    """`outer`: the group as people see it. `junction`: what is left of it when its content is laid open: each of its
    outputs shows what arrives at the input of the same name."""

    outer: type[GroupNode]
    junction: type[Node]


def kind_of(doc: NodeDoc, registry: Registry) -> type[Node] | None:
    """The type of any node of a document, groups included; None where it is not known here."""
    if doc.inside is not None:
        return node_type_of(doc.inside, registry)
    return registry.get(doc.type)


def node_type_of(inside: Inside, registry: Registry) -> type[GroupNode]:
    """The node type that a group's content makes. One and the same for the same content."""
    return types_of_inside(inside, registry).outer


def types_of_inside(inside: Inside, registry: Registry) -> GroupTypes:
    """Both types of a group."""
    held: dict[str, tuple[Registry, GroupTypes]] = vars(inside)
    known = held.get("_types")
    if known is None or known[0] is not registry:
        known = held["_types"] = (registry, _made(inside, registry, MAX_NESTING))
    return known[1]


def saved_as_node(kind: type[Node], key: NodeId, position: Point = (0.0, 0.0)) -> NodeDoc:
    """A new node of a type, groups included, every param at its default."""
    if issubclass(kind, GroupNode):
        label = str(kind.inside.graph.meta.get("title", ""))
        return NodeDoc(key, GROUP, kind.version, defaults(kind), label, position, inside=kind.inside)
    return NodeDoc(key, kind.id, kind.version, defaults(kind), position=position)


# -- making them -----------------------------------------------------------------------------------
def _made(inside: Inside, registry: Registry, depth: int) -> GroupTypes:
    kinds = {key: _inner(doc, registry, depth) for key, doc in inside.graph.nodes.items()}
    inputs = {one.name: _in_port(one.name, one.to, kinds) for one in inside.inputs}
    outputs = {one.name: _out_port(one.name, one.source, kinds) for one in inside.outputs}
    params = {one.name: made for one in inside.params if (made := _param(one, inside, kinds))}
    known = [kind for kind in kinds.values() if kind is not None]

    class OwnGroup(GroupNode):
        __doc__ = _help(inside, kinds)
        label = str(inside.graph.meta.get("title", "")) or "Group"
        category = CATEGORY
        needs = tuple(sorted({need for kind in known for need in kind.needs}))
        trusted = any(kind.trusted for kind in known)

    class Junction(Node):
        __doc__ = OwnGroup.__doc__
        label, category = OwnGroup.label, CATEGORY

    # set afterwards: these are told, not read off the class body
    OwnGroup.id, OwnGroup.inside = GROUP, inside
    OwnGroup.inputs, OwnGroup.outputs, OwnGroup.params = inputs, outputs, params
    Junction.id, Junction.outputs, Junction.params = GROUP, outputs, {}
    Junction.inputs = {name: InPort(port.kind, optional=True, name=name) for name, port in outputs.items()}
    return GroupTypes(OwnGroup, Junction)


def _inner(doc: NodeDoc, registry: Registry, depth: int) -> type[Node] | None:
    if doc.inside is None:
        return registry.get(doc.type)
    return _made(doc.inside, registry, depth - 1).outer if depth > 1 else None


type _Kinds = Mapping[NodeId, type[Node] | None]


def _in_port(name: str, to: tuple[tuple[NodeId, str], ...], kinds: _Kinds) -> InPort:
    found = list(_ports_in(to, kinds))
    if not found:
        return InPort(_guessed([port for _, port in to]), name=name, optional=not to)
    first = found[0]
    return InPort(first.kind, first.help, all(port.optional for port in found), first.wants, name)


def _ports_in(to: tuple[tuple[NodeId, str], ...], kinds: _Kinds) -> Iterator[InPort]:
    for node, port in to:
        kind = kinds.get(node)
        if kind is not None and port in kind.inputs:
            yield kind.inputs[port]


def _out_port(name: str, source: tuple[NodeId, str], kinds: _Kinds) -> OutPort:
    kind = kinds.get(source[0])
    port = kind.outputs.get(source[1]) if kind is not None else None
    return OutPort(port.kind, port.help, name) if port else OutPort(_guessed([source[1]]), name=name)


def _guessed(names: list[str]) -> type[PortType]:
    """What ports of these names carry, as library nodes name them: their own nodes are not here."""
    usual = {"sound": "audio"}
    return next((PORT_TYPES[usual.get(name, name)] for name in names if usual.get(name, name) in PORT_TYPES), Clip)


def _param(promoted: Promoted, inside: Inside, kinds: _Kinds) -> Param | None:
    """The inner param under its outer name, with its own default; None where the inner one is not known here."""
    kind = kinds.get(promoted.node)
    inner = kind.params.get(promoted.param) if kind is not None else None
    if kind is None or inner is None:
        return None
    doc = inside.graph.nodes[promoted.node]
    made = replace(inner, name=promoted.name, label=promoted.label or inner.title, group=doc.label or kind.name())
    try:
        return replace(made, default=inner.accept(promoted.default))
    except ParamError:
        return made


def _help(inside: Inside, kinds: _Kinds) -> str:
    """What its author says of it; else what it is made of."""
    about = str(inside.graph.meta.get("about", "")).strip()
    if about:
        return about
    from graphs.codec import along_the_tape

    names = [inside.graph.nodes[key].label or (kind.name() if (kind := kinds[key]) else inside.graph.nodes[key].type)
             for key in along_the_tape(inside.graph)]  # fmt: skip
    return f"A group of {' → '.join(names[:12])}{' …' if len(names) > 12 else ''}."


def values_within(doc: NodeDoc) -> Mapping[NodeId, dict[str, Json]]:
    """What a group node's params set, by node inside."""
    found: dict[NodeId, dict[str, Json]] = {}
    for one in doc.inside.params if doc.inside is not None else ():
        found.setdefault(one.node, {})[one.param] = doc.params.get(one.name, one.default)
    return MappingProxyType(found)
