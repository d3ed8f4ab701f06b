"""Decides for which nodes a quick look-alike is shown first. Pure.

A dear node that an edit has changed, itself or something above it, makes the user wait for its next picture. Where it
has a stand-in, that is shown until a pause; while a slider moves nothing else is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from editor.engine.analysis import Analysis
from graphs.document import NodeId
from nodes.node import has_stand_in

PAUSE_S = 0.12
"""Seconds without an edit before the true picture is asked for."""


def stand_ins(analysis: Analysis, shown: Iterable[str], alive: Collection[str]) -> frozenset[NodeId]:
    """The nodes that a picture on the screen needs, that have a stand-in, and that the worker would have to begin anew.

    `shown` are the steps (ids) of those pictures, `alive` the fingerprints that the worker has built.
    """
    plan, placed = analysis.compiled.plan, analysis.compiled.resolved.placed
    dear = {
        step.id
        for step in plan.steps
        if step.fingerprint not in alive and step.id == step.node and has_stand_in(placed[step.node].type)
    }
    if not dear:
        return frozenset()
    needed: set[str] = set()
    for step_id in shown:
        if step_id not in needed:
            needed |= analysis.above(step_id)
    return frozenset(NodeId(step_id) for step_id in dear & needed)
