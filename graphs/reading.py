"""Plain JSON → a Graph: every field checked, all that does not fit collected with its path. Pure."""

from __future__ import annotations

import json
from typing import Any

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
    Link,
    NodeDoc,
    NodeId,
    Note,
    NoteId,
    Point,
    Promoted,
)
from graphs.document import is_id as _is_id
from graphs.strict_json import DocumentError

MAX_NODES = 20_000
FARTHEST = 1e9

# The fields that this Tapeloom knows; all others are kept as `extra`.
NODE = frozenset({"type", "version", "params", "label", "position", "bypass", "mute", "notes"})
LINK = frozenset({"from", "to"})
GROUP_FRAME = frozenset({"label", "nodes", "colour", "collapsed"})
NOTE = frozenset({"text", "position", "size"})
GRAPH = frozenset({"format", "version", "meta", "nodes", "links", "groups", "notes"})
INSIDE = frozenset({"meta", "nodes", "links", "groups", "notes", "inputs", "outputs", "params"})


class Reader:
    """Turns plain JSON into a Graph; collects what does not fit, with its path."""

    def __init__(self, above: Reader | None = None, at: str = "") -> None:
        """`above` reads the graph in which a group lies at `at`."""
        self.faults: list[str] = []
        self.depth: int = above.depth + 1 if above else 0
        self.at = at
        self.count: list[int] = above.count if above else [0]

    def graph(self, raw: dict[str, Any]) -> Graph:
        made = self.parts(raw, GRAPH)
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
        below = Reader(self, f"{self.at}{path}.")
        graph = below.parts(raw, INSIDE)
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
            _rest(raw, INSIDE),
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
            _rest(raw, known) if known is GRAPH else {},
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
            known = NODE | {"inside"}
            return NodeDoc(NodeId(key), kind, version, *values, _rest(raw, known), inside) if inside else None
        return NodeDoc(NodeId(key), kind, version, *values, _rest(raw, NODE))

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
        return Link(ends[0], ends[1], _rest(raw, LINK)) if len(ends) == 2 else None

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
        return Group(GroupId(key), label, tuple(members), colour, collapsed, _rest(raw, GROUP_FRAME))

    def note(self, key: str, raw: dict[str, Any]) -> Note | None:
        path = f"notes.{key}"
        before = len(self.faults)
        text = self.field(raw, "text", "", str, "a text", path)
        position = self.point(raw, "position", (0.0, 0.0), path)
        size = self.point(raw, "size", (240.0, 120.0), path)
        return Note(NoteId(key), text, position, size, _rest(raw, NOTE)) if len(self.faults) == before else None

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
