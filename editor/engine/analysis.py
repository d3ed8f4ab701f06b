"""What the window knows of a graph once it is compiled: formats, problems, moments, and where each picture is made.

Pure, and cheap to make: most answers are worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from editor.engine.moments import Clock, Clocks
from graphs.document import Graph, NodeId
from graphs.problem import Problem
from graphs.resolve import Port
from nodes.clip import ClipInfo, PixelFormat
from nodes.node import Info
from nodes.ports import PICTURES
from runtime.compiled import Compiled
from runtime.plan import SINK_PORT, Plan, PlannedSink


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture is made, as the worker knows it. `step` is the plan's; `fingerprint` names all that it shows:
    equal and bypassed nodes share it."""

    node: str
    port: str
    step: str
    fingerprint: str


class Places:
    """Finds the places of a plan's pictures, also of what its outputs are given."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._sinks: Mapping[NodeId, PlannedSink] = {sink.node: sink for sink in plan.sinks}
        self._found: dict[Port, Place | None] = {}

    def of(self, node: NodeId, port: str) -> Place | None:
        key = (node, port)
        if key not in self._found:
            self._found[key] = self._place(key)
        return self._found[key]

    def _place(self, output: Port) -> Place | None:
        sink = self._sinks.get(output[0])
        at = (sink.step, sink.port) if sink is not None else self.plan.places.get(output)
        if at is None:
            return None
        step = self.plan.step(at[0])
        return Place(step.node, at[1], step.id, f"{step.fingerprint}.{at[1]}")

    def sink(self, node: NodeId) -> PlannedSink | None:
        return self._sinks.get(node)

    @cached_property
    def fingerprints(self) -> Mapping[tuple[str, str], str]:
        """What each (node, port) of the worker shows."""
        return {(step.node, port): f"{step.fingerprint}.{port}" for step in self.plan.steps for port in step.outputs}

    @cached_property
    def does(self) -> Mapping[NodeId, str]:
        """By node, the fingerprints of all its steps: while they stay, it does the same."""
        found: dict[NodeId, str] = {}
        for step in self.plan.steps:
            found[step.node] = f"{found[step.node]} {step.fingerprint}" if step.node in found else step.fingerprint
        return found

    @cached_property
    def steps(self) -> frozenset[str]:
        """The fingerprints of all steps."""
        return frozenset(step.fingerprint for step in self.plan.steps)


@dataclass(frozen=True)
class Analysis:
    """A graph and what came of it."""

    graph: Graph
    compiled: Compiled

    @cached_property
    def places(self) -> Places:
        return Places(self.compiled.plan)

    # ---- formats

    def info(self, node: NodeId, port: str) -> Info | None:
        """What a port carries (an input's after its conversion); for `main_picture` of an output node what it is
        given. None where nothing is known."""
        sink = self.places.sink(node)
        if sink is not None and port in (SINK_PORT, ""):
            return sink.info
        told = self.compiled.forecast
        return told.outputs.get((node, port), told.inputs.get((node, port)))

    def clip(self, node: NodeId, port: str) -> ClipInfo | None:
        found = self.info(node, port)
        return found if isinstance(found, ClipInfo) else None

    def main_picture(self, node: NodeId) -> Port | None:
        """The output that a viewer shows of a node: its first picture; of an output node what its encoder is given
        (under the port name `file`). None where it has none, or cannot have one as things are."""
        if self.places.sink(node) is not None:
            return node, SINK_PORT
        placed = self.compiled.resolved.placed.get(node)
        if placed is None:
            through = [at for at in self.compiled.plan.places if at[0] == node]
            return through[0] if through else None
        for port in placed.type.outputs.values():
            if port.kind in PICTURES and self.places.of(node, port.name) is not None:
                return node, port.name
        return None

    @property
    def conversions(self) -> Mapping[Port, PixelFormat]:
        """The pixel format that the compiler converts to, by the input port in front of which it does."""
        return self.compiled.forecast.conversions

    # ---- moments

    @cached_property
    def clocks(self) -> Clocks:
        return Clocks(self.compiled.resolved, self.compiled.forecast, self.compiled.plan.places)

    @cached_property
    def length(self) -> Fraction:
        """Seconds of tape: the end of the last source. 0 where there is none."""
        return self.clocks.length()

    def clock(self, node: NodeId, port: str) -> Clock | None:
        """Which moments a picture shows."""
        clip = self.clip(node, port)
        sink = self.places.sink(node)
        if sink is None:
            return self.clocks.of(node, port)
        for name, kind in self.compiled.resolved.placed[node].type.inputs.items():
            feed = self.compiled.resolved.feed(node, name) if kind.kind in PICTURES else None
            found = self.clocks.of(*feed) if feed else None
            if found is not None and clip is not None:
                return Clock(clip.fps, clip.frames, found.stretches)
        return None

    def frame_at(self, node: NodeId, port: str, moment: Fraction) -> int:
        """The frame that shows this moment of tape; 0 where nothing is known."""
        clock = self.clock(node, port)
        return clock.frame_at(moment) if clock is not None else 0

    def moment_of(self, node: NodeId, port: str, frame: int) -> Fraction:
        """When on the tape this frame begins; 0 where nothing is known."""
        clock = self.clock(node, port)
        return clock.moment_of(frame) if clock is not None else Fraction(0)

    # ---- problems

    def problems(self, node: NodeId | None = None) -> tuple[Problem, ...]:
        """All that is wrong or doubtful, or what is so at one node."""
        return self.compiled.problems if node is None else self._by_node.get(node, ())

    @cached_property
    def _by_node(self) -> Mapping[NodeId, tuple[Problem, ...]]:
        found: dict[NodeId, tuple[Problem, ...]] = {}
        for problem in self.compiled.problems:
            if problem.node is not None:
                found[problem.node] = (*found.get(problem.node, ()), problem)
        return found

    def hindrance(self, node: NodeId) -> Problem | None:
        """What keeps a node from having a picture: an error of its own, or else of what it needs."""
        resolved = self.compiled.resolved
        if node not in self.graph.nodes:
            return None
        for one in (node, *sorted(resolved.needed([node]) - {node})):
            for problem in self.problems(one):
                if problem.is_error or one in resolved.missing:
                    return problem
        return None

    def above(self, step_id: str) -> frozenset[str]:
        """The ids of the steps that a step needs, itself included."""
        plan = self.compiled.plan
        found = {step_id}
        waiting = [step_id]
        while waiting:
            for source, _ in plan.step(waiting.pop()).reads():
                if source not in found:
                    found.add(source)
                    waiting.append(source)
        return frozenset(found)
