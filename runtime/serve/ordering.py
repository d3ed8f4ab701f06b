"""From what somebody sends to an order: the graph read as a stranger's, its files looked at one by one.

What is judged is the graph as it will run: upgraded, groups opened, every value parsed. A path that it holds must lead
into a folder that is served; results go into the service's own; code of its author's runs only where the service was
started with --trust; a model is named as on the shelf, or lies in a served folder too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphs.codec import decode
from graphs.document import Graph, NodeId
from graphs.files import load
from graphs.groups.types import kind_of
from graphs.library import preset_path
from graphs.overrides import set_inputs, set_params
from graphs.problem import Problem, error
from graphs.resolve import Placed, Resolved, resolve
from nodes.params import Kind
from nodes.registry import Registry
from runtime.jobs.destinations import FILE_PARAM, set_outputs, stem_for, writers
from runtime.jobs.preparing import Frames
from runtime.jobs.queue.order import Order
from runtime.jobs.queue.ordering import source_of
from runtime.opening import found
from runtime.serve.places import PlaceError, Places, unused


class RefusedOrderError(Exception):
    """It is not rendered: all that is wrong, a line for each. `trust`: the only thing is that it brings code along."""

    def __init__(self, lines: Sequence[str], *, trust: bool = False) -> None:
        super().__init__("\n".join(lines))
        self.lines, self.trust = tuple(lines), trust


@dataclass(frozen=True)
class Wanted:
    """`document`: a .graph's text; else `preset` names one. `inputs`: served files, by node, or under "" for the
    first source. `settings`: `qtgmc1.preset=slow`."""

    document: str | bytes = b""
    preset: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    settings: Sequence[str] = ()
    name: str = ""
    frames: Frames | None = None


def order(wanted: Wanted, places: Places, registry: Registry, *, trust: bool = False) -> Order:
    """RefusedOrderError, DocumentError."""
    graph, name = _read(wanted, registry)
    texts, wrong = _inputs(wanted.inputs, places)
    graph, problems = set_inputs(graph, texts, registry)
    graph, unset = set_params(graph, wanted.settings, registry)
    wrong += [problem.line() for problem in (*problems, *unset)]
    if wrong:
        raise RefusedOrderError(wrong)
    graph = _at_home(graph, places, registry)
    _judge(resolve(graph, registry), places, trust=trust, preset=bool(wanted.preset))
    graph = _named(graph, wanted.name or name, places, registry)
    source = source_of(graph)
    title = wanted.name or (f"{Path(source).name} · {name}" if source else name)
    return Order(title[:200], graph, wanted.frames, trust=trust, source=source)


def _read(wanted: Wanted, registry: Registry) -> tuple[Graph, str]:
    if wanted.document:
        graph = decode(wanted.document)
        title = str(graph.meta.get("title") or "graph")
        return graph, re.sub(r"[^\w .-]", "_", title)[:60].strip(" .") or "graph"
    path = preset_path(wanted.preset)
    if path is None:
        raise RefusedOrderError([f"there is no preset {wanted.preset!r}"])
    return found(load(path), path.parent, registry), wanted.preset


def _inputs(inputs: Mapping[str, str], places: Places) -> tuple[list[str], list[str]]:
    texts, wrong = [], []
    for node, text in inputs.items():
        try:
            path = places.readable(text)
        except PlaceError as fault:
            wrong.append(str(fault))
            continue
        texts.append(f"{node}={path}" if node else str(path))
    return texts, wrong


def _at_home(graph: Graph, places: Places, registry: Registry) -> Graph:
    """The graph's own `tapes/x.dv` as whole paths, outside of groups; what leads nowhere stays, and is refused."""
    for node in list(graph.nodes.values()):
        kind = kind_of(node, registry)
        for name, param in kind.params.items() if kind else ():
            value = node.params.get(name)
            if (
                param.kind in (Kind.FILE, Kind.FOLDER)
                and not param.saves
                and not param.model
                and isinstance(value, str)
            ):
                try:
                    node = node.with_param(name, str(places.readable(value)))
                except PlaceError:
                    continue
        graph = graph.with_node(node)
    return graph


def _judge(resolved: Resolved, places: Places, *, trust: bool, preset: bool) -> None:
    wrong = [problem.line() for problem in resolved.problems if problem.is_error]
    for placed in resolved.placed.values():
        wrong += [problem.line() for problem in _files(placed, places, preset=preset)]
    if wrong:
        raise RefusedOrderError(wrong)
    own = [placed.id for placed in resolved.placed.values() if placed.type.trusted]
    if own and not trust:
        text = "runs code that is written in the graph. This service was started without --trust, and renders none"
        raise RefusedOrderError([error(text, key).line() for key in own], trust=True)


def _files(placed: Placed, places: Places, *, preset: bool) -> Iterator[Problem]:
    """Whatever a node reads or writes that it may not."""
    for name, param in placed.type.params.items():
        if param.kind not in (Kind.FILE, Kind.FOLDER):
            continue
        value = str(getattr(placed.node, name) or "")
        if param.saves:
            if placed.writes and ("/" in placed.id or (name != FILE_PARAM and value)):  # we give it no name of ours
                yield error("writes where the service cannot choose the place. It takes plain output nodes", placed.id)
            continue
        if not value or (param.model and re.fullmatch(r"[\w+-]+(\.[\w+-]+)*", value)) or (preset and param.model):
            continue
        try:
            places.readable(value)
        except PlaceError as fault:
            yield error(str(fault), placed.id, name)


def _named(graph: Graph, name: str, places: Places, registry: Registry) -> Graph:
    """Every output with a name of its own among the results, whatever the graph says."""
    sinks = writers(graph, registry)
    if not sinks:
        raise RefusedOrderError(["the graph writes nothing. Add an output node to it"])
    for node in sinks:
        graph = graph.with_node(graph.nodes[node].with_param(FILE_PARAM, ""))
    stem = re.sub(r'[/\\:*?"<>|\x00-\x1f]', "_", stem_for(graph, name)).strip(" .")[:120] or "restored"
    folder = _made(places, stem)
    graph, problems = set_outputs(graph, [str(folder / stem)], registry, stem)
    if problems:
        raise RefusedOrderError([problem.line() for problem in problems])
    return graph


def _made(places: Places, stem: str) -> Path:
    """A folder of its own."""
    while True:
        folder = unused(places.results, stem)
        try:
            folder.mkdir()
            return folder
        except FileExistsError:  # somebody was quicker
            continue


def outputs(graph: Graph, registry: Registry) -> list[Path]:
    """Where an order's results go, without the endings that they get."""
    return [Path(str(graph.nodes[NodeId(node)].params.get(FILE_PARAM) or "")) for node in writers(graph, registry)]
