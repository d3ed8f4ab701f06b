"""Names what a document does, whoever saved it and wherever its nodes lie on the canvas."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from graphs.document import Graph, Inside, Json, NodeDoc
from graphs.upgrade import upgrade_graph
from nodes.registry import Registry

_RULES = "tapeloom graph identity 1"


def fingerprint(graph: Graph, registry: Registry | None = None) -> str:
    """SHA-256 (32 hex digits) of the nodes, their params and wires. Positions, labels, notes, groups and titles do
    not count, nor does the order in which anything was added.

    With a `registry`, nodes count in their present shape: upgraded, every param written out.
    """
    if registry is not None:
        graph = upgrade_graph(graph, registry)
    content = {"rules": _RULES, **_content(graph)}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _content(graph: Graph) -> dict[str, object]:
    return {
        "nodes": {key: _node(node) for key, node in graph.nodes.items()},
        "links": sorted([*link.source, *link.target] for link in graph.links),
    }


def _node(node: NodeDoc) -> dict[str, object]:
    return {
        "type": node.type,
        "version": node.version,
        "params": _plain(node.params),
        "bypass": node.bypass,
        "mute": node.mute,
    } | (_inside(node.inside) if node.inside is not None else {})


def _inside(inside: Inside) -> dict[str, object]:
    return {
        "inside": _content(inside.graph),
        "inputs": [[one.name, sorted(map(list, one.to))] for one in inside.inputs],
        "outputs": [[one.name, *one.source] for one in inside.outputs],
        "promoted": [[one.name, one.node, one.param, _plain(one.default)] for one in inside.params],
    }


def _plain(value: Json) -> object:
    """2 and 2.0 are the same number to a restorer, so they are here."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
