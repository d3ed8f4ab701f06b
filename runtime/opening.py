"""From what a user names to a document that is ready: a file or a preset, its paths found, its overrides applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphs.codec import DocumentError
from graphs.document import Graph, NodeDoc
from graphs.files import SUFFIX, load
from graphs.groups.types import kind_of
from graphs.library import preset_names, preset_path
from graphs.overrides import set_inputs, set_params
from graphs.problem import Problem
from graphs.resolve import did_you_mean
from nodes.params import Kind
from nodes.registry import Registry


@dataclass(frozen=True, slots=True)
class Opened:
    """`problems` are of the overrides; what is wrong with the graph itself `compiled` tells."""

    graph: Graph
    name: str
    problems: tuple[Problem, ...]


def opened(name: str, registry: Registry, inputs: Sequence[str] = (), settings: Sequence[str] = ()) -> Opened:
    """Open the preset or .graph file `name` and apply `-i` and `--set` texts. DocumentError if it cannot be read."""
    path = _path(name)
    graph = found(load(path), path.parent, registry)
    graph, wrong = set_inputs(graph, [_absolute(text, graph) for text in inputs], registry)
    graph, unset = set_params(graph, settings, registry)
    return Opened(graph, path.stem, (*wrong, *unset))


def found(graph: Graph, folder: Path, registry: Registry) -> Graph:
    """`graph` with the files it reads made absolute: a relative path counts from the document's folder."""

    def at(node: NodeDoc) -> NodeDoc:
        if node.inside is not None:
            node = replace(node, inside=replace(node.inside, graph=found(node.inside.graph, folder, registry)))
        kind = kind_of(node, registry)
        for name, param in kind.params.items() if kind else ():
            value = node.params.get(name)
            if param.kind in (Kind.FILE, Kind.FOLDER) and not param.saves and isinstance(value, str) and value:
                beside = folder / value
                # a model's name may be a folder's too
                there = beside.is_file() if param.model else beside.exists()
                if not Path(value).is_absolute() and there:
                    node = node.with_param(name, str(beside.absolute()))
        return node

    for node in graph.nodes.values():
        graph = graph.with_node(at(node))
    return graph


def _path(name: str) -> Path:
    path = Path(name)
    if path.suffix == SUFFIX or path.exists() or len(path.parts) > 1:
        return path
    shipped = preset_path(name)
    if shipped:
        return shipped
    names = preset_names()
    text = f"there is no preset {name!r}{did_you_mean(name, names)}. The presets are: {', '.join(names)}"
    raise DocumentError(f"{text}. A graph of your own is named with its ending, like my{SUFFIX}")


def _absolute(text: str, graph: Graph) -> str:
    """A text of `-i` with its path made absolute where it is a file here."""
    node, equals, path = text.partition("=")
    if not equals or node not in graph.nodes:
        node, equals, path = "", "", text
    return f"{node}{equals}{Path(path).absolute()}" if path and Path(path).exists() else text
