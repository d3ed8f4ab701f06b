"""Which file an output inherits chapters, tags and timecode from. Pure."""

from __future__ import annotations

from graphs.resolve import Placed, Resolved
from nodes.media import Media, MediaError, Probe
from runtime.encode import Origin
from runtime.plan import Plan, PlannedSink

__all__ = ["origin_of"]


def origin_of(sink: PlannedSink, plan: Plan, resolved: Resolved, probe: Probe) -> Origin | None:
    """The one file behind a sink's picture; None where there is none, or where several are joined or mixed."""
    files = plan.needed_by([sink.step]).files
    found = [media for file in files if (media := _media(file.path, probe)) is not None]
    if len(found) != 1:
        return None
    above = (resolved.placed[node] for node in resolved.upstream([sink.node]) if node in resolved.placed)
    return Origin(found[0], whole=all(_unbroken(node) for node in above))


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
