"""One graph rendered to its files: what `run`, `demo`, the queue and the tests call.

Compile, look at where results may go, index the sources, render in the supervised worker, look at what was written,
and only then give it its name. Whatever happens on the way, nothing half lies under a final name.

    RefusedError        the graph or the arguments are wrong: `.problems`, all of them; nothing was started
    BrokenRenderError   it began and did not become whole; the text is one line for the user, `.log` the last words
    session.Cancelled, KeyboardInterrupt
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from graphs import codec
from graphs.codec import natural
from graphs.document import Graph, NodeId
from graphs.problem import Problem, error, has_errors
from nodes.clip import ClipInfo
from nodes.media import MediaError, Probe
from nodes.registry import Registry, default_registry
from nodes.script import Call, Literal, Local
from nodes.sink import Sink
from nodes.sound import leaves
from runtime.accompany import GRAPH_NAME
from runtime.at_hand import at_hand, types_of
from runtime.compiled import Compiled, Remembering, compiled, index_files
from runtime.emit import walk
from runtime.encode import Encode, encode
from runtime.ffmpeg import Ffmpeg, FfmpegError, choose, find
from runtime.jobs.destinations import (
    Destination,
    destinations,
    discard,
    finish,
    hindrances,
    prepare,
    renamed,
    set_outputs,
)
from runtime.loudness import LoudnessError, measured
from runtime.optimize import fuse
from runtime.origin import origin_of
from runtime.plan import Plan, PlannedSink
from runtime.protocol import ClipFacts, RenderSink
from runtime.script import step_codes
from runtime.session import NodeError, RenderError, RenderUpdate, RequestError, Session, WorkerGone
from runtime.sound import unmeasured
from runtime.sources import prober

__all__ = [
    "BrokenRenderError",
    "Event",
    "Indexing",
    "Listening",
    "Note",
    "RefusedError",
    "Rendered",
    "Result",
    "Writing",
    "render",
]


class RefusedError(Exception):
    """The graph or the arguments are wrong; nothing was started."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.line() for problem in problems))
        self.problems = tuple(problems)


class BrokenRenderError(Exception):
    """It did not become whole. One line: where, what, what next."""

    def __init__(self, text: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.log = log


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should know and need not act on."""

    text: str


@dataclass(frozen=True, slots=True)
class Indexing:
    """The source is decoded once, so that every frame can be found exactly."""

    path: str
    percent: int


@dataclass(frozen=True, slots=True)
class Listening:
    """The sound of an output is listened through for its loudness."""

    node: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How far the files are."""

    update: RenderUpdate


Event = Note | Indexing | Listening | Writing


@dataclass(frozen=True, slots=True)
class Rendered:
    """One finished file (or folder of pictures)."""

    node: str
    path: Path
    frames: int
    size_bytes: int
    encoder: str


@dataclass(frozen=True, slots=True)
class Result:
    """`cpu_s` is the worker's, without ffmpeg's; `elapsed_s` the whole, `rendering_s` without getting ready."""

    files: tuple[Rendered, ...]
    elapsed_s: float
    rendering_s: float
    cpu_s: float
    notes: tuple[str, ...] = ()


Span = tuple[int, int | None]
"""Half-open: output frames [first, last); None is the end."""


def render(
    graph: Graph,
    *,
    outputs: Sequence[str] = (),
    stem: str = "restored",
    frames: Span | None = None,
    overwrite: bool = False,
    trust: bool = False,
    registry: Registry | None = None,
    session: Session | None = None,
    listen: Callable[[Event], None] = lambda _: None,
) -> Result:
    """Render everything that `graph` writes, in one pass.

    `outputs` and `stem` are as in `set_outputs`. `frames` are those of the first output; the others get the same
    stretch of time. A session that is given stays open.
    """
    began = time.monotonic()
    known = registry or default_registry()
    graph, wrong = set_outputs(graph, outputs, known, stem)
    if wrong:
        raise RefusedError(wrong)
    try:
        ffmpeg = find()
    except FfmpegError as fault:
        raise BrokenRenderError(str(fault)) from None
    if session is not None:
        return _Run(session, ffmpeg, listen, began).run(graph, known, frames, overwrite, trust)
    with Session() as own:
        return _Run(own, ffmpeg, listen, began).run(graph, known, frames, overwrite, trust)


@dataclass
class _Run:
    """One render under way."""

    session: Session
    ffmpeg: Ffmpeg
    listen: Callable[[Event], None]
    began: float
    passed_on: set[str] = field(default_factory=set)

    def run(self, graph: Graph, registry: Registry, frames: Span | None, overwrite: bool, trust: bool) -> Result:
        probe = Remembering(prober(self.session))
        available = at_hand(types_of(graph, registry), self.session.namespaces)
        made = compiled(graph, registry, probe, available=available, trust=trust)
        goals = destinations(made.plan.sinks)
        told = {problem.node for problem in made.problems if problem.is_error}
        hindered = hindrances(goals, _sources(made.plan), overwrite)
        about_files = [*hindered, *renamed(made.plan.sinks, goals)]
        problems = [*made.problems, *(problem for problem in about_files if problem.node not in told)]
        if has_errors(problems):
            raise RefusedError(problems)
        for problem in problems:
            self.listen(Note(problem.line()))
        made = replace(made, plan=fuse(made.plan))
        with _clear_words(), _written(graph) as document:
            self._index(made.plan)
            infos = self._load(made.plan)
            self._pass_on()
            spans = _spans(made.plan.sinks, infos, frames)
            lanes = [
                self._lane(planned, infos[planned.node], spans[planned.node], goal, made, probe, document)
                for planned, goal in zip(made.plan.sinks, goals, strict=True)
            ]
            return self._write(lanes, overwrite)

    def _pass_on(self) -> None:
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
            facts = self.session.describe(plan.step(planned.step).node, planned.port)
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
        document: str,
    ) -> _Lane:
        step = made.plan.step(planned.step)
        coder, note = choose(self.ffmpeg, planned.sink.coders)
        sink = self._levelled(planned)
        origin = origin_of(planned, made.plan, made.resolved, probe)
        part = str(goal.part)
        command = encode(self.ffmpeg.path, sink, coder, part, clip=info, span=span, origin=origin, document=document)
        for text in (note, *command.notes):
            if text:
                self.listen(Note(f"{planned.node}: {text}"))
        ask = RenderSink(
            planned.node, step.fingerprint, planned.port, *span, command.wire, command.argv, span[1] - span[0]
        )
        return _Lane(ask, info, goal, coder.encoder, command)

    def _levelled(self, planned: PlannedSink) -> Sink:
        sink = planned.sink
        if sink.sound is None or next(unmeasured(sink.sound.op), None) is None:
            return sink
        self.listen(Listening(planned.node))
        try:
            op = measured(sink.sound.op, self.ffmpeg.path)
        except LoudnessError as fault:
            raise BrokenRenderError(f"{planned.node}: {fault}") from None
        return replace(sink, sound=replace(sink.sound, op=op))

    def _write(self, lanes: list[_Lane], overwrite: bool) -> Result:
        try:
            for lane in lanes:
                try:
                    prepare(lane.goal)
                except OSError as fault:
                    raise BrokenRenderError(_unwritable(lane.goal, fault)) from None
            done = self.session.render([lane.ask for lane in lanes], lambda update: self.listen(Writing(update)))
            self._pass_on()
            for lane in lanes:
                self._look(lane)
            files = []
            for lane in lanes:
                size = _size(lane.goal)
                try:
                    finish(lane.goal, overwrite)
                except FileExistsError:
                    text = f"{lane.goal.final} appeared while it was rendered. Choose another name, or say --overwrite"
                    raise BrokenRenderError(text) from None
                except OSError as fault:
                    raise BrokenRenderError(_unwritable(lane.goal, fault)) from None
                files.append(Rendered(lane.ask.node, lane.goal.final, lane.ask.frames_expected, size, lane.encoder))
        finally:
            for lane in lanes:
                discard(lane.goal)
        notes = tuple(note for lane in lanes for note in lane.command.notes)
        return Result(tuple(files), time.monotonic() - self.began, done.elapsed_s, done.cpu_s, notes)

    def _look(self, lane: _Lane) -> None:
        """Read what was written. BrokenRenderError if it is not what was asked for."""
        wanted = lane.ask.frames_expected
        if lane.goal.folder:
            count = sum(1 for _ in lane.goal.part.iterdir())
            if count != wanted:
                raise BrokenRenderError(f"{lane.ask.node}: {count} pictures of {wanted} were written. Render it again")
            return
        try:
            media = prober(self.session)(str(lane.goal.part))
        except MediaError as fault:
            raise BrokenRenderError(f"{lane.ask.node}: what was written cannot be read back ({fault})") from None
        if not media.video:
            raise BrokenRenderError(f"{lane.ask.node}: no picture was written. Render it again")
        found = media.video[0].clip
        size, frames = (found.width, found.height), found.frames
        length = abs(frames / found.fps - wanted / lane.info.fps)
        if size != (lane.info.width, lane.info.height) or length > Fraction(3, 2) / lane.info.fps:
            text = f"{found.line()}, {frames} frames, instead of {lane.info.line()}, {wanted} frames"
            raise BrokenRenderError(f"{lane.ask.node}: the file that was written is {text}. Render it again")


@dataclass(frozen=True, slots=True)
class _Lane:
    """One file on its way."""

    ask: RenderSink
    info: ClipInfo
    goal: Destination
    encoder: str
    command: Encode


@contextmanager
def _written(graph: Graph) -> Iterator[str]:
    """A file with the document, for results to carry along; empty where nothing can be written for now."""
    try:
        folder = TemporaryDirectory(prefix="tapeloom-", ignore_cleanup_errors=True)
    except OSError:
        yield ""
        return
    with folder as place:
        file = Path(place) / GRAPH_NAME
        try:
            file.write_text(codec.encode(graph), "utf-8")
        except OSError:
            yield ""
        else:
            yield str(file)


def _sources(plan: Plan) -> set[str]:
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
    sinks: Sequence[PlannedSink], infos: Mapping[str, ClipInfo], frames: Span | None
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


def _size(goal: Destination) -> int:
    paths = goal.part.iterdir() if goal.folder else [goal.part]
    return sum(path.stat().st_size for path in paths)


def _unwritable(goal: Destination, fault: OSError) -> str:
    return f"{goal.final} cannot be written ({fault.strerror or fault}). Choose a folder that can be written to"


@contextmanager
def _clear_words() -> Iterator[None]:
    """The session's errors as one line that says what to do."""
    try:
        yield
    except FfmpegError as fault:
        raise BrokenRenderError(str(fault)) from None
    except NodeError as fault:
        failure = fault.failure
        text = "\n".join((failure.message, *failure.log))
        if "No space left on device" in text or "Disk quota exceeded" in text:
            raise BrokenRenderError(
                f"{failure.node}: the disk is full. Make room, or write to another disk", failure.log
            ) from None
        hint = ". The node's log is above; try it with other settings, or bypass it" if failure.crashed else ""
        raise BrokenRenderError(f"{fault}{hint if not isinstance(fault, RenderError) else ''}", failure.log) from None
    except RequestError as fault:
        raise BrokenRenderError(f"a source cannot be read: {fault}", fault.log) from None
    except WorkerGone as fault:
        raise BrokenRenderError(f"the worker is gone: {fault}. Run it again", fault.log) from None
