"""A document meets the node types at hand: params parsed, wires checked, order found. Pure, raises nothing.

Whatever does not fit becomes a Problem and the rest goes on, so that all of them are known at once.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from graphs.document import GROUP, ID_RULE, Graph, JsonObject, Link, NodeDoc, NodeId, is_place
from graphs.groups.flatten import Flat, flattened
from graphs.problem import Problem, error, warning
from graphs.recall import Recall
from graphs.upgrade import UpgradeError, upgrade_node
from nodes.node import Node
from nodes.params import ParamError
from nodes.ports import PICTURES, InPort, OutPort, PortType
from nodes.registry import Registry

type Port = tuple[NodeId, str]
"""A node and one of its ports."""


@dataclass(frozen=True)
class Placed:
    """A node of the graph whose type is known. `node` holds the parsed params (the default where one did not
    fit, with a Problem); `doc` is upgraded, every param written out."""

    id: NodeId
    doc: NodeDoc
    node: Node

    @property
    def type(self) -> type[Node]:
        return type(self.node)

    @property
    def bypass(self) -> bool:
        return self.doc.bypass

    @property
    def writes(self) -> bool:
        """Whether it is an output that is not bypassed."""
        return is_sink(self.type) and not self.bypass


@dataclass(frozen=True)
class Missing:
    """A node whose type is not here, or is older than the node. Kept in the document, never run."""

    id: NodeId
    doc: NodeDoc
    reason: str


@dataclass(frozen=True)
class Resolved:
    """`order` holds the live nodes, sources first: those that can be reached without passing a cycle, a
    missing or a muted node they cannot do without. Bypassed nodes are in it; `feed` looks through them.

    Groups are opened: `graph` is without them (`flat` tells more), and their nodes have ids like `group1/qtgmc1`.

    `wires` are the links that fit, by input port. `left_out` are the nodes that muting takes away. `shape` is one and
    the same object for graphs, resolved with the same Recall, whose nodes differ in no more than their params.
    """

    graph: Graph
    placed: Mapping[NodeId, Placed]
    missing: Mapping[NodeId, Missing]
    order: tuple[NodeId, ...]
    wires: Mapping[Port, Port]
    left_out: frozenset[NodeId]
    problems: tuple[Problem, ...]
    flat: Flat
    shape: object = field(default_factory=object, repr=False, compare=False)
    _through: Mapping[Port, Port] = field(default_factory=dict, repr=False)
    _feeds: dict[Port, Port | None] = field(default_factory=dict, repr=False, compare=False)

    def feed(self, node: NodeId, port: str) -> Port | None:
        """The output that really feeds an input: bypassed nodes on the way are looked through. None if
        not wired, or fed by nothing that runs."""
        entry = (node, port)
        if entry not in self._feeds:
            source = self.wires.get(entry)
            self._feeds[entry] = self.real(source) if source else None
        return self._feeds[entry]

    def real(self, output: Port) -> Port | None:
        """The output that stands behind `output`: itself, or what passes through a bypassed node."""
        passed: Port | None = output
        for _ in range(len(self.graph.nodes) + 1):
            if passed is None:
                return None
            node = passed[0]
            bypassed = node in self.placed and self.placed[node].bypass
            if not bypassed and node not in self.missing:
                return passed if node in self.placed and node not in self.left_out else None
            entry = self._through.get(passed)
            passed = self.wires.get(entry) if entry else None
        return None

    def through(self, output: Port) -> Port | None:
        """The input port that a bypassed node shows on `output`."""
        return self._through.get(output)

    def sinks(self) -> tuple[NodeId, ...]:
        """The live nodes that write something: those without outputs, neither bypassed nor left out."""
        return tuple(key for key in self.order if self.placed[key].writes)

    def upstream(self, targets: Iterable[NodeId]) -> tuple[NodeId, ...]:
        """The live nodes that `targets` need, themselves included, sources first."""
        needed = self.needed(targets)
        return tuple(node for node in self.order if node in needed)

    def needed(self, targets: Iterable[NodeId]) -> set[NodeId]:
        """All that `targets` need, themselves included: nodes that cannot run too."""
        seen: set[tuple[NodeId, str | None]] = set()
        waiting: list[tuple[NodeId, str | None]] = [(node, None) for node in targets]
        while waiting:
            asked = waiting.pop()
            if asked not in seen:
                seen.add(asked)
                waiting += [wire for port in self._entries(*asked) if (wire := self.wires.get((asked[0], port)))]
        return {node for node, _ in seen}

    def _entries(self, node: NodeId, output: str | None) -> Iterable[str]:
        """The inputs that matter to `output`, or to any: all, or, of a bypassed node, those that it passes on."""
        placed = self.placed.get(node)
        if placed is not None and not placed.bypass:
            return placed.type.inputs
        shown = [entry for (passer, out), entry in self._through.items() if passer == node and output in (None, out)]
        return [port for _, port in shown]


def is_sink(kind: type[Node]) -> bool:
    """Whether nodes of this type write something: they take and do not give."""
    return bool(kind.inputs) and not kind.outputs


def resolve(graph: Graph, registry: Registry, recall: Recall | None = None) -> Resolved:
    """Match `graph` with the node types of `registry`. `recall` knows what earlier versions of it came to."""
    recall = Recall() if recall is None else recall
    flat = flattened(graph, registry, recall)
    graph = flat.graph
    problems: list[Problem] = [*flat.problems]
    placed: dict[NodeId, Placed] = {}
    missing: dict[NodeId, Missing] = {}
    for key in sorted(graph.nodes):
        doc, own = graph.nodes[key], flat.kinds.get(key)
        found, said = recall(("placed", key), (doc, registry, own), partial(_place, doc, registry, own, recall))
        problems += said
        if isinstance(found, Placed):
            placed[key] = found
        else:
            missing[key] = found
    wired = recall(
        "wired",
        (
            recall.same("links", graph.links),
            recall.same(
                "kinds", tuple((node.id, node.type, node.doc.bypass, node.doc.mute) for node in placed.values())
            ),
            recall.same("missing", tuple((each.id, each.doc.bypass, each.doc.mute) for each in missing.values())),
            recall.same("reported", frozenset((problem.node, problem.part) for problem in problems)),
        ),
        partial(_wired, graph, placed, missing, problems),
    )
    told = (*problems, *wired.problems)
    return replace(wired, graph=graph, placed=placed, missing=missing, problems=told, flat=flat)


# -- nodes -----------------------------------------------------------------------------------------
def _place(
    doc: NodeDoc, registry: Registry, own: type[Node] | None, recall: Recall
) -> tuple[Placed | Missing, tuple[Problem, ...]]:
    if not is_place(doc.id):
        said = error(f"{doc.id!r} is no node id. Use {ID_RULE}")
        return Missing(doc.id, doc, "its id cannot be used"), (said,)
    kind = own or registry.get(doc.type)
    tell = warning if doc.bypass or doc.mute else error
    if kind is None and doc.type == GROUP:
        reason = "what lies in this group is not in the document, or was saved by a newer Tapeloom"
        return Missing(doc.id, doc, reason), (tell(f"{reason}. It is kept as it is; bypass it or remove it", doc.id),)
    if kind is None:
        near = did_you_mean(doc.type, [node.id for node in registry])
        reason = f"the node type {doc.type!r} is not installed{near}"
        then = "It is kept as it is; install the plugin it comes from, bypass it or remove it"
        return Missing(doc.id, doc, reason), (tell(f"{reason}. {then}", doc.id),)
    try:
        # a node that was only moved or renamed keeps its parsed params
        params, node, problems = recall(
            ("parsed", doc.id), (doc.params, kind, doc.version), partial(_parsed, doc, kind)
        )
    except UpgradeError as fault:
        return Missing(doc.id, doc, str(fault)), (tell(str(fault), doc.id),)
    return Placed(doc.id, replace(doc, type=kind.id, version=kind.version, params=params), node), problems


def _parsed(doc: NodeDoc, kind: type[Node]) -> tuple[JsonObject, Node, tuple[Problem, ...]]:
    """A node's params in their present shape, the node they make, and what is wrong with them. UpgradeError."""
    params = upgrade_node(doc, kind).doc.params
    problems: list[Problem] = []
    values: dict[str, object] = {}
    for name, value in params.items():
        declared = kind.params.get(name)
        if declared is None:
            near = did_you_mean(name, kind.params)
            text = f"{kind.name()} has no such param{near}. It is kept, but does nothing"
            problems.append(warning(text, doc.id, name))
            continue
        try:
            values[name] = declared.accept(value)
        except ParamError as fault:
            problems.append(error(str(fault), doc.id, name))
    return params, kind(**values), tuple(problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'qtgmc1'?)`, or nothing where nothing is near."""
    near = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


# -- wires -----------------------------------------------------------------------------------------
def _wired(
    graph: Graph, placed: Mapping[NodeId, Placed], missing: Mapping[NodeId, Missing], found: Iterable[Problem]
) -> Resolved:
    """The graph with its wires; `problems` are those of the wires only, `found` what is said already."""
    problems: list[Problem] = []
    wires = {link.target: link.source for link in graph.links if _fits(link, placed, missing, problems)}
    through = _through(placed, missing)
    problems += _cycles(graph, wires)
    order, left_out = _order(placed, missing, wires)
    wired = Resolved(graph, placed, missing, order, wires, left_out, (), Flat(graph), _through=through)
    problems += _unwired(wired, {(problem.node, problem.part) for problem in (*found, *problems)})
    return replace(wired, problems=tuple(problems))


def _fits(
    link: Link, placed: Mapping[NodeId, Placed], missing: Mapping[NodeId, Missing], problems: list[Problem]
) -> bool:
    (source, out_name), (target, in_name) = link.source, link.target
    for end, role in ((source, "begins at"), (target, "ends at")):
        if end not in placed and end not in missing:
            near = did_you_mean(end, [*placed, *missing])
            problems.append(error(f"the wire {link} {role} {end!r}, no node here{near}. Remove the wire"))
            return False
    out = _port(placed.get(source), out_name, "out")
    into = _port(placed.get(target), in_name, "in")
    if isinstance(out, str) or isinstance(into, str):
        at, name = (target, in_name) if isinstance(into, str) else (source, out_name)
        said = into if isinstance(into, str) else out
        problems.append(error(f"{said}. The wire {link} is not used; wire it anew", at, name))
        return False
    if out and into and not kinds_fit(out.kind, into.kind):
        text = f"{'.'.join(link.source)} gives {out.kind.name}, but this takes {into.kind.name}"
        problems.append(error(f"{text}. Wire something else here", target, in_name))
        return False
    return True


def kinds_fit(out: type[PortType], into: type[PortType]) -> bool:
    """Whether a wire may join ports of these kinds. Masks are pictures: each serves as the other."""
    return out is into or (out in PICTURES and into in PICTURES)


def _port(node: Placed | None, name: str, side: str) -> OutPort | InPort | str | None:
    """The port, or what to say where there is none. None for a missing node: its ports are not known."""
    if node is None:
        return None
    ports: Mapping[str, InPort] | Mapping[str, OutPort] = node.type.inputs if side == "in" else node.type.outputs
    if name in ports:
        return ports[name]
    has = f"it has {', '.join(ports)}" if ports else "it has none"
    return f"{node.type.name()} has no {side}put {name!r}{did_you_mean(name, ports)}; {has}"


# Ports that library nodes name alike; what a missing node, being bypassed, most likely passes through.
_USUAL = {"out": "clip", "sound": "audio"}


def _through(placed: Mapping[NodeId, Placed], missing: Mapping[NodeId, Missing]) -> dict[Port, Port]:
    through: dict[Port, Port] = {}
    for node in placed.values():
        if node.bypass:
            through |= {(node.id, out): (node.id, port) for out, port in node.type.bypass().items()}
    for lost in missing.values():
        if lost.doc.bypass:
            through |= {(lost.id, out): (lost.id, port) for out, port in _USUAL.items()}
    return through


# -- order -----------------------------------------------------------------------------------------
_MOST_CYCLES = 20


def _cycles(graph: Graph, wires: Mapping[Port, Port]) -> Iterator[Problem]:
    """Every cycle (the first twenty), each said once, from its first node in the order of the alphabet."""
    before: dict[NodeId, set[NodeId]] = {node: set() for node in graph.nodes}
    for (target, _), (source, _) in wires.items():
        before[target].add(source)
    left = _core(before)
    for _ in range(_MOST_CYCLES):
        if not left:
            return
        node = min(left)
        path: dict[NodeId, None] = {}
        while node not in path:
            path[node] = None
            node = min(left[node])
        ring = list(path)[list(path).index(node) :][::-1]
        start = ring.index(min(ring))
        ring = ring[start:] + ring[:start]
        yield error(f"the wires go in a circle: {' → '.join([*ring, ring[0]])}. Remove one of them", ring[0])
        left = _core({node: froms.difference(ring) for node, froms in left.items() if node not in ring})


def _core(before: Mapping[NodeId, set[NodeId]]) -> dict[NodeId, set[NodeId]]:
    """What is left of a graph after taking away, again and again, nodes that nothing leads to."""
    left = {node: set(froms) for node, froms in before.items()}
    after: dict[NodeId, set[NodeId]] = {}
    for node, froms in left.items():
        for source in froms:
            after.setdefault(source, set()).add(node)
    free = [node for node, froms in left.items() if not froms]
    while free:
        node = free.pop()
        del left[node]
        for target in after.get(node, ()):
            if target in left:
                left[target].discard(node)
                if not left[target]:
                    free.append(target)
    return left


def _order(
    placed: Mapping[NodeId, Placed], missing: Mapping[NodeId, Missing], wires: Mapping[Port, Port]
) -> tuple[tuple[NodeId, ...], frozenset[NodeId]]:
    """Live nodes, sources first (equals by id), and the nodes left out because of muting. Nodes on or behind
    a cycle never get ready."""
    waits: dict[NodeId, int] = dict.fromkeys((*placed, *missing), 0)
    after: dict[NodeId, list[NodeId]] = {}
    for (target, _), (source, _) in wires.items():
        waits[target] += 1
        after.setdefault(source, []).append(target)
    ready = [node for node, count in waits.items() if not count]
    heapq.heapify(ready)
    order: list[NodeId] = []
    muted: set[NodeId] = set()
    broken: set[NodeId] = set()
    while ready:
        node = heapq.heappop(ready)
        for target in after.get(node, ()):
            waits[target] -= 1
            if not waits[target]:
                heapq.heappush(ready, target)
        doc = placed[node].doc if node in placed else missing[node].doc
        needed = _needed(placed[node], wires) if node in placed else []
        if doc.mute or any(source in muted for source in needed):
            muted.add(node)
        elif any(source in broken for source in needed) or (node in missing and not doc.bypass):
            broken.add(node)
        elif node in placed:
            order.append(node)
    return tuple(order), frozenset(muted)


def _needed(node: Placed, wires: Mapping[Port, Port]) -> list[NodeId]:
    """The nodes that feed the inputs it cannot do without (when bypassed: those that pass through)."""
    if node.bypass:
        ports = list(node.type.bypass().values())
    else:
        ports = [name for name, port in node.type.inputs.items() if not port.optional]
    return [wires[node.id, port][0] for port in ports if (node.id, port) in wires]


def _unwired(resolved: Resolved, reported: set[tuple[NodeId | None, str]]) -> Iterator[Problem]:
    """Inputs that get nothing, or through bypassed nodes get the wrong thing."""
    for node in resolved.placed.values():
        if node.id in resolved.left_out:
            continue
        loose = not resolved.graph.outgoing(node.id) and not is_sink(node.type)
        tell = warning if loose else error  # a node that feeds nothing harms nothing
        for name, port in node.type.inputs.items():
            if (node.id, name) in reported or (node.bypass and name not in node.type.bypass().values()):
                continue
            wire = resolved.wires.get((node.id, name))
            feed = resolved.feed(node.id, name)
            if wire is None:
                if not port.optional:
                    yield tell(f"nothing is wired in. Wire a {port.kind.name} here", node.id, name)
            elif feed is None:
                source = resolved.placed.get(wire[0])
                if source and source.bypass and resolved.through(wire) is None and not port.optional:
                    text = f"{wire[0]} is bypassed and has no {port.kind.name} to pass on. Do not bypass it"
                    yield error(text, node.id, name)
            elif not kinds_fit(given := resolved.placed[feed[0]].type.outputs[feed[1]].kind, port.kind):
                text = f"through the bypass comes {'.'.join(feed)}, {given.name} instead of {port.kind.name}"
                yield error(text, node.id, name)
