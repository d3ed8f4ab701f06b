"""Graph → plan: the steps that the wanted outputs need, conversions put in, equal steps shared. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from graphs.document import NodeId
from graphs.forecast import Forecast
from graphs.problem import Problem, error
from graphs.resolve import Port, Resolved
from nodes.clip import ClipInfo
from nodes.convert import converted
from nodes.media import MediaError, Probe
from nodes.node import Node, arguments, outputs_of
from nodes.params import ParamError
from nodes.script import Expr, File, Input, Local, Ref, Script
from nodes.sink import Sink
from nodes.sound import Sound
from runtime.emit import walk
from runtime.fingerprint import fingerprint

if TYPE_CHECKING:
    import networkx as nx

SINK_PORT = "file"
"""The port name of what an output node hands to its encoder."""


@dataclass(frozen=True, slots=True)
class Step:
    """One computation. `id` is the node's id, or `<node>.<port>` for a conversion in front of an input.

    `node` is blamed for its faults; `name` is what its variable would like to be called; `remark` is its comment.
    """

    id: str
    node: NodeId
    name: str
    remark: str
    outputs: Mapping[str, Expr]
    infos: Mapping[str, ClipInfo]
    fingerprint: str

    def reads(self) -> list[tuple[str, str]]:
        """The (step id, port) pairs it reads."""
        found = {
            (part.node, part.port) for expr in self.outputs.values() for part in walk(expr) if isinstance(part, Input)
        }
        return sorted(found)


@dataclass(frozen=True, slots=True)
class PlannedSink:
    """One file to be written: its node, what the node asks for, and the place (step, port) of its clip."""

    node: NodeId
    sink: Sink
    step: str
    port: str
    info: ClipInfo


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that the script opens, and the `Local` key of its index (empty where it has none)."""

    path: str
    identity: str
    index_key: str = ""


@dataclass(frozen=True)
class Plan:
    """Steps in the order of their needs. `places` tells where each picture output of the document is computed
    (step id, port): bypassed and equal nodes share a place. `problems` are what only building could find."""

    steps: tuple[Step, ...]
    places: Mapping[Port, tuple[str, str]]
    sinks: tuple[PlannedSink, ...]
    sounds: Mapping[Port, Sound]
    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...] = ()

    def step(self, step_id: str) -> Step:
        return next(step for step in self.steps if step.id == step_id)

    def dag(self) -> nx.DiGraph[str]:
        """The steps as a networkx graph; each edge leads from a step to one that reads it."""
        import networkx as nx

        dag: nx.DiGraph[str] = nx.DiGraph()
        for step in self.steps:
            dag.add_node(step.id, step=step)
        dag.add_edges_from((source, step.id) for step in self.steps for source, _ in step.reads())
        return dag

    def needed_by(self, step_ids: Iterable[str]) -> Plan:
        """Only the steps that these need."""
        import networkx as nx

        dag = self.dag()
        wanted = {step_id for target in step_ids for step_id in (target, *nx.ancestors(dag, target))}
        steps = tuple(step for step in self.steps if step.id in wanted)
        places = {port: place for port, place in self.places.items() if place[0] in wanted}
        sinks = tuple(sink for sink in self.sinks if sink.step in wanted)
        return replace(self, steps=steps, places=places, sinks=sinks, files=_files(steps))


def plan(
    resolved: Resolved,
    forecast: Forecast,
    probe: Probe,
    targets: Collection[NodeId] | None = None,
    *,
    trust: bool = False,
) -> Plan:
    """Compile what `targets` need (None: every output node, or every node where there is none).

    Nodes whose inputs are unknown are left out: `forecast.problems` says why. So are nodes that run their author's own
    code, unless there is `trust`. A build that fails is a Problem.
    """
    wanted = tuple(targets) if targets is not None else resolved.sinks() or resolved.order
    planner = _Planner(resolved, forecast, probe)
    for node_id in resolved.upstream(wanted):
        if trust or not resolved.placed[node_id].type.trusted or resolved.placed[node_id].bypass:
            planner.add(node_id)
    steps = tuple(planner.steps.values())
    return Plan(steps, planner.places, tuple(planner.sinks), planner.sounds, _files(steps), tuple(planner.problems))


@dataclass
class _Planner:
    resolved: Resolved
    forecast: Forecast
    probe: Probe
    steps: dict[str, Step] = field(default_factory=dict)
    places: dict[Port, tuple[str, str]] = field(default_factory=dict)
    sounds: dict[Port, Sound] = field(default_factory=dict)
    sinks: list[PlannedSink] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _by_print: dict[str, str] = field(default_factory=dict)
    _prints: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, node_id: NodeId) -> None:
        placed = self.resolved.placed[node_id]
        if placed.bypass:
            for out in placed.type.outputs:
                real = self.resolved.real((node_id, out))
                if real in self.places:
                    self.places[node_id, out] = self.places[real]
                if real in self.sounds:
                    self.sounds[node_id, out] = self.sounds[real]
            return
        outputs = placed.type.outputs
        if outputs and not any((node_id, port) in self.forecast.outputs for port in outputs):
            return  # its forecast failed and has said why
        given = self._inputs(node_id, placed.type)
        if given is None:
            return
        try:
            result = placed.node.build(Script(node_id), **given)
            if outputs:
                self._outputs(node_id, outputs_of(placed.type, result))
            else:
                self._sink(node_id, result)
        except (ParamError, MediaError) as fault:
            self.problems.append(error(str(fault), node_id))
        except Exception as fault:  # a node file, perhaps a plugin's, may fail in any way
            text = f"the node could not be compiled ({type(fault).__name__}: {fault})"
            text += f". That is a fault in {placed.type.id}: report it"
            self.problems.append(error(text, node_id))

    def _inputs(self, node_id: NodeId, kind: type[Node]) -> dict[str, Any] | None:
        """What each input port of `build` is given; None where one that it cannot do without is missing."""
        given: dict[str, Any] = {}
        for name in arguments(kind.build):
            if name == "probe":
                given[name] = self.probe
                continue
            port = kind.inputs[name]
            feed = self.resolved.feed(node_id, name)
            found: Ref | Sound | None = None
            if feed in self.sounds:
                found = self.sounds[feed]
            elif feed in self.places:
                found = self._picture(node_id, name, feed)
            if found is None and not port.optional:
                return None
            given[name] = found
        return given

    def _picture(self, node_id: NodeId, port: str, feed: Port) -> Ref | None:
        step_id, out = self.places[feed]
        ref = Ref(Input(step_id, out), self.steps[step_id].infos[out])
        target = self.forecast.conversions.get((node_id, port))
        if (node_id, port) not in self.forecast.inputs:
            return None
        if target is None:
            return ref
        made = converted(ref, target)
        wish = f"{self.steps[step_id].name}_{target.name.lower()}"
        remark = f"{self.steps[step_id].remark.split(' · ')[0]} as {target.name}, for {self._label(node_id)}"
        out = f"as {target.name}"
        place = self._step(f"{node_id}.{port}", node_id, wish, remark, {out: made.expr}, {out: made.info})
        return Ref(Input(place, out), made.info)

    def _label(self, node_id: NodeId) -> str:
        return self.resolved.placed[node_id].doc.label or node_id

    def _outputs(self, node_id: NodeId, made: Mapping[str, Any]) -> None:
        placed = self.resolved.placed[node_id]
        pictures = {port: value for port, value in made.items() if isinstance(value, Ref)}
        for port, value in made.items():
            if isinstance(value, Sound):
                self.sounds[node_id, port] = value
        clips = {port: info for port in pictures if (info := self.forecast.clip(node_id, port)) is not None}
        through = {port: ref.expr for port, ref in pictures.items() if port in clips and isinstance(ref.expr, Input)}
        for port, expr in through.items():  # a node that changes nothing shares its input's place
            self.places[node_id, port] = (expr.node, expr.port)
        rest = {port: pictures[port].expr for port in clips if port not in through}
        if rest:
            name = placed.doc.label or node_id
            remark = f"{self._label(node_id)} · {placed.type.name()}"
            place = self._step(node_id, node_id, name, remark, rest, {port: clips[port] for port in rest})
            for port in rest:
                self.places[node_id, port] = (place, port)

    def _sink(self, node_id: NodeId, sink: Sink) -> None:
        expr, info = sink.clip.expr, sink.clip.info
        place = (expr.node, expr.port) if isinstance(expr, Input) else None
        if place is None:
            name, remark = f"{self._label(node_id)}_in", f"{self._label(node_id)} · as its encoder wants it"
            place = (self._step(node_id, node_id, name, remark, {SINK_PORT: expr}, {SINK_PORT: info}), SINK_PORT)
        self.sinks.append(PlannedSink(node_id, sink, *place, info))

    def _step(
        self,
        step_id: str,
        node: NodeId,
        name: str,
        remark: str,
        outputs: Mapping[str, Expr],
        infos: Mapping[str, ClipInfo],
    ) -> str:
        """Add a step, or find the equal one that is there. Gives the id of the step that computes this."""
        digest = fingerprint(outputs, self._prints)
        if digest in self._by_print:
            return self._by_print[digest]
        self.steps[step_id] = Step(step_id, node, name, remark, outputs, infos, digest)
        self._by_print[digest] = step_id
        self._prints |= {(step_id, port): f"{digest}.{port}" for port in outputs}
        return step_id


def _files(steps: Iterable[Step]) -> tuple[SourceFile, ...]:
    files: dict[str, SourceFile] = {}
    for step in steps:
        parts = [part for expr in step.outputs.values() for part in walk(expr)]
        keys = [part.key for part in parts if isinstance(part, Local) and part.key.startswith("index:")]
        for part in parts:
            if isinstance(part, File):
                files[part.path] = SourceFile(part.path, part.identity, keys[0] if keys else "")
    return tuple(files.values())
