"""Viewer and timeline on the real engine and worker: pictures come, compare at one moment, and play."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from pytestqt.qtbot import QtBot

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.engine import Engine
from editor.timeline.timeline import Timeline
from editor.viewer.manner import Mode
from editor.viewer.viewer import Viewer
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.edits import SetParams
from nodes.registry import default_registry

PATIENCE_MS = 60_000
TAPE, BOB = NodeId("tape"), NodeId("bob")


@pytest.fixture
def engine(qtbot: QtBot) -> Iterator[tuple[Desk, Playhead, Engine]]:
    desk, head = Desk(default_registry()), Playhead()
    made = Engine(desk, head)
    desk.open(
        Graph.of(
            [
                NodeDoc(TAPE, "input.pattern", params={"picture": "motion", "standard": "pal", "seconds": 4}),
                NodeDoc(BOB, "deinterlace.bwdif"),
            ],
            [Link.of("tape.out", "bob.clip")],
        )
    )
    yield desk, head, made
    made.close()


def test_two_nodes_at_one_moment_then_an_edit_then_playing(engine: tuple[Desk, Playhead, Engine], qtbot: QtBot) -> None:
    desk, head, made = engine
    viewer = Viewer(desk, made, head)
    line = Timeline(desk, made, head)
    for widget in (viewer, line):
        qtbot.addWidget(widget)
        widget.show()
    viewer.resize(420, 380)
    line.resize(900, 100)
    line.player.wishes = viewer.wishes
    viewer.show_node(TAPE)
    viewer.show_node(BOB, "B")
    head.seek(Fraction(101, 50))
    made.start()
    first, second = viewer.slots["A"], viewer.slots["B"]

    def both_true() -> bool:
        return (first.frame, second.frame) == (50, 101) and not first.computing and not second.computing

    qtbot.waitUntil(both_true, timeout=PATIENCE_MS)
    assert line._frames.text() == "frame 50½ / 100"
    assert first.shot is not None
    wide, high = first.shot.image.width(), first.shot.image.height()
    assert abs(wide / high - 4 / 3) < 0.02  # approx() looks into numpy, which a thread may be importing

    before = second.shot
    desk.do(SetParams(BOB, {"rate": "single"}), "Rate")
    qtbot.waitUntil(lambda: second.shot is not before and second.frame == 50, timeout=PATIENCE_MS)

    viewer.set_manner(mode=Mode.SINGLE)
    head.seek(Fraction(0))
    moments: list[Fraction] = []
    head.moved.connect(lambda: moments.append(head.moment))
    line.transport.toggle()
    qtbot.waitUntil(lambda: head.speed == 0, timeout=PATIENCE_MS)
    assert moments == sorted(moments)
    assert moments[-1] == Fraction(99, 25)
    viewer.close_views()
    line.close_views()
