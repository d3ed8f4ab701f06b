"""The published schema agrees with what the program itself takes."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from graphs.codec import decode, encode
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.library import PRESETS
from graphs.schema import document_schema, param_schema
from graphs.upgrade import defaults
from nodes.api import (
    Annotated,
    Colour,
    Curve,
    FilePath,
    IntEnum,
    Node,
    ParamError,
    Ranges,
    StrEnum,
    Text,
    param,
)
from nodes.params import Kind
from nodes.registry import default_registry

DOCUMENTS = Path(__file__).parent.parent / "documents"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = document_schema(default_registry())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(json.loads(json.dumps(schema)))


def faults(validator: Draft202012Validator, text: str) -> list[str]:
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(json.loads(text))]


@pytest.mark.parametrize(
    "path", [*sorted(PRESETS.glob("*.graph")), *sorted(DOCUMENTS.glob("*.graph"))], ids=lambda path: path.stem
)
def test_presets_and_old_documents_fit_once_they_are_saved(path: Path, validator: Draft202012Validator) -> None:
    assert faults(validator, encode(decode(path.read_bytes()))) == []


def test_every_node_type_fits_with_its_defaults(validator: Draft202012Validator) -> None:
    registry = default_registry()
    nodes = [
        NodeDoc(NodeId(f"n{at}"), kind.id, kind.version, defaults(kind), position=(at, 0.5))
        for at, kind in enumerate(registry)
    ]
    graph = Graph.of(nodes, [Link.of("n0.out", "n1.clip")], title="all")
    assert len(nodes) > 10
    assert faults(validator, encode(graph)) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"rate": "triple"}, "nodes.b.params.rate"),
        ({"rate": 2}, "nodes.b.params.rate"),
    ],
)
def test_a_wrong_param_is_found_at_its_place(
    change: dict[str, Any], where: str, validator: Draft202012Validator
) -> None:
    graph = Graph.of([NodeDoc(NodeId("b"), "deinterlace.bwdif", 1, change)])
    assert faults(validator, encode(graph))[0].startswith(where)


def test_unknown_types_and_other_versions_are_let_pass(validator: Draft202012Validator) -> None:
    nodes = [NodeDoc(NodeId("a"), "who.knows", 3, {"x": 1}), NodeDoc(NodeId("b"), "deinterlace.bwdif", 99, {"rate": 7})]
    assert faults(validator, encode(Graph.of(nodes))) == []


@pytest.mark.parametrize(
    "text", ['{"format": "x"}', '{"format": "tapeloom.graph", "version": 1, "nodes": [], "links": []}']
)
def test_other_shapes_are_refused(text: str, validator: Draft202012Validator) -> None:
    assert faults(validator, text)


class Word(StrEnum):
    ONE = "one"
    TWO = "Two words"


class Number(IntEnum):
    LOW = 1
    HIGH = 4


class Everything(Node):
    """A param of each kind."""

    id = "test.everything"
    switch: Annotated[bool, param("x")] = True
    count: Annotated[int, param("x", low=-3, high=9)] = 1
    odd: Annotated[int, param("x", odd=True, low=1)] = 3
    even: Annotated[int, param("x", multiple=4)] = 8
    level: Annotated[float, param("x", low=0, high=2.5, unit="dB")] = 1.0
    text: Annotated[str, param("x", max_length=5)] = ""
    long: Annotated[Text, param("x")] = Text("a\nb")
    ratio: Annotated[Fraction, param("x")] = Fraction(16, 15)
    word: Annotated[Word, param("x")] = Word.TWO
    number: Annotated[Number, param("x")] = Number.HIGH
    file: Annotated[FilePath, param("x")] = FilePath("")
    colour: Annotated[Colour, param("x")] = Colour("#00ff7f")
    ranges: Annotated[Ranges, param("x")] = Ranges(((0, 5), (9, None)))
    curve: Annotated[Curve, param("x")] = Curve(((0, 0), (0.5, 0.75), (1, 1)))


def test_the_sample_has_every_kind_but_one() -> None:
    assert {one.kind for one in Everything.params.values()} == set(Kind) - {Kind.FOLDER}


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-6, 12)
    | st.floats(-3, 3)
    | st.sampled_from(
        ["one", "Two words", "16/15", "1/0", "25", "29.97", "#aAbBcC", "#12", "", "a\nb", "a\0", "toolong", "4:3"]
    )
    | st.text(max_size=7),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("name", Everything.params)
@given(data=st.data())
def test_schema_and_program_take_the_same_values(name: str, data: st.DataObject) -> None:
    declared = Everything.params[name]
    validator = Draft202012Validator(param_schema(declared))
    value = data.draw(plain)
    try:
        saved = json.loads(json.dumps(declared.plain(declared.accept(value))))
    except ParamError:
        # that a range ends after it begins, and that points follow each other, no schema can say
        backwards = declared.kind in (Kind.RANGES, Kind.CURVE)
        assert backwards or not validator.is_valid(value)
    else:
        assert validator.is_valid(saved)
