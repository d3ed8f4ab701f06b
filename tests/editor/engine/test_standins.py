"""A stand-in is shown where somebody would wait, and nowhere else."""

from __future__ import annotations

from editor.engine.analysis import Analysis
from editor.engine.standins import Effort, stand_ins
from graphs.document import Graph, NodeId
from nodes.media import Media, MediaError
from nodes.registry import default_registry
from runtime.compiled import compiled
from tests.editor.engine.bench import graph, node, tape

BIG = NodeId("big")


def no_files(path: str) -> Media:
    raise MediaError(path)


def analysed(document: Graph) -> Analysis:
    return Analysis(document, compiled(document, default_registry(), no_files, tuple(document.nodes)))


def document(in_white: float = 200.0) -> Graph:
    nodes = (
        tape(),
        node("levels", "colour.levels", in_white=in_white),
        node("bob", "deinterlace.bwdif"),
        node("big", "scale.nnedi3"),
        node("after", "colour.levels", in_white=180),
    )
    return graph(*nodes, wires="tape > levels > bob > big > after")


def test_of_what_was_changed_above_and_is_looked_at_below() -> None:
    before, after = analysed(document()), analysed(document(in_white=150.0))
    assert stand_ins(after, ["after"], before.places.steps, {}) == {BIG}
    assert stand_ins(after, ["big"], before.places.steps, {}) == {BIG}
    assert stand_ins(after, ["bob"], before.places.steps, {}) == set()  # it is not in the picture
    assert stand_ins(after, ["after"], after.places.steps, {}) == set()  # the worker has it


def test_not_of_a_node_that_is_known_to_be_quick() -> None:
    found = analysed(document())
    assert stand_ins(found, ["after"], (), {BIG: Effort(1.0, 4.0)}) == set()
    assert stand_ins(found, ["after"], (), {BIG: Effort(1.0, 40.0)}) == {BIG}
    assert stand_ins(found, ["after"], (), {BIG: Effort(400.0, 4.0)}) == {BIG}
    assert stand_ins(found, ["after"], (), {BIG: Effort(1.0, None)}) == {BIG}
