"""Gets a render ready: compiled, its sources indexed, its clips made in the worker, one lane for each output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from graphs.codec import natural
from graphs.document import Graph, NodeId
from graphs.problem import error, has_errors
from nodes.clip import ClipInfo
from nodes.media import Probe
from nodes.registry import Registry
from nodes.script import Call, Literal, Local
from nodes.sink import Sink
from nodes.sound import leaves
from runtime.at_hand import at_hand, types_of
from runtime.compiled import Compiled, Remembering, compiled, index_files, short_sources
from runtime.emit import walk
from runtime.ffmpeg import Ffmpeg, choose
from runtime.jobs.destinations import Destination, destinations, hindrances, renamed
from runtime.jobs.events import Event, Indexing, Listening, Note
from runtime.jobs.faults import BrokenRenderError, RefusedError
from runtime.jobs.lanes import Lane
from runtime.loudness import LoudnessError, measured
from runtime.optimize import fuse
from runtime.origin import origin_of
from runtime.plan import Plan, PlannedSink
from runtime.protocol import ClipFacts
from runtime.script import step_codes
from runtime.session import Session
from runtime.sound import unmeasured
from runtime.sources import prober

Frames = tuple[int, int | None]
"""Half-open: output frames [first, last); None is the end."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A render that can begin. `sources`: every file that is read."""

    made: Compiled
    lanes: tuple[Lane, ...]
    sources: tuple[str, ...]


@dataclass
class Preparing:
    """`passed_on`: what the worker said and the user was told. `levels`: whether sound is listened through."""

    session: Session
    ffmpeg: Ffmpeg
    listen: Callable[[Event], None]
    passed_on: set[str] = field(default_factory=set)
    levels: bool = True

    def compiled(self, graph: Graph, registry: Registry, overwrite: bool, trust: bool) -> tuple[Compiled, Probe]:
        """Everything that is wrong is said at once. RefusedError."""
        probe = Remembering(prober(self.session))
        available = at_hand(types_of(graph, registry), self.session.namespaces)
        made = compiled(graph, registry, probe, available=available, trust=trust)
        goals = destinations(made.plan.sinks)
        told = {problem.node for problem in made.problems if problem.is_error}
        about_files = [*hindrances(goals, sources(made.plan), overwrite), *renamed(made.plan.sinks, goals)]
        problems = [*made.problems, *(problem for problem in about_files if problem.node not in told)]
        if has_errors(problems):
            raise RefusedError(problems)
        for problem in [*problems, *short_sources(made, probe)]:
            self.listen(Note(problem.line()))
        return replace(made, plan=fuse(made.plan)), probe

    def lanes(self, made: Compiled, probe: Probe, frames: Frames | None) -> Prepared:
        """Index the sources and make the clips. RefusedError, BrokenRenderError, SessionError."""
        self._index(made.plan)
        infos = self._load(made.plan)
        self.pass_on()
        spans = _spans(made.plan.sinks, infos, frames)
        goals = destinations(made.plan.sinks)
        lanes = tuple(
            self._lane(planned, infos[planned.node], spans[planned.node], goal, made, probe)
            for planned, goal in zip(made.plan.sinks, goals, strict=True)
        )
        return Prepared(made, lanes, tuple(sorted(sources(made.plan))))

    def pass_on(self) -> None:
        """What the worker has said for the user since the last time."""
        for text in self.session.notes():
            if text not in self.passed_on:
                self.passed_on.add(text)
                self.listen(Note(text))

    def _index(self, plan: Plan) -> None:
        places = index_files(plan.files)
        options = _index_options(plan)
        for file in plan.files:
            if file.index_key:
                self.session.index(
                    file.path,
                    places[file.index_key],
                    lambda percent, path=file.path: self.listen(Indexing(path, percent)),  # type: ignore[misc]
                    options.get(file.index_key),
                )

    def _load(self, plan: Plan) -> dict[str, ClipInfo]:
        """What each sink's clip really is, by the sink's node."""
        prelude, steps = step_codes(plan, index_files(plan.files))
        for report in self.session.load(steps, prelude):
            if report.state == "failed":
                raise BrokenRenderError(f"{report.node}: {report.message}")
        found = {}
        for planned in plan.sinks:
            facts = self.session.describe(plan.step(planned.step).node, planned.port, first=False)
            found[planned.node] = _agreed(planned, facts)
        return {str(node): info for node, info in found.items()}

    def _lane(
        self,
        planned: PlannedSink,
        info: ClipInfo,
        span: tuple[int, int],
        goal: Destination,
        made: Compiled,
        probe: Probe,
    ) -> Lane:
        step = made.plan.step(planned.step)
        coder, note = choose(self.ffmpeg, planned.sink.coders)
        if note:
            self.listen(Note(f"{planned.node}: {note}"))
        return Lane(
            planned.node, planned.port, step.fingerprint, self._levelled(planned), coder, info, span, goal,
            origin_of(planned, made.plan, made.resolved, probe),
        )  # fmt: skip

    def _levelled(self, planned: PlannedSink) -> Sink:
        sink = planned.sink
        if not self.levels or sink.sound is None or next(unmeasured(sink.sound.op), None) is None:
            return sink
        self.listen(Listening(planned.node))
        try:
            op = measured(sink.sound.op, self.ffmpeg.path)
        except LoudnessError as fault:
            raise BrokenRenderError(f"{planned.node}: {fault}") from None
        return replace(sink, sound=replace(sink.sound, op=op))


def sources(plan: Plan) -> set[str]:
    """Every file that is read: pictures and sound."""
    heard = (sink.sink.sound for sink in plan.sinks)
    return {file.path for file in plan.files} | {leaf.path for sound in heard if sound for leaf in leaves(sound.op)}


def _index_options(plan: Plan) -> Mapping[str, dict[str, int]]:
    """By index key, the numbers that a source is opened with and that its index depends on."""
    found: dict[str, dict[str, int]] = {}
    for step in plan.steps:
        for expr in step.outputs.values():
            for part in walk(expr):
                if not isinstance(part, Call):
                    continue
                named = dict(part.kwargs)
                place = named.get("cachepath")
                if isinstance(place, Local):
                    track = named.get("track")
                    whole = isinstance(track, Literal) and isinstance(track.value, int)
                    found[place.key] = {"track": track.value} if whole else {}  # type: ignore[union-attr, dict-item]
    return found


def _agreed(planned: PlannedSink, facts: ClipFacts) -> ClipInfo:
    """The foretold clip with its true length. BrokenRenderError where it is of another kind altogether."""
    info = planned.info
    real = (facts.width, facts.height, facts.format.upper())
    foretold = (info.width, info.height, info.format.name)
    rate = Fraction(facts.fps_num, facts.fps_den) if facts.fps_num else info.fps
    if real != foretold or rate != info.fps:
        text = f"{facts.width}x{facts.height} {facts.format} at {float(rate):.3f} frames a second"
        raise BrokenRenderError(
            f"{planned.node}: the clip is {text}, foretold was {info.line()}. That is a fault: report it"
        )
    return replace(info, frames=facts.num_frames, exact=True)


def _spans(
    sinks: Sequence[PlannedSink], infos: Mapping[str, ClipInfo], frames: Frames | None
) -> dict[NodeId, tuple[int, int]]:
    """The frames of each output. RefusedError where there are none such."""
    if frames is None:
        return {sink.node: (0, infos[sink.node].frames) for sink in sinks}
    first, last = frames
    named = min(sinks, key=lambda sink: natural(sink.node))  # the first, as `-o` counts them
    lead = infos[named.node]
    end = lead.frames if last is None else min(last, lead.frames)
    if not 0 <= first < end:
        there = f"{named.node} has the frames 0 to {lead.frames - 1}"
        raise RefusedError([error(f"--frames {first}:{'' if last is None else last}: {there}")])
    spans = {}
    for sink in sinks:
        info = infos[sink.node]
        one, other = (round(at / lead.fps * info.fps) for at in (first, end))
        other = info.frames if end == lead.frames else min(other, info.frames)
        if one >= other:
            raise RefusedError([error(f"--frames {first}:{end}: {sink.node} has no frame there", sink.node)])
        spans[sink.node] = (one, other)
    return spans
