"""What a card shows of its node: of all that is known of it, what matters most. Pure."""

from __future__ import annotations

from editor.engine.analysis import Analysis
from editor.engine.wishes import NodeState, State
from graphs.document import NodeId


def state(
    node: NodeId, analysis: Analysis, failure: NodeState | None, *, computing: bool = False, cached: bool = False
) -> NodeState:
    """`failure` is what the worker last said of it, `cached` whether its picture of the present moment is at hand."""
    resolved = analysis.compiled.resolved
    doc = analysis.graph.nodes.get(node)
    if doc is None:
        return NodeState()
    said = analysis.problems(node)
    text = "\n".join(f"{one.part}: {one.text}" if one.part else one.text for one in said)
    if node in resolved.missing:
        return NodeState(State.MISSING, text or resolved.missing[node].reason)
    if doc.mute or node in resolved.left_out:
        return NodeState(State.MUTED, text)
    if doc.bypass:
        return NodeState(State.BYPASSED, text)
    if any(one.is_error for one in said):
        return NodeState(State.ERROR, text)
    if failure is not None:
        return failure
    now = State.COMPUTING if computing else State.WARNING if said else State.CACHED if cached else State.IDLE
    return NodeState(now, text)
