"""Which file an output inherits chapters, tags and timecode from. Pure."""

from __future__ import annotations

from graphs.resolve import Placed, Resolved
from nodes.media import Media, MediaError, Probe
from nodes.script import File
from runtime.accompany import Origin
from runtime.emit import walk
from runtime.plan import Plan, PlannedSink

__all__ = ["origin_of"]


def origin_of(sink: PlannedSink, plan: Plan, resolved: Resolved, probe: Probe) -> Origin | None:
    """The one file behind a sink's picture; None where there is none, or where several are joined or mixed."""
    found = [media for path in _read_for(sink.step, plan) if (media := _media(path, probe)) is not None]
    if len(found) != 1:
        return None
    above = (resolved.placed[node] for node in resolved.upstream([sink.node]) if node in resolved.placed)
    return Origin(found[0], whole=all(_unbroken(node) for node in above))


def _read_for(target: str, plan: Plan) -> list[str]:
    """The files that a step needs. By hand: importing networkx for it would cost as much as ten frames of QTGMC."""
    steps = {step.id: step for step in plan.steps}
    waiting, seen = [target], {target}
    paths: dict[str, None] = {}
    while waiting:
        step = steps[waiting.pop()]
        parts = (part for expr in step.outputs.values() for part in walk(expr))
        paths |= {part.path: None for part in parts if isinstance(part, File)}
        above = {source for source, _ in step.reads()} - seen
        seen |= above
        waiting += above
    return list(paths)


def _media(path: str, probe: Probe) -> Media | None:
    try:
        media = probe(path)
    except MediaError:  # a picture or a LUT, not a film
        return None
    return media if media.video else None


def _unbroken(node: Placed) -> bool:
    """Whether what goes through `node` stays one stretch at its own speed, so that times of the source still hold."""
    if node.bypass:
        return True
    if node.type.id == "time.trim":
        ranges = getattr(node.node, "ranges", ())
        if str(getattr(node.node, "mode", "")) == "keep":
            return len(ranges) <= 1
        return not ranges or (len(ranges) == 1 and (ranges[0][0] == 0 or ranges[0][1] is None))
    return node.type.id not in ("time.join", "motion.speed")
