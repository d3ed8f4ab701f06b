"""Laying a group open again: its nodes come back, with all wires and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graphs.document import Graph, Group, GroupId, Link, NodeId, Point
from graphs.edits import Edit, difference
from graphs.groups.showing import free_name, group_of, inside_of

type Port = tuple[NodeId, str]


def expand(graph: Graph, node: NodeId) -> Edit:
    """Put what lies in a group in its place; all wires and values stay."""
    doc = group_of(graph, node)
    inside = inside_of(doc)
    rest = {at: one for at, one in graph.nodes.items() if at != node}
    names = _fresh_ids(inside.graph, rest)
    values = {(one.node, one.param): doc.params.get(one.name, one.default) for one in inside.params}
    for key, inner in inside.graph.nodes.items():
        params = {**inner.params, **{param: value for (at, param), value in values.items() if at == key}}
        rest[names[key]] = replace(
            inner,
            id=names[key],
            params=params,
            position=_plus(inner.position, doc.position),
            bypass=inner.bypass or doc.bypass,
            mute=inner.mute or doc.mute,
        )

    def named(port: Port) -> Port:
        return names[port[0]], port[1]

    entrances = {one.name: one.to for one in inside.inputs}
    exits = {one.name: one.source for one in inside.outputs}
    links: dict[Port, Link] = {}
    for link in inside.graph.links:
        if {link.source[0], link.target[0]} <= names.keys():
            links[named(link.target)] = replace(link, source=named(link.source), target=named(link.target))
    for link in graph.links:
        source = link.source
        if source[0] == node:
            if source[1] not in exits:
                continue
            source = named(exits[source[1]])
        targets = [link.target]
        if link.target[0] == node:
            targets = [named(target) for target in entrances.get(link.target[1], ())]
        for target in targets:
            links.setdefault(target, replace(link, source=source, target=target))
    frames = [_frame_with(frame, node, names.values()) for frame in graph.groups]
    taken = {frame.id for frame in frames}
    for frame in inside.graph.groups:
        frame_id = GroupId(free_name(frame.id, taken))
        taken.add(frame_id)
        frames.append(replace(frame, id=frame_id, nodes=tuple(names[one] for one in frame.nodes if one in names)))
    notes = list(graph.notes)
    known = {note.id for note in notes}
    for note in inside.graph.notes:
        fresh = replace(note, id=type(note.id)(free_name(note.id, known)), position=_plus(note.position, doc.position))
        known.add(fresh.id)
        notes.append(fresh)
    made = replace(graph, nodes=rest, links=tuple(links.values()), groups=tuple(frames), notes=tuple(notes))
    return difference(graph, made)


def _fresh_ids(inner: Graph, taken: Mapping[NodeId, object]) -> dict[NodeId, NodeId]:
    """A free id for each node: its own where that is free."""
    names: dict[NodeId, NodeId] = {}
    known = set(taken)
    for key in sorted(inner.nodes):
        stem, number, name = key.rstrip("0123456789") or "node", 1, str(key)
        while name in known:
            name, number = f"{stem}{number}", number + 1
        names[key] = NodeId(name)
        known.add(names[key])
    return names


def _frame_with(frame: Group, node: NodeId, instead: Iterable[NodeId]) -> Group:
    if node not in frame.nodes:
        return frame
    return replace(frame, nodes=(*(one for one in frame.nodes if one != node), *instead))


def _plus(one: Point, other: Point) -> Point:
    return one[0] + other[0], one[1] + other[1]
