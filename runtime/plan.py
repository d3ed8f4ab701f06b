"""Graph → plan: the steps that the wanted outputs need, conversions put in, equal steps shared. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from graphs.document import NodeId
from graphs.forecast import Forecast
from graphs.problem import Problem, error
from graphs.recall import Recall
from graphs.resolve import Placed, Port, Resolved
from nodes.clip import ClipInfo, PixelFormat
from nodes.convert import converted
from nodes.media import MediaError, Probe
from nodes.node import Info, Node, arguments, has_stand_in, outputs_of
from nodes.params import ParamError
from nodes.script import Expr, Input, Ref, Script
from nodes.sink import Sink
from nodes.sound import Sound
from runtime.contents import Contents, contents
from runtime.fingerprint import fingerprint

if TYPE_CHECKING:
    import networkx as nx

SINK_PORT = "file"
"""The port name of what an output node hands to its encoder."""


@dataclass(frozen=True)
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

    @cached_property
    def contents(self) -> Contents:
        """What its expressions are made of."""
        return contents(self.outputs)

    def reads(self) -> tuple[tuple[str, str], ...]:
        """The (step id, port) pairs it reads."""
        return self.contents.reads


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

    @cached_property
    def _by_id(self) -> Mapping[str, Step]:
        return {step.id: step for step in self.steps}

    def step(self, step_id: str) -> Step:
        return self._by_id[step_id]

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
    stand_in: Collection[NodeId] = (),
    recall: Recall | None = None,
) -> Plan:
    """Compile what `targets` need (None: every output node, or every node where there is none).

    Nodes whose inputs are unknown are left out: `forecast.problems` says why. So are nodes that run their author's own
    code, unless there is `trust`. A build that fails is a Problem. The nodes of `stand_in` show their quick look-alike
    where they have one. `recall` is the one that `resolved` and `forecast` were made with.
    """
    recall = Recall() if recall is None else recall
    wanted = recall.same("wanted", tuple(targets) if targets is not None else resolved.sinks() or resolved.order)
    planner = _Planner(resolved, forecast, probe, frozenset(stand_in), recall)
    for node_id in recall("upstream", (resolved.shape, wanted), lambda: resolved.upstream(wanted)):
        placed = resolved.placed[node_id]
        if trust or not placed.type.trusted or placed.bypass:
            planner.add(placed)
    steps = tuple(planner.steps.values())
    return Plan(steps, planner.places, tuple(planner.sinks), planner.sounds, _files(steps), tuple(planner.problems))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """What a node gives: sounds, pictures that are its input's, and pictures that a step of its own makes."""

    sounds: Mapping[str, Sound]
    through: Mapping[str, tuple[str, str]]
    own: Mapping[str, Expr]
    infos: Mapping[str, ClipInfo]
    quick: bool


@dataclass
class _Planner:
    resolved: Resolved
    forecast: Forecast
    probe: Probe
    stand_in: frozenset[NodeId]
    recall: Recall
    steps: dict[str, Step] = field(default_factory=dict)
    places: dict[Port, tuple[str, str]] = field(default_factory=dict)
    sounds: dict[Port, Sound] = field(default_factory=dict)
    sinks: list[PlannedSink] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _by_print: dict[str, str] = field(default_factory=dict)
    _prints: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, placed: Placed) -> None:
        node_id, outputs = placed.id, placed.type.outputs
        if placed.bypass:
            for out in outputs:
                real = self.resolved.real((node_id, out))
                if real in self.places:
                    self.places[node_id, out] = self.places[real]
                if real in self.sounds:
                    self.sounds[node_id, out] = self.sounds[real]
            return
        if outputs and not any((node_id, port) in self.forecast.outputs for port in outputs):
            return  # its forecast failed and has said why
        given = self._inputs(node_id, placed.type)
        if given is None:
            return
        foretold = self.forecast.outputs
        clips = {port: foretold.get((node_id, port)) for port in outputs}
        quick = node_id in self.stand_in and has_stand_in(placed.type)
        about = (placed.node, *given.values(), *clips.values())
        try:
            made = self.recall(("made", node_id, quick), about, partial(_made, placed, given, clips, quick))
            if isinstance(made, Sink):
                self._sink(node_id, made)
            else:
                self._outputs(placed, made)
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
        if (node_id, port) not in self.forecast.inputs:
            return None
        step_id, out = self.places[feed]
        source = self.steps[step_id]
        info = source.infos[out]
        ref = self.recall(("ref", node_id, port), (step_id, out, info), lambda: Ref(Input(step_id, out), info))
        target = self.forecast.conversions.get((node_id, port))
        if target is None:
            return ref
        outputs, infos = self.recall(("as", node_id, port), (ref, target), partial(_converted, ref, target))
        wish = f"{source.name}_{target.name.lower()}"
        remark = f"{source.remark.split(' · ')[0]} as {target.name}, for {self._label(node_id)}"
        place = self._step(f"{node_id}.{port}", node_id, wish, remark, outputs, infos)
        ((out, info),) = infos.items()
        return self.recall(("converted", node_id, port), (place, outputs), lambda: Ref(Input(place, out), info))

    def _label(self, node_id: NodeId) -> str:
        return self.resolved.placed[node_id].doc.label or node_id

    def _outputs(self, placed: Placed, made: _Outputs) -> None:
        node_id = placed.id
        for port, sound in made.sounds.items():
            self.sounds[node_id, port] = sound
        for port, through in made.through.items():
            self.places[node_id, port] = through
        if made.own:
            name = placed.doc.label or node_id
            remark = f"{name} · {placed.type.name()}{', a quick stand-in' if made.quick else ''}"
            place = self._step(node_id, node_id, name, remark, made.own, made.infos)
            for port in made.own:
                self.places[node_id, port] = (place, port)

    def _sink(self, node_id: NodeId, sink: Sink) -> None:
        expr, info = sink.clip.expr, sink.clip.info
        place = (expr.node, expr.port) if isinstance(expr, Input) else None
        if place is None:
            name, remark = f"{self._label(node_id)}_in", f"{self._label(node_id)} · as its encoder wants it"
            outputs, infos = self.recall(("sink", node_id), (sink,), lambda: ({SINK_PORT: expr}, {SINK_PORT: info}))
            place = (self._step(node_id, node_id, name, remark, outputs, infos), SINK_PORT)
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
        recall = self.recall
        held, known = recall(("contents", step_id), (outputs,), lambda: (contents(outputs), dict[int, bytes]()))
        above = [self._prints[place] for place in held.reads]

        def make() -> tuple[Step, dict[tuple[str, str], str]]:
            digest = fingerprint(outputs, self._prints, known)
            step = Step(step_id, node, name, remark, outputs, infos, digest)
            vars(step)["contents"] = held  # where cached_property keeps it
            prints = {(step_id, port): f"{digest}.{port}" for port in outputs}
            return step, recall.same(("prints", step_id), prints)

        words = recall.same(("words", step_id), (name, remark))
        step, prints = recall(("step", step_id), (outputs, infos, words, *above), make)
        if step.fingerprint in self._by_print:
            return self._by_print[step.fingerprint]
        self.steps[step.id] = step
        self._by_print[step.fingerprint] = step.id
        self._prints |= prints
        return step.id  # the same string as last time: what is asked next hangs on it


def _made(placed: Placed, given: Mapping[str, Any], clips: Mapping[str, Info | None], quick: bool) -> _Outputs | Sink:
    """What the node builds; or, `quick`, its stand-in, if there is one that works."""
    if quick:
        wanted = {name: given.get(name) for name in arguments(placed.type.stand_in)}
        with suppress(Exception):  # it is a help only: the node itself will say what is wrong
            made = placed.node.stand_in(Script(placed.id), **wanted)
            if made is not None:
                return _sorted(placed.type, made, clips, quick=True)
    result = placed.node.build(Script(placed.id), **given)
    return _sorted(placed.type, result, clips) if placed.type.outputs else _checked(result)


def _checked(result: object) -> Sink:
    if not isinstance(result, Sink):
        raise TypeError(f"build gave {type(result).__name__}, not a Sink")
    return result


def _converted(ref: Ref, target: PixelFormat) -> tuple[Mapping[str, Expr], Mapping[str, ClipInfo]]:
    made, out = converted(ref, target), f"as {target.name}"
    return {out: made.expr}, {out: made.info}


def _sorted(kind: type[Node], result: Any, clips: Mapping[str, Info | None], *, quick: bool = False) -> _Outputs:
    sounds: dict[str, Sound] = {}
    through: dict[str, tuple[str, str]] = {}
    own: dict[str, Expr] = {}
    infos: dict[str, ClipInfo] = {}
    for port, value in outputs_of(kind, result).items():
        info = clips[port]
        if isinstance(value, Sound):
            sounds[port] = value
        elif isinstance(value, Ref) and isinstance(info, ClipInfo):
            if isinstance(value.expr, Input):  # a node that changes nothing shares its input's place
                through[port] = (value.expr.node, value.expr.port)
            else:
                own[port], infos[port] = value.expr, info
    return _Outputs(sounds, through, own, infos, quick)


def _files(steps: Iterable[Step]) -> tuple[SourceFile, ...]:
    files: dict[str, SourceFile] = {}
    for step in steps:
        for file in step.contents.files:
            key = f"index:{file.identity}"
            files[file.path] = SourceFile(file.path, file.identity, key if key in step.contents.index_keys else "")
    return tuple(files.values())
