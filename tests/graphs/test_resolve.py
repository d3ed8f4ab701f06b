"""A document against node types: what fits is placed, what does not is said, nothing is raised."""

import pytest

from graphs.document import NodeDoc, NodeId
from graphs.resolve import resolve
from tests.graphs.kit import REGISTRY, Encode, Qtgmc, graph, node

CHAIN = "source1.out>qtgmc1.clip qtgmc1.out>encode1.clip source1.sound>encode1.audio"


def said(*args: object, wires: str = "") -> list[str]:
    return [problem.line() for problem in resolve(graph(*args, wires=wires), REGISTRY).problems]  # type: ignore[arg-type]


def test_a_sound_graph_has_no_problems_and_an_order() -> None:
    resolved = resolve(graph(node("encode1"), node("qtgmc1"), node("source1"), wires=CHAIN), REGISTRY)
    assert resolved.problems == ()
    assert resolved.order == ("source1", "qtgmc1", "encode1")
    assert resolved.sinks() == ("encode1",)
    assert isinstance(resolved.placed[NodeId("encode1")].node, Encode)
    assert resolved.feed(NodeId("encode1"), "clip") == ("qtgmc1", "out")


def test_bad_params_are_all_said_and_leave_the_default() -> None:
    problems = resolve(graph(node("qtgmc1", preset="Sloow", smoothing=9, sharpnes=1)), REGISTRY).problems
    lines = [problem.line() for problem in problems]
    assert lines[0].startswith("qtgmc1 · preset: 'Sloow' is not offered")
    assert lines[1] == "qtgmc1 · smoothing: 9 is above the most, 3. Set it to 3 or less"
    assert "no such param" in lines[2]
    assert [problem.is_error for problem in problems[:3]] == [True, True, False]


def test_missing_params_are_written_out() -> None:
    doc = resolve(graph(node("qtgmc1", preset="Fast")), REGISTRY).placed[NodeId("qtgmc1")].doc
    assert doc.params == {"preset": "Fast", "smoothing": 1}


def test_an_unknown_type_is_missing_and_the_rest_goes_on() -> None:
    resolved = resolve(graph(node("a", "repair.unknown"), node("source1")), REGISTRY)
    assert "not installed" in resolved.missing[NodeId("a")].reason
    assert resolved.order == ("source1",)
    assert resolved.problems[0].is_error


def test_a_misspelt_type_is_guessed() -> None:
    assert "did you mean 'deinterlace.qtgmc'" in said(node("a", "deinterlace.qtgcm"))[0]


def test_a_newer_node_is_kept_and_flagged() -> None:
    resolved = resolve(graph(node("qtgmc1", version=9, preset="Quantum")), REGISTRY)
    assert "newer" in resolved.problems[0].text
    assert resolved.missing[NodeId("qtgmc1")].doc.params == {"preset": "Quantum"}


@pytest.mark.parametrize("name", ["", "a b", "a.b", "1a", "é", "a\n", "a" * 65, "__import__('os')"])
def test_hostile_ids_are_refused(name: str) -> None:
    resolved = resolve(graph(NodeDoc(NodeId(name), "input.video")), REGISTRY)
    assert "no node id" in resolved.problems[0].text
    assert resolved.order == ()


# -- wires -----------------------------------------------------------------------------------------
def test_wires_to_nowhere_are_said_with_a_guess() -> None:
    lines = said(node("source1"), node("encode1"), wires="source1.oot>encode1.clip sorce1.sound>encode1.audio")
    assert any("no output 'oot' (did you mean 'out'?)" in line for line in lines)
    assert any("begins at 'sorce1', no node here (did you mean 'source1'?)" in line for line in lines)


def test_kinds_must_fit_but_a_mask_is_a_picture() -> None:
    lines = said(node("source1"), node("encode1"), wires="source1.sound>encode1.clip")
    assert lines == ["encode1 · clip: source1.sound gives audio, but this takes clip. Wire something else here"]
    wires = "source1.out>edges1.clip edges1.mask_out>merge1.mask source1.out>merge1.clip edges1.mask_out>merge1.over"
    assert said(node("source1"), node("edges1"), node("merge1"), wires=wires) == []


def test_a_required_input_must_be_wired() -> None:
    assert said(node("encode1")) == ["encode1 · clip: nothing is wired in. Wire a clip here"]


def test_every_circle_is_named_by_its_nodes() -> None:
    wires = "qtgmc1.out>qtgmc2.clip qtgmc2.out>qtgmc3.clip qtgmc3.out>qtgmc1.clip"
    wires += " trim1.out>trim1.clip qtgmc3.out>encode1.clip"
    resolved = resolve(
        graph(node("qtgmc1"), node("qtgmc2"), node("qtgmc3"), node("trim1"), node("encode1"), wires=wires), REGISTRY
    )
    lines = [problem.line() for problem in resolved.problems]
    assert any("qtgmc1 → qtgmc2 → qtgmc3 → qtgmc1" in line for line in lines)
    assert any("trim1 → trim1" in line for line in lines)
    assert len(lines) == 2
    assert resolved.order == ()


def test_thousands_of_circles_take_no_time_and_few_lines() -> None:
    nodes = [node(f"qtgmc{i}") for i in range(3000)]
    wires = " ".join(f"qtgmc{i}.out>qtgmc{i ^ 1}.clip" for i in range(3000))
    resolved = resolve(graph(*nodes, wires=wires), REGISTRY)
    assert 1 <= len(resolved.problems) <= 20


def test_a_chain_of_ten_thousand_nodes_resolves() -> None:
    nodes = [node(f"trim{i}") for i in range(10_000)]
    wires = " ".join(f"trim{i}.out>trim{i + 1}.clip" for i in range(9_999))
    resolved = resolve(graph(*nodes, wires=wires), REGISTRY)
    assert len(resolved.order) == 10_000
    assert len(resolved.upstream([NodeId("trim9999")])) == 10_000


# -- bypass and mute -------------------------------------------------------------------------------
def bypassed(doc: NodeDoc) -> NodeDoc:
    return NodeDoc(doc.id, doc.type, doc.version, doc.params, bypass=True)


def muted(doc: NodeDoc) -> NodeDoc:
    return NodeDoc(doc.id, doc.type, doc.version, doc.params, mute=True)


def test_bypassed_nodes_are_looked_through() -> None:
    resolved = resolve(
        graph(
            node("source1"), bypassed(node("qtgmc1")), bypassed(node("trim1")), node("encode1"),
            wires="source1.out>qtgmc1.clip qtgmc1.out>trim1.clip trim1.out>encode1.clip trim1.sound>encode1.audio "
            "source1.sound>trim1.audio",
        ),
        REGISTRY,
    )  # fmt: skip
    assert resolved.problems == ()
    assert resolved.feed(NodeId("encode1"), "clip") == ("source1", "out")
    assert resolved.feed(NodeId("encode1"), "audio") == ("source1", "sound")
    assert resolved.upstream([NodeId("encode1")]) == ("source1", "qtgmc1", "trim1", "encode1")


def test_a_bypassed_node_of_two_pictures_needs_only_the_first() -> None:
    wires = "source1.out>merge1.clip merge1.out>encode1.clip"
    assert said(node("source1"), bypassed(node("merge1")), node("encode1"), wires=wires) == []


def test_a_bypassed_source_has_nothing_to_pass_on() -> None:
    lines = said(bypassed(node("source1")), node("qtgmc1"), node("encode1"), wires=CHAIN)
    assert lines == ["qtgmc1 · clip: source1 is bypassed and has no clip to pass on. Do not bypass it"]


def test_a_missing_node_that_is_bypassed_lets_the_picture_through() -> None:
    lost = bypassed(node("lost1", "repair.unknown"))
    wires = "source1.out>lost1.clip lost1.out>encode1.clip"
    resolved = resolve(graph(node("source1"), lost, node("encode1"), wires=wires), REGISTRY)
    assert resolved.feed(NodeId("encode1"), "clip") == ("source1", "out")
    assert [problem.is_error for problem in resolved.problems] == [False]
    assert resolved.sinks() == ("encode1",)
    assert resolved.upstream(["encode1"]) == ("source1", "encode1")  # type: ignore[list-item]


def test_a_muted_node_takes_along_what_needs_it_and_nothing_else() -> None:
    wires = CHAIN + " source1.out>encode2.clip gain1.sound>encode2.audio source1.sound>gain1.audio"
    nodes = [node("source1"), muted(node("qtgmc1")), node("encode1"), muted(node("gain1")), node("encode2")]
    resolved = resolve(graph(*nodes, wires=wires), REGISTRY)
    assert resolved.problems == ()
    assert resolved.left_out == {"qtgmc1", "encode1", "gain1"}
    assert resolved.sinks() == ("encode2",)
    assert resolved.feed(NodeId("encode2"), "audio") is None


def test_old_nodes_arrive_upgraded() -> None:
    resolved = resolve(graph(node("qtgmc1", version=1, speed=1)), REGISTRY)
    placed = resolved.placed[NodeId("qtgmc1")]
    assert isinstance(placed.node, Qtgmc)
    assert placed.node.preset == "Slow"
    assert placed.node.smoothing == 0  # what version 1 took for granted, not today's default
    assert resolved.graph.nodes[NodeId("qtgmc1")].version == 1  # the document itself is not touched
