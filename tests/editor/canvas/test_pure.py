"""Layout, fragments and healing, without a window."""

from __future__ import annotations

from itertools import combinations

import pytest

from editor.canvas.arrange import Box, spread_across
from editor.canvas.fragment import FragmentError, as_text, cut_out, from_text, pasted
from editor.canvas.healing import pulled_out, removal
from editor.canvas.tidy import tidied
from editor.canvas.wiring import judge
from graphs.document import Graph, Group, GroupId, Link, NodeId
from graphs.edits import apply
from nodes.registry import default_registry
from tests.editor.canvas.rig import chain, node

REGISTRY = default_registry()


def wide(count: int = 24) -> Graph:
    """A comb: a source feeding rows of three, all joined two by two at the end."""
    nodes, links = [node("source1", "input.video")], []
    for row in range(count // 3):
        for at in range(3):
            nodes.append(node(f"n{row}_{at}", "colour.levels"))
            before = "source1.out" if at == 0 else f"n{row}_{at - 1}.out"
            links.append(Link.of(before, f"n{row}_{at}.clip"))
    return Graph.of(nodes, links)


def boxes(graph: Graph) -> dict[NodeId, Box]:
    return {key: Box(*doc.position, 192, 222) for key, doc in graph.nodes.items()}


def test_a_tidy_layout_runs_along_the_tape_and_nothing_overlaps() -> None:
    graph = wide()
    places = tidied(graph, boxes(graph))
    for link in graph.links:
        assert places[link.source[0]][0] + 192 < places[link.target[0]][0]
    for one, other in combinations(places.values(), 2):
        assert abs(one[0] - other[0]) >= 192 or abs(one[1] - other[1]) >= 222


def test_a_chain_becomes_a_straight_line_and_tidying_again_changes_nothing() -> None:
    graph = chain()
    laid = tidied(graph, boxes(graph))
    assert len({laid[NodeId(name)][1] for name in ("source1", "crop1", "levels1", "out1")}) == 1
    moved = {key: Box(*place, 192, 222) for key, place in laid.items()}
    assert tidied(graph, moved) == laid


def test_only_what_is_chosen_is_laid_out_and_circles_do_not_hang_it() -> None:
    graph = chain()
    assert tidied(graph, boxes(graph), [NodeId("crop1"), NodeId("levels1")]).keys() == {"crop1", "levels1"}
    ring = Graph.of([node("a1", "colour.levels"), node("b1", "colour.levels")])
    ring = Graph(ring.nodes, (Link.of("a1.out", "b1.clip"), Link.of("b1.out", "a1.clip")))
    assert tidied(ring, boxes(ring)).keys() == {"a1", "b1"}


def test_members_of_a_group_stay_beside_each_other() -> None:
    graph = wide()
    graph = Graph(graph.nodes, graph.links, (Group(GroupId("g"), "", (NodeId("n0_0"), NodeId("n5_0"))),))
    places = tidied(graph, boxes(graph))
    column = sorted((NodeId(f"n{row}_0") for row in range(8)), key=lambda name: places[name][1])
    assert abs(column.index(NodeId("n0_0")) - column.index(NodeId("n5_0"))) == 1


def test_spreading_gives_equal_gaps() -> None:
    spread = spread_across({NodeId(k): Box(x, 0, 100, 50) for k, x in (("a", 0), ("b", 110), ("c", 500))})
    assert [spread[NodeId(k)][0] for k in "abc"] == [0, 250, 500]


def test_a_fragment_comes_back_with_free_names_and_its_group() -> None:
    graph = chain()
    graph = Graph(graph.nodes, graph.links, (Group(GroupId("group1"), "Pair", (NodeId("crop1"), NodeId("levels1"))),))
    part = from_text(as_text(graph, [NodeId("crop1"), NodeId("levels1")]))
    assert part == cut_out(graph, [NodeId("crop1"), NodeId("levels1")])
    after, _ = apply(graph, pasted(graph, part, (10, 20)).edit)
    assert after.nodes[NodeId("crop2")].position == (330, 20)
    assert {group.id: set(group.nodes) for group in after.groups} == {
        "group1": {"crop1", "levels1"},
        "group2": {"crop2", "levels2"},
    }


@pytest.mark.parametrize("text", ["", "[]", '{"format": "tapeloom.graph", "version": 99, "nodes": {}}', "{" * 3000])
def test_what_is_no_fragment_is_said_in_words(text: str) -> None:
    with pytest.raises(FragmentError) as fault:
        from_text(text)
    assert "clipboard" in str(fault.value)


def test_taking_a_node_out_of_its_wires_closes_them_and_keeps_it() -> None:
    graph = chain()
    edit = pulled_out(graph, REGISTRY, NodeId("crop1"))
    assert edit is not None
    after, _ = apply(graph, edit)
    assert not after.links_of(NodeId("crop1")) and Link.of("source1.out", "levels1.clip") in after.links


def test_deleting_a_run_of_nodes_heals_across_all_of_them() -> None:
    graph = chain()
    after, _ = apply(graph, removal(graph, REGISTRY, [NodeId("crop1"), NodeId("levels1")]))
    assert after.links == (Link.of("source1.out", "out1.clip"),)


def test_a_wire_to_itself_is_refused() -> None:
    verdict = judge(chain(), REGISTRY, (NodeId("crop1"), "out"), (NodeId("crop1"), "clip"))
    assert not verdict.may and verdict.reason
