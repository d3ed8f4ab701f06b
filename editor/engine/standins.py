"""Decides for which nodes a quick look-alike is shown first. Pure.

A dear node that an edit has changed, itself or something above it, makes the user wait for its next picture. Where it
has a stand-in, that is shown until a pause; while a slider moves nothing else is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from editor.engine.analysis import Analysis
from graphs.document import NodeId
from nodes.node import has_stand_in

PAUSE_S = 0.12
"""Seconds without an edit before the true picture is asked for."""


CHEAP_MS = 25.0
"""What takes less, built anew and for one picture, needs nobody to stand in."""


@dataclass(slots=True)
class Effort:
    """What a node took when it was last built, and takes for a picture."""

    built_ms: float | None = None
    picture_ms: float | None = None

    @property
    def small(self) -> bool:
        """Known to be small."""
        known = self.built_ms is not None and self.picture_ms is not None
        return known and (self.built_ms or 0.0) + (self.picture_ms or 0.0) < CHEAP_MS


def stand_ins(
    analysis: Analysis, shown: Iterable[str], alive: Collection[str], efforts: Mapping[NodeId, Effort]
) -> frozenset[NodeId]:
    """The nodes that a picture on the screen needs, that have a stand-in, and that the worker would have to begin anew.

    `shown` are the steps (ids) of those pictures, `alive` the fingerprints that the worker has built.
    """
    plan, placed = analysis.compiled.plan, analysis.compiled.resolved.placed
    dear = {
        step.id
        for step in plan.steps
        if step.fingerprint not in alive
        and step.id == step.node
        and has_stand_in(placed[step.node].type)
        and not efforts.get(step.node, _UNKNOWN).small
    }
    if not dear:
        return frozenset()
    needed: set[str] = set()
    for step_id in shown:
        if step_id not in needed:
            needed |= analysis.above(step_id)
    return frozenset(NodeId(step_id) for step_id in dear & needed)


_UNKNOWN = Effort()
