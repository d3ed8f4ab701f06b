"""A group on the canvas is a node like any other: it has a picture, a format, a state, a cost, and it is blamed."""

from __future__ import annotations

from editor.engine.wishes import State
from graphs.document import NodeId
from graphs.edits import SetParams
from graphs.groups.collapse import collapse
from nodes.clip import ClipInfo
from tests.editor.engine.bench import Bench, graph, node, tape

G1 = NodeId("group1")


def collapsed(bench: Bench, *nodes: str, promote: tuple[tuple[str, str], ...] = ()) -> None:
    desk = bench.desk
    wanted = [(NodeId(key), param) for key, param in promote]
    assert desk.do(collapse(desk.graph, [NodeId(key) for key in nodes], "Part", desk.registry, wanted), "group")


def test_a_group_shows_the_picture_of_its_last_node_without_making_it_anew(bench: Bench) -> None:
    bench.open(graph(tape(), node("crop", "geometry.crop", left=8), node("levels", "colour.levels", in_white=200),
        wires="tape > crop > levels"))  # fmt: skip
    bench.want("A", "levels", 0)
    before = bench.see("A")
    collapsed(bench, "crop", "levels", promote=(("levels", "in_white"),))
    bench.wait(lambda: bench.engine.analysis.main_picture(G1))
    bench.want("B", "group1", 0)
    after = bench.see("B")
    assert after.wish.node == "group1"
    assert after.fingerprint == before.fingerprint
    assert after.image == before.image
    clip = bench.engine.analysis.info(G1, "out")
    assert isinstance(clip, ClipInfo) and clip.width == 712
    assert bench.engine.analysis.info(G1, "clip") == bench.engine.analysis.info(NodeId("tape"), "out")
    bench.wait(lambda: bench.engine.state_of(G1).state is State.CACHED)
    assert bench.desk.do(SetParams(G1, {"in_white": 120}), "set")
    bench.wait(lambda: (shot := bench.true("B")) is not None and shot.fingerprint != before.fingerprint)
    bench.wait(lambda: G1 in bench.engine.costs())


def test_a_node_that_fails_inside_is_told_at_the_group_by_name(bench: Bench) -> None:
    bench.open(graph(tape(), node("own", "utility.script", code="clip = clip.std.Crop(left=9000)"),
        node("levels", "colour.levels", in_white=200), wires="tape > own > levels"))  # fmt: skip
    bench.engine.set_trust(True)
    bench.wait(lambda: not bench.engine.analysis.problems(NodeId("own")))
    collapsed(bench, "own", "levels", promote=(("own", "code"),))
    bench.want("A", "group1", 0)
    trouble = bench.trouble("A")
    assert trouble.blamed == "group1"
    assert trouble.message.startswith("own: ") and "Crop" in trouble.message
    bench.wait(lambda: bench.engine.state_of(G1).state is State.ERROR)
    assert bench.engine.state_of(G1).message.startswith("own: ")
    bench.set("group1", code="clip = clip.std.Invert()")
    bench.see("A")
    bench.wait(lambda: bench.engine.state_of(G1).state is not State.ERROR)


def test_an_untrusted_script_inside_is_a_problem_of_the_group(bench: Bench) -> None:
    bench.open(graph(tape(), node("own", "utility.script", code="clip = clip"), wires="tape > own"))
    collapsed(bench, "own")
    bench.wait(lambda: any("runs code" in one.text for one in bench.engine.analysis.problems(G1)))
    assert bench.engine.analysis.main_picture(G1) is None
