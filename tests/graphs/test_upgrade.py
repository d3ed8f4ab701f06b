"""Old documents open for ever. Every file in tests/documents is one that a Tapeloom of its day has written."""

import json
from pathlib import Path
from typing import Any

import pytest

from graphs.codec import DocumentError, decode, encode
from graphs.document import NodeId
from graphs.upgrade import VERSION, UpgradeError, upgrade_graph, upgrade_node
from nodes.api import Annotated, Node, param
from tests.graphs.kit import REGISTRY, Qtgmc, graph, node

DOCUMENTS = sorted((Path(__file__).parent.parent / "documents").glob("*.graph"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_old_document_opens_and_saves_in_the_present_format(path: Path) -> None:
    found = decode(path.read_bytes())
    assert found.nodes
    assert json.loads(encode(found))["version"] == VERSION
    assert decode(encode(found)) == found


def test_version_0_is_read_as_what_it_meant() -> None:
    found = decode(next(path for path in DOCUMENTS if path.stem == "prototype_v0").read_bytes())
    assert found.meta == {"title": "Grandfather's birthday, 1987"}
    assert found.extra == {"author": "kept although nobody reads it"}
    bwdif = found.nodes[NodeId("bwdif1")]
    assert (bwdif.params, bwdif.bypass, bwdif.position) == ({"rate": "single"}, True, (240.0, 0.0))
    assert found.nodes[NodeId("mystery1")].extra == {"colour": "red"}
    assert {str(link) for link in found.links} == {"source1.out → bwdif1.clip", "bwdif1.out → mystery1.clip"}


@pytest.mark.parametrize(
    "broken", [{"nodes": [3]}, {"nodes": [{"type": "x"}]}, {"nodes": {}, "wires": [4]}, {"nodes": 7}, {"wires": ["a"]}]
)
def test_a_broken_old_document_is_refused_in_words(broken: dict[str, object]) -> None:
    with pytest.raises(DocumentError):
        decode(json.dumps({"format": "tapeloom.graph", "version": 0, **broken}))


@pytest.mark.parametrize(
    ("version", "saved", "meant"),
    [
        (1, {}, {"preset": "Fast", "smoothing": 0}),
        (1, {"speed": 1, "smoothing": 30}, {"preset": "Slow", "smoothing": 3}),
        (2, {"preset": "Very Slow", "smoothing": 20}, {"preset": "Very Slow", "smoothing": 2}),
        (2, {}, {"preset": "Slow", "smoothing": 1}),
        (3, {"preset": "Fast"}, {"preset": "Fast", "smoothing": 1}),
    ],
)
def test_a_node_goes_through_each_of_its_steps(version: int, saved: dict[str, Any], meant: dict[str, object]) -> None:
    made = upgrade_node(node("qtgmc1", version=version, **saved), Qtgmc)
    assert made.doc.params == meant
    assert made.doc.version == 3
    assert made.changed is (version < 3)


def test_a_step_may_not_change_the_saved_node_in_passing() -> None:
    class Careless(Node):
        """Changes what it is given."""

        id, version = "test.careless", 2
        deep: Annotated[int, param("x")] = 0
        upgrades = {1: lambda old: old["list"].append(1) or old}

    doc = node("a", "test.careless", version=1, list=[0])
    assert upgrade_node(doc, Careless).doc.params["list"] == (0, 1)
    assert doc.params["list"] == (0,)


def test_a_step_that_is_missing_or_fails_is_said_and_harms_nothing() -> None:
    class Gap(Node):
        """Forgot a step."""

        id, version = "test.gap", 3
        upgrades = {1: lambda old: {**old, "x": old["must be there"]}}

    with pytest.raises(UpgradeError, match="version 2"):
        upgrade_node(node("a", "test.gap", version=2), Gap)
    with pytest.raises(UpgradeError, match=r"from version 1 failed .KeyError"):
        upgrade_node(node("a", "test.gap", version=1), Gap)


def test_a_whole_graph_is_brought_up_to_date_but_strangers_are_left_alone() -> None:
    old = graph(node("qtgmc1", version=1), node("qtgmc2", version=8, warp=1), node("a", "who.knows", version=2, b=3))
    new = upgrade_graph(old, REGISTRY)
    assert new.nodes[NodeId("qtgmc1")].version == 3
    assert new.nodes[NodeId("qtgmc2")] == old.nodes[NodeId("qtgmc2")]
    assert new.nodes[NodeId("a")] == old.nodes[NodeId("a")]
