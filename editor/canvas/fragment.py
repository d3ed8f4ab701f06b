"""Nodes on the clipboard: a small document as text, that may travel through a chat. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from editor.language import tr
from graphs.codec import DocumentError, decode, encode
from graphs.document import Graph, GroupId, Link, NodeDoc, NodeId, NoteId
from graphs.edits import AddNodes, Edit, PutGroup, PutNote, Several
from graphs.upgrade import FORMAT


class FragmentError(Exception):
    """A text that holds no nodes; the words say why."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a paste will bring in: the edit, and what is to be selected after it."""

    edit: Edit
    nodes: frozenset[NodeId]
    notes: frozenset[NoteId]


def cut_out(graph: Graph, nodes: Collection[NodeId], notes: Collection[NoteId] = ()) -> Graph:
    """The part of `graph` with just these nodes, the wires among them, and the groups that lie wholly in it."""
    chosen = frozenset(nodes)
    return Graph(
        {key: node for key, node in graph.nodes.items() if key in chosen},
        tuple(link for link in graph.links if {link.source[0], link.target[0]} <= chosen),
        tuple(group for group in graph.groups if group.nodes and set(group.nodes) <= chosen),
        tuple(note for note in graph.notes if note.id in set(notes)),
    )


def as_text(graph: Graph, nodes: Collection[NodeId], notes: Collection[NoteId] = ()) -> str:
    return encode(cut_out(graph, nodes, notes))


def from_text(text: str) -> Graph:
    """The graph that stands in `text`, be it among other words. FragmentError if there is none."""
    mark = text.find(f'"{FORMAT}"')
    if mark < 0:
        raise FragmentError(tr("The clipboard holds no Tapeloom nodes"))
    start = text.rfind("{", 0, mark)
    try:
        _, end = json.JSONDecoder().raw_decode(text, max(start, 0))
        found = decode(text[max(start, 0) : end])
    except DocumentError as fault:
        raise FragmentError(_sorry(fault.faults[0])) from None
    except (ValueError, RecursionError):
        raise FragmentError(_sorry(tr("the text is not whole"))) from None
    if not found.nodes and not found.notes:
        raise FragmentError(tr("The clipboard holds an empty graph"))
    return found


def _sorry(why: str) -> str:
    return tr("The nodes on the clipboard cannot be read: {why}").format(why=why)


def pasted(graph: Graph, part: Graph, offset: tuple[float, float], outer: Iterable[Link] = ()) -> Copied:
    """The edit that puts a copy of `part` into `graph`, moved by `offset`, under names that are free.

    `outer` are links from nodes of `graph` into nodes of `part`: they are made again for the copies.
    """
    names = _fresh(graph, part.nodes)
    nodes = tuple(replace(node, id=names[key], position=_moved(node, offset)) for key, node in part.nodes.items())
    inner = [
        Link((names[link.source[0]], link.source[1]), (names[link.target[0]], link.target[1]), link.extra)
        for link in part.links
        if link.source[0] in names and link.target[0] in names
    ]
    fed = [Link(link.source, (names[link.target[0]], link.target[1]), link.extra) for link in outer]
    steps: list[Edit] = [AddNodes(nodes, (*inner, *fed))] if nodes else []
    groups = {group.id for group in graph.groups}
    for group in part.groups:
        fresh = replace(
            group,
            id=GroupId(free_name("group", groups)),
            nodes=tuple(names[member] for member in group.nodes if member in names),
        )
        groups.add(fresh.id)
        steps.append(PutGroup(fresh))
    notes = {note.id for note in graph.notes}
    added: set[NoteId] = set()
    for note in part.notes:
        place = (note.position[0] + offset[0], note.position[1] + offset[1])
        copy = replace(note, id=NoteId(free_name("note", notes)), position=place)
        notes.add(copy.id)
        added.add(copy.id)
        steps.append(PutNote(copy))
    return Copied(Several(tuple(steps)), frozenset(names.values()), frozenset(added))


def outer_links(graph: Graph, nodes: Collection[NodeId]) -> list[Link]:
    """The wires that come into `nodes` from elsewhere."""
    chosen = set(nodes)
    return [link for link in graph.links if link.target[0] in chosen and link.source[0] not in chosen]


def free_name(stem: str, taken: Collection[str]) -> str:
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def free_group(graph: Graph) -> GroupId:
    return GroupId(free_name("group", {group.id for group in graph.groups}))


def free_note(graph: Graph) -> NoteId:
    return NoteId(free_name("note", {note.id for note in graph.notes}))


def centre(part: Graph) -> tuple[float, float]:
    """The middle of a fragment's positions."""
    spots = [node.position for node in part.nodes.values()] + [note.position for note in part.notes]
    xs, ys = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2) if spots else (0.0, 0.0)


def _moved(node: NodeDoc, offset: tuple[float, float]) -> tuple[float, float]:
    return node.position[0] + offset[0], node.position[1] + offset[1]


def _fresh(graph: Graph, nodes: Collection[NodeId]) -> dict[NodeId, NodeId]:
    """A free id for each: its own where that is free."""
    taken = set(graph.nodes)
    names: dict[NodeId, NodeId] = {}
    for node in sorted(nodes):
        name: str = node
        if name in taken:
            name = free_name(node.rstrip("0123456789") or "node", taken)
        names[node] = NodeId(name)
        taken.add(names[node])
    return names
