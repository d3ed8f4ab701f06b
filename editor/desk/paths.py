"""Files named in a document: relative where they lie beside it, so that a folder can be moved as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphs.document import Graph, NodeDoc, NodeId
from graphs.groups.types import kind_of
from nodes.params import Kind
from nodes.registry import Registry
from nodes.shelf import SUFFIXES


@dataclass(frozen=True)
class Named:
    """A file or folder that a node reads."""

    node: NodeId
    param: str
    path: str


def reads(graph: Graph, registry: Registry) -> Iterator[Named]:
    """Every file that the graph names to read from."""
    for node in graph.nodes.values():
        kind = kind_of(node, registry)
        for name, param in kind.params.items() if kind else ():
            value = node.params.get(name)
            if param.kind not in (Kind.FILE, Kind.FOLDER) or param.saves or not isinstance(value, str) or not value:
                continue
            if not param.model or by_path(value):
                yield Named(node.id, name, value)


def by_path(model: str) -> bool:
    """Whether a model is named by its file, rather than as the shelf does (nodes.model)."""
    return "/" in model or "\\" in model or model.lower().endswith(SUFFIXES)


def beside(graph: Graph, folder: Path, registry: Registry) -> Graph:
    """`graph` with the files that lie in `folder` named from there: the way back of `runtime.opening.found`."""
    for one in reads(graph, registry):
        path = Path(one.path)
        if path.is_absolute() and path.is_relative_to(folder):
            node: NodeDoc = graph.nodes[one.node]
            graph = graph.with_node(node.with_param(one.param, path.relative_to(folder).as_posix()))
    return graph


def lost(graph: Graph, registry: Registry) -> list[Named]:
    """The files that are not where the graph says. Numbered pictures (`%06d`) are left to their own node."""
    return [one for one in reads(graph, registry) if "%" not in one.path and not Path(one.path).exists()]


def found_in(folder: Path, missing: list[Named], limit: int = 20_000) -> dict[Named, Path]:
    """Files of the same names in `folder` or below it; of several the nearest. Stops after `limit` entries."""
    wanted: dict[str, list[Named]] = {}
    for one in missing:
        wanted.setdefault(_name(one.path), []).append(one)
    result: dict[Named, Path] = {}
    waiting, seen = [folder], 0
    while waiting and len(result) < len(missing) and seen < limit:
        here = waiting.pop(0)
        try:
            entries = sorted(here.iterdir())
        except OSError:
            continue
        seen += len(entries)
        for entry in entries:
            for one in wanted.get(entry.name, ()):
                result.setdefault(one, entry)
            if entry.is_dir() and not entry.is_symlink():
                waiting.append(entry)
    return result


def _name(path: str) -> str:
    """The last part of a path of this system or another."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
