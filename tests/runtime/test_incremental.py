"""A compiler that does only what an edit touched gives what a new start would give, whatever the edits."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, cast

import pytest

from graphs.document import Graph, Json, Link, NodeDoc, NodeId
from graphs.edits import (
    AddNodes,
    Bypass,
    ChangeId,
    Connect,
    Disconnect,
    Edit,
    EditError,
    InsertOnWire,
    Move,
    Mute,
    RemoveNodes,
    Rename,
    SetParams,
    apply,
    replacing,
)
from graphs.library import preset, preset_names
from graphs.overrides import set_inputs
from graphs.upgrade import defaults
from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.clip import Fields, SoundInfo
from nodes.media import Media, MediaError, SoundStream, VideoStream
from nodes.params import Kind, Param
from nodes.registry import Registry, load
from runtime.compiled import Compiled, compiled, index_files
from runtime.incremental import Compiler
from runtime.script import script_text, step_codes
from tests.nodes.harness import PAL

LIBRARY = load(None, installed=False)
STEPS = 40


class Nested(Node):
    """As many steps inside as it is told."""

    id, version, label = "test.nested", 1, "Nested"
    clip = takes(Clip)
    out = gives(Clip)
    depth: Annotated[int, param("How many")] = 1
    share: Annotated[float, param("A share")] = 1.0
    asked: ClassVar[list[int]] = []

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        self.asked.append(self.depth)
        made = clip.std.Limiter(max=1e308 * 10 if self.share == 0 else self.share)
        for _ in range(self.depth):
            made = made.std.Invert()
        return made


REGISTRY = Registry({**LIBRARY.types, Nested.id: Nested})


def probe(path: str) -> Media:
    if path != "tape.mkv":
        raise MediaError(f"{path}: there is no such file")
    stream = VideoStream(0, "ffv1", replace(PAL, frames=1500), Fields.TFF)
    sound = SoundStream(0, "pcm_s16le", SoundInfo(48000, 2, Fraction(60)))
    return Media(path, "matroska", "the tape", 1, Fraction(60), (stream,), (sound,))


def tape(name: str) -> Graph:
    found = preset(name)
    assert found
    return set_inputs(found.graph, ["tape.mkv"], REGISTRY)[0]


# -- edits, as a person might do them ----------------------------------------------------------------
def some_value(declared: Param, chance: random.Random) -> Json:
    if chance.random() < 0.1:
        return chance.choice([None, -1, 10**6, "nonsense", 1.5, True])
    match declared.kind:
        case Kind.BOOL:
            return chance.random() < 0.5
        case Kind.INT:
            return chance.randint(int(declared.low or 0), int(min(declared.high or 9, (declared.low or 0) + 40)))
        case Kind.FLOAT:
            return round(chance.uniform(declared.low or 0, declared.high or 2), 2)
        case Kind.CHOICE:
            assert declared.choices
            return cast("Json", chance.choice([member.value for member in declared.choices]))
        case Kind.FILE:
            return chance.choice(["tape.mkv", "gone.mkv", "out.mkv", ""])
        case Kind.RANGES:
            return cast("Json", chance.choice([[], [[0, 250]], [[100, 300], [500, None]]]))
        case _:
            return cast("Json", declared.plain(declared.default))


def some_edit(graph: Graph, chance: random.Random) -> Edit:
    node = chance.choice(sorted(graph.nodes))
    other = chance.choice(sorted(graph.nodes))
    kind = REGISTRY.get(graph.nodes[node].type)
    assert kind
    wire = chance.choice(graph.links).target if graph.links else (node, "clip")
    new = REGISTRY.types[chance.choice(sorted(REGISTRY.types))]
    doc = NodeDoc(graph.free_id(new.id.rpartition(".")[2]), new.id, new.version, defaults(new))
    match chance.randrange(17):
        case 0 | 1 | 2 | 3 | 4 | 5 if kind.params:
            name = chance.choice(sorted(kind.params))
            return SetParams(node, {name: some_value(kind.params[name], chance)})
        case 6:
            return Bypass(frozenset({node}), chance.random() < 0.5)
        case 7:
            return Mute(frozenset({node}), chance.random() < 0.3)
        case 8 if len(graph.nodes) > 2:
            heal = {(node, out): (node, port) for out, port in kind.bypass().items()}
            return RemoveNodes(frozenset({node}), heal)
        case 9:
            unknown = replace(doc, type=chance.choice([doc.type, "nobody.knows"]))
            out, into = next(iter(kind.outputs), "out"), next(iter(new.inputs), "clip")
            return AddNodes((unknown,), (Link((node, out), (doc.id, into)),))
        case 10:
            source = REGISTRY.types.get(graph.nodes[other].type, new)
            out, into = chance.choice([*source.outputs, "out"]), chance.choice([*kind.inputs, "clip"])
            return Connect((other, out), (node, into))
        case 11:
            return Disconnect(wire)
        case 12:
            return InsertOnWire(wire, doc, next(iter(new.inputs), "clip"), next(iter(new.outputs), "out"))
        case 13:
            return Rename(node, chance.choice(["", "Denoise", "core", "Ünïcode; import os"]))
        case 14:
            return Move({node: (chance.random(), 2.0)})
        case 15:
            return ChangeId(node, graph.free_id("renamed"))
        case _:
            return replacing(node, kind, new, graph.nodes[node].params)


def walk(graph: Graph, chance: random.Random) -> Iterator[Graph]:
    """One document after another, each an edit or an undo away from the last."""
    undo: list[Edit] = []
    for _ in range(STEPS):
        with suppress(EditError, AssertionError):
            edit = undo.pop() if undo and chance.random() < 0.45 else some_edit(graph, chance)
            graph, back = apply(graph, edit)
            undo.append(back)
        yield graph


# -- what is compared --------------------------------------------------------------------------------
HERE = frozenset({"bs", "akarin", "zsmooth", "bwdif"})


def facts(done: Compiled) -> dict[str, object]:
    """All that a Compiled says, in what can be compared."""
    plan = done.plan
    return {
        "order": done.resolved.order,
        "left out": done.resolved.left_out,
        "documents": {key: placed.doc for key, placed in done.resolved.placed.items()},
        "params": {key: placed.node.values() for key, placed in done.resolved.placed.items()},
        "missing": done.resolved.missing,
        "wires": done.resolved.wires,
        "forecast": done.forecast,
        "problems": [problem.line() for problem in done.problems],
        "steps": [
            (step.id, step.node, step.name, step.remark, step.infos, step.fingerprint, step.reads())
            for step in plan.steps
        ],
        "places": plan.places,
        "sinks": [(sink.node, sink.step, sink.port, sink.info, sink.sink.coders) for sink in plan.sinks],
        "sounds": plan.sounds,
        "files": plan.files,
    }


@pytest.mark.parametrize("name", preset_names())
def test_whatever_is_edited_the_result_is_that_of_a_new_start(name: str) -> None:
    chance = random.Random(name)
    compiler = Compiler(REGISTRY, probe, available=HERE)
    for graph in walk(tape(name), chance):
        everything = list(graph.nodes)
        targets = chance.choice([None, everything, everything, everything[:1]])
        stand_in = frozenset(chance.sample(everything, min(len(everything), chance.randrange(3))))
        done = compiler.compile(graph, targets, stand_in=stand_in)
        anew = compiled(graph, REGISTRY, probe, targets, available=HERE, stand_in=stand_in)
        assert facts(done) == facts(anew)
        assert compiler.codes(done.plan) == step_codes(anew.plan, index_files(anew.plan.files))


@pytest.mark.parametrize("name", ["vhs-pal", "telecine"])
def test_line_numbers_count_in_the_exported_script(name: str) -> None:
    compiler, chance = Compiler(REGISTRY, probe), random.Random(name)
    for graph in walk(tape(name), chance):
        plan = compiler.compile(graph, list(graph.nodes)).plan
        text = script_text(plan)
        for code in compiler.codes(plan)[1]:
            assert text.lines[code.line - 1] == code.node
            assert text.text.splitlines()[code.line - 1].split(" = ")[0] == code.code.splitlines()[0].split(" = ")[0]


def chain(*names: str, **params: dict[str, Json]) -> Graph:
    docs = [NodeDoc(NodeId("source1"), "input.video", params={"file": "tape.mkv"})]
    docs += [NodeDoc(NodeId(name), Nested.id, params=params.get(name, {})) for name in names]
    ends = ["source1", *names]
    wires = [Link.of(f"{one}.out", f"{other}.clip") for one, other in pairwise(ends)]
    return Graph.of(docs, wires)


def test_only_the_edited_node_is_built_again() -> None:
    graph = chain("a", "b", "c", "d")
    compiler = Compiler(REGISTRY, probe)
    before = compiler.codes(compiler.compile(graph, list(graph.nodes)).plan)[1]
    Nested.asked.clear()
    graph, _ = apply(graph, SetParams(NodeId("c"), {"depth": 7}))
    after = compiler.codes(compiler.compile(graph, list(graph.nodes)).plan)[1]
    assert Nested.asked == [7]
    same = [one.node for one, other in zip(before, after, strict=True) if one is other]
    assert same == ["source1", "a", "b"]  # d reads what has changed


def test_one_and_yes_are_not_taken_for_the_same() -> None:
    graph = chain("a", a={"depth": 1})
    compiler = Compiler(REGISTRY, probe)
    assert compiler.compile(graph).plan.problems == ()
    graph, _ = apply(graph, SetParams(NodeId("a"), {"depth": True}))
    assert [(problem.node, problem.part) for problem in compiler.compile(graph, [NodeId("a")]).errors] == [
        ("a", "depth")
    ]


def test_who_shares_a_conversion_can_go() -> None:
    docs = [NodeDoc(NodeId("source1"), "input.video", params={"file": "tape.mkv"})]
    docs += [NodeDoc(NodeId(name), "clean.degrain", params={"strength": at + 1}) for at, name in enumerate("ab")]
    graph = Graph.of(docs, [Link.of("source1.out", f"{name}.clip") for name in "ab"])
    compiler = Compiler(REGISTRY, probe)
    for edit in (Rename(NodeId("b"), "B"), Mute(frozenset({NodeId("a")}), True), Mute(frozenset({NodeId("a")}), False)):
        graph, _ = apply(graph, edit)
        done, anew = compiler.compile(graph), compiled(graph, REGISTRY, probe)
        assert facts(done) == facts(anew)
        assert compiler.codes(done.plan)[1] == step_codes(anew.plan, index_files(anew.plan.files))[1]


def test_a_node_that_was_moved_is_not_built_again() -> None:
    graph = chain("a", "b")
    compiler = Compiler(REGISTRY, probe)
    before = compiler.codes(compiler.compile(graph).plan)
    Nested.asked.clear()
    graph, _ = apply(graph, Move({NodeId("a"): (100.0, 50.0)}))
    done = compiler.compile(graph)
    assert Nested.asked == []
    assert compiler.codes(done.plan) == before
    assert done.resolved.placed[NodeId("a")].doc.position == (100.0, 50.0)


def test_every_picture_has_a_place_where_every_node_is_asked_for() -> None:
    graph = chain("a", "b")
    graph, _ = apply(graph, AddNodes((NodeDoc(NodeId("aside"), Nested.id),), (Link.of("a.out", "aside.clip"),)))
    compiler = Compiler(REGISTRY, probe)
    done = compiler.compile(graph, list(graph.nodes))
    assert {node for node, port in done.plan.places if port == "out"} == {"source1", "a", "b", "aside"}
    assert done.plan.places[NodeId("aside"), "out"] == done.plan.places[NodeId("b"), "out"]  # they do the same


def test_what_is_wrong_is_said_where_every_node_is_asked_for() -> None:
    graph = chain("a", "b")
    graph, _ = apply(graph, AddNodes((NodeDoc(NodeId("lost"), "nobody.knows"),), (Link.of("b.out", "lost.clip"),)))
    done = Compiler(REGISTRY, probe).compile(graph, list(graph.nodes))
    assert [problem.node for problem in done.errors] == ["lost"]


def test_advice_comes_and_goes_with_the_edit_it_is_about() -> None:
    graph = tape("fast-preview")
    wire = next(link.target for link in graph.links if link.source == ("source1", "out"))
    trim, rate = (NodeDoc(NodeId(name), name, 1) for name in ("time.trim", "motion.rate"))
    trim, rate = replace(trim, id=NodeId("trim1")), replace(rate, id=NodeId("rate1"))
    graph, _ = apply(graph, InsertOnWire(wire, trim, "clip", "out"))
    into_sink = next(link.target for link in graph.links if link.target[0] == "encode1" and link.target[1] == "clip")
    graph, _ = apply(graph, InsertOnWire(into_sink, rate, "clip", "out"))
    compiler = Compiler(REGISTRY, probe)

    def said(node: str, **params: Json) -> list[str]:
        nonlocal graph
        graph, _ = apply(graph, SetParams(NodeId(node), params))
        return [problem.text for problem in compiler.compile(graph).problems]

    assert said("rate1", rate="25") == []
    (late,) = said("trim1", ranges=[[100, None]])
    assert "trim1 changed the picture's time" in late
    assert said("trim1", ranges=[]) == []
    (drops,) = said("rate1", rate="20")
    assert "drops every fifth frame" in drops
    assert said("rate1", rate="25") == []


def test_a_file_is_looked_at_again_only_when_it_is_forgotten() -> None:
    looked: list[str] = []
    there = False

    def watching(path: str) -> Media:
        looked.append(path)
        return probe(path if there else "gone.mkv")

    graph = chain("a")
    compiler = Compiler(REGISTRY, watching)
    assert compiler.compile(graph).errors
    there = True
    assert compiler.compile(graph).errors
    assert looked == ["tape.mkv"]
    compiler.forget("other.mkv")
    assert compiler.compile(graph).errors
    assert looked == ["tape.mkv"]
    compiler.forget("tape.mkv")
    assert [step.id for step in compiler.compile(graph).plan.steps] == ["source1", "a"]
    compiler.forget()
    compiler.compile(graph)
    assert looked == ["tape.mkv"] * 3


def test_a_look_that_was_cut_short_is_taken_again() -> None:
    calls: list[str] = []

    def interrupted(path: str) -> Media:
        calls.append(path)
        if len(calls) == 1:
            raise InterruptedError("the worker was busy")
        return probe(path)

    compiler = Compiler(REGISTRY, interrupted)
    assert [problem.node for problem in compiler.compile(chain("a")).errors if problem.node] == ["source1"]
    assert [step.id for step in compiler.compile(chain("a")).plan.steps] == ["source1", "a"]


def test_a_step_that_cannot_be_written_says_so_when_it_is_run() -> None:
    compiler = Compiler(REGISTRY, probe)
    faults: list[tuple[dict[str, Json], str]] = [({"share": 0.0}, "inf cannot be written"), ({"depth": 400}, "nested")]
    for wrong, why in faults:
        plan = compiler.compile(chain("a", "b", a=wrong), [NodeId("b")]).plan
        _, codes = compiler.codes(plan)
        if len(codes) < 2:  # refused when it was planned
            assert [problem.node for problem in plan.problems] == ["a"]
            continue
        assert [code.node for code in codes] == ["source1", "a", "b"]
        with pytest.raises(ValueError, match=why):
            exec(codes[1].code, {})


def test_several_threads_may_ask() -> None:
    compiler = Compiler(REGISTRY, probe)
    graphs = list(walk(tape("vhs-pal"), random.Random(3)))
    start = threading.Barrier(4)

    def work(at: int) -> list[list[str]]:
        start.wait()
        return [[step.fingerprint for step in compiler.compile(graph).plan.steps] for graph in graphs[at::4]]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    for at, prints in enumerate(found):
        anew = [compiled(graph, REGISTRY, probe) for graph in graphs[at::4]]
        assert prints == [[step.fingerprint for step in done.plan.steps] for done in anew]
