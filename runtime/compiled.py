"""A document compiled in one go: resolved, forecast, checked, planned. What `run`, `compile`, `frame` and the editor
call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from graphs.check import judged
from graphs.document import Graph, NodeId
from graphs.forecast import Forecast, forecast
from graphs.problem import Problem
from graphs.resolve import Resolved, resolve
from nodes.media import Media, MediaError, Probe
from nodes.registry import Registry
from runtime import folders
from runtime.plan import Plan, SourceFile, plan


@dataclass(frozen=True)
class Compiled:
    """`problems` holds everything that is wrong or doubtful; `plan` is what can be done in spite of it."""

    resolved: Resolved
    forecast: Forecast
    plan: Plan
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)


def compiled(
    graph: Graph,
    registry: Registry,
    probe: Probe,
    targets: Collection[NodeId] | None = None,
    *,
    available: Collection[str] | None = None,
    trust: bool = False,
) -> Compiled:
    """Compile `graph` for `targets` (None: all that it writes). Nothing of the graph's author is run.

    `available` and `trust` are as in `graphs.check`. With `targets` given, only what concerns them is a problem.
    """
    looked = remembering(probe)
    resolved = resolve(graph, registry)
    foretold = forecast(resolved, looked, registry)
    made = plan(resolved, foretold, looked, targets, trust=trust)
    said = judged(resolved, foretold, available=available, trust=trust)
    if targets is not None:
        needed = set(resolved.upstream(targets))
        said = [problem for problem in said if problem.node in needed]
    return Compiled(resolved, foretold, made, tuple(dict.fromkeys((*said, *made.problems))))


def remembering(probe: Probe) -> Probe:
    """A probe that looks at each file once, failures too."""
    known: dict[str, Media | MediaError] = {}

    def look(path: str) -> Media:
        if path not in known:
            try:
                known[path] = probe(path)
            except MediaError as fault:
                known[path] = fault
        found = known[path]
        if isinstance(found, MediaError):
            raise MediaError(*found.args)
        return found

    return look


def index_files(files: Collection[SourceFile]) -> Mapping[str, str]:
    """Where this machine keeps the index of each source, by its key in the script."""
    folder = folders.cache() / "index"
    folder.mkdir(parents=True, exist_ok=True)
    return {file.index_key: str(folder / f"{file.identity}.bsindex") for file in files if file.index_key}
