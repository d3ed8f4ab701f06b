"""The live picture through a graph: a real worker follows a real ring."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from editor.capture.branching import Branching, Restored, Wanted
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.registry import default_registry
from tests.editor.capture.kit import flat, ring

CAPTURE, CROP = NodeId("capture1"), NodeId("crop1")


def graph() -> Graph:
    kinds = default_registry().types
    nodes = [
        NodeDoc(name, kind, kinds[kind].version, {**defaults(kinds[kind]), **more})
        for name, kind, more in (
            (CAPTURE, "input.capture", {}),
            (CROP, "geometry.crop", {"left": 360, "top": 0, "right": 0, "bottom": 0}),
        )
    ]
    return Graph.of(nodes, [Link((CAPTURE, "out"), (CROP, "clip"))])


def test_the_tape_is_shown_as_the_graph_makes_it(qtbot: QtBot, tmp_path: Path) -> None:
    branching = Branching()
    shown: list[Restored] = []
    told: list[str] = []
    branching.shown.connect(lambda one: shown.append(one))
    branching.told.connect(told.append)
    wanted = Wanted(graph(), CAPTURE, CROP, "Crop", default_registry())
    with ring(tmp_path / "a.ring", 720, 576, slots=40) as live:
        for _ in range(12):
            live.put(flat(live.facts, 235, 128, 128))
        branching.follow(wanted, str(live.path))
        qtbot.waitUntil(lambda: bool(shown or told), timeout=30_000)
        assert not told and shown[-1].image.width() == 360 and shown[-1].behind >= 8
        assert shown[-1].image.pixelColor(10, 10).lightness() > 250
        branching.follow(None, "")
        assert not branching.on
        branching.close()


def test_a_capture_that_has_ended_is_told_and_nothing_hangs(qtbot: QtBot, tmp_path: Path) -> None:
    branching = Branching()
    with qtbot.waitSignal(branching.told, timeout=30_000) as told:
        branching.follow(Wanted(graph(), CAPTURE, CROP, "Crop", default_registry()), str(tmp_path / "none.ring"))
    assert "no capture is running" in told.args[0]
    branching.close()
