"""Compiles one version of a document after another, doing anew only what a change touched. What the editor calls.

An edit keeps every value that it does not change, so each answer hangs on what it was made from, by identity; and a
step that comes out as it was stops the change there. Measured with `python -m benchmarks.compile`.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from graphs.document import Graph, NodeId
from graphs.groups.flatten import count
from graphs.recall import Recall
from nodes.media import Probe
from nodes.registry import Registry
from runtime.compiled import Compiled, Remembering, compiled, index_files
from runtime.plan import Plan
from runtime.protocol import StepCode
from runtime.script import step_codes

_ANSWERS_A_NODE = 60
"""With more answers than this for each node there are, most belong to nodes that are gone."""


class Compiler:
    """Gives what `compiled` and `step_codes` give. From any thread, one call at a time; others wait.

    Files are looked at once, failures too: `forget` those that may have changed.
    """

    def __init__(
        self, registry: Registry, probe: Probe, *, available: Collection[str] | None = None, trust: bool = False
    ) -> None:
        self._registry, self._available, self._trust = registry, available, trust
        self._looked = Remembering(probe)
        self._recall = Recall()
        self._lock = threading.Lock()

    def compile(
        self, graph: Graph, targets: Collection[NodeId] | None = None, *, stand_in: Collection[NodeId] = ()
    ) -> Compiled:
        """Compile `graph` for `targets` (None: all that it writes; every node's id: each picture has a place, also
        where it leads to no output). The nodes of `stand_in` show their quick look-alike where they have one."""
        with self._lock:
            if len(self._recall) > _ANSWERS_A_NODE * (count(graph) + 50):
                self._recall.clear()
            if self._looked.unsure:
                self._looked = self._looked.again()
            return compiled(
                graph,
                self._registry,
                self._looked,
                targets,
                available=self._available,
                trust=self._trust,
                stand_in=stand_in,
                recall=self._recall,
            )

    def codes(self, plan: Plan) -> tuple[str, tuple[StepCode, ...]]:
        """The prelude and the steps of `plan` as the worker takes them."""
        with self._lock:
            local = self._recall("index", (self._recall.same("sources", plan.files),), lambda: index_files(plan.files))
            return step_codes(plan, local, self._recall)

    def forget(self, path: str | None = None) -> None:
        """A file changed on disk (None: any may have): look at it again when it is asked for next."""
        with self._lock:
            # another probe: whatever was made with the last one is asked anew, and stops there if it is the same
            self._looked = self._looked.without(path)
