"""A preview's formulas are ready at once, and show what a render writes."""

import pytest

from graphs.document import Graph, Json, Link, NodeDoc, NodeId
from nodes.media import Media, MediaError
from nodes.registry import default_registry
from runtime.at_once import AtOnce
from runtime.compiled import compiled
from runtime.plan import Plan
from runtime.script import script_text, step_codes
from runtime.session import Session


def no_files(path: str) -> Media:
    raise MediaError(path)


def planned(kind: str, **params: Json) -> Plan:
    nodes = [
        NodeDoc(NodeId("tape"), "input.pattern", 1, {"picture": "motion", "seconds": 1}),
        NodeDoc(NodeId("own"), kind, 1, params),
    ]
    made = compiled(Graph.of(nodes, [Link.of("tape.out", "own.clip")]), default_registry(), no_files, [NodeId("own")])
    assert not made.errors
    return made.plan


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("colour.levels", {"in_black": 20, "in_white": 201}),
        ("colour.levels", {"in_white": 211, "limit": "legal"}),
        ("colour.saturation", {"saturation": 1.37}),
    ],
)
def test_the_picture_is_the_one_that_akarin_makes(kind: str, params: dict[str, Json]) -> None:
    plan = planned(kind, **params)
    quick = AtOnce()(plan)
    assert "own = core.akarin.Expr" in script_text(plan).text
    assert "own = core.std.Expr" in script_text(quick).text
    pictures = []
    with Session() as session:
        for one in (plan, quick):
            prelude, codes = step_codes(one, {})
            # another fingerprint, else the worker would keep what it has
            session.load([], prelude)
            assert [report.state for report in session.load(codes, prelude)] == ["built", "built"]
            pictures.append(bytes(session.preview("own", "out", 7).data))
    assert pictures[0] == pictures[1]


def test_what_is_more_than_arithmetic_stays() -> None:
    plan = planned("colour.gamma", gamma=1.3)  # its power is not std.Expr's to the bit
    assert AtOnce()(plan) == plan


def test_a_step_that_stays_is_the_same_and_is_called_the_same() -> None:
    plan, at_once = planned("colour.levels", in_white=200), AtOnce()
    first = at_once(plan)
    assert [one is other for one, other in zip(at_once(plan).steps, first.steps, strict=True)] == [True, True]
    assert [step.fingerprint for step in first.steps] == [step.fingerprint for step in plan.steps]
    assert first.steps[0] is plan.steps[0]
