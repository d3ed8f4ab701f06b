"""Every edit can be undone, exactly; an edit that cannot be done changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.codec import encode
from graphs.document import Graph, Group, GroupId, Link, NodeDoc, NodeId, Note, NoteId
from graphs.edits import (
    AddNodes,
    Annotate,
    Bypass,
    ChangeId,
    Connect,
    Disconnect,
    Edit,
    EditError,
    InsertOnWire,
    Move,
    Mute,
    Patch,
    PutGroup,
    PutNote,
    RemoveGroup,
    RemoveNodes,
    RemoveNote,
    Rename,
    ReplaceType,
    SetMeta,
    SetParams,
    Several,
    apply,
    replacing,
)
from tests.graphs.kit import REGISTRY, Qtgmc, Trim, Upscale, graph, node

NAMES = [NodeId(name) for name in "abcde"]
names = st.sampled_from(NAMES)
ports = st.tuples(names, st.sampled_from(["clip", "out", "audio"]))
values = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-1, 1) | st.text(max_size=3)
points = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
chosen = st.frozensets(names, min_size=1, max_size=3)
docs = st.builds(
    NodeDoc, id=names, type=st.sampled_from(["x", "input.video"]), params=st.dictionaries(st.text(max_size=2), values)
)
groups = st.builds(
    Group, id=st.sampled_from([GroupId("g"), GroupId("h")]), label=st.text(max_size=3), nodes=st.lists(names).map(tuple)
)
notes = st.builds(Note, id=st.sampled_from([NoteId("n"), NoteId("m")]), text=st.text(max_size=3), position=points)
port_maps = st.dictionaries(st.sampled_from(["clip", "out", "audio"]), st.sampled_from(["clip", "out", "audio"]))
single = st.one_of(
    st.builds(
        AddNodes, st.lists(docs, max_size=2).map(tuple), st.lists(st.builds(Link, ports, ports), max_size=1).map(tuple)
    ),
    st.builds(RemoveNodes, chosen, st.dictionaries(ports, ports, max_size=2)),
    st.builds(Connect, ports, ports),
    st.builds(Disconnect, ports),
    st.builds(InsertOnWire, ports, docs, st.just("clip"), st.just("out")),
    st.builds(SetParams, names, st.dictionaries(st.text(max_size=2), values, max_size=2)),
    st.builds(Rename, names, st.text(max_size=4)),
    st.builds(ChangeId, names, names),
    st.builds(Move, st.dictionaries(names, points, max_size=2), st.just({})),
    st.builds(Bypass, chosen, st.booleans()),
    st.builds(Mute, chosen, st.booleans()),
    st.builds(Annotate, names, st.text(max_size=4)),
    st.builds(
        ReplaceType,
        names,
        st.just("y"),
        st.integers(1, 3),
        st.dictionaries(st.text(max_size=2), values),
        port_maps,
        port_maps,
    ),
    st.builds(PutGroup, groups),
    st.builds(RemoveGroup, st.sampled_from([GroupId("g"), GroupId("h")])),
    st.builds(PutNote, notes),
    st.builds(RemoveNote, st.sampled_from([NoteId("n"), NoteId("m")])),
    st.builds(SetMeta, st.sampled_from(["title", "about"]), values),
)
edits = single | st.builds(Several, st.lists(single, min_size=1, max_size=3).map(tuple))
START = graph(
    node("a", "input.video"),
    node("b", "x"),
    node("c", "output.encode"),
    wires="a.out>b.clip b.out>c.clip a.sound>c.audio",
)


@settings(max_examples=300)
@given(st.lists(edits, max_size=12))
def test_any_edits_undone_in_reverse_give_back_the_identical_document(steps: list[Edit]) -> None:
    now, back = START, []
    for step in steps:
        before = now
        try:
            now, inverse = apply(now, step)
        except EditError:
            assert now is before
            continue
        back.append(inverse)
    last = now
    forth = []
    for inverse in reversed(back):
        now, again = apply(now, inverse)
        forth.append(again)
    assert now == START
    assert encode(now) == encode(START)
    for redo in reversed(forth):
        now, _ = apply(now, redo)
    assert now == last
    assert encode(now) == encode(last)


def refused(edit: Edit, on: Graph = START) -> str:
    with pytest.raises(EditError) as caught:
        apply(on, edit)
    return str(caught.value)


A, B, C = NAMES[:3]


def test_removing_takes_wires_and_membership_along_and_undo_brings_them_back() -> None:
    grouped, _ = apply(START, PutGroup(Group(GroupId("g"), "pair", (A, B))))
    after, inverse = apply(grouped, RemoveNodes(frozenset({B})))
    assert [str(link) for link in after.links] == ["a.sound → c.audio"]
    assert after.groups[0].nodes == (A,)
    assert apply(after, inverse)[0] == grouped


def test_removing_can_heal_the_wire() -> None:
    after, _ = apply(START, RemoveNodes(frozenset({B}), {(B, "out"): (B, "clip")}))
    assert [str(link) for link in after.links] == ["a.sound → c.audio", "a.out → c.clip"]


def test_healing_goes_through_several_nodes_and_stops_at_circles() -> None:
    long = graph(
        node("a", "x"), node("b", "x"), node("d", "x"), node("c", "x"), wires="a.out>b.clip b.out>d.clip d.out>c.clip"
    )
    heal = {(NodeId(n), "out"): (NodeId(n), "clip") for n in "bd"}
    assert str(apply(long, RemoveNodes(frozenset(map(NodeId, "bd")), heal))[0].links[0]) == "a.out → c.clip"
    ring = graph(node("b", "x"), node("d", "x"), node("c", "x"), wires="d.out>b.clip b.out>d.clip d.out>c.clip")
    assert apply(ring, RemoveNodes(frozenset(map(NodeId, "bd")), heal))[0].links == ()


def test_a_new_wire_takes_the_place_of_the_old() -> None:
    after, inverse = apply(START, Connect((A, "out"), (C, "clip")))
    assert after.incoming(C)["clip"].source == (A, "out")
    assert apply(after, inverse)[0] == START


def test_wires_may_not_go_in_a_circle() -> None:
    assert "circle" in refused(Connect((C, "out"), (A, "clip")))
    assert "circle" in refused(Connect((A, "out"), (A, "clip")))


def test_inserting_on_a_wire_joins_both_ends() -> None:
    after, inverse = apply(START, InsertOnWire((C, "clip"), node("d", "x"), "clip", "out"))
    assert after.incoming(C)["clip"].source == ("d", "out")
    assert after.incoming(NodeId("d"))["clip"].source == (B, "out")
    assert apply(after, inverse)[0] == START


def test_a_new_id_is_followed_by_wires_and_groups() -> None:
    grouped, _ = apply(START, PutGroup(Group(GroupId("g"), "", (B,))))
    after, inverse = apply(grouped, ChangeId(B, NodeId("middle")))
    assert [str(link) for link in after.links] == ["a.sound → c.audio", "middle.out → c.clip", "a.out → middle.clip"]
    assert after.groups[0].nodes == ("middle",)
    assert apply(after, inverse)[0] == grouped


def test_another_type_keeps_the_wires_that_fit_and_the_params_it_knows() -> None:
    before = graph(
        node("source1"), node("qtgmc1", preset="Fast", smoothing=2), node("encode1"),
        wires="source1.out>qtgmc1.clip qtgmc1.out>encode1.clip",
    )  # fmt: skip
    edit = replacing(NodeId("qtgmc1"), Qtgmc, Trim, before.nodes[NodeId("qtgmc1")].params)
    after, _ = apply(before, edit)
    assert after.links == before.links
    assert after.nodes[NodeId("qtgmc1")].params == {"ranges": ((0, None),)}
    edges = REGISTRY.get("utility.edges")
    assert edges is not None
    other = replacing(NodeId("qtgmc1"), Qtgmc, edges, {})
    assert other.outputs == {"out": "mask_out"}  # a mask is a picture
    sound = REGISTRY.get("sound.gain")
    assert sound is not None
    assert apply(before, replacing(NodeId("qtgmc1"), Qtgmc, sound, {}))[0].links == ()


def test_params_are_kept_only_where_the_new_type_takes_them() -> None:
    edit = replacing(NodeId("q"), None, Qtgmc, {"preset": "Fast", "smoothing": 99, "zoom": 1})
    assert edit.params == {"preset": "Fast", "smoothing": 1}
    assert replacing(NodeId("q"), Upscale, Qtgmc, {}).inputs == {"clip": "clip"}


@pytest.mark.parametrize(
    "edit",
    [
        RemoveNodes(frozenset({NodeId("z")})),
        AddNodes((node("a", "x"),)),
        AddNodes((NodeDoc(NodeId("no good"), "x"),)),
        Disconnect((A, "clip")),
        SetParams(NodeId("z"), {}),
        ChangeId(A, B),
        ChangeId(A, NodeId("a.b")),
        Connect((A, "out"), (NodeId("z"), "clip")),
        RemoveGroup(GroupId("g")),
        RemoveNote(NoteId("n")),
        PutGroup(Group(GroupId("g"), "", (NodeId("z"),))),
        Move({NodeId("z"): (0, 0)}),
        Move(notes={NoteId("z"): (0, 0)}),
        Several((Rename(A, "x"), Rename(NodeId("z"), "y"))),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(edit: Edit) -> None:
    assert refused(edit)


def test_an_edit_that_changes_nothing_is_an_empty_patch() -> None:
    _, inverse = apply(START, Rename(A, ""))
    assert not inverse
    assert Patch() == inverse


def test_true_and_one_are_not_the_same_param() -> None:
    one, _ = apply(START, SetParams(B, {"x": 1}))
    yes, inverse = apply(one, SetParams(B, {"x": True}))
    assert yes.nodes[B].params["x"] is True
    assert apply(yes, inverse)[0].nodes[B].params["x"] is not True
