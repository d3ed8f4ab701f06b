"""Quick look-alikes of dear nodes: the very format that was foretold, and nearer to the truth than nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import vapoursynth as vs

from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.clip import ClipInfo, Fields
from nodes.media import Media, MediaError, VideoStream
from nodes.node import Node, has_stand_in
from nodes.params import Kind
from nodes.ports import Clip
from nodes.registry import default_registry
from runtime.incremental import Compiler
from tests.nodes import harness
from tests.nodes.scene import likeness, noisy, scene, shot
from tests.nodes.test_every_node import namespaces

REGISTRY = default_registry()
DEAR = [node for node in REGISTRY if has_stand_in(node)]
SHORT = {name: replace(tape, frames=6) for name, tape in harness.TAPES.items()}


def ids(node: type[Node]) -> str:
    return node.id


def variants(kind: type[Node]) -> Iterator[Node]:
    """The node as it comes, then with every other choice and switch, one at a time."""
    yield kind()
    for name, declared in kind.params.items():
        values: list[object] = []
        if declared.kind is Kind.BOOL:
            values = [True, False]
        elif declared.kind is Kind.CHOICE and declared.choices:
            values = [member.value for member in declared.choices]
        yield from (kind().having(**{name: value}) for value in values if value != declared.plain(declared.default))


def port_of(kind: type[Node]) -> str:
    return next(name for name, port in kind.inputs.items() if port.kind is Clip)


def tape_for(kind: type[Node]) -> ClipInfo:
    wants = kind.inputs[port_of(kind)].wants
    return next(tape for tape in SHORT.values() if wants.accepts_fields(tape))


def stands_in(node: Node, info: ClipInfo) -> vs.VideoNode | None:
    """The stand-in's real clip; None where this node has none just now."""
    port = port_of(type(node))
    clips = {name: info if name == port else None for name in node.inputs}
    outputs, forecast = harness.built(node, clips, quick=True)
    if not outputs:
        return None
    assert namespaces(list(outputs.values())) <= set(node.needs)
    clip = harness.run(node, {port: (info, harness.picture(info))}, quick=True)["out"]
    assert harness.differences(clip, forecast["out"]) == []
    with clip.get_frame(clip.num_frames - 1):
        pass
    return clip


def test_the_dearest_nodes_have_one() -> None:
    dear = {"deinterlace.qtgmc", "clean.bm3d", "clean.dfttest", "clean.nlmeans", "clean.degrain", "scale.nnedi3"}
    assert dear | {"motion.double", "motion.svpflow", "motion.stabilise"} <= {node.id for node in DEAR}


@pytest.mark.parametrize("tape", SHORT)
@pytest.mark.parametrize("node", DEAR, ids=ids)
def test_it_is_what_was_foretold_of_the_node(node: type[Node], tape: str) -> None:
    if not node.inputs[port_of(node)].wants.accepts_fields(SHORT[tape]):
        pytest.skip(f"wants {node.inputs[port_of(node)].wants.fields}")
    stands_in(node(), SHORT[tape])


@pytest.mark.parametrize("node", DEAR, ids=ids)
def test_it_is_so_whatever_is_chosen(node: type[Node]) -> None:
    made = []
    for each in variants(node):
        try:
            each.forecast(tape_for(node))
        except MediaError:
            continue  # the demo models are ONNX: nothing is foretold of them by PyTorch
        made.append(stands_in(each, tape_for(node)))
    assert any(clip is not None for clip in made)


CLEANERS = [
    "clean.bm3d", "clean.nlmeans", "clean.dfttest", "clean.degrain", "clean.temporal_median", "clean.chroma_noise",
]  # fmt: skip


@pytest.mark.parametrize("name", CLEANERS)
def test_a_denoisers_stand_in_shows_less_noise_as_the_node_will(name: str) -> None:
    info, dirty = shot(noisy(scene(), 4, 6), "YUV420P16")
    node = REGISTRY.types[name]()
    true, quick = (harness.run(node, {"clip": (info, dirty)}, quick=how)["out"] for how in (False, True))
    before, after = likeness(dirty, true), likeness(quick, true)
    planes = [1, 2] if name == "clean.chroma_noise" else [0, 1, 2]
    assert all(after[plane] > before[plane] for plane in planes), (before, after)


@pytest.mark.parametrize("fields", [Fields.TFF, Fields.BFF])
def test_the_stand_in_of_qtgmc_shows_each_field_at_its_own_time(fields: Fields) -> None:
    pictures = scene(16)
    info, woven = shot(pictures, "YUV420P8", fields)
    _, whole = shot(pictures, "YUV420P8")
    quick = harness.run(REGISTRY.types["deinterlace.qtgmc"](), {"clip": (info, woven)}, quick=True)["out"]
    on_time, late = likeness(quick, whole, 4, 12)[0], likeness(quick[1:], whole, 4, 12)[0]
    assert on_time > late + 3


def test_only_the_node_that_is_asked_for_stands_in() -> None:
    def probe(path: str) -> Media:
        stream = VideoStream(0, "ffv1", harness.PAL, Fields.TFF)
        return Media(path, "matroska", "the tape", 1, harness.PAL.duration, (stream,))

    names = {"source1": "input.video", "qtgmc1": "deinterlace.qtgmc", "bm3d1": "clean.bm3d", "levels1": "colour.levels"}
    docs = [
        NodeDoc(NodeId(key), kind, params={"file": "tape.mkv"} if key == "source1" else {})
        for key, kind in names.items()
    ]
    wires = ["source1.out > qtgmc1.clip", "qtgmc1.out > bm3d1.clip", "bm3d1.out > levels1.clip"]
    graph = Graph.of(docs, [Link.of(*wire.split(" > ")) for wire in wires])
    compiler = Compiler(REGISTRY, probe)
    true = compiler.compile(graph, list(graph.nodes))
    quick = compiler.compile(graph, list(graph.nodes), stand_in=[NodeId("bm3d1")])
    assert quick.forecast == true.forecast
    assert [step.id for step in quick.plan.steps] == [step.id for step in true.plan.steps]
    same = [
        one.id
        for one, other in zip(quick.plan.steps, true.plan.steps, strict=True)
        if one.fingerprint == other.fingerprint
    ]
    assert same == ["source1", "qtgmc1", "bm3d1.clip"]
    assert "stand-in" in quick.plan.step("bm3d1").remark and "stand-in" not in quick.plan.step("qtgmc1").remark
    assert compiler.compile(graph, list(graph.nodes), stand_in=[NodeId("levels1")]).plan.steps == true.plan.steps
