"""What each wire carries, before anything runs."""

from fractions import Fraction

import pytest

from graphs.document import NodeDoc, NodeId
from graphs.forecast import Forecast, forecast
from graphs.resolve import resolve
from nodes.clip import Fields
from nodes.media import Media
from tests.graphs.kit import PAL, REGISTRY, graph, node, probe


def foretell(*nodes: NodeDoc, wires: str) -> Forecast:
    return forecast(resolve(graph(*nodes, wires=wires), REGISTRY), probe, REGISTRY)


def test_infos_follow_the_wires() -> None:
    found = foretell(
        node("source1"), node("qtgmc1"), node("double1"), node("encode1"),
        wires="source1.out>qtgmc1.clip qtgmc1.out>double1.clip double1.out>encode1.clip",
    )  # fmt: skip
    assert found.problems == ()
    out = found.outputs[NodeId("double1"), "out"]
    assert out == found.inputs[NodeId("encode1"), "clip"]
    assert found.outputs[NodeId("qtgmc1"), "out"].line() == "720x576 50p YUV422P8"
    assert out.line() == "1440x1152 50p YUV422P16"


def test_conversions_stand_in_front_of_the_input_that_needs_them() -> None:
    found = foretell(
        node("source1"), node("qtgmc1"), node("double1"), wires="source1.out>qtgmc1.clip qtgmc1.out>double1.clip"
    )
    assert {key: form.name for key, form in found.conversions.items()} == {(NodeId("double1"), "clip"): "YUV422P16"}
    assert found.clip(NodeId("qtgmc1"), "out").format.name == "YUV422P8"  # type: ignore[union-attr]
    assert found.clip(NodeId("double1"), "clip").format.name == "YUV422P16"  # type: ignore[union-attr]


def test_a_mask_port_is_given_gray() -> None:
    found = foretell(
        node("source1"), node("merge1"), wires="source1.out>merge1.clip source1.out>merge1.over source1.out>merge1.mask"
    )
    assert found.conversions[NodeId("merge1"), "mask"].name == "GRAY8"


def test_wrong_field_structure_offers_the_node_that_mends_it_and_goes_on() -> None:
    found = foretell(
        node("source1"), node("double1"), node("qtgmc1"), wires="source1.out>double1.clip double1.out>qtgmc1.clip"
    )
    (problem,) = found.problems
    assert (problem.node, problem.part, problem.remedy) == ("double1", "clip", "deinterlace.qtgmc")
    assert problem.text.startswith(
        "source1.out is 720x576 25i TFF YUV422P8, but this works on whole progressive frames"
    )
    assert (NodeId("qtgmc1"), "out") in found.outputs


def test_a_progressive_clip_needs_no_deinterlacer() -> None:
    found = foretell(
        node("source1"), node("qtgmc1"), node("qtgmc2"), wires="source1.out>qtgmc1.clip qtgmc1.out>qtgmc2.clip"
    )
    assert "Leave this node out" in found.problems[0].text
    assert found.problems[0].node == "qtgmc2"


def test_a_bypassed_node_shows_what_passes_through_unconverted() -> None:
    lazy = NodeDoc(NodeId("double1"), "scale.double", bypass=True)
    found = foretell(node("source1"), lazy, node("encode1"), wires="source1.out>double1.clip double1.out>encode1.clip")
    assert found.outputs[NodeId("double1"), "out"] == PAL
    assert found.inputs[NodeId("encode1"), "clip"] == PAL
    assert found.conversions == {}
    assert found.problems == ()


def test_a_source_that_cannot_be_used_is_said_once_at_its_node() -> None:
    found = foretell(node("source1", file="missing.dv"), node("qtgmc1"), wires="source1.out>qtgmc1.clip")
    assert [problem.line() for problem in found.problems] == [
        "source1: missing.dv: there is no such file. Check its name"
    ]
    assert found.outputs == {}


def test_a_silent_tape_leaves_sound_nodes_idle() -> None:
    found = foretell(
        node("source1", file="silent.dv"), node("gain1"), node("encode1"),
        wires="source1.out>encode1.clip source1.sound>gain1.audio gain1.sound>encode1.audio",
    )  # fmt: skip
    assert found.problems == ()
    assert set(found.arriving(NodeId("encode1"))) == {"clip"}


@pytest.mark.parametrize(
    ("how", "word"),
    [("raise", "fault in plugin.faulty"), ("wrong", "foretells no clip"), ("odd", "703x576"), ("none", "no frame")],
)
def test_a_faulty_node_is_a_problem_never_a_crash(how: str, word: str) -> None:
    found = foretell(node("source1"), node("faulty1", how=how), wires="source1.out>faulty1.clip")
    assert word in found.problems[0].text
    assert found.problems[0].node == "faulty1"
    assert (NodeId("faulty1"), "out") not in found.outputs


def test_sources_are_probed_with_the_path_in_the_document() -> None:
    asked: list[str] = []

    def watched(path: str) -> Media:
        asked.append(path)
        return probe(path)

    forecast(resolve(graph(node("source1", file="C:\\tapes\\übung.dv")), REGISTRY), watched)
    assert asked == ["C:\\tapes\\übung.dv"]


def test_sound_keeps_its_own_time() -> None:
    found = foretell(
        node("source1"), node("trim1", ranges=[[50, 100]]), wires="source1.out>trim1.clip source1.sound>trim1.audio"
    )
    clip, sound = found.clip(NodeId("trim1"), "out"), found.sound(NodeId("trim1"), "sound")
    assert clip is not None
    assert sound is not None
    assert clip.start == sound.start == 2
    assert clip.duration == sound.duration == Fraction(2)
    assert clip.fields is Fields.TFF
