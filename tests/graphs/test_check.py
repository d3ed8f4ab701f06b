"""`check` says everything that is wrong, at once, with what to do about it."""

from dataclasses import replace

from graphs.check import check
from graphs.document import Graph, NodeDoc, NodeId
from graphs.problem import Problem
from tests.graphs.kit import REGISTRY, graph, media, node, probe

CHAIN = "source1.out>qtgmc1.clip qtgmc1.out>encode1.clip source1.sound>encode1.audio"


def checked(*nodes: NodeDoc, wires: str = "", **options: object) -> list[Problem]:
    return check(graph(*nodes, wires=wires), REGISTRY, probe, **options)  # type: ignore[arg-type]


def lines(problems: list[Problem]) -> str:
    return "\n".join(problem.line() for problem in problems)


def test_a_good_graph_has_no_problems() -> None:
    assert checked(node("source1"), node("qtgmc1"), node("encode1"), wires=CHAIN) == []


def test_everything_is_said_at_once_errors_first() -> None:
    problems = checked(
        node("source1", file="missing.dv"), node("qtgmc1", smoothing=7, extra=1), node("encode1", crf="good"),
        node("lost1", "who.knows"), node("source2"), node("double1"), node("encode2"),
        wires=CHAIN + " source2.out>double1.clip double1.out>encode2.clip",
    )  # fmt: skip
    said = lines(problems)
    for part in ("missing.dv", "smoothing: 7", "no such param", "crf: 'good'", "who.knows", "whole progressive frames"):
        assert part in said
    severities = [problem.is_error for problem in problems]
    assert severities == sorted(severities, reverse=True)


def test_nothing_to_write_is_an_error() -> None:
    assert "the graph is empty" in lines(check(Graph(), REGISTRY, probe))
    assert "no output node" in lines(checked(node("source1")))
    quiet = NodeDoc(NodeId("encode1"), "output.encode", mute=True)
    assert "every output is muted" in lines(checked(node("source1"), quiet, wires="source1.out>encode1.clip"))


def test_trimming_the_picture_alone_is_noticed_and_the_remedy_named() -> None:
    wires = "source1.out>trim1.clip trim1.out>encode1.clip {}>encode1.audio"
    nodes = [node("source1"), node("trim1", ranges=[[25, None]]), node("encode1")]
    (problem,) = checked(*nodes, wires=wires.format("source1.sound"))
    assert problem.line() == (
        "encode1 · audio: the sound begins 1.00 s before the picture and is cut to it: trim1 changed the picture's "
        "time but not the sound's. "
        "Wire the sound through trim1 too"
    )
    assert checked(*nodes, wires=wires.format("trim1.sound") + " source1.sound>trim1.audio") == []


def test_trimming_the_end_of_the_picture_alone_is_noticed() -> None:
    (problem,) = checked(
        node("source1"), node("trim1", ranges=[[0, 100]]), node("encode1"),
        wires="source1.out>trim1.clip trim1.out>encode1.clip source1.sound>encode1.audio",
    )  # fmt: skip
    assert "the sound is 6.00 s longer than the picture: trim1" in problem.text


def test_a_tape_whose_sound_is_longer_is_no_fault_of_the_graph() -> None:
    assert checked(node("source1", file="long sound.dv"), node("qtgmc1"), node("encode1"), wires=CHAIN) == []


def test_plugins_that_are_not_there_are_named_where_they_are_needed() -> None:
    nodes = [node("source1"), node("qtgmc1"), node("double1"), node("encode1")]
    wires = "source1.out>qtgmc1.clip qtgmc1.out>double1.clip double1.out>encode1.clip"
    assert "double1: Double needs sneedif," in lines(checked(*nodes, wires=wires, available={"bs", "znedi3"}))
    assert checked(*nodes, wires=wires, available={"bs", "znedi3", "sneedif"}) == []
    unused = NodeDoc(NodeId("double1"), "scale.double", bypass=True)
    assert checked(node("source1"), node("qtgmc1"), unused, node("encode1"), wires=wires, available={"bs"}) == []


def test_code_in_a_graph_needs_trust() -> None:
    nodes, wires = [node("source1"), node("code1"), node("encode1")], "source1.out>code1.clip code1.out>encode1.clip"
    assert "--trust" in lines(checked(*nodes, wires=wires))
    assert checked(*nodes, wires=wires, trust=True) == []


def test_a_node_may_warn_of_a_poor_setting() -> None:
    (problem,) = checked(node("source1"), node("qtgmc1", smoothing=3), node("encode1"), wires=CHAIN)
    assert not problem.is_error
    assert problem.line() == "qtgmc1: that much smoothing eats detail. Set it to 2 or less"


def test_a_check_that_fails_is_a_warning() -> None:
    problems = checked(node("source1"), node("faulty1", how="raise"), node("encode1"), wires="source1.out>faulty1.clip")
    assert "own check failed (ValueError: check is broken)" in lines(problems)


def test_a_half_made_branch_does_not_stop_the_rest() -> None:
    problems = checked(
        node("source1"), node("qtgmc1"), node("encode1"), node("double1", zoom=1), node("qtgmc2", smoothing=99),
        wires=CHAIN + " double1.out>qtgmc2.clip",
    )  # fmt: skip
    assert problems
    assert not any(problem.is_error for problem in problems)
    assert "No output needs this node" in lines(problems)


def test_an_output_may_not_fall_on_its_source_or_on_another_output() -> None:
    said = lines(
        checked(
            node("source1"), node("encode1", file="./tape.dv"),
            node("encode2", file="a.mkv"), node("encode3", file="a.mkv"),
            wires="source1.out>encode1.clip source1.out>encode2.clip source1.out>encode3.clip",
        )
    )  # fmt: skip
    assert "encode1 · file: ./tape.dv is the source source1" in said
    assert "encode3 · file: encode2 writes a.mkv too" in said


def test_a_tape_without_sound_is_said_where_sound_is_wired() -> None:
    document = graph(node("source1"), node("qtgmc1"), node("encode1"), wires=CHAIN)
    (problem,) = check(document, REGISTRY, lambda _: media(sound=None))
    assert problem.line() == "encode1 · audio: source1 has no sound, so the file will be silent"
    assert not problem.is_error


def test_a_preset_for_another_television_standard_is_noticed() -> None:
    made = graph(node("source1"), node("qtgmc1"), node("encode1"), wires=CHAIN)  # 25 frames a second
    for_ntsc = replace(made, meta={"title": "VHS, NTSC", "standard": "ntsc"})
    assert lines(check(for_ntsc, REGISTRY, probe)) == (
        "source1: the tape is PAL, and 'VHS, NTSC' is made for NTSC. Take a preset for PAL"
    )
    assert check(replace(made, meta={"standard": "pal"}), REGISTRY, probe) == []
    assert check(replace(made, meta={"standard": 3}), REGISTRY, probe) == []
