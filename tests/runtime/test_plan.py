"""From a document to steps: only what is needed, conversions once, equal work shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import ClassVar

import pytest

from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.api import Annotated, Clip, ClipInfo, Node, Ref, Script, gives, param, takes
from nodes.clip import Fields, PixelFormat
from nodes.media import Media, MediaError, VideoStream
from nodes.registry import Registry, load
from runtime.compiled import Compiled, compiled
from runtime.plan import Plan
from runtime.script import script_text, step_codes
from tests.nodes.harness import PAL


class Wide(Node):
    """Works in 4:4:4 with 16 bits only."""

    id, version, label = "test.wide", 1, "Wide"
    clip = takes(Clip, chroma=("444",), depths=("16",))
    out = gives(Clip)
    strength: Annotated[int, param("How much")] = 1

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        return clip.std.BoxBlur(hradius=self.strength)


class Broken(Node):
    """Fails when it is compiled."""

    id, version, label = "test.broken", 1, "Broken"
    clip = takes(Clip)
    out = gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        raise ZeroDivisionError("oh")


class OwnCode(Wide):
    """Runs code of the user's."""

    id, version, label = "test.code", 1, "Code"
    trusted: ClassVar[bool] = True


@pytest.fixture(scope="module")
def registry() -> Registry:
    library = load(None, installed=False)
    return Registry({**library.types, **{node.id: node for node in (Wide, Broken, OwnCode)}})


def probe(path: str) -> Media:
    if path == "gone.mkv":
        raise MediaError("gone.mkv: there is no such file")
    stream = VideoStream(0, "ffv1", PAL, Fields.TFF)
    return Media(path, "matroska", f"identity of {path}", 1, Fraction(1), (stream,))


def graph(nodes: Sequence[tuple[str, str]], *wires: str, **params: dict[str, object]) -> Graph:
    docs = [NodeDoc(NodeId(name), kind, params=params.get(name, {})) for name, kind in nodes]  # type: ignore[arg-type]
    return Graph.of(docs, [Link.of(*wire.split(" > ")) for wire in wires])


def made(document: Graph, registry: Registry, targets: Sequence[str] | None = None, *, trust: bool = False) -> Compiled:
    names = None if targets is None else [NodeId(name) for name in targets]
    return compiled(document, registry, probe, names, trust=trust)


SOURCE = {"file": "tape.mkv"}
CHAIN = [("source1", "input.video"), ("bob1", "deinterlace.bwdif"), ("wide1", "test.wide"), ("encode1", "output.ffv1")]
WIRES = ["source1.out > bob1.clip", "bob1.out > wide1.clip", "wide1.out > encode1.clip"]


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def test_a_conversion_stands_in_front_of_the_node_that_needs_it(registry: Registry) -> None:
    done = made(graph(CHAIN, *WIRES, source1=SOURCE), registry)
    assert [problem.line() for problem in done.problems] == []
    assert ids(done.plan)[:4] == ["source1", "bob1", "wide1.clip", "wide1"]
    assert done.plan.step("wide1").infos["out"].format.name == "YUV444P16"
    assert "format=vs.YUV444P16" in script_text(done.plan).text


def test_two_nodes_that_need_the_same_conversion_share_it(registry: Registry) -> None:
    nodes = [*CHAIN[:3], ("wide2", "test.wide"), ("merge1", "utility.difference")]
    wires = [*WIRES[:2], "bob1.out > wide2.clip"]
    done = made(graph(nodes[:4], *wires, source1=SOURCE, wide2={"strength": 2}), registry, ["wide1", "wide2"])
    assert ids(done.plan) == ["source1", "bob1", "wide1.clip", "wide1", "wide2"]


def test_equal_nodes_are_computed_once(registry: Registry) -> None:
    nodes = [*CHAIN[:3], ("wide2", "test.wide")]
    done = made(graph(nodes, *WIRES[:2], "bob1.out > wide2.clip", source1=SOURCE), registry, ["wide1", "wide2"])
    assert done.plan.places[NodeId("wide2"), "out"] == ("wide1", "out")
    assert "wide2" not in ids(done.plan)


def test_only_what_the_targets_need_is_planned(registry: Registry) -> None:
    done = made(graph(CHAIN, *WIRES, source1=SOURCE), registry, ["bob1"])
    assert ids(done.plan) == ["source1", "bob1"]
    assert done.plan.sinks == ()


def test_a_bypassed_node_costs_nothing(registry: Registry) -> None:
    document = graph(CHAIN, *WIRES, source1=SOURCE)
    document = document.with_node(replace(document.nodes[NodeId("wide1")], bypass=True))
    plan = made(document, registry).plan
    assert "wide1" not in ids(plan)
    assert plan.places[NodeId("wide1"), "out"] == ("bob1", "out")


def test_a_node_that_fails_to_compile_is_named_and_the_rest_goes_on(registry: Registry) -> None:
    nodes = [*CHAIN, ("broken1", "test.broken")]
    done = made(graph(nodes, *WIRES, "bob1.out > broken1.clip", source1=SOURCE), registry, ["broken1", "encode1"])
    assert [(problem.node, "ZeroDivisionError: oh" in problem.text) for problem in done.errors] == [("broken1", True)]
    assert [sink.node for sink in done.plan.sinks] == ["encode1"]


def test_a_users_code_is_not_compiled_without_trust(registry: Registry) -> None:
    nodes = [CHAIN[0], CHAIN[1], ("own1", "test.code"), CHAIN[3]]
    document = graph(nodes, WIRES[0], "bob1.out > own1.clip", "own1.out > encode1.clip", source1=SOURCE)
    refused, allowed = made(document, registry), made(document, registry, trust=True)
    assert "own1" not in ids(refused.plan)
    assert refused.plan.sinks == ()
    assert any("--trust" in problem.text for problem in refused.errors)
    assert "own1" in ids(allowed.plan)
    assert allowed.errors == ()


def test_a_missing_source_is_one_problem(registry: Registry) -> None:
    done = made(graph(CHAIN, *WIRES, source1={"file": "gone.mkv"}), registry)
    assert [problem.line() for problem in done.errors] == ["source1: gone.mkv: there is no such file"]


def test_fingerprints_do_not_know_names_places_or_paths(registry: Registry) -> None:
    one = made(graph(CHAIN, *WIRES, source1=SOURCE), registry).plan
    renamed = [("zzz", "input.video"), ("a", "deinterlace.bwdif"), ("wide1", "test.wide"), ("encode1", "output.ffv1")]
    wires = ["zzz.out > a.clip", "a.out > wide1.clip", WIRES[2]]
    other = made(graph(renamed, *wires, zzz=SOURCE), registry).plan
    assert one.step("wide1").fingerprint == other.step("wide1").fingerprint
    changed = made(graph(CHAIN, *WIRES, source1=SOURCE, bob1={"rate": "single"}), registry).plan
    assert one.step("source1").fingerprint == changed.step("source1").fingerprint
    assert one.step("wide1").fingerprint != changed.step("wide1").fingerprint


def test_the_plan_is_a_networkx_graph(registry: Registry) -> None:
    import networkx as nx

    dag = made(graph(CHAIN, *WIRES, source1=SOURCE), registry).plan.dag()
    assert nx.is_directed_acyclic_graph(dag)
    assert set(nx.ancestors(dag, "wide1")) == {"source1", "bob1", "wide1.clip"}


def test_every_line_of_the_script_belongs_to_the_node_that_wrote_it(registry: Registry) -> None:
    plan = made(graph(CHAIN, *WIRES, source1=SOURCE), registry).plan
    text = script_text(plan)
    lines = text.text.splitlines()
    prelude, codes = step_codes(plan, {file.index_key: "/cache/x" for file in plan.files})
    assert prelude.splitlines() == lines[:2]
    for code in codes:
        assert text.lines[code.line - 1] == code.node
        assert lines[code.line - 1].split(" = ")[0] == code.code.splitlines()[0].split(" = ")[0]


def test_two_modules_may_have_a_name_in_common(registry: Registry) -> None:
    def calls(source: str) -> type[Node]:
        def build(self: Node, script: Script, clip: Ref) -> Ref:
            return script.use(source, "DFTTest")(clip)

        return type(source, (Wide,), {"id": f"test.{source}", "build": build, "__doc__": "Imports a name."})

    one, other = calls("zz"), calls("aa")
    both = Registry({**registry.types, one.id: one, other.id: other})
    nodes = [("source1", "input.video"), ("a", one.id), ("b", other.id)]
    done = made(graph(nodes, "source1.out > a.clip", "a.out > b.clip", source1=SOURCE), both, ["b"])
    text = script_text(done.plan).text
    assert "from aa import DFTTest\n" in text
    assert "from zz import DFTTest as zz_DFTTest\n" in text
    assert "a = zz_DFTTest(" in text
    assert "b = DFTTest(a)" in text


def test_labels_become_names_and_remarks(registry: Registry) -> None:
    document = graph(CHAIN, *WIRES, source1=SOURCE)
    document = document.with_node(replace(document.nodes[NodeId("bob1")], label="Schärfer, 2×\n); import os"))
    text = script_text(made(document, registry).plan).text
    assert "# Schärfer, 2×?); import os · Deinterlace (BWDIF)\nscharfer_2_import_os = source1.bwdif" in text
    assert PixelFormat.parse("YUV444P16").name in text
