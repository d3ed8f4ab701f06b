"""What a card shows of its node: of all that is known of it, what matters most."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from editor.engine.analysis import Analysis
from editor.engine.notes import WorkerNotes
from editor.engine.supply import Supply
from editor.engine.wishes import NodeState, State
from editor.language import tr
from graphs.document import NodeId

_IDLE = NodeState()


class NodeStates:
    """The states as the window was last told."""

    def __init__(self, supply: Supply, notes: WorkerNotes) -> None:
        self._supply, self._notes = supply, notes
        self._told: dict[NodeId, NodeState] = {}

    def of(self, node: NodeId) -> NodeState:
        return self._told.get(node, _IDLE)

    def news(self, analysis: Analysis, moment: Fraction) -> list[NodeId]:
        """Look at all nodes again; those whose state has changed."""
        with self._supply.lock:
            computing = frozenset(flight.wish.node for flight in self._supply.board.flights.values())
            found = {node: self._state(node, analysis, moment, computing) for node in analysis.graph.nodes}
        found = waiting(found, analysis)
        before, self._told = self._told, found
        return [node for node, now in found.items() if before.get(node, _IDLE) != now]

    def _state(self, node: NodeId, analysis: Analysis, moment: Fraction, computing: frozenset[NodeId]) -> NodeState:
        supply = self._supply
        output = analysis.main_picture(node)
        place = analysis.places.of(*output) if output else None
        cached = False
        if output is not None and place is not None and supply.cache.knows(place.fingerprint):
            cached = supply.cache.has(place.fingerprint, analysis.frame_at(output[0], output[1], moment))
        failure = supply.failures.of(node, supply.does(node))
        if failure is None and analysis.graph.nodes[node].inside is not None:
            failure = supply.failures.within(node, supply.does)
        notes = self._notes.of(node, supply.does(node))
        return state(node, analysis, failure, notes=notes, computing=node in computing, cached=cached)


def waiting(states: Mapping[NodeId, NodeState], analysis: Analysis) -> dict[NodeId, NodeState]:
    """A node that fails with the very words of one above it is not at fault: it waits for that one."""
    found = dict(states)
    failing = [node for node, said in states.items() if said.state is State.ERROR and said.message]
    if len(failing) < 2:
        return found
    place = {node: at for at, node in enumerate(analysis.compiled.resolved.order)}
    for node in failing:
        words = states[node].message
        above = analysis.compiled.resolved.upstream([node])
        causes = [one for one in failing if one != node and one in above and states[one].message == words]
        if causes:
            first = min(causes, key=lambda one: place.get(one, 0))
            name = analysis.graph.nodes[first].label or first
            found[node] = NodeState(State.WAITING, tr("Waits for {node}").format(node=name))
    return found


def state(
    node: NodeId,
    analysis: Analysis,
    failure: NodeState | None,
    *,
    notes: tuple[str, ...] = (),
    computing: bool = False,
    cached: bool = False,
) -> NodeState:
    """`failure` is what the worker last said of it, `notes` what it has to tell the user besides, `cached` whether its
    picture of the present moment is at hand."""
    resolved, doc = analysis.compiled.resolved, analysis.graph.nodes[node]
    said = analysis.problems(node)
    text = "\n".join([*(f"{one.part}: {one.text}" if one.part else one.text for one in said), *notes])
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
    now = State.COMPUTING if computing else State.WARNING if text else State.CACHED if cached else State.IDLE
    return NodeState(now, text) if text or now is not State.IDLE else _IDLE
