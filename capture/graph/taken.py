"""A graph before and after its tape was recorded. Pure but for looking for names that are free."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from capture.session.places import Places
from graphs.codec import natural
from graphs.document import Graph, NodeDoc, NodeId
from graphs.upgrade import UpgradeError, upgrade_node
from nodes.library.input.capture import Capture
from nodes.params import ParamError
from nodes.registry import Registry

_UNTOUCHED = ("output.ffv1", "output.uncompressed", "output.dv")
"""Outputs that keep every sample: wired to the capture itself, they would write the recording a second time."""
_MOST = 1000


class GraphError(Exception):
    """The graph cannot be captured for: what, and what next."""


def capture_node(graph: Graph, name: str, registry: Registry) -> tuple[NodeId, Capture]:
    """The graph's capture node, or the one of that name. GraphError."""
    there = sorted(
        (node.id for node in graph.nodes.values() if node.type == Capture.id and not node.bypass), key=natural
    )
    if not there:
        raise GraphError("the graph has no Tape capture. Put one in the place of its source, or take capture-pal")
    if name and name not in there:
        raise GraphError(f"there is no Tape capture {name!r}; there are: {', '.join(there)}")
    if not name and len(there) > 1:
        raise GraphError(
            f"the graph has several tapes: {', '.join(there)}. Say which is to be recorded: --node {there[0]}"
        )
    chosen = NodeId(name) if name else there[0]
    doc = graph.nodes[chosen]
    kind = registry.get(doc.type)
    if kind is None or not issubclass(kind, Capture):
        raise GraphError(f"{chosen}: {doc.type} is not installed")
    try:
        made = kind(**dict(upgrade_node(doc, kind).doc.params))
    except (ParamError, UpgradeError) as fault:
        raise GraphError(f"{chosen}: {fault}") from None
    return chosen, made


def free_name(folder: Path, tape: str) -> str:
    """A name that no recording in the folder has: the tape's, `… pass 2` when it was recorded before."""
    base = tape.strip() or "tape"
    for number in range(1, _MOST):
        name = base if number == 1 else f"{base} pass {number}"
        if not Places(folder, name).taken():
            return name
    raise GraphError(f"{folder} holds a thousand recordings called {base!r}. Name the tape otherwise")


def with_take(graph: Graph, capture: NodeId, take: Path, number: int) -> Graph:
    """The capture node stands for pass `number` of the set `take`."""
    doc = graph.nodes[capture].with_param("take", str(take)).with_param("pass_number", number)
    return graph.with_node(doc)


def without_copies(graph: Graph, capture: NodeId) -> tuple[Graph, list[NodeId]]:
    """Without outputs that would only write the recording once more: they are muted. The recording itself is the
    archive master, without loss, with checksums, and there already."""
    muted = []
    for doc in list(graph.nodes.values()):
        if doc.type in _UNTOUCHED and not doc.mute and _feeds(graph, doc) == capture and _keeps_all(doc):
            graph = graph.with_node(replace(doc, mute=True))
            muted.append(doc.id)
    return graph, muted


def _feeds(graph: Graph, doc: NodeDoc) -> NodeId | None:
    link = graph.incoming(doc.id).get("clip")
    seen: set[NodeId] = set()
    while link is not None and link.source[0] not in seen:
        source = link.source[0]
        if not graph.nodes[source].bypass:
            return source
        seen.add(source)
        link = graph.incoming(source).get("clip")
    return None


def _keeps_all(doc: NodeDoc) -> bool:
    return str(doc.params.get("depth", "keep")) == "keep"
