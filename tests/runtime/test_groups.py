"""A part of a graph in a group does, step by step, what it did outside: the same fingerprints, the same files."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from graphs.codec import decode, encode
from graphs.document import Graph, NodeId
from graphs.edits import EditError, SetParams, apply
from graphs.files import save
from graphs.groups.collapse import collapse
from graphs.groups.expand import expand
from graphs.library import preset, preset_names
from graphs.overrides import set_inputs
from graphs.resolve import is_sink
from nodes.clip import Fields, SoundInfo
from nodes.media import Media, MediaError, SoundStream, VideoStream
from nodes.params import Kind
from nodes.registry import load
from runtime.compiled import Compiled, compiled
from runtime.incremental import Compiler
from runtime.opening import opened
from runtime.script import script_text
from tests.nodes.harness import PAL

LIBRARY = load(None, installed=False)
N = NodeId


def probe(path: str) -> Media:
    if not path.endswith("tape.mkv"):
        raise MediaError(f"{path}: there is no such file")
    stream = VideoStream(0, "ffv1", replace(PAL, frames=1500), Fields.TFF)
    return Media(path, "matroska", "the tape", 1, Fraction(60), (stream,),
        (SoundStream(0, "pcm_s16le", SoundInfo(48000, 2, Fraction(60))),))  # fmt: skip


def tape(name: str) -> Graph:
    found = preset(name)
    assert found
    return set_inputs(found.graph, ["tape.mkv"], LIBRARY)[0]


def between(graph: Graph) -> list[NodeId]:
    """Every node that is neither a source nor an output."""
    found = []
    for key, doc in sorted(graph.nodes.items()):
        kind = LIBRARY.get(doc.type)
        assert kind
        if kind.inputs and not is_sink(kind):
            found.append(key)
    return found


def prints(done: Compiled) -> tuple[list[str], list[tuple[str, str]], list[object]]:
    """What is computed, what the outputs are given, and the sounds."""
    plan = done.plan
    pictures = [(sink.node, f"{plan.step(sink.step).fingerprint}.{sink.port}") for sink in plan.sinks]
    return sorted(step.fingerprint for step in plan.steps), pictures, [sink.sink for sink in plan.sinks]


def collapsed(graph: Graph, nodes: Collection[NodeId]) -> Graph:
    return apply(graph, collapse(graph, nodes, "Part", LIBRARY))[0]


@pytest.mark.parametrize("name", [name for name in preset_names() if between(tape(name))])
def test_the_plan_of_a_preset_is_the_same_with_its_middle_in_a_group(name: str) -> None:
    graph = tape(name)
    before = compiled(graph, LIBRARY, probe)
    made = collapsed(graph, between(graph))
    after = compiled(made, LIBRARY, probe)
    assert len(made.nodes) < len(graph.nodes)
    assert prints(after)[:2] == prints(before)[:2]
    assert [p.text for p in after.errors] == [p.text for p in before.errors]
    assert prints(compiled(decode(encode(made)), LIBRARY, probe))[:2] == prints(after)[:2]
    again = apply(made, expand(made, N("group1")))[0]
    assert again == graph


@pytest.mark.parametrize("seed", range(12))
def test_any_part_in_any_groups_leaves_the_plan_as_it_was(seed: int) -> None:
    chance = random.Random(seed)
    graph = tape(chance.choice(preset_names()))
    before = prints(compiled(graph, LIBRARY, probe))
    made, groups = graph, 0
    for _ in range(30):
        known = sorted(made.nodes)
        chosen = chance.sample(known, chance.randint(1, max(1, len(known) // 2)))
        try:
            made = collapsed(made, chosen)
            groups += 1
        except EditError:
            continue
    assert groups
    assert prints(compiled(made, LIBRARY, probe))[:2] == before[:2]
    assert decode(encode(made)) == made


def test_each_picture_that_leaves_a_group_is_its_own() -> None:
    graph = tape("capture-pal")  # its tape goes to a live view and to the restoration
    before = prints(compiled(graph, LIBRARY, probe))
    made = collapsed(graph, [N("capture1"), N("chroma1")])
    (group,) = (doc for doc in made.nodes.values() if doc.inside is not None)
    assert group.inside is not None
    assert len([one for one in group.inside.outputs if one.name.startswith("out")]) == 2
    assert prints(compiled(made, LIBRARY, probe))[:2] == before[:2]


def test_compiling_version_after_version_gives_what_a_new_start_gives() -> None:
    graph = collapsed(tape("vhs-pal"), between(tape("vhs-pal")))
    group = graph.nodes[N("group1")]
    assert group.inside
    showing = [
        (key, name)
        for key, doc in sorted(group.inside.graph.nodes.items())
        if (kind := LIBRARY.get(doc.type))
        for name, param in kind.params.items()
        if param.kind is Kind.BOOL
    ]
    made = apply(tape("vhs-pal"), collapse(tape("vhs-pal"), between(tape("vhs-pal")), "Part", LIBRARY, showing))[0]
    compiler = Compiler(LIBRARY, probe)
    every = list(made.nodes)
    chance = random.Random(3)
    names = [one.name for one in made.nodes[N("group1")].inside.params]  # type: ignore[union-attr]
    for _ in range(25):
        name = chance.choice(names)
        value = not made.nodes[N("group1")].params[name]
        made = apply(made, SetParams(N("group1"), {name: value}))[0]
        fast, slow = compiler.compile(made, every), compiled(made, LIBRARY, probe, every)
        assert prints(fast)[:2] == prints(slow)[:2]
        assert script_text(fast.plan) == script_text(slow.plan)
        assert fast.plan.places == slow.plan.places
        assert fast.problems == slow.problems
        assert fast.forecast == slow.forecast


def test_the_groups_ports_have_formats_and_places_for_the_window() -> None:
    graph = collapsed(tape("vhs-pal"), between(tape("vhs-pal")))
    done = compiled(graph, LIBRARY, probe, list(graph.nodes))
    group = graph.nodes[N("group1")].inside
    assert group
    for one in group.outputs:
        inner = (N(f"group1/{one.source[0]}"), one.source[1])
        assert done.forecast.outputs[N("group1"), one.name] == done.forecast.outputs[inner]
        assert done.plan.places.get((N("group1"), one.name)) == done.plan.places.get(inner)
        assert done.plan.sounds.get((N("group1"), one.name)) == done.plan.sounds.get(inner)
    for entrance in group.inputs:
        assert (N("group1"), entrance.name) in done.forecast.inputs


def test_the_script_names_the_group_and_the_node_inside() -> None:
    graph = tape("vhs-pal")
    graph = replace(graph, nodes={key: replace(doc, label="") for key, doc in graph.nodes.items()})
    graph = collapsed(graph, between(graph))
    script = script_text(compiled(graph, LIBRARY, probe).plan).text
    compile(script, "a script", "exec")
    assert "# group1/degrain1 · Degrain (follow motion)" in script
    assert "group1_degrain1 = " in script


def test_set_reaches_a_group_from_the_command_line(tmp_path: Path) -> None:
    graph = tape("vhs-pal")
    node = next(key for key in between(graph) if graph.nodes[key].type == "deinterlace.qtgmc")
    made = apply(graph, collapse(graph, between(graph), "Part", LIBRARY, [(node, "sharpness")]))[0]
    save(made, tmp_path / "own.graph")
    (tmp_path / "tape.mkv").write_bytes(b"")
    plain = opened(str(tmp_path / "own.graph"), LIBRARY, [str(tmp_path / "tape.mkv")], [])
    other = opened(str(tmp_path / "own.graph"), LIBRARY, [str(tmp_path / "tape.mkv")], ["group1.sharpness=0.6"])
    assert plain.problems == () and other.problems == ()
    straight = graph.with_node(graph.nodes[node].with_param("sharpness", 0.6))
    assert prints(compiled(other.graph, LIBRARY, probe))[0] == prints(compiled(straight, LIBRARY, probe))[0]
    assert prints(compiled(other.graph, LIBRARY, probe))[0] != prints(compiled(plain.graph, LIBRARY, probe))[0]
    wrong = opened(str(tmp_path / "own.graph"), LIBRARY, [], ["group1.sharpnes=1"])
    assert "did you mean 'sharpness'?" in wrong.problems[0].text
