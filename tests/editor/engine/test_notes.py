"""What the worker tells of models reaches the nodes that it is about, once, and goes when they do something else."""

from __future__ import annotations

import threading
from typing import cast

from editor.engine.notes import WorkerNotes, about
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import apply
from graphs.groups.collapse import collapse
from nodes.registry import default_registry
from runtime.session import Session

UP = NodeDoc(NodeId("up1"), "ai.upscale", params={"model": "demo-upscale-2x"})
FILE = NodeDoc(NodeId("up2"), "ai.upscale", params={"model": "D:\\nets\\mine.onnx"})
CROP = NodeDoc(NodeId("crop1"), "geometry.crop")
TEXT = "demo-upscale-2x.onnx: runs on cpu instead of cuda"


class Worker:
    """A session, as far as its notes go."""

    def __init__(self) -> None:
        self.said: tuple[str, ...] = ()

    def notes(self) -> tuple[str, ...]:
        return self.said


def test_a_note_is_about_the_nodes_that_run_the_file() -> None:
    graph, registry = Graph.of([UP, FILE, CROP]), default_registry()
    assert about(TEXT, graph, registry) == ("up1",)
    assert about("mine.onnx: cuda is out of memory; goes on with tiles of 64 × 64", graph, registry) == ("up2",)
    assert about("another.onnx: runs on cpu", graph, registry) == ()


def test_a_note_about_a_node_inside_a_group_is_the_groups() -> None:
    registry = default_registry()
    graph = Graph.of([UP, CROP])
    made, _ = apply(graph, collapse(graph, frozenset([NodeId("up1"), NodeId("crop1")]), "Both", registry, []))
    (group,) = made.nodes
    assert about(TEXT, made, registry) == (group,)


def test_each_is_told_once_and_again_by_another_worker() -> None:
    told: list[tuple[str, tuple[NodeId, ...]]] = []
    heard = threading.Semaphore(0)

    def tell(text: str, nodes: tuple[NodeId, ...]) -> None:
        told.append((text, nodes))
        heard.release()

    notes, worker, graph = WorkerNotes(default_registry(), tell), Worker(), Graph.of([UP])
    session = cast("Session", worker)
    notes.look(None, graph)
    notes.look(session, graph)
    worker.said = (TEXT,)
    notes.look(session, graph)
    assert heard.acquire(timeout=10)
    notes.look(session, graph)
    worker.said = (TEXT, "x.onnx: another")
    notes.look(session, graph)
    assert heard.acquire(timeout=10)
    assert told == [(TEXT, (NodeId("up1"),)), ("x.onnx: another", ())]
    other = Worker()
    other.said = (TEXT,)
    notes.look(cast("Session", other), graph)
    assert heard.acquire(timeout=10) and told[-1] == (TEXT, (NodeId("up1"),))


def test_a_note_holds_while_the_node_does_the_same() -> None:
    notes = WorkerNotes(default_registry(), lambda *_: None)
    notes.put(TEXT, NodeId("up1"), "one")
    assert notes.of(NodeId("up1"), "one") == (TEXT,)
    assert notes.of(NodeId("up1"), "two") == () == notes.of(NodeId("crop1"), "one")
    notes.clear()
    assert notes.of(NodeId("up1"), "one") == ()
