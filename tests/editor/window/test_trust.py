"""Code that came with a graph runs only after the user has said so, and never under another graph's trust."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from editor.window.parts import Parts
from editor.window.window import Window
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.edits import AddNodes, Connect, Patch, SetParams, apply
from graphs.groups.collapse import collapse
from graphs.groups.expand import expand
from graphs.upgrade import defaults
from nodes.registry import default_registry
from tests.runtime.tapes import tape

LONG = 60_000


def own(id: str, code: str) -> NodeDoc:
    kind = default_registry().types["utility.script"]
    return NodeDoc(NodeId(id), kind.id, kind.version, {**defaults(kind), "code": code})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tape(tmp_path_factory.mktemp("tapes") / "tape.mkv", seconds=0.5)


def graph_with(source: Path, script: NodeDoc) -> Graph:
    kind = default_registry().types["input.video"]
    video = NodeDoc(NodeId("source1"), kind.id, kind.version, {**defaults(kind), "file": str(source)})
    return Graph.of([video, script], [Link.of("source1.out", f"{script.id}.clip")])


def opened(window: Window, graph: Graph, qtbot: QtBot) -> Parts:
    window.desk.open(graph, None, "strange", saved=False)
    assert window.parts is not None
    qtbot.waitUntil(lambda: window.parts.engine.analysis.graph is window.desk.graph, timeout=LONG)  # type: ignore[union-attr]
    return window.parts


def test_a_strangers_code_waits_until_it_is_trusted(window: Window, qtbot: QtBot, source: Path, tmp_path: Path) -> None:
    witness = tmp_path / "it ran"
    code = f"open({str(witness)!r}, 'w').close()\nclip = clip.std.Invert()"
    parts = opened(window, graph_with(source, own("own1", code)), qtbot)
    qtbot.waitUntil(lambda: window.notices.get("trust") is not None)
    parts.viewer.show_node(NodeId("own1"))
    qtbot.wait(400)
    assert not witness.exists() and not parts.engine.trust
    bar = window.notices.get("trust")
    assert bar is not None and "own1" in bar.label.text()
    QTest.mouseClick(bar.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: parts.viewer.slots["A"].shot is not None, timeout=LONG)
    assert witness.exists() and window.notices.get("trust") is None

    # edited here it stays trusted; what is pasted beside it is asked about, and nothing runs until then
    window.desk.do(
        SetParams(NodeId("own1"), {next(iter(own("x", "").params)): "clip = clip.std.FlipVertical()"}), "edit"
    )
    assert parts.engine.trust
    pasted = tmp_path / "pasted ran"
    window.desk.do(AddNodes((own("own2", f"open({str(pasted)!r}, 'w').close()"),)), "paste")
    window.desk.do(Connect((NodeId("own1"), "out"), (NodeId("own2"), "clip")), "wire")
    parts.viewer.show_node(NodeId("own2"))
    assert not parts.engine.trust
    qtbot.wait(400)
    assert not pasted.exists() and window.notices.get("trust") is not None


def test_the_same_code_is_not_asked_about_twice(window: Window, qtbot: QtBot, source: Path) -> None:
    graph = graph_with(source, own("own1", "clip = clip.std.Invert()"))
    parts = opened(window, graph, qtbot)
    parts.trust.grant()
    assert parts.engine.trust
    opened(window, Graph(), qtbot)
    qtbot.waitUntil(lambda: not parts.engine.trust)
    opened(window, graph, qtbot)
    qtbot.waitUntil(lambda: parts.engine.trust)
    assert window.notices.get("trust") is None


def test_code_inside_a_group_is_asked_about_too_and_no_group_stands_for_another(
    window: Window, qtbot: QtBot, source: Path, tmp_path: Path
) -> None:
    def grouped(code: str) -> Graph:
        graph = graph_with(source, own("own1", code))
        return apply(graph, collapse(graph, [NodeId("own1")], "Part", default_registry()))[0]

    parts = opened(window, grouped("clip = clip.std.Invert()"), qtbot)
    qtbot.waitUntil(lambda: window.notices.get("trust") is not None)
    bar = window.notices.get("trust")
    assert bar is not None and not parts.engine.trust
    QTest.mouseClick(bar.buttons[1], Qt.MouseButton.LeftButton)
    assert parts.engine.trust

    # the same group from the outside, with other code inside
    witness = tmp_path / "it ran inside"
    strange = grouped(f"open({str(witness)!r}, 'w').close()")
    assert strange.nodes[NodeId("group1")].params == window.desk.graph.nodes[NodeId("group1")].params
    parts = opened(window, strange, qtbot)
    qtbot.waitUntil(lambda: window.notices.get("trust") is not None)
    parts.viewer.show_node(NodeId("group1"))
    qtbot.wait(300)
    assert not parts.engine.trust and not witness.exists()

    # nor may other content slip in under a node that is trusted already
    parts = opened(window, grouped("clip = clip.std.Invert()"), qtbot)
    qtbot.waitUntil(lambda: parts.engine.trust)
    window.desk.do(Patch(nodes={NodeId("group1"): strange.nodes[NodeId("group1")]}), "slip in")
    assert not parts.engine.trust
    qtbot.wait(300)
    assert not witness.exists()


def test_code_that_a_trusted_group_shows_may_be_edited(window: Window, qtbot: QtBot, source: Path) -> None:
    graph = graph_with(source, own("own1", "clip = clip.std.Invert()  # mine"))
    shown = [(NodeId("own1"), "code")]
    parts = opened(window, apply(graph, collapse(graph, [NodeId("own1")], "Part", default_registry(), shown))[0], qtbot)
    qtbot.waitUntil(lambda: window.notices.get("trust") is not None)
    bar = window.notices.get("trust")
    assert bar is not None
    QTest.mouseClick(bar.buttons[1], Qt.MouseButton.LeftButton)
    window.desk.do(SetParams(NodeId("group1"), {"code": "clip = clip.std.FlipVertical()  # mine"}), "edit")
    assert parts.engine.trust
    window.desk.do(expand(window.desk.graph, NodeId("group1")), "expand")
    assert parts.engine.trust  # it is the same code
