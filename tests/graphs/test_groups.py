"""Group nodes: made, shown, laid open, saved; and documents that mean harm with them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from graphs.check import check
from graphs.codec import DocumentError, decode, encode
from graphs.document import (
    GROUP,
    MAX_NESTING,
    Entrance,
    Exit,
    Graph,
    Group,
    GroupId,
    Inside,
    Link,
    NodeDoc,
    NodeId,
    Promoted,
)
from graphs.edits import AddNodes, Edit, EditError, SetParams, apply, replacing
from graphs.groups.collapse import collapse
from graphs.groups.expand import expand
from graphs.groups.flatten import flattened
from graphs.groups.outward import shown_as
from graphs.groups.showing import demoting, describing, promoting, renaming_param, showing
from graphs.groups.types import kind_of, saved_as_node
from graphs.identity import fingerprint
from graphs.overrides import set_inputs, set_params
from graphs.problem import Problem
from graphs.resolve import resolve
from graphs.schema import document_schema
from graphs.upgrade import upgrade_graph
from nodes.params import Kind
from nodes.ports import Audio, Clip
from tests.graphs.kit import REGISTRY, probe

N = NodeId
G1 = N("group1")


def node(key: str, type_id: str, **params: Any) -> NodeDoc:
    kind = REGISTRY.types[type_id]
    made = saved_as_node(kind, N(key))
    return replace(made, params={**made.params, **params})


def tape() -> Graph:
    """source → qtgmc → double → merge (over the source) → encode, with sound."""
    nodes = [
        node("source1", "input.video", file="tape.dv"),
        replace(node("qtgmc1", "deinterlace.qtgmc"), position=(300.0, 100.0)),
        replace(node("double1", "scale.double"), position=(600.0, 40.0)),
        replace(node("merge1", "utility.merge"), position=(900.0, 40.0)),
        node("gain1", "sound.gain"),
        node("encode1", "output.encode", file="out.mkv"),
    ]
    links = [
        Link.of("source1.out", "qtgmc1.clip"),
        Link.of("qtgmc1.out", "double1.clip"),
        Link.of("double1.out", "merge1.clip"),
        Link.of("qtgmc1.out", "merge1.over"),
        Link.of("merge1.out", "encode1.clip"),
        Link.of("source1.sound", "gain1.audio"),
        Link.of("gain1.sound", "encode1.audio"),
    ]
    return Graph.of(nodes, links)


def done(graph: Graph, edit: Edit) -> Graph:
    """The graph after the edit; that the inverse leads back is checked on the way."""
    after, back = apply(graph, edit)
    assert apply(after, back)[0] == graph
    assert apply(after, back)[0] is not after
    assert decode(encode(after)) == after
    return after


def grouped(*keys: str, graph: Graph | None = None, label: str = "Clean up", **rest: Any) -> Graph:
    start = graph or tape()
    return done(start, collapse(start, [N(key) for key in keys], label, REGISTRY, **rest))


def inside(graph: Graph, key: str = "group1") -> Inside:
    found = graph.nodes[N(key)].inside
    assert found is not None
    return found


def told(graph: Graph) -> list[Problem]:
    return check(graph, REGISTRY, probe)


# -- making and laying open ------------------------------------------------------------------------
def test_a_selection_becomes_one_node_and_every_wire_stays() -> None:
    graph = grouped("qtgmc1", "double1", "merge1")
    assert sorted(graph.nodes) == ["encode1", "gain1", "group1", "source1"]
    assert [str(link) for link in graph.links_of(G1)] == ["group1.out → encode1.clip", "source1.out → group1.clip"]
    group = graph.nodes[G1]
    assert (group.type, group.label, group.position) == (GROUP, "Clean up", (300.0, 40.0))
    assert inside(graph).inputs == (Entrance("clip", ((N("qtgmc1"), "clip"),)),)
    assert inside(graph).outputs == (Exit("out", (N("merge1"), "out")),)
    assert inside(graph).graph.nodes[N("double1")].position == (300.0, 0.0)


def test_one_clip_that_feeds_two_nodes_comes_in_once() -> None:
    graph = grouped("double1", "merge1")
    assert inside(graph).inputs == (Entrance("clip", ((N("double1"), "clip"), (N("merge1"), "over"))),)
    assert [str(link) for link in graph.links_of(G1)] == ["group1.out → encode1.clip", "qtgmc1.out → group1.clip"]


def test_ports_that_nothing_feeds_show_where_they_must_be_fed() -> None:
    graph = Graph.of([node("merge1", "utility.merge"), node("edges1", "utility.edges")], [])
    made = grouped("merge1", "edges1", graph=graph)
    assert [one.name for one in inside(made).inputs] == ["clip", "clip2", "over"]  # the optional mask does not
    assert [one.name for one in inside(made).outputs] == ["mask_out", "out"]


def test_two_ports_of_one_name_get_two_names() -> None:
    graph = grouped("qtgmc1", "gain1")
    kind = kind_of(graph.nodes[G1], REGISTRY)
    assert kind is not None
    assert {name: port.kind for name, port in kind.inputs.items()} == {"audio": Audio, "clip": Clip}
    again = grouped("group1", "double1", graph=graph)
    assert sorted(one.name for one in inside(again, "group2").outputs) == ["out", "out2", "sound"]
    assert resolve(again, REGISTRY).problems == ()


def test_expanding_gives_back_what_was_collapsed() -> None:
    for chosen in (
        ["qtgmc1"],
        ["qtgmc1", "double1", "merge1"],
        ["double1", "merge1"],
        ["gain1"],
        ["source1", "qtgmc1"],
    ):
        made = grouped(*chosen)
        assert done(made, expand(made, G1)) == tape()


def test_expanding_beside_nodes_of_the_same_name_keeps_both() -> None:
    made = grouped("qtgmc1", "double1")
    made = done(made, AddNodes((node("qtgmc1", "deinterlace.qtgmc", smoothing=2),)))
    after = done(made, expand(made, G1))
    assert after.nodes[N("qtgmc1")].params["smoothing"] == 2
    assert Link.of("source1.out", "qtgmc2.clip") in after.links
    assert Link.of("qtgmc2.out", "double1.clip") in after.links


def test_frames_go_along_and_come_back() -> None:
    graph = replace(
        tape(),
        groups=(
            Group(GroupId("inner"), "Deinterlace", (N("qtgmc1"), N("double1"))),
            Group(GroupId("outer"), "Picture", (N("qtgmc1"), N("double1"), N("merge1"), N("source1"))),
            Group(GroupId("partly"), "Some", (N("merge1"), N("gain1"))),
        ),
    )
    made = grouped("qtgmc1", "double1", "merge1", graph=graph)
    assert [frame.id for frame in inside(made).graph.groups] == ["inner"]
    frames = {frame.id: frame.nodes for frame in made.groups}
    assert frames == {"outer": ("group1", "source1"), "partly": ("gain1",)}
    back = done(made, expand(made, G1))
    assert {frame.id: frame.nodes for frame in back.groups if frame.id != "partly"} == {
        frame.id: frame.nodes for frame in graph.groups if frame.id != "partly"
    }


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([], "no nodes are chosen"),
        (["nobody"], "there is no node nobody"),
        (["merge1", "encode1"], "encode1 writes a file, so it stays outside. Leave it out"),
        (["qtgmc1", "merge1"], "the way through them leads over double1. Choose that too, or fewer nodes"),
    ],
)
def test_what_cannot_be_one_node_is_refused(chosen: list[str], said: str) -> None:
    with pytest.raises(EditError, match=said):
        collapse(tape(), [N(key) for key in chosen], "", REGISTRY)


def test_a_muted_group_takes_its_nodes_away_and_a_bypassed_one_passes_on() -> None:
    made = grouped("qtgmc1", "double1")
    muted = made.with_node(replace(made.nodes[G1], mute=True))
    assert {"group1", "group1/qtgmc1", "group1/double1", "merge1"} <= resolve(muted, REGISTRY).left_out
    off = made.with_node(replace(made.nodes[G1], bypass=True))
    resolved = resolve(off, REGISTRY)
    assert resolved.feed(N("merge1"), "clip") == ("source1", "out")
    assert not any("/" in key for key in resolved.placed)
    laid = done(off, expand(off, G1))
    assert resolve(laid, REGISTRY).feed(N("merge1"), "clip") == ("source1", "out")


def test_a_group_replaced_by_a_node_leaves_nothing_of_itself() -> None:
    made = grouped("qtgmc1", "double1", "merge1")
    old, new = kind_of(made.nodes[G1], REGISTRY), REGISTRY.types["utility.code"]
    after = done(made, replacing(G1, old, new, made.nodes[G1].params))
    assert after.nodes[G1].inside is None
    assert [str(link) for link in after.links_of(G1)] == ["group1.out → encode1.clip", "source1.out → group1.clip"]


# -- flat ------------------------------------------------------------------------------------------
def test_a_graph_without_groups_is_left_as_it_is() -> None:
    graph = tape()
    assert flattened(graph, REGISTRY).graph is graph


def test_opened_the_nodes_say_where_they_lie_and_are_wired_as_before() -> None:
    resolved = resolve(grouped("qtgmc1", "double1", "merge1"), REGISTRY)
    assert resolved.problems == ()
    assert resolved.feed(N("group1/qtgmc1"), "clip") == ("source1", "out")
    assert resolved.feed(N("group1/merge1"), "over") == ("group1/qtgmc1", "out")
    assert resolved.feed(N("encode1"), "clip") == ("group1/merge1", "out")
    assert resolved.real((G1, "out")) == ("group1/merge1", "out")


def test_groups_lie_in_groups() -> None:
    made = grouped("double1", "merge1", label="Double", promote=[])
    made = grouped("group1", "qtgmc1", graph=made, label="All")
    assert sorted(made.nodes) == ["encode1", "gain1", "group2", "source1"]
    assert inside(made, "group2").graph.nodes[G1].inside is not None
    resolved = resolve(made, REGISTRY)
    assert resolved.problems == ()
    assert resolved.feed(N("group2/group1/merge1"), "over") == ("group2/qtgmc1", "out")
    assert resolved.feed(N("encode1"), "clip") == ("group2/group1/merge1", "out")
    once = done(made, expand(made, N("group2")))
    assert done(once, expand(once, G1)) == tape()


# -- what it shows ---------------------------------------------------------------------------------
def test_a_shown_param_is_one_of_the_groups_own() -> None:
    made = grouped("qtgmc1", "double1", promote=[(N("qtgmc1"), "smoothing"), (N("qtgmc1"), "preset")])
    kind = kind_of(made.nodes[G1], REGISTRY)
    assert kind is not None
    assert list(kind.params) == ["smoothing", "preset"]
    smoothing = kind.params["smoothing"]
    assert (smoothing.kind, smoothing.low, smoothing.high, smoothing.default) == (Kind.INT, 0, 3, 1)
    assert smoothing.group == "Deinterlace (QTGMC)"
    set_to = done(made, SetParams(G1, {"smoothing": 3}))
    assert resolve(set_to, REGISTRY).placed[N("group1/qtgmc1")].node.values()["smoothing"] == 3
    assert done(set_to, expand(set_to, G1)).nodes[N("qtgmc1")].params["smoothing"] == 3


def test_the_type_of_a_group_stays_the_same_object_while_its_content_does() -> None:
    made = grouped("qtgmc1", promote=[(N("qtgmc1"), "smoothing")])
    moved = done(made, SetParams(G1, {"smoothing": 2}))
    assert kind_of(made.nodes[G1], REGISTRY) is kind_of(moved.nodes[G1], REGISTRY)


def test_params_are_shown_and_hidden_with_their_values_kept() -> None:
    made = grouped("qtgmc1", "double1")
    shown = done(made, promoting(made, G1, N("qtgmc1"), "smoothing", REGISTRY, "Softness"))
    kind = kind_of(shown.nodes[G1], REGISTRY)
    assert kind is not None and kind.params["smoothing"].title == "Softness"
    shown = done(shown, SetParams(G1, {"smoothing": 2}))
    named = done(shown, renaming_param(shown, G1, "smoothing", "softness"))
    assert resolve(named, REGISTRY).placed[N("group1/qtgmc1")].node.values()["smoothing"] == 2
    hidden = done(named, demoting(named, G1, "softness", REGISTRY))
    assert hidden.nodes[G1].params == {}
    assert resolve(hidden, REGISTRY).placed[N("group1/qtgmc1")].node.values()["smoothing"] == 2


def test_choosing_anew_keeps_names_and_values_and_takes_the_order() -> None:
    made = grouped("qtgmc1", promote=[(N("qtgmc1"), "smoothing")])
    made = done(made, SetParams(G1, {"smoothing": 0}))
    wanted = [(N("qtgmc1"), "preset", ""), (N("qtgmc1"), "smoothing", "Soft")]
    after = done(made, showing(made, G1, wanted, REGISTRY))
    assert [(one.name, one.label) for one in inside(after).params] == [("preset", ""), ("smoothing", "Soft")]
    assert after.nodes[G1].params == {"preset": "Slow", "smoothing": 0}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda g: promoting(g, G1, N("nobody"), "x", REGISTRY),
        lambda g: promoting(g, G1, N("qtgmc1"), "nothing", REGISTRY),
        lambda g: promoting(g, G1, N("qtgmc1"), "smoothing", REGISTRY),  # shown already
        lambda g: demoting(g, G1, "nothing", REGISTRY),
        lambda g: renaming_param(g, G1, "smoothing", "no id"),
        lambda g: renaming_param(g, G1, "smoothing", "bypass"),
        lambda g: renaming_param(g, G1, "smoothing", "clip"),
        lambda g: renaming_param(g, G1, "nothing", "x"),
        lambda g: expand(g, N("source1")),
        lambda g: expand(g, N("nobody")),
    ],
)
def test_what_a_group_cannot_show_is_refused(wrong: Any) -> None:
    made = grouped("qtgmc1", promote=[(N("qtgmc1"), "smoothing")])
    with pytest.raises(EditError):
        wrong(made)


def test_two_params_of_one_name_are_told_apart() -> None:
    graph = Graph.of([node("a", "deinterlace.qtgmc"), node("b", "deinterlace.qtgmc")], [])
    made = grouped("a", "b", graph=graph, promote=[(N("a"), "smoothing"), (N("b"), "smoothing")])
    assert [one.name for one in inside(made).params] == ["smoothing", "b_smoothing"]


def test_files_that_are_read_always_show_so_that_they_are_found() -> None:
    made = grouped("source1", "qtgmc1")
    kind = kind_of(made.nodes[G1], REGISTRY)
    assert kind is not None and kind.params["file"].kind is Kind.FILE
    other, problems = set_inputs(made, ["second.dv"], REGISTRY)
    assert problems == [] and other.nodes[G1].params["file"] == "second.dv"
    placed = resolve(other, REGISTRY).placed[N("group1/source1")]
    assert placed.node.values()["file"] == "second.dv"


def test_a_group_has_a_name_and_says_what_it_is_for() -> None:
    made = grouped("qtgmc1", "double1", label="")
    kind = kind_of(made.nodes[G1], REGISTRY)
    assert kind is not None and kind.name() == "Group"
    assert kind.help() == "A group of Deinterlace (QTGMC) → Double."
    assert kind.needs == ("sneedif", "znedi3")
    named = done(made, describing(made, G1, "VHS cleaner", "For second generation copies."))
    kind = kind_of(named.nodes[G1], REGISTRY)
    assert kind is not None and (kind.name(), kind.help()) == ("VHS cleaner", "For second generation copies.")
    assert named.nodes[G1].label == "VHS cleaner"


# -- the command line ------------------------------------------------------------------------------
def test_set_reaches_what_a_group_shows() -> None:
    made = grouped("qtgmc1", promote=[(N("qtgmc1"), "smoothing")])
    graph, problems = set_params(made, ["group1.smoothing=2", "group1.bypass=off"], REGISTRY)
    assert problems == []
    assert resolve(graph, REGISTRY).placed[N("group1/qtgmc1")].node.values()["smoothing"] == 2
    _, problems = set_params(made, ["group1.smoothing=9", "group1.smothing=1", "group1/qtgmc1.preset=slow"], REGISTRY)
    assert "9 is above the most, 3" in problems[0].text
    assert "did you mean 'smoothing'?" in problems[1].text
    assert "group1, which shows only some params: smoothing" in problems[2].text


# -- problems --------------------------------------------------------------------------------------
def test_a_problem_inside_is_told_at_the_group_and_names_the_node() -> None:
    made = grouped("qtgmc1", "double1")
    doc = made.nodes[G1]
    bad = inside(made).graph.with_node(replace(inside(made).graph.nodes[N("qtgmc1")], params={"smoothing": 9}))
    bad_graph = made.with_node(replace(doc, inside=replace(inside(made), graph=bad)))
    problem = next(one for one in told(bad_graph) if "above the most" in one.text)
    assert problem.line().startswith("group1: qtgmc1 · smoothing: 9 is above the most, 3")


def test_a_problem_with_a_shown_param_or_an_input_stands_at_it() -> None:
    made = grouped("qtgmc1", "double1", promote=[(N("qtgmc1"), "smoothing")])
    made = made.with_node(made.nodes[G1].with_param("smoothing", 9))
    problem = next(one for one in told(made) if "above the most" in one.text)
    assert (problem.node, problem.part) == ("group1", "smoothing")
    loose = replace(made, links=tuple(link for link in made.links if link.target != (G1, "clip")))
    problem = next(one for one in told(loose) if "nothing is wired in" in one.text)
    assert (problem.node, problem.part) == ("group1", "clip")


def test_an_offered_remedy_goes_in_front_of_the_group() -> None:
    made = grouped("double1", "merge1")
    made = replace(made, links=tuple(link for link in made.links if link.target != (G1, "clip")))
    made = replace(made, links=(*made.links, Link.of("source1.out", "group1.clip")))
    problem = next(one for one in told(made) if one.remedy)
    assert (problem.node, problem.part, problem.remedy) == ("group1", "clip", "deinterlace.qtgmc")


def test_names_are_followed_through_nested_groups() -> None:
    made = grouped("qtgmc1", promote=[(N("qtgmc1"), "smoothing")])
    made = grouped("group1", graph=made, promote=[(G1, "smoothing")])
    assert shown_as(made, N("group2/group1/qtgmc1"), "smoothing") == "smoothing"
    assert shown_as(made, N("group2/group1/qtgmc1"), "clip") == "clip"
    assert shown_as(made, N("group2/group1/qtgmc1"), "preset") == ""
    assert shown_as(made, N("nobody/qtgmc1"), "preset") == ""


def test_a_node_that_is_not_installed_is_named_inside_its_group() -> None:
    made = grouped("qtgmc1", "double1")
    lost = inside(made).graph.with_node(replace(inside(made).graph.nodes[N("double1")], type="gone.node"))
    graph = made.with_node(replace(made.nodes[G1], inside=replace(inside(made), graph=lost)))
    assert any(
        one.node == "group1" and "double1: the node type 'gone.node' is not installed" in one.text
        for one in told(graph)
    )
    kind = kind_of(graph.nodes[G1], REGISTRY)
    assert kind is not None and list(kind.outputs) == ["out", "out2"]  # its wires stay


# -- the document ----------------------------------------------------------------------------------
def test_a_group_is_written_as_a_person_would_read_it() -> None:
    made = grouped("qtgmc1", "double1", promote=[(N("qtgmc1"), "smoothing")])
    raw = json.loads(encode(made))["nodes"]["group1"]
    assert raw["inside"]["inputs"] == [{"name": "clip", "to": [["qtgmc1", "clip"]]}]
    assert raw["inside"]["params"] == [{"name": "smoothing", "to": ["qtgmc1", "smoothing"], "default": 1}]
    assert sorted(raw["inside"]["nodes"]) == ["double1", "qtgmc1"]
    assert "format" not in raw["inside"]


def test_unknown_fields_inside_survive() -> None:
    raw = json.loads(encode(grouped("qtgmc1", promote=[(N("qtgmc1"), "smoothing")])))
    content = raw["nodes"]["group1"]["inside"]
    content["locked"] = True
    content["inputs"][0]["tint"] = "red"
    content["params"][0]["curve"] = [1, 2]
    content["nodes"]["qtgmc1"]["later"] = {"a": 1}
    assert json.loads(encode(decode(json.dumps(raw)))) == raw


def test_a_group_of_a_later_version_or_another_types_field_is_kept_unharmed() -> None:
    raw = json.loads(encode(grouped("qtgmc1")))
    raw["nodes"]["group1"]["version"] = 2
    raw["nodes"]["group1"]["inside"] = {"shape": "unheard of"}
    raw["nodes"]["source1"]["inside"] = 7
    graph = decode(json.dumps(raw))
    assert json.loads(encode(graph)) == raw
    assert any("saved by a newer Tapeloom" in one.text for one in told(graph))


def test_the_schema_takes_a_group_and_refuses_a_broken_one() -> None:
    import jsonschema

    schema = document_schema(REGISTRY)
    made = grouped("double1", "merge1", label="Double")
    made = grouped("group1", "qtgmc1", graph=made, promote=[(N("qtgmc1"), "smoothing")])
    raw = json.loads(encode(made))
    jsonschema.validate(raw, schema)
    raw["nodes"]["group2"]["inside"]["inputs"] = [{"to": "qtgmc1.clip"}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(raw, schema)


def test_what_lies_inside_counts_for_the_fingerprint_and_where_it_lies_does_not() -> None:
    made = grouped("qtgmc1", "double1", promote=[(N("qtgmc1"), "smoothing")])
    moved = made.with_node(replace(made.nodes[G1], position=(7.0, 7.0), label="Another"))
    assert fingerprint(moved, REGISTRY) == fingerprint(made, REGISTRY)
    other = inside(made).graph.with_node(inside(made).graph.nodes[N("qtgmc1")].with_param("preset", "Fast"))
    changed = made.with_node(replace(made.nodes[G1], inside=replace(inside(made), graph=other)))
    assert fingerprint(changed, REGISTRY) != fingerprint(made, REGISTRY)


def test_old_nodes_inside_a_group_are_brought_up_to_date() -> None:
    made = grouped("qtgmc1")
    old = NodeDoc(N("qtgmc1"), "deinterlace.qtgmc", 1, {"speed": 0})
    graph = made.with_node(replace(made.nodes[G1], inside=replace(inside(made), graph=Graph.of([old]))))
    assert resolve(graph, REGISTRY).placed[N("group1/qtgmc1")].node.values()["smoothing"] == 0
    now = upgrade_graph(graph, REGISTRY)
    assert inside(now).graph.nodes[N("qtgmc1")].params == {"preset": "Fast", "smoothing": 0}


# -- documents that mean harm ----------------------------------------------------------------------
def wrapped(depth: int) -> dict[str, Any]:
    """A node with so many groups around it, as JSON."""
    raw: dict[str, Any] = {"type": "deinterlace.qtgmc"}
    for _ in range(depth):
        raw = {
            "type": GROUP,
            "inside": {"nodes": {"n": raw}, "links": [], "outputs": [{"name": "out", "from": ["n", "out"]}]},
        }
    return {"format": "tapeloom.graph", "version": 1, "nodes": {"n": raw}, "links": []}


def test_groups_may_lie_eight_deep_and_no_deeper() -> None:
    graph = decode(json.dumps(wrapped(MAX_NESTING)))
    assert decode(encode(graph)) == graph
    resolved = resolve(graph, REGISTRY)
    assert any(key.count("/") == MAX_NESTING for key in resolved.placed)
    with pytest.raises(EditError, match="8 deep"):
        collapse(graph, [N("n")], "", REGISTRY)
    with pytest.raises(DocumentError) as fault:
        decode(json.dumps(wrapped(MAX_NESTING + 1)))
    assert len(fault.value.faults) == 1
    assert "groups lie deeper than 8" in fault.value.faults[0]


def test_groups_made_too_deep_in_memory_are_one_problem() -> None:
    doc = node("n", "deinterlace.qtgmc")
    for _ in range(40):
        doc = NodeDoc(N("n"), GROUP, inside=Inside(Graph.of([doc]), outputs=(Exit("out", (N("n"), "out")),)))
    said = [one for one in told(Graph.of([doc])) if one.is_error or "deeper" in one.text]
    assert [one.text for one in said if "deeper than 8" in one.text]


def test_many_nodes_hidden_in_groups_are_counted() -> None:
    content = {"nodes": {f"n{at}": {"type": "x.y"} for at in range(11_000)}, "links": []}
    nodes = {f"g{at}": {"type": GROUP, "inside": content} for at in range(2)}
    with pytest.raises(DocumentError) as fault:
        decode(json.dumps({"format": "tapeloom.graph", "version": 1, "nodes": nodes, "links": []}))
    assert fault.value.faults == ("nodes: 22,002 nodes; 20,000 are the most",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (7, "nodes.g.inside: it should be an object with nodes and links, not 7"),
        ({"nodes": []}, "nodes.g.inside.nodes: it should be an object"),
        ({"nodes": {"a/b": {"type": "x.y"}}}, "nodes.g.inside.nodes.'a/b': it is no id"),
        ({"nodes": {"a": {}}}, "nodes.g.inside.nodes.a.type: it is missing"),
        ({"inputs": [{"name": "clip", "to": [["ghost", "clip"]]}]}, "nodes.g.inside.inputs.0: it should name a node"),
        ({"inputs": 3}, "nodes.g.inside.inputs: it should be a list"),
        ({"outputs": [{"name": "out", "from": "n.out"}]}, "nodes.g.inside.outputs.0: it should name a node"),
        ({"outputs": [{"name": "../x", "from": ["n", "out"]}]}, "nodes.g.inside.outputs.0.name: it is no id"),
        ({"params": [{"name": "a", "to": ["n", "p"]}, {"name": "a", "to": ["n", "q"]}]}, "'a' is taken"),
        (
            {"params": [{"name": "a", "to": ["n", "p"], "label": 3}]},
            "nodes.g.inside.params.0.label: it should be a text",
        ),
    ],
)
def test_content_that_does_not_fit_is_said_with_its_place(content: Any, said: str) -> None:
    if isinstance(content, dict):
        content = {"nodes": {"n": {"type": "deinterlace.qtgmc"}}, "links": [], **content}
    raw = {"format": "tapeloom.graph", "version": 1, "nodes": {"g": {"type": GROUP, "inside": content}}, "links": []}
    with pytest.raises(DocumentError) as fault:
        decode(json.dumps(raw))
    assert said in fault.value.faults[0]
    assert len(fault.value.faults) == 1


@pytest.mark.parametrize("seed", range(16))
def test_whatever_is_wrong_with_a_group_it_is_words_and_never_a_crash(seed: int) -> None:
    chance = random.Random(seed)
    made = grouped("double1", "merge1", label="Double")
    made = grouped("group1", "qtgmc1", graph=made, promote=[(N("qtgmc1"), "smoothing")])
    said: list[str] = []
    for _ in range(25):
        raw = json.loads(encode(made))
        for _ in range(chance.randint(1, 3)):
            spoil(raw["nodes"]["group2"], chance)
        try:
            graph = decode(json.dumps(raw))
        except DocumentError as fault:
            said += fault.faults
            continue
        told(graph)
        assert decode(encode(graph)) == graph
        upgrade_graph(graph, REGISTRY)
        fingerprint(graph, REGISTRY)
        for key, doc in graph.nodes.items():
            kind_of(doc, REGISTRY)
            if doc.inside is not None:
                done(graph, expand(graph, key))
    assert said and all(": " in line for line in said)


def spoil(raw: Any, chance: random.Random) -> None:
    """Change, take away or copy something somewhere in a JSON value."""
    here = raw
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and chance.random() < 0.8:
            here = here[key]
            continue
        match chance.randrange(4):
            case 0:
                del here[key]
            case 1 if isinstance(here, list):
                here.append(here[key])
            case 2:
                here[key] = chance.choice([None, 0, -1, 1e300, "", "clip", "group1", [], {}, [["a", "b"]], True])
            case _ if isinstance(here, dict):
                here[chance.choice(["clip", "qtgmc1", "a/b", "name", "inside"])] = here.pop(key)
        return


def group_of(graph: Graph, **shown: Any) -> Graph:
    return Graph.of([NodeDoc(N("g"), GROUP, inside=Inside(graph, **shown))])


def test_a_circle_inside_is_one_problem_at_the_group() -> None:
    links = (Link.of("a.out", "b.clip"), Link.of("b.out", "a.clip"))
    graph = group_of(Graph.of([node("a", "deinterlace.qtgmc"), node("b", "deinterlace.qtgmc")], links))
    circles = [one for one in told(graph) if "circle" in one.text]
    assert len(circles) == 1 and circles[0].node == "g"


def test_an_input_wired_twice_is_said_and_harms_nothing_else() -> None:
    inner = Graph.of([node("a", "deinterlace.qtgmc"), node("b", "scale.double")], [Link.of("a.out", "b.clip")])
    both = Entrance("clip", ((N("a"), "clip"), (N("b"), "clip"), (N("a"), "clip")))
    graph = group_of(inner, inputs=(both,), outputs=(Exit("out", (N("b"), "out")),))
    assert any("two wires end in" in one.text for one in resolve(graph, REGISTRY).problems)
    assert (N("g/b"), "clip") in resolve(graph, REGISTRY).wires


def test_an_output_inside_a_group_is_refused_in_words() -> None:
    graph = group_of(Graph.of([node("encode1", "output.encode")]))
    assert any("cannot lie in a group" in one.text and one.node == "g" for one in told(graph))
    assert not resolve(graph, REGISTRY).sinks()


def test_names_that_lead_nowhere_are_said_not_thrown() -> None:
    wild = Promoted("x", N("ghost"), "smoothing")
    nowhere = Promoted("y", N("a"), "nothing")
    graph = group_of(
        Graph.of([node("a", "deinterlace.qtgmc")], [Link.of("ghost.out", "a.clip")]),
        inputs=(Entrance("clip", ((N("ghost"), "clip"),)), Entrance("none", ())),
        outputs=(Exit("out", (N("ghost"), "out")),),
        params=(wild, nowhere),
    )
    assert told(graph)
    kind = kind_of(graph.nodes[N("g")], REGISTRY)
    assert kind is not None and kind.params == {} and list(kind.inputs) == ["clip", "none"]


def test_a_group_without_content_is_kept_and_said() -> None:
    graph = Graph.of([NodeDoc(N("g"), GROUP)])
    assert decode(encode(graph)) == graph
    assert any("what lies in this group is not in the document" in one.text for one in told(graph))
    assert kind_of(graph.nodes[N("g")], REGISTRY) is None
