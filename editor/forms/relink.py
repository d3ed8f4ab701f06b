"""Files that have moved: showing where one is now finds the others that moved along."""

from __future__ import annotations

from pathlib import Path

from graphs.document import Graph
from graphs.edits import Edit, SetParams
from graphs.groups.types import kind_of
from nodes.params import Kind
from nodes.registry import Registry


def relinking(graph: Graph, registry: Registry, old: str, new: str) -> tuple[Edit, ...]:
    """An edit for each param that reads `old`, and for each file of the same folder that is gone too but lies beside
    `new`."""
    was, now = Path(old), Path(new)
    edits: list[Edit] = []
    for node in graph.nodes.values():
        kind = kind_of(node, registry)
        for param in kind.params.values() if kind else ():
            path = node.params.get(param.name)
            if param.kind not in (Kind.FILE, Kind.FOLDER) or param.saves or not isinstance(path, str) or not path:
                continue
            if path == old:
                edits.append(SetParams(node.id, {param.name: new}))
            elif Path(path).parent == was.parent != now.parent and not Path(path).exists():
                beside = now.parent / Path(path).name
                if beside.exists():
                    edits.append(SetParams(node.id, {param.name: str(beside)}))
    return tuple(edits)
