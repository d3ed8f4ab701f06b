"""Graphs for tests, written as a person would say them: `graph(nodes, wires)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphs.codec import encode
from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.registry import default_registry


def graph(nodes: dict[str, tuple[str, dict[str, Any]]], *wires: str) -> Graph:
    """`nodes`: id → (type, params that differ from the defaults); wires like `source1.out > encode1.clip`."""
    registry = default_registry()
    documents = []
    for name, (type_id, params) in nodes.items():
        kind = registry.types[type_id]
        values = {key: kind.params[key].plain(value) for key, value in kind(**params).values().items()}
        documents.append(NodeDoc(NodeId(name), type_id, kind.version, values))  # type: ignore[arg-type]
    return Graph.of(documents, [Link.of(*(end.strip() for end in wire.split(">"))) for wire in wires])


def save(made: Graph, path: Path) -> Path:
    path.write_text(encode(made), encoding="utf-8")
    return path
