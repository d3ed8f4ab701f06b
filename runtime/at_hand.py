"""What this machine has of the things nodes need: VapourSynth's namespaces and Python modules."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable, Collection, Iterable

from graphs.document import Graph
from graphs.groups.types import kind_of
from nodes.node import Node
from nodes.registry import Registry
from runtime.inquiry import inquire

PATIENCE_S = 60


def at_hand(
    kinds: Iterable[type[Node]], namespaces: Callable[[], Collection[str] | None] | None = None
) -> Collection[str] | None:
    """Which of the needs of these node types are met. None where VapourSynth does not even start (its worker will say
    why). Without `namespaces` a child looks: a plugin that crashes while loading takes only that one along."""
    needs = {need for kind in kinds for need in kind.needs}
    if not needs:
        return frozenset()
    modules = {need for need in needs if _is_module(need)}
    if modules == needs:
        return modules
    found = (namespaces or _namespaces)()
    return None if found is None else modules | set(found)


def types_of(graph: Graph, registry: Registry) -> set[type[Node]]:
    """The known node types of a document."""
    return {kind for doc in graph.nodes.values() if (kind := kind_of(doc, registry))}


def _is_module(name: str) -> bool:
    """Found without being run."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _namespaces() -> set[str] | None:
    try:
        done = inquire("runtime.worker.inventory", "--namespaces", patience_s=PATIENCE_S)
        return set(json.loads(done.stdout)) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
