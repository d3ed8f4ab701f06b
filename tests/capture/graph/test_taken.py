"""A graph before and after its tape was recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from capture.graph.taken import GraphError, capture_node, free_name, with_take, without_copies
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.library import preset
from nodes.registry import default_registry

REGISTRY = default_registry()
TAPE = NodeId("capture1")


def graph(*nodes: NodeDoc, links: tuple[str, ...] = ()) -> Graph:
    wires = [Link.of(*text.split(" > ")) for text in links]
    return Graph.of([NodeDoc(TAPE, "input.capture", params={"standard": "ntsc"}), *nodes], wires)


def test_the_capture_node_is_found_with_its_values() -> None:
    name, node = capture_node(graph(), "", REGISTRY)
    assert (name, node.standard.value) == ("capture1", "ntsc")
    two = graph(NodeDoc(NodeId("capture2"), "input.capture"))
    assert capture_node(two, "capture2", REGISTRY)[0] == "capture2"
    with pytest.raises(GraphError, match="several tapes: capture1, capture2"):
        capture_node(two, "", REGISTRY)
    with pytest.raises(GraphError, match="take capture-pal"):
        capture_node(Graph.of([]), "", REGISTRY)


def test_the_shipped_graphs_say_which_node_is_quick_enough() -> None:
    for name in ("capture-pal", "capture-ntsc"):
        found = preset(name)
        assert found is not None
        assert found.graph.nodes[NodeId(str(found.graph.meta["live"]))].type == "deinterlace.bwdif"
        assert capture_node(found.graph, "", REGISTRY)[0] == "capture1"


def test_an_output_that_would_only_write_the_recording_again_is_left_out() -> None:
    made = graph(
        NodeDoc(NodeId("flip1"), "geometry.flip"),
        NodeDoc(NodeId("flip2"), "geometry.flip", bypass=True),
        NodeDoc(NodeId("master1"), "output.ffv1"),
        NodeDoc(NodeId("master2"), "output.ffv1"),
        NodeDoc(NodeId("deep1"), "output.ffv1", params={"depth": "10"}),
        NodeDoc(NodeId("turned1"), "output.ffv1"),
        NodeDoc(NodeId("view1"), "output.h264"),
        links=(
            "capture1.out > flip1.clip", "capture1.out > flip2.clip", "capture1.out > master1.clip",
            "flip2.out > master2.clip", "capture1.out > deep1.clip", "flip1.out > turned1.clip",
            "capture1.out > view1.clip",
        ),
    )  # fmt: skip
    after, muted = without_copies(made, TAPE)
    assert muted == ["master1", "master2"]
    assert {node.id for node in after.nodes.values() if node.mute} == {"master1", "master2"}


def test_names_that_are_taken_are_not_given_again(tmp_path: Path) -> None:
    assert free_name(tmp_path, " Summer 1988 ") == "Summer 1988"
    (tmp_path / "Summer 1988.mkv").touch()
    assert free_name(tmp_path, "Summer 1988") == "Summer 1988 pass 2"
    (tmp_path / "Summer 1988 pass 2.log.jsonl").touch()
    assert free_name(tmp_path, "Summer 1988") == "Summer 1988 pass 3"
    assert free_name(tmp_path, "") == "tape"


def test_the_take_is_a_pass_of_a_set(tmp_path: Path) -> None:
    made = with_take(graph(), TAPE, tmp_path / "t.tapeset", 3)
    assert made.nodes[TAPE].params["take"] == str(tmp_path / "t.tapeset")
    assert made.nodes[TAPE].params["pass_number"] == 3
