"""What a command line changes in a graph: `-i tape.dv` and `--set qtgmc1.preset=slow`. Pure, document to document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphs.codec import natural
from graphs.document import Graph, Json, NodeDoc, NodeId, is_id
from graphs.groups.flatten import outermost
from graphs.groups.types import kind_of
from graphs.problem import Problem, error
from graphs.resolve import did_you_mean
from graphs.upgrade import UpgradeError, upgrade_node
from nodes.node import Node
from nodes.params import Kind, ParamError
from nodes.registry import Registry

FILE_PARAM = "file"
SOURCES = {"input.video": FILE_PARAM, "input.capture": "take"}
"""The nodes that a tape comes from, and the param that names it."""

type Changed = tuple[Graph, list[Problem]]
"""The graph with all changes that fit, and a Problem for each that does not."""


def set_inputs(graph: Graph, inputs: Sequence[str], registry: Registry) -> Changed:
    """Give the graph's sources their files: `path`s in the order of the sources' ids, or `source2=path`.

    Video sources come first, so that one plain path always means the tape; other nodes that read a file can be
    named. A path is taken as it is where its part before `=` names no node.
    """
    sources = _readers(graph, registry)
    videos = [node for node in sources if graph.nodes[node].type in SOURCES] or sources
    problems: list[Problem] = []
    named: dict[NodeId, str] = {}
    plain: list[str] = []
    for text in inputs:
        before, equals, path = text.partition("=")
        node = NodeId(before)
        if equals and node in graph.nodes:
            if node not in sources:
                have = f"; these do: {', '.join(sources)}" if sources else ""
                problems.append(error(f"-i {text}: {node} reads no file{have}"))
            elif node in named:
                problems.append(error(f"-i {text}: {node} has a file already, {named[node]}"))
            else:
                named[node] = path
        else:
            plain.append(text)
    free = [node for node in videos if node not in named]
    named |= dict(zip(free, plain, strict=False))
    problems += [error(_one_too_many(text, graph, videos)) for text in plain[len(free) :]]
    for node, path in named.items():
        if path:
            graph = graph.with_node(graph.nodes[node].with_param(_file_param(graph.nodes[node]), path))
        else:
            problems.append(error("-i names no file. Write the path after it", node))
    return graph, problems


def _readers(graph: Graph, registry: Registry) -> list[NodeId]:
    """The nodes that read a file, in the order of their ids."""
    found = []
    for node in graph.nodes.values():
        kind = kind_of(node, registry)
        param = kind.params.get(_file_param(node)) if kind else None
        if param and param.kind in (Kind.FILE, Kind.FOLDER) and not param.saves and kind and kind.outputs:
            found.append(node.id)
    return sorted(found, key=natural)


def _file_param(node: NodeDoc) -> str:
    return SOURCES.get(node.type, FILE_PARAM)


def tapes(graph: Graph) -> list[tuple[NodeId, str]]:
    """The nodes that a tape comes from, in the order of their ids, each with the file that it names, or nothing."""
    nodes = sorted((node for node in graph.nodes.values() if node.type in SOURCES), key=lambda one: natural(one.id))
    return [(node.id, str(node.params.get(SOURCES[node.type]) or "")) for node in nodes]


def _one_too_many(text: str, graph: Graph, videos: Sequence[NodeId]) -> str:
    if not videos:
        return f"-i {text}: this graph has no video source to give it to. Add a Video file node"
    before, equals, _ = text.partition("=")
    meant = did_you_mean(before, graph.nodes) if equals and is_id(before) else ""
    many = f"{len(videos)} video source{'s' if len(videos) > 1 else ''}"
    return f"-i {text}: the graph has {many}, and {', '.join(videos)} has its file already{meant}"


def set_params(graph: Graph, settings: Sequence[str], registry: Registry) -> Changed:
    """Apply `node.param=value` texts, each read as its param reads it. All that is wrong is said at once."""
    problems: list[Problem] = []
    for text in settings:
        found = _setting(graph, text, registry)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            graph = graph.with_node(found)
    return graph, problems


def _setting(graph: Graph, text: str, registry: Registry) -> NodeDoc | Problem:
    place, equals, value = text.partition("=")
    name, dot, param = place.strip().partition(".")
    if not equals or not dot or not name or not param:
        return error(f"--set {text}: write it as node.param=value, like qtgmc1.preset=slow")
    node = graph.nodes.get(NodeId(name))
    if node is None and (group := _group_around(graph, name)) is not None and group.inside is not None:
        shown = ", ".join(one.name for one in group.inside.params) or "none"
        text = f"--set {text}: {name} lies in the group {group.id}, which shows only some params"
        return error(f"{text}: {shown}. Write {group.id}.param=value", group.id)
    if node is None:
        has = ", ".join(sorted(graph.nodes, key=natural)[:12]) or "none"
        return error(f"--set {text}: there is no node {name!r}{did_you_mean(name, graph.nodes)}. The nodes: {has}")
    if param in ("bypass", "mute"):
        return _switch(node, param, value, text)
    kind = kind_of(node, registry)
    if kind is None:
        return error(f"--set {text}: the type {node.type!r} is not installed, so its params are not known", node.id)
    return _param(node, kind, param, value, text)


def _group_around(graph: Graph, place: str) -> NodeDoc | None:
    """The group in which `group1/qtgmc1` would lie."""
    return graph.nodes.get(outermost(NodeId(place))) if "/" in place else None


def _switch(node: NodeDoc, name: str, value: str, text: str) -> NodeDoc | Problem:
    match value.strip().lower():
        case "true" | "yes" | "on" | "1":
            on = True
        case "false" | "no" | "off" | "0":
            on = False
        case _:
            return error(f"--set {text}: {value!r} is neither on nor off", node.id, name)
    return replace(node, bypass=on) if name == "bypass" else replace(node, mute=on)


def _param(node: NodeDoc, kind: type[Node], param: str, value: str, text: str) -> NodeDoc | Problem:
    declared = kind.params.get(param)
    if declared is None:
        has = ", ".join(kind.params) or "none"
        near = did_you_mean(param, kind.params)
        return error(f"--set {text}: {kind.name()} has no param {param!r}{near}. Its params: {has}", node.id, param)
    try:
        accepted = declared.parse(value)
        current = upgrade_node(node, kind).doc  # a value of today's type belongs into a node of today's version
    except ParamError as fault:
        return error(f"--set {text}: {fault}", node.id, param)
    except UpgradeError as fault:
        return error(f"--set {text}: {fault}", node.id)
    plain: Json = _as_json(declared.plain(accepted))
    return current.with_param(param, plain)


def _as_json(value: object) -> Json:
    assert value is None or isinstance(value, bool | int | float | str | list)
    return value
