"""A Graph → text: canonical JSON that a person can read and a diff can show. Equal graphs give equal bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import cast

from graphs.document import Graph, Group, Inside, Json, JsonObject, Link, NodeDoc, NodeId, Note, Point, Promoted
from graphs.reading import GRAPH, GROUP_FRAME, INSIDE, LINK, NODE, NOTE
from graphs.upgrade import FORMAT, VERSION

WIDTH = 100


def encode(graph: Graph) -> str:
    """The document as text. ValueError for what JSON cannot hold (a float that is not finite)."""
    top = {"format": _string(FORMAT), "version": str(VERSION), **_parts(graph, 1)}
    return _block(_and_extra(top, graph.extra, GRAPH, 1), 0) + "\n"


def _parts(graph: Graph, level: int) -> dict[str, str]:
    """The fields that hold a graph, each at `level`."""
    order = {node: at for at, node in enumerate(along_the_tape(graph))}
    links = sorted(graph.links, key=lambda link: (order.get(link.target[0], len(order)), link.target))
    made = {"meta": _value(graph.meta, level)} if graph.meta else {}
    made["nodes"] = _block({key: _node(graph.nodes[key], level + 1) for key in order}, level)
    made["links"] = _rows([_link(link) for link in links], level)
    if graph.groups:
        made["groups"] = _block({group.id: _group(group, level + 1) for group in graph.groups}, level)
    if graph.notes:
        made["notes"] = _block({note.id: _note(note, level + 1) for note in graph.notes}, level)
    return made


def along_the_tape(graph: Graph) -> list[NodeId]:
    """Every node after those that feed it, each chain as a whole before the next; those on circles at the end."""
    waits = dict.fromkeys(graph.nodes, 0)
    for link in graph.links:
        if link.target[0] in waits and link.source[0] in waits:
            waits[link.target[0]] += 1
    ready = sorted((node for node, count in waits.items() if not count), key=natural, reverse=True)
    order: list[NodeId] = []
    while ready:
        order.append(node := ready.pop())
        freed: list[NodeId] = []
        for link in sorted(graph.outgoing(node), key=lambda link: (link.source[1], natural(link.target[0]))):
            target = link.target[0]
            if target in waits:
                waits[target] -= 1
                if not waits[target]:
                    freed.append(target)
        ready += reversed(freed)
    placed = set(order)
    return order + sorted((node for node in graph.nodes if node not in placed), key=natural)


def natural(text: str) -> tuple[tuple[str, int], ...]:
    """A sorting key under which `clip2` stands before `clip10`."""
    return tuple((part, int(digits or -1)) for part, digits in re.findall(r"(\D*)(\d*)", text))


def _node(node: NodeDoc, level: int) -> str:
    fields = {"type": _string(node.type), "version": str(node.version)}
    if node.label:
        fields["label"] = _string(node.label)
    fields["position"] = _point(node.position)
    if node.bypass:
        fields["bypass"] = "true"
    if node.mute:
        fields["mute"] = "true"
    if node.notes:
        fields["notes"] = _string(node.notes)
    fields["params"] = _value(node.params, level + 1)
    known = NODE
    if node.inside is not None:
        fields["inside"] = _inside(node.inside, level + 1)
        known = NODE | {"inside"}
    return _block(_and_extra(fields, node.extra, known, level + 1), level)


def _inside(inside: Inside, level: int) -> str:
    fields = _parts(inside.graph, level + 1)
    rows: dict[str, list[JsonObject]] = {
        "inputs": [{"name": one.name, "to": one.to, **_but(one.extra, "name", "to")} for one in inside.inputs],
        "outputs": [
            {"name": one.name, "from": one.source, **_but(one.extra, "name", "from")} for one in inside.outputs
        ],
        "params": [_promoted(one) for one in inside.params],
    }
    fields |= {name: _rows([_ordered(row) for row in listed], level + 1) for name, listed in rows.items() if listed}
    return _block(_and_extra(fields, inside.extra, INSIDE, level + 1), level)


def _promoted(one: Promoted) -> JsonObject:
    label = {"label": one.label} if one.label else {}
    rest = _but(one.extra, "name", "to", "label", "default")
    return {"name": one.name, "to": (one.node, one.param), **label, "default": one.default, **rest}


def _but(extra: JsonObject, *known: str) -> JsonObject:
    return {key: extra[key] for key in sorted(extra) if key not in known}


def _ordered(row: JsonObject) -> str:
    """An object on one line, its fields as they stand."""
    return "{" + ", ".join(f"{_string(key)}: {_flat(value)}" for key, value in row.items()) + "}"


def _link(link: Link) -> str:
    fields = {"from": _value(link.source, 0), "to": _value(link.target, 0)}
    fields |= {key: _flat(value) for key, value in sorted(link.extra.items()) if key not in LINK}
    return "{" + ", ".join(f"{_string(key)}: {value}" for key, value in fields.items()) + "}"


def _group(group: Group, level: int) -> str:
    fields = {"label": _string(group.label), "nodes": _value(group.nodes, level + 1)}
    if group.colour:
        fields["colour"] = _string(group.colour)
    if group.collapsed:
        fields["collapsed"] = "true"
    return _block(_and_extra(fields, group.extra, GROUP_FRAME, level + 1), level)


def _note(note: Note, level: int) -> str:
    fields = {"position": _point(note.position), "size": _point(note.size), "text": _string(note.text)}
    return _block(_and_extra(fields, note.extra, NOTE, level + 1), level)


def _and_extra(fields: dict[str, str], extra: Mapping[str, Json], known: frozenset[str], level: int) -> dict[str, str]:
    return fields | {key: _value(extra[key], level) for key in sorted(extra) if key not in known}


def _block(fields: Mapping[str, str], level: int) -> str:
    """An object, one field a line; `level` is the depth of its own brace."""
    if not fields:
        return "{}"
    pad = "  " * (level + 1)
    rows = ",\n".join(f"{pad}{_string(key)}: {text}" for key, text in fields.items())
    return f"{{\n{rows}\n{'  ' * level}}}"


def _rows(items: list[str], level: int) -> str:
    if not items:
        return "[]"
    pad = "  " * (level + 1)
    return "[\n" + ",\n".join(pad + item for item in items) + f"\n{'  ' * level}]"


def _value(value: Json, level: int) -> str:
    """Any value: objects one field a line, sorted; lists on one line where they fit."""
    if isinstance(value, Mapping):
        return _block({key: _value(value[key], level + 1) for key in sorted(value)}, level)
    if isinstance(value, list | tuple):
        flat = _flat(value)
        if len(flat) + 2 * level <= WIDTH:
            return flat
        return _rows([_value(item, level + 1) for item in value], level)
    return _flat(value)


def _flat(value: Json) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_string(key)}: {_flat(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flat(item) for item in value) + "]"
    return json.dumps(value, allow_nan=False)


def _point(point: Point) -> str:
    return _flat(tuple(cast("Json", int(part) if part == int(part) else part) for part in point))


def _string(text: str) -> str:
    """A JSON string: letters of all scripts as they are; what is unseen or turns the line is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isprintable():
        return quoted
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in quoted)
