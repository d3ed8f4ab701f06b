"""A document is read exactly or refused with a word a restorer can act on."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.codec import MAX_BYTES, DocumentError, decode, encode
from graphs.document import Graph, Group, GroupId, Link, NodeDoc, NodeId, Note, NoteId

DOCUMENTS = Path(__file__).parent.parent / "documents"


def refusal(text: str | bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        decode(text)
    return str(caught.value)


def document(**fields: object) -> str:
    return json.dumps({"format": "tapeloom.graph", "version": 1, **fields})


# -- there and back --------------------------------------------------------------------------------
def test_a_canonical_document_is_written_back_byte_for_byte() -> None:
    text = (DOCUMENTS / "first_v1.graph").read_text("utf-8")
    written = encode(decode(text))
    assert written == text
    # the reading order of the file is that of the tape, not of the alphabet
    assert [*json.loads(written)["nodes"]] == ["source1", "bwdif1", "later1"]


def test_unknown_types_and_unknown_fields_survive_at_every_level() -> None:
    graph = decode((DOCUMENTS / "first_v1.graph").read_bytes())
    back = json.loads(encode(graph))
    assert back["history"] == ["made on the old machine"]
    assert back["nodes"]["bwdif1"]["shade"] == "blue"
    assert back["nodes"]["later1"]["params"]["deep"] == {"a": None, "b": [True, False, "é"]}
    assert back["nodes"]["later1"]["version"] == 7
    assert back["links"][1]["thickness"] == 2
    assert back["groups"]["repair"]["glow"] == 0.5
    assert back["notes"]["note1"]["pinned"] is True


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ids = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
points = st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False)] * 2)
extras = st.dictionaries(st.from_regex(r"x_[a-z]{1,4}", fullmatch=True), json_values, max_size=2)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = draw(st.lists(ids, min_size=1, max_size=5, unique=True))
    nodes = [
        NodeDoc(
            NodeId(name),
            draw(st.text(min_size=1)),
            draw(st.integers(0, 9)),
            draw(st.dictionaries(st.text(), json_values, max_size=3)),
            draw(st.text()),
            draw(points),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.text()),
            draw(extras),
        )
        for name in names
    ]
    ends = draw(st.lists(st.tuples(st.sampled_from(names), ids), max_size=4, unique=True))
    links = [Link((NodeId(draw(st.sampled_from(names))), "out"), (NodeId(n), p), draw(extras)) for n, p in ends]
    made = Graph.of(nodes, links)
    group = Group(GroupId("g1"), draw(st.text()), tuple(map(NodeId, names[:2])), "#123456", draw(st.booleans()))
    note = Note(NoteId("n1"), draw(st.text()), draw(points), draw(points), draw(extras))
    return Graph(made.nodes, made.links, (group,), (note,), draw(extras), draw(extras))


@given(graphs())
def test_every_graph_comes_back_the_same_and_canonical(graph: Graph) -> None:
    text = encode(graph)
    assert decode(text) == graph
    assert decode(text.encode("utf-8")) == graph
    assert encode(decode(text)) == text


@given(graphs())
def test_the_order_of_building_does_not_show(graph: Graph) -> None:
    turned = Graph(
        dict(reversed(list(graph.nodes.items()))),
        graph.links[::-1],
        graph.groups,
        graph.notes,
        graph.meta,
        graph.extra,
    )
    assert encode(turned) == encode(graph)


def test_a_moved_node_changes_one_line() -> None:
    graph = decode((DOCUMENTS / "first_v1.graph").read_bytes())
    node = graph.nodes[NodeId("bwdif1")]
    moved = graph.with_node(NodeDoc(**{**node.__dict__, "position": (300.0, 0.0)}))
    before, after = encode(graph).splitlines(), encode(moved).splitlines()
    assert [new for old, new in zip(before, after, strict=True) if old != new] == ['      "position": [300, 0],']


def test_unseen_and_turning_characters_are_visible_in_the_file() -> None:
    graph = Graph.of([NodeDoc(NodeId("a"), "x", params={"t": "\u202eevil\u2066 \u200b\x7f\ud800 ü 日本 🎞"})])
    text = encode(graph)
    assert "\\u202e" in text
    assert "\\u200b" in text
    assert "ü 日本 🎞" in text
    assert text.encode("utf-8")
    assert decode(text) == graph


# -- refused ---------------------------------------------------------------------------------------
def test_a_json_fault_is_told_with_line_and_column() -> None:
    said = refusal('{\n  "format": "tapeloom.graph",\n  "version": 1\n  "nodes": {}\n}')
    assert said.startswith("line 4, column 3:")


@pytest.mark.parametrize("keep", [60, 120, 300, 700, 1200])
def test_a_file_that_stops_in_the_middle_is_called_that(keep: int) -> None:
    text = (DOCUMENTS / "first_v1.graph").read_text("utf-8")
    assert "stops in the middle" in refusal(text[:keep])


@pytest.mark.parametrize("text", ["", " \n", b""])
def test_an_empty_file_is_called_empty(text: str | bytes) -> None:
    assert "empty" in refusal(text)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-1e400"])
def test_numbers_that_are_none_are_refused_with_their_line(word: str) -> None:
    said = refusal('{"format": "tapeloom.graph", "version": 1,\n"meta": {"x": ' + word + "}}")
    assert said.startswith("line 2:")


def test_a_key_that_stands_twice_is_refused_with_its_lines() -> None:
    text = '{"format": "tapeloom.graph", "version": 1, "nodes": {\n"a": {"type": "x"},\n"a": {"type": "y"}}}'
    assert refusal(text).startswith("line 2 or 3: 'a' stands twice")


def test_every_misshapen_field_is_named_by_its_path() -> None:
    said = refusal(
        document(
            meta=3,
            nodes={
                "a": {"type": 5, "params": []},
                "b": {"type": "x", "position": [1], "bypass": "yes"},
                "c d": {"type": "x"},
                "e": [],
                "f": {},
                "g": {"type": "x", "position": [True, 0], "version": -1},
                "h": {"type": "x", "position": [1e30, 0], "label": None},
            },
            links=[{"from": ["a", "out"]}, 3, {"from": "a.out", "to": ["b", "in"]}],
            groups={"g": {"nodes": [1]}},
            notes={"n": {"text": 1, "size": "big"}},
        )
    )
    for path in (
        "meta:",
        "nodes.a.type:",
        "nodes.a.params:",
        "nodes.b.position:",
        "nodes.b.bypass:",
        "nodes.'c d':",
        "nodes.e:",
        "nodes.f.type:",
        "nodes.g.position:",
        "nodes.g.version:",
        "nodes.h.position:",
        "nodes.h.label:",
        "links.0.to:",
        "links.1:",
        "links.2.from:",
        "groups.g.nodes:",
        "notes.n.text:",
        "notes.n.size:",
    ):
        assert f"\n{path}" in f"\n{said}", path


def test_two_wires_into_one_input_are_refused() -> None:
    wire = {"from": ["a", "out"], "to": ["b", "clip"]}
    said = refusal(document(nodes={"a": {"type": "x"}, "b": {"type": "x"}}, links=[wire, wire]))
    assert said.startswith("links.1: b.clip is already fed by links.0")


@pytest.mark.parametrize("depth", [70, 5_000, 200_000])
def test_deep_nesting_is_refused_not_suffered(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    assert "nested deeper" in refusal('{"format": "tapeloom.graph", "version": 1, "meta": {"x": ' + nested + "}}")
    assert "nested deeper" in refusal('{"a":' * depth)


def test_too_large_a_file_is_refused() -> None:
    assert "at most" in refusal(b" " * (MAX_BYTES + 1))
    assert "20,000 are the most" in refusal(document(nodes={f"n{i}": {"type": "x"} for i in range(20_001)}))
    assert "digits" in refusal('{"format": "tapeloom.graph", "version": 1, "meta": {"x": ' + "9" * 9000 + "}}")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x1aE\xdf\xa3\x00\x00\x00", "no text"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b'{"format": "tapeloom.graph",\n "x": "\xff"}', "line 2: a byte that is no UTF-8"),
        (b"[1, 2]", "no Tapeloom graph"),
        (b'{"format": "comfy"}', "no Tapeloom graph"),
        (b'{"format": "tapeloom.graph"}', "version"),
        (b'{"format": "tapeloom.graph", "version": true}', "version"),
        (b'{"format": "tapeloom.graph", "version": 99}', "newer Tapeloom"),
        (b'{"format": "tapeloom.graph", "version": 0, "nodes": [{}]}', "old document"),
    ],
)
def test_other_files_are_told_apart(data: bytes, word: str) -> None:
    assert word in refusal(data)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_rubbish_is_refused_never_a_crash(data: str | bytes) -> None:
    with pytest.raises(DocumentError):
        decode(data)


@given(json_values, st.sampled_from(["nodes", "links", "groups", "notes", "meta", "version"]))
def test_any_json_in_any_place_is_read_or_refused(value: object, place: str) -> None:
    fields: dict[str, object] = {place: value}
    try:
        graph = decode(json.dumps({"format": "tapeloom.graph", "version": 1, **fields}))
    except DocumentError:
        return
    assert decode(encode(graph)) == graph


def test_a_byte_order_mark_is_no_fault() -> None:
    assert decode(b"\xef\xbb\xbf" + document().encode()) == Graph()
