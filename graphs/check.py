"""Every problem of a graph at once, before anything runs: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import PurePath
from typing import Any

from graphs.document import Graph, NodeId
from graphs.forecast import Forecast, forecast
from graphs.groups.outward import outward
from graphs.problem import Problem, Severity, error, warning
from graphs.recall import Recall
from graphs.resolve import Placed, Port, Resolved, is_sink, resolve
from nodes.clip import ClipInfo, SoundInfo
from nodes.media import Probe
from nodes.node import Info, Node, arguments
from nodes.params import Kind
from nodes.ports import PICTURES, Audio, PortType
from nodes.registry import Registry


def check(
    graph: Graph,
    registry: Registry,
    probe: Probe,
    *,
    available: Collection[str] | None = None,
    trust: bool = False,
) -> list[Problem]:
    """All problems of `graph`, errors first, in the order in which the tape passes the nodes.

    `available`: the VapourSynth namespaces and Python modules at hand (None: do not ask). `trust`: nodes that run
    their author's own code are welcome.
    """
    resolved = resolve(graph, registry)
    told = judged(resolved, forecast(resolved, probe, registry), available=available, trust=trust)
    return list(outward(told, graph))


def judged(
    resolved: Resolved,
    foretold: Forecast,
    *,
    available: Collection[str] | None = None,
    trust: bool = False,
    recall: Recall | None = None,
) -> list[Problem]:
    """The same for a graph that is already resolved and forecast. `recall` is the one that both were made with."""
    recall = Recall() if recall is None else recall
    shape = resolved.shape
    facts = (shape, foretold.outputs, foretold.inputs)
    problems = [
        *resolved.problems,
        *foretold.problems,
        *recall("nothing", (shape,), lambda: list(_nothing_to_write(resolved))),
        *_same_file(resolved, recall("files", (shape,), lambda: list(_file_params(resolved)))),
        *recall("lacking", (shape, available), lambda: list(_lacking(resolved, available))),
        *recall("untrusted", (shape, trust), lambda: list(_untrusted(resolved, trust))),
        *recall("silent", facts, lambda: list(_silent(resolved, foretold))),
        *recall("sync", facts, lambda: list(_out_of_sync(resolved, foretold))),
        *_other_standard(resolved, foretold),
        *_advice(resolved, foretold, recall),
    ]
    if not problems:
        return problems
    place = recall("place", (shape,), lambda: {node: at for at, node in enumerate(resolved.order)})
    needed = recall("needed", (shape,), lambda: _needed_by_outputs(resolved))
    problems = [_eased(problem, resolved, needed) for problem in dict.fromkeys(problems)]
    return sorted(
        problems,
        key=lambda problem: (not problem.is_error, place.get(problem.node, len(place)) if problem.node else -1),
    )


# -- the outputs -----------------------------------------------------------------------------------
def _nothing_to_write(resolved: Resolved) -> Iterator[Problem]:
    outputs = [node for node in resolved.placed.values() if is_sink(node.type)]
    if not resolved.graph.nodes:
        yield error("the graph is empty. Put in a video source and an output, or start from a preset")
    elif not outputs:
        yield error("nothing is written: there is no output node. Wire one in, such as output.ffv1")
    elif not any(node.writes and node.id not in resolved.left_out for node in outputs):
        yield error("nothing is written: every output is muted or bypassed. Switch one on", outputs[0].id)


def _same_file(resolved: Resolved, named: Sequence[tuple[NodeId, str, bool]]) -> Iterator[Problem]:
    """Two outputs to one file, or an output onto a source. (What is really the same file, links and all, the runtime
    asks the disk.)"""
    reads: dict[PurePath, NodeId] = {}
    writes: dict[PurePath, NodeId] = {}
    for key, name, saves in named:
        if not saves and (value := getattr(resolved.placed[key].node, name)):
            reads.setdefault(PurePath(value), key)
    for key, name, saves in named:
        if saves and (value := getattr(resolved.placed[key].node, name)):
            path = PurePath(value)
            if path in reads:
                text = f"{value} is the source {reads[path]}: it would be written over. Choose another name"
                yield error(text, key, name)
            elif path in writes:
                yield error(f"{writes[path]} writes {value} too. Choose another name", key, name)
            writes.setdefault(path, key)


def _file_params(resolved: Resolved) -> Iterator[tuple[NodeId, str, bool]]:
    """The params that name a file: its node, its name, whether it is written."""
    for key in resolved.order:
        for name, param in resolved.placed[key].type.params.items():
            if param.kind is Kind.FILE and not param.saves:
                yield key, name, False
            elif param.saves and resolved.placed[key].writes:
                yield key, name, True


def _eased(problem: Problem, resolved: Resolved, needed: Collection[NodeId]) -> Problem:
    """An error at a node that no output needs spoils nothing: a warning then."""
    if problem.node is None or not problem.is_error or problem.node not in resolved.graph.nodes:
        return problem
    if not needed or problem.node in needed:
        return problem
    text = problem.text.rstrip(".")
    return replace(problem, severity=Severity.WARNING, text=f"{text}. (No output needs this node, so it is left out)")


def _needed_by_outputs(resolved: Resolved) -> set[NodeId]:
    """Every node from which a link path leads to an output or to a node of unknown type; empty without outputs."""
    ends = [node.id for node in resolved.placed.values() if is_sink(node.type)]
    if not ends:
        return set()
    needed: set[NodeId] = set()
    waiting = [*ends, *(node for node in resolved.missing if not resolved.graph.outgoing(node))]
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += [link.source[0] for link in resolved.graph.incoming(node).values()]
    return needed


# -- what nodes need -------------------------------------------------------------------------------
def _running(resolved: Resolved) -> list[Placed]:
    return [resolved.placed[key] for key in resolved.order if not resolved.placed[key].bypass]


def _lacking(resolved: Resolved, available: Collection[str] | None) -> Iterator[Problem]:
    if available is None:
        return
    for node in _running(resolved):
        lacking = [need for need in node.type.needs if need not in available]
        if lacking:
            text = f"{node.type.name()} needs {', '.join(lacking)}, which is not installed here"
            yield error(f"{text}. `launch.py doctor` tells how to get it; else bypass the node", node.id)


def _untrusted(resolved: Resolved, trust: bool) -> Iterator[Problem]:
    for node in _running(resolved):
        if node.type.trusted and not trust:
            text = f"{node.type.name()} runs code that is written in this graph"
            yield error(f"{text}. Read it; if you trust who wrote it, trust it (--trust on the command line)", node.id)


def _advice(resolved: Resolved, foretold: Forecast, recall: Recall) -> Iterator[Problem]:
    """What a node itself says against its settings."""
    for node in _running(resolved):
        if node.type.check is not Node.check:
            arriving = [foretold.inputs.get((node.id, name)) for name in node.type.inputs]
            yield from recall(("advice", node.id), (node.node, *arriving), partial(_advised, node, arriving))


def _advised(node: Placed, arriving: Sequence[Info | None]) -> list[Problem]:
    ports = dict(zip(node.type.inputs, arriving, strict=True))
    if any(ports[name] is None and not port.optional for name, port in node.type.inputs.items()):
        return []
    given: dict[str, Any] = {name: ports[name] for name in arguments(node.type.check) if name in ports}
    try:
        said = [str(text) for text in node.node.check(**given)]
    except Exception as fault:  # a node file, perhaps a plugin's, may fail in any way
        said = [f"the node's own check failed ({type(fault).__name__}: {fault}). That is a fault in {node.type.id}"]
    return [warning(text, node.id) for text in said]


def _silent(resolved: Resolved, foretold: Forecast) -> Iterator[Problem]:
    """Outputs whose sound is wired from a source that turns out to have none."""
    for key in resolved.sinks():
        for name, port in resolved.placed[key].type.inputs.items():
            feed = resolved.feed(key, name) if port.kind is Audio else None
            if feed is None or feed in foretold.outputs:
                continue
            source, _ = _path(resolved, key, name, (Audio,))[-1]
            if any(node == source for node, _ in foretold.outputs):  # else it has failed, and said so
                yield warning(f"{source} has no sound, so the file will be silent", key, name)


def _other_standard(resolved: Resolved, foretold: Forecast) -> Iterator[Problem]:
    """Tapes of another television standard than the graph says that it is made for (`standard` of its `meta`)."""
    meant = str(resolved.graph.meta.get("standard", "")).upper()
    if meant not in _RATES:
        return
    title = str(resolved.graph.meta.get("title", "")) or "the graph"
    for key in resolved.order:
        if resolved.placed[key].type.inputs:
            continue
        for port in resolved.placed[key].type.outputs:
            info = foretold.outputs.get((key, port))
            if not isinstance(info, ClipInfo) or info.height > _TAPE_LINES:
                continue
            for name, rates in _RATES.items():
                if info.fps in rates and name != meant:
                    text = f"the tape is {name}, and {title!r} is made for {meant}. Take a preset for {name}"
                    yield warning(text, key)


_TAPE_LINES = 608  # the most of a capture, with the lines above the picture
_RATES = {
    "PAL": (Fraction(25), Fraction(50)),
    "NTSC": (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)),
}


# -- sound and picture -----------------------------------------------------------------------------
def _out_of_sync(resolved: Resolved, foretold: Forecast) -> Iterator[Problem]:
    """Where an output is handed picture and sound that no longer begin or end together.

    Captures seldom end both in the same moment, so what the source itself brings along is not counted.
    """
    for key in resolved.sinks():
        ports = resolved.placed[key].type.inputs
        pictures = [name for name, port in ports.items() if port.kind in PICTURES]
        sounds = [name for name, port in ports.items() if port.kind is Audio]
        if not pictures or not sounds:
            continue
        clip, sound = foretold.clip(key, pictures[0]), foretold.sound(key, sounds[0])
        if clip is None or sound is None:
            continue
        seen = _path(resolved, key, pictures[0], PICTURES)
        heard = _path(resolved, key, sounds[0], (Audio,))
        first_clip, first_sound = foretold.outputs.get(seen[-1]), foretold.outputs.get(heard[-1])
        if not isinstance(first_clip, ClipInfo) or not isinstance(first_sound, SoundInfo):
            continue
        frame = 1 / min(clip.fps, first_clip.fps)
        slack = frame if clip.exact else frame + clip.duration / 100
        own = first_clip if seen[-1][0] == heard[-1][0] else None
        start = sound.start - clip.start - (first_sound.start - own.start if own else 0)
        longer = sound.duration - clip.duration
        own_longer = first_sound.duration - own.duration if own else Fraction(0)
        if abs(start) > frame:
            # the runtime lines both up at the start; cuts further in would still drift
            how = "before the picture and is cut to it" if start < 0 else "after the picture, with silence before it"
            text = f"the sound begins {_seconds(start)} {how}{_culprit(resolved, foretold, seen, heard)}"
            yield warning(text, key, sounds[0])
        elif abs(longer) > slack and abs(longer - own_longer) > slack:
            which = "longer" if longer > 0 else "shorter"
            text = f"the sound is {_seconds(longer)} {which} than the picture"
            yield warning(text + _culprit(resolved, foretold, seen, heard), key, sounds[0])


def _path(resolved: Resolved, node: NodeId, port: str, kinds: Collection[type[PortType]]) -> list[Port]:
    """The outputs through which what arrives at `port` came, nearest first, along the first input of its kind."""
    path: list[Port] = []
    feed = resolved.feed(node, port)
    while feed:
        path.append(feed)
        inputs: Mapping[str, Any] = resolved.placed[feed[0]].type.inputs
        feeds = (resolved.feed(feed[0], name) for name, entry in inputs.items() if entry.kind in kinds)
        feed = next((found for found in feeds if found), None)
    return path


def _culprit(resolved: Resolved, foretold: Forecast, seen: list[Port], heard: list[Port]) -> str:
    """Which node changed the time of one and not of the other."""
    sounding = {node for node, _ in heard}
    for node, port in seen:
        after = foretold.outputs.get((node, port))
        kind = resolved.placed[node].type
        before = next(
            (foretold.clip(node, name) for name, entry in kind.inputs.items() if entry.kind in PICTURES), None
        )
        if not isinstance(after, ClipInfo) or before is None or node in sounding:
            continue
        if abs(after.start - before.start) > 1 / before.fps or abs(after.duration - before.duration) > 1 / before.fps:
            if any(entry.kind is Audio for entry in kind.inputs.values()):
                return f": {node} changed the picture's time but not the sound's. Wire the sound through {node} too"
            return f": {node} changed the picture's time but not the sound's. Change the sound's alike"
    showing = {node for node, _ in seen}
    for node, _ in heard:
        if node not in showing and any(entry.kind in PICTURES for entry in resolved.placed[node].type.inputs.values()):
            return f": {node} changed the sound's time but not the picture's. Wire the picture through {node} too"
    return ". Trim both alike, or shift the sound"


def _seconds(time: Fraction) -> str:
    return f"{abs(float(time)):.2f} s"
