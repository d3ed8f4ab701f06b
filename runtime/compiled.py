"""A document compiled in one go: resolved, forecast, checked, planned. What `run`, `compile`, `frame` and the editor
call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from graphs.check import judged
from graphs.document import Graph, NodeId
from graphs.forecast import Forecast, forecast
from graphs.groups.flatten import with_contents
from graphs.groups.outward import outward
from graphs.problem import Problem, warning
from graphs.recall import Recall
from graphs.resolve import Resolved, resolve
from nodes.media import Media, MediaError, Probe
from nodes.registry import Registry
from runtime import folders
from runtime.plan import Plan, SourceFile, plan


@dataclass(frozen=True)
class Compiled:
    """`problems` holds everything that is wrong or doubtful; `plan` is what can be done in spite of it.

    Groups are opened in `resolved` and `plan`; `forecast` knows their ports too, and `problems` name the groups.
    """

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
    stand_in: Collection[NodeId] = (),
    recall: Recall | None = None,
) -> Compiled:
    """Compile `graph` for `targets` (None: all that it writes). Nothing of the graph's author is run.

    `available` and `trust` are as in `graphs.check`, `stand_in` as in `runtime.plan`. With `targets` given, only what
    concerns them is a problem. `recall` knows what earlier versions of the graph came to; `probe` must then remember.
    """
    recall, looked = (Recall(), Remembering(probe)) if recall is None else (recall, probe)
    resolved = resolve(graph, registry, recall)
    if targets is not None:
        targets = with_contents(targets, resolved.flat)
    foretold = forecast(resolved, looked, registry, recall)
    made = plan(resolved, foretold, looked, targets, trust=trust, stand_in=stand_in, recall=recall)
    said = judged(resolved, foretold, available=available, trust=trust, recall=recall)
    if targets is not None and said:
        about = (resolved.shape, recall.same("targets", tuple(targets)))
        needed = recall("concerned", about, lambda: resolved.needed(targets))
        said = [problem for problem in said if problem.node in needed]
    said = [*said, *made.problems]
    return Compiled(resolved, _with_group_ports(foretold, resolved), made, outward(said, graph) if said else ())


def short_sources(made: Compiled, probe: Probe) -> list[Problem]:
    """Sources that end too early, as a copy that broke off does: a render of one is whole, and is not the tape.
    `probe` must be the one that `made` was compiled with, or remember what that saw."""
    found = []
    for path in dict.fromkeys(file.path for file in made.plan.files if file.index_key):  # others are tables and nets
        with suppress(MediaError):  # it went away since
            if short := probe(path).cut_short:
                found.append(warning(f"{path}: {short}"))
    return found


def _with_group_ports(foretold: Forecast, resolved: Resolved) -> Forecast:
    """With what arrives at the inputs of groups: what arrives at the first node inside."""
    if not resolved.flat.entrances:
        return foretold
    inputs, conversions = dict(foretold.inputs), dict(foretold.conversions)
    for entrance, inner in resolved.flat.entrances.items():
        feed = resolved.feed(*inner[0]) if inner else None
        if inner and inner[0] in foretold.inputs:
            inputs[entrance] = foretold.inputs[inner[0]]
        elif feed and feed in foretold.outputs:  # the first node inside is bypassed
            inputs[entrance] = foretold.outputs[feed]
        if inner and inner[0] in foretold.conversions:
            conversions[entrance] = foretold.conversions[inner[0]]
    return replace(foretold, inputs=inputs, conversions=conversions)


class Remembering:
    """A probe that looks at each file once, files that cannot be read too. `unsure`: it was cut short by something
    else, which says nothing about the file."""

    def __init__(self, probe: Probe, known: Mapping[str, Media | MediaError] | None = None) -> None:
        self._probe = probe
        self._known = dict(known or {})
        self.unsure = False

    def __call__(self, path: str) -> Media:
        if path not in self._known:
            try:
                self._known[path] = self._probe(path)
            except MediaError as fault:
                self._known[path] = fault
            except Exception:
                self.unsure = True
                raise
        found = self._known[path]
        if isinstance(found, MediaError):
            raise MediaError(*found.args)
        return found

    def again(self) -> Remembering:
        """Another one that knows the same."""
        return Remembering(self._probe, self._known)

    def without(self, path: str | None) -> Remembering:
        """Another one that does not know `path` yet (nor, of a set of takes, its passes), or nothing at all."""
        known = {} if path is None else {key: found for key, found in self._known.items() if not _of(key, path)}
        return Remembering(self._probe, known)


def _of(key: str, path: str) -> bool:
    return key == path or key.startswith(f"{path}#")


def index_files(files: Collection[SourceFile]) -> Mapping[str, str]:
    """Where this machine keeps the index of each source, by its key in the script."""
    folder = folders.cache() / "index"
    with suppress(OSError):  # then the source itself fails, and is blamed
        folder.mkdir(parents=True, exist_ok=True)
    return {file.index_key: str(folder / f"{file.identity}.bsindex") for file in files if file.index_key}
