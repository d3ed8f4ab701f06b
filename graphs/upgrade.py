"""Old documents open for ever: steps from dict to dict, one version at a time. Pure.

A document step changes the shape of the file; a node step stands beside its node class (`Node.upgrades`) and
changes the params of one node. A step writes out what its version took for granted, so that a default which
has changed since then does not alter an old restoration; only after all steps are params that are still
missing given today's defaults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from graphs.document import Graph, Json, JsonObject, NodeDoc, thawed
from nodes.node import Node
from nodes.registry import Registry

FORMAT = "tapeloom.graph"
VERSION = 1


class UpgradeError(Exception):
    """A step failed or is missing; the text says which."""


# -- the document ----------------------------------------------------------------------------------
def _from_0(old: dict[str, Any]) -> dict[str, Any]:
    """Version 0, of the first prototype: nodes in a list, wires as `"a.out > b.clip"`, `options` for
    `params`, `x` and `y` apart, `disabled` for `bypass`, and a title at the top."""
    nodes = {}
    for row in old.get("nodes", []):
        node = dict(row)
        name = node.pop("name")
        node["params"] = node.pop("options", {})
        node["position"] = [node.pop("x", 0), node.pop("y", 0)]
        if node.pop("disabled", False):
            node["bypass"] = True
        node.setdefault("version", 1)
        nodes[name] = node
    links = []
    for wire in old.get("wires", []):
        source, _, target = wire.partition(">")
        links.append({"from": source.strip().split("."), "to": target.strip().split(".")})
    new = {key: value for key, value in old.items() if key not in ("nodes", "wires", "title")}
    new |= {"nodes": nodes, "links": links}
    if "title" in old:
        new["meta"] = {"title": old["title"]}
    return new


DOCUMENT_STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_0}


def upgrade_document(data: dict[str, Any], version: int) -> dict[str, Any]:
    """The plain content of a file of `version` in the shape of VERSION. UpgradeError if it cannot be read
    so."""
    while version < VERSION:
        step = DOCUMENT_STEPS.get(version)
        if step is None:
            raise UpgradeError(f"version {version} of the file format is not known to this Tapeloom")
        try:
            data = step(data)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError):
            raise UpgradeError(f"it does not hold what a document of version {version} holds") from None
        version += 1
        data = {**data, "version": version}
    return data


# -- a node ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Upgraded:
    """A node in its type's present shape. `changed` says whether its params, type id or version differ from
    the saved ones in more than a written-out default."""

    doc: NodeDoc
    changed: bool


def upgrade_node(doc: NodeDoc, kind: type[Node]) -> Upgraded:
    """`doc` with its type's upgrades applied and missing params written out. Unknown params are kept.

    UpgradeError if the node is newer than `kind`, or a step is missing or fails.
    """
    if doc.version > kind.version:
        newer = f"this node was saved by a newer {kind.name()} (version {doc.version}; here it is {kind.version})"
        raise UpgradeError(f"{newer}. It is kept as it is; update Tapeloom or its plugin to use it")
    params = cast("dict[str, Json]", thawed(doc.params))
    for version in range(doc.version, kind.version):
        step = kind.upgrades.get(version)
        if step is None:
            text = f"{kind.id} cannot read nodes of its version {version}; update the plugin it comes from"
            raise UpgradeError(text)
        try:
            params = dict(step(dict(params)))
        except Exception as fault:  # a plugin's step may do anything
            text = f"the upgrade of {kind.id} from version {version} failed ({type(fault).__name__}: {fault})"
            raise UpgradeError(text) from fault
    changed = doc.version != kind.version or doc.type != kind.id
    made = replace(doc, type=kind.id, version=kind.version, params={**defaults(kind), **params})
    return Upgraded(made, changed)


def defaults(kind: type[Node]) -> JsonObject:
    """Every param of a node type at its default, as plain JSON."""
    return {name: cast("Json", param.plain(param.default)) for name, param in kind.params.items()}


def upgrade_graph(graph: Graph, registry: Registry) -> Graph:
    """Every node that this Tapeloom knows in its present shape, every param written out. Nodes that cannot be
    upgraded stay as they are: `resolve` reports them."""
    nodes = {}
    for key, doc in graph.nodes.items():
        if doc.inside is not None:
            inside = replace(doc.inside, graph=upgrade_graph(doc.inside.graph, registry))
            values = {one.name: one.default for one in inside.params}
            nodes[key] = replace(doc, inside=inside, params={**values, **doc.params})
            continue
        kind = registry.get(doc.type)
        try:
            nodes[key] = upgrade_node(doc, kind).doc if kind else doc
        except UpgradeError:
            nodes[key] = doc
    return replace(graph, nodes=nodes)
