"""Makes orders: many files × one graph, one file × many graphs. Every result gets a name of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from graphs.codec import DocumentError
from graphs.document import Graph
from graphs.overrides import tapes
from nodes.registry import Registry
from runtime.jobs.destinations import FILE_PARAM, set_outputs, stem_for, writers
from runtime.jobs.preparing import Frames
from runtime.jobs.queue.order import Order
from runtime.opening import opened
from runtime.takes import stands_for_others


class OrderError(ValueError):
    """What is wrong with what was asked for, a line for each."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`graphs`: names of presets or .graph files. `beside`: `source2=FILE`, for every job. `folder`: where results go;
    None: where the graph says, else here."""

    graphs: Sequence[str]
    beside: Sequence[str] = ()
    settings: Sequence[str] = ()
    folder: Path | None = None
    frames: Frames | None = None
    like: Order = field(default_factory=lambda: Order("", Graph.of((), ())))
    """What all of them have in common: trust, limits, …"""


def orders(wanted: Wanted, files: Sequence[Path], registry: Registry, used: Iterable[str] = ()) -> list[Order]:
    """One for each file and graph; without files one for each graph. `used`: what other jobs write. OrderError."""
    faults: list[str] = [f"there is no file {file}" for file in files if not file.is_file()]
    if wanted.folder is not None and not wanted.folder.is_dir():
        faults.append(f"there is no folder {wanted.folder}. Make it first, or choose another")
    if faults:
        raise OrderError("\n".join(faults))
    many = len(files) * len(wanted.graphs) > 1
    taken = set(used)
    made = []
    for file in files or (None,):
        for graph in wanted.graphs:
            order = _order(wanted, graph, file, registry, taken, many=many)
            taken |= written(order.graph, registry)
            made.append(order)
    return made


def written(graph: Graph, registry: Registry) -> set[str]:
    """The files that a graph writes, as its outputs name them."""
    return {str(graph.nodes[node].params.get(FILE_PARAM) or "") for node in writers(graph, registry)} - {""}


def _order(wanted: Wanted, name: str, file: Path | None, registry: Registry, taken: set[str], *, many: bool) -> Order:
    inputs = [*([str(file)] if file else []), *wanted.beside]
    try:
        found = opened(name, registry, inputs, wanted.settings)
    except DocumentError as fault:
        raise OrderError("\n".join(fault.faults)) from None
    if found.problems:
        raise OrderError("\n".join(problem.line() for problem in found.problems))
    graph = found.graph
    sinks = writers(graph, registry)
    named = sinks and graph.nodes[sinks[0]].params.get(FILE_PARAM)
    if many or wanted.folder is not None or not named:
        for node in sinks:
            graph = graph.with_node(graph.nodes[node].with_param(FILE_PARAM, ""))
        folder = wanted.folder or Path.cwd()
        stem = _unused(folder.absolute(), stem_for(graph, found.name), taken, there=not wanted.like.overwrite)
        graph, _ = set_outputs(graph, [str(folder.absolute() / stem)], registry, stem)
    else:
        graph, _ = set_outputs(graph, (), registry, found.name)
    for node in sinks:
        path = Path(str(graph.nodes[node].params[FILE_PARAM])).absolute()
        graph = graph.with_node(graph.nodes[node].with_param(FILE_PARAM, str(path)))
    source = source_of(graph)
    title = f"{Path(source).name} · {found.name}" if source else found.name
    return replace(wanted.like, name=title, graph=graph, frames=wanted.frames, source=source)


def _unused(folder: Path, stem: str, taken: set[str], *, there: bool) -> str:
    """A name that no other job writes and, with `there`, nothing has in this folder."""
    names = [path.name for path in folder.iterdir()] if there else []
    for number in range(1, 10_000):
        one = stem if number == 1 else f"{stem} {number}"
        if str(folder / one) not in taken and not any(name == one or name.startswith(f"{one}.") for name in names):
            return one
    return stem


def source_of(graph: Graph) -> str:
    """The file of the first tape; empty where it is a set of several."""
    file = next((file for _, file in tapes(graph) if file), "")
    return "" if stands_for_others(file) else file
