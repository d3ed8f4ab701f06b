"""A graph as text and back: canonical JSON that a person can read and a diff can show.

Equal graphs give equal bytes. Nodes stand in the order in which the tape passes them. What this Tapeloom
does not know (node types, fields) is written back as it was read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from graphs.document import (
    GROUP,
    ID_RULE,
    MAX_NESTING,
    Entrance,
    Exit,
    Graph,
    Group,
    GroupId,
    Inside,
    Json,
    JsonObject,
    Link,
    NodeDoc,
    NodeId,
    Note,
    NoteId,
    Point,
    Promoted,
)
from graphs.document import is_id as _is_id
from graphs.upgrade import FORMAT, VERSION, UpgradeError, upgrade_document

MAX_BYTES = 16 * 2**20
MAX_NODES = 20_000
MAX_DEPTH = 64
MAX_DIGITS = 400
WIDTH = 100
FARTHEST = 1e9


class DocumentError(Exception):
    """A text that is no graph. `faults` are all of them, each `where: what. What next`."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


# -- reading ---------------------------------------------------------------------------------------
def decode(data: str | bytes) -> Graph:
    """Read a document. DocumentError tells everything that is wrong with it."""
    raw = _parse(data)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise DocumentError(f'this is JSON, but no Tapeloom graph (it lacks "format": "{FORMAT}")')
    version = raw.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise DocumentError("version: it should be a whole number, such as 1")
    if version > VERSION:
        newer = f"version {version} of the format; this one reads up to {VERSION}"
        raise DocumentError(f"a newer Tapeloom wrote this ({newer}). Update Tapeloom to open it")
    try:
        raw = upgrade_document(raw, version)
    except UpgradeError as fault:
        raise DocumentError(f"this old document cannot be read: {fault}") from None
    return _Reader().graph(raw)


def _parse(data: str | bytes) -> object:
    text = data if isinstance(data, str) else _text(data)
    if len(text) > MAX_BYTES:
        raise DocumentError(f"it holds {len(text):,} characters; a graph has {MAX_BYTES:,} at most")
    if not text.strip():
        raise DocumentError("the file is empty: nothing was saved in it. Look for a backup or an earlier version")
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: _once(pairs, text),
            parse_constant=lambda word: _refuse(
                f"{word} is no number that JSON knows. Write a plain number", word, text
            ),
            parse_float=lambda digits: _float(digits, text),
            parse_int=lambda digits: _int(digits, text),
        )
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        if fault.pos >= len(text.rstrip()) or fault.msg.startswith("Unterminated"):
            raise DocumentError(f"{where}: the file stops in the middle; its end is lost. Use a backup") from None
        raise DocumentError(f"{where}: {fault.msg[0].lower()}{fault.msg[1:]}. Correct it there") from None
    except RecursionError:
        raise DocumentError(f"values are nested deeper than {MAX_DEPTH}") from None


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise DocumentError(f"it holds {len(data):,} bytes; a graph has {MAX_BYTES:,} at most")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DocumentError("it is written in UTF-16. Save it as UTF-8")
    if b"\0" in data[:4096]:
        raise DocumentError("this is no text, so no graph. A video goes to -i, a .graph here")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise DocumentError(f"line {line}: a byte that is no UTF-8. Save the file as UTF-8") from None


_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _check_depth(text: str) -> None:
    depth = 0
    for mark in _MARKS.finditer(text):
        sign = mark.group()
        depth += (sign in "[{") - (sign in "]}")
        if depth > MAX_DEPTH:
            line = text.count("\n", 0, mark.start()) + 1
            raise DocumentError(f"line {line}: values are nested deeper than {MAX_DEPTH}")


def _once(pairs: list[tuple[str, Any]], text: str) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(f"{twice!r} stands twice in one object. Remove one", json.dumps(twice, ensure_ascii=False), text)
    return result


def _float(digits: str, text: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _refuse(f"{digits[:40]} is larger than any number here", digits, text)
    return number


def _int(digits: str, text: str) -> int:
    if len(digits) > MAX_DIGITS:
        _refuse(f"a number of {len(digits)} digits; {MAX_DIGITS} are the most", digits, text)
    return int(digits)


def _refuse(what: str, found: str, text: str) -> NoReturn:
    """Raise DocumentError with the lines on which `found` stands (the parser does not tell where it is)."""
    rows: list[int] = []
    start = text.find(found)
    while start >= 0 and len(rows) < 4:
        rows.append(text.count("\n", 0, start) + 1)
        start = text.find(found, text.find("\n", start) + 1 or len(text))
    where = f"line {' or '.join(map(str, rows))}: " if rows else ""
    raise DocumentError(f"{where}{what}")


_NODE = frozenset({"type", "version", "params", "label", "position", "bypass", "mute", "notes"})
_LINK = frozenset({"from", "to"})
_GROUP = frozenset({"label", "nodes", "colour", "collapsed"})
_NOTE = frozenset({"text", "position", "size"})
_GRAPH = frozenset({"format", "version", "meta", "nodes", "links", "groups", "notes"})
_INSIDE = frozenset({"meta", "nodes", "links", "groups", "notes", "inputs", "outputs", "params"})


class _Reader:
    """Turns plain JSON into a Graph; collects what does not fit, with its path."""

    def __init__(self, above: _Reader | None = None, at: str = "") -> None:
        """`above` reads the graph in which a group lies at `at`."""
        self.faults: list[str] = []
        self.depth: int = above.depth + 1 if above else 0
        self.at = at
        self.count: list[int] = above.count if above else [0]

    def graph(self, raw: dict[str, Any]) -> Graph:
        made = self.parts(raw, _GRAPH)
        if self.count[0] > MAX_NODES:
            self.faults = [f"nodes: {self.count[0]:,} nodes; {MAX_NODES:,} are the most"]
        if self.faults or made is None:
            raise DocumentError(*self.faults[:50])
        return made

    def inside(self, raw: object, path: str) -> Inside | None:
        """What a group is made of; None, and a fault, where it cannot be."""
        if self.depth >= MAX_NESTING:
            self.fault(path, f"groups lie deeper than {MAX_NESTING} one in the other. Expand some of them")
            return None
        if not isinstance(raw, dict):
            self.fault(path, f"it should be an object with nodes and links, not {_brief(raw)}")
            return None
        below = _Reader(self, f"{self.at}{path}.")
        graph = below.parts(raw, _INSIDE)
        entries = raw.get("nodes")
        nodes = {NodeId(key) for key in entries} if isinstance(entries, dict) else set()
        names: set[str] = set()
        inputs, outputs, params = (
            [below.shown(name, at, value, nodes, names) for at, value in enumerate(below.list_of(raw, name))]
            for name in ("inputs", "outputs", "params")
        )
        self.faults += below.faults
        if graph is None or below.faults:
            return None
        return Inside(
            graph,
            tuple(one for one in inputs if isinstance(one, Entrance)),
            tuple(one for one in outputs if isinstance(one, Exit)),
            tuple(one for one in params if isinstance(one, Promoted)),
            _rest(raw, _INSIDE),
        )

    def shown(
        self, where: str, at: int, raw: object, nodes: set[NodeId], names: set[str]
    ) -> Entrance | Exit | Promoted | None:
        """One input, output or param that a group shows outside."""
        path = f"{where}.{at}"
        if not isinstance(raw, dict):
            self.fault(path, f"it should be an object, not {_brief(raw)}")
            return None
        name = raw.get("name")
        if not isinstance(name, str) or not _is_id(name):
            self.fault(f"{path}.name", f"it is no id. Use {ID_RULE}")
            return None
        side = "out" if where == "outputs" else "in"
        if f"{side}.{name}" in names:
            self.fault(f"{path}.name", f"{name!r} is taken: each name may stand once")
            return None
        names.add(f"{side}.{name}")
        ends = raw.get("to") if where == "inputs" else [raw.get("from" if where == "outputs" else "to")]
        found: list[tuple[NodeId, str]] = []
        for end in ends if isinstance(ends, list) else [None]:
            match end:
                case [str() as node, str() as part] if node in nodes and _is_id(part):
                    found.append((NodeId(node), part))
                case _:
                    self.fault(path, 'it should name a node in the group and what of it, like ["qtgmc1", "clip"]')
                    return None
        if where == "inputs":
            return Entrance(name, tuple(found), _rest(raw, frozenset({"name", "to"})))
        if where == "outputs":
            return Exit(name, found[0], _rest(raw, frozenset({"name", "from"})))
        label = self.field(raw, "label", "", str, "a text", path)
        rest = _rest(raw, frozenset({"name", "to", "label", "default"}))
        return Promoted(name, *found[0], label, raw.get("default"), rest)

    def parts(self, raw: dict[str, Any], known: frozenset[str]) -> Graph | None:
        """The graph, or None and faults."""
        entries = self.objects(raw, "nodes")
        self.count[0] += len(entries)
        nodes = {key: self.node(key, value) for key, value in entries}
        links = [self.link(at, value) for at, value in enumerate(self.list_of(raw, "links"))]
        groups = [self.group(key, value) for key, value in self.objects(raw, "groups")]
        notes = [self.note(key, value) for key, value in self.objects(raw, "notes")]
        meta = self.field(raw, "meta", {}, dict, "an object", "")
        ends: dict[tuple[NodeId, str], int] = {}
        for at, link in enumerate(links):
            if link and link.target in ends:
                first = ends[link.target]
                text = f"{'.'.join(link.target)} is already fed by links.{first}; an input takes one. Remove one"
                self.fault(f"links.{at}", text)
            elif link:
                ends[link.target] = at
        if self.faults:
            return None
        return Graph(
            {NodeId(key): node for key, node in nodes.items() if node},
            tuple(link for link in links if link),
            tuple(group for group in groups if group),
            tuple(note for note in notes if note),
            meta,
            _rest(raw, known) if known is _GRAPH else {},
        )

    def node(self, key: str, raw: dict[str, Any]) -> NodeDoc | None:
        path = f"nodes.{key}"
        before = len(self.faults)
        kind = self.field(raw, "type", "", str, "a text such as input.video", path)
        if not kind and len(self.faults) == before:
            self.fault(f"{path}.type", "it is missing. Name the node type, such as input.video")
        version = self.field(raw, "version", 1, int, "a whole number", path)
        if version < 0:
            self.fault(f"{path}.version", "it is below 0")
        values = (
            self.field(raw, "params", {}, dict, "an object", path),
            self.field(raw, "label", "", str, "a text", path),
            self.point(raw, "position", (0.0, 0.0), path),
            self.field(raw, "bypass", False, bool, "true or false", path),
            self.field(raw, "mute", False, bool, "true or false", path),
            self.field(raw, "notes", "", str, "a text", path),
        )
        if len(self.faults) > before:
            return None
        if kind == GROUP and version <= 1 and "inside" in raw:
            inside = self.inside(raw["inside"], f"{path}.inside")
            known = _NODE | {"inside"}
            return NodeDoc(NodeId(key), kind, version, *values, _rest(raw, known), inside) if inside else None
        return NodeDoc(NodeId(key), kind, version, *values, _rest(raw, _NODE))

    def link(self, at: int, raw: object) -> Link | None:
        path = f"links.{at}"
        if not isinstance(raw, dict):
            self.fault(path, 'it should look like {"from": ["source1", "out"], "to": ["encode1", "clip"]}')
            return None
        ends = []
        for name in ("from", "to"):
            match raw.get(name):
                case [str() as node, str() as port] if _is_id(node) and _is_id(port):
                    ends.append((NodeId(node), port))
                case _:
                    self.fault(f"{path}.{name}", 'it should name a node and its port, like ["source1", "out"]')
        return Link(ends[0], ends[1], _rest(raw, _LINK)) if len(ends) == 2 else None

    def group(self, key: str, raw: dict[str, Any]) -> Group | None:
        path = f"groups.{key}"
        before = len(self.faults)
        members = self.field(raw, "nodes", [], list, "a list of node ids", path)
        if not all(isinstance(member, str) and _is_id(member) for member in members):
            self.fault(f"{path}.nodes", "it should be a list of node ids")
        label = self.field(raw, "label", "", str, "a text", path)
        colour = self.field(raw, "colour", "", str, "a text", path)
        collapsed = self.field(raw, "collapsed", False, bool, "true or false", path)
        if len(self.faults) > before:
            return None
        return Group(GroupId(key), label, tuple(members), colour, collapsed, _rest(raw, _GROUP))

    def note(self, key: str, raw: dict[str, Any]) -> Note | None:
        path = f"notes.{key}"
        before = len(self.faults)
        text = self.field(raw, "text", "", str, "a text", path)
        position = self.point(raw, "position", (0.0, 0.0), path)
        size = self.point(raw, "size", (240.0, 120.0), path)
        return Note(NoteId(key), text, position, size, _rest(raw, _NOTE)) if len(self.faults) == before else None

    # -- parts -------------------------------------------------------------------------------------
    def fault(self, path: str, text: str) -> None:
        self.faults.append(f"{(self.at + path)[:200]}: {text}")

    def field[T](self, raw: dict[str, Any], name: str, default: T, kind: type[T], what: str, path: str) -> T:
        value = raw.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(f"{path}.{name}".lstrip("."), f"it should be {what}, not {_brief(value)}")
            return default
        return value

    def objects(self, raw: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
        found = []
        for key, value in self.field(raw, name, {}, dict, "an object with an entry for each id", "").items():
            if not _is_id(key):
                self.fault(f"{name}.{key!r}", f"it is no id. Use {ID_RULE}")
            elif not isinstance(value, dict):
                self.fault(f"{name}.{key}", f"it should be an object, not {_brief(value)}")
            else:
                found.append((key, value))
        return found

    def list_of(self, raw: dict[str, Any], name: str) -> list[Any]:
        return self.field(raw, name, [], list, "a list", "")

    def point(self, raw: dict[str, Any], name: str, default: Point, path: str) -> Point:
        match raw.get(name, list(default)):
            case [int() | float() as x, int() | float() as y] if bool not in (type(x), type(y)):
                if max(abs(x), abs(y)) <= FARTHEST:
                    return float(x), float(y)
                self.fault(f"{path}.{name}", f"it lies farther out than {FARTHEST:g}")
            case value:
                self.fault(f"{path}.{name}", f"it should be two numbers like [120, 40], not {_brief(value)}")
        return default


def _rest(raw: dict[str, Any], known: frozenset[str]) -> dict[str, Json]:
    return {key: value for key, value in raw.items() if key not in known}


def _brief(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 40 else f"{text[:37]}…"


# -- writing ---------------------------------------------------------------------------------------
def encode(graph: Graph) -> str:
    """The document as text. ValueError for what JSON cannot hold (a float that is not finite)."""
    top = {"format": _string(FORMAT), "version": str(VERSION), **_parts(graph, 1)}
    return _block(_and_extra(top, graph.extra, _GRAPH, 1), 0) + "\n"


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
    known = _NODE
    if node.inside is not None:
        fields["inside"] = _inside(node.inside, level + 1)
        known = _NODE | {"inside"}
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
    return _block(_and_extra(fields, inside.extra, _INSIDE, level + 1), level)


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
    fields |= {key: _flat(value) for key, value in sorted(link.extra.items()) if key not in _LINK}
    return "{" + ", ".join(f"{_string(key)}: {value}" for key, value in fields.items()) + "}"


def _group(group: Group, level: int) -> str:
    fields = {"label": _string(group.label), "nodes": _value(group.nodes, level + 1)}
    if group.colour:
        fields["colour"] = _string(group.colour)
    if group.collapsed:
        fields["collapsed"] = "true"
    return _block(_and_extra(fields, group.extra, _GROUP, level + 1), level)


def _note(note: Note, level: int) -> str:
    fields = {"position": _point(note.position), "size": _point(note.size), "text": _string(note.text)}
    return _block(_and_extra(fields, note.extra, _NOTE, level + 1), level)


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
