"""What the engine tells, shown on cards and wires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtTest import QTest

from editor.engine.wishes import NodeState, State
from graphs.document import Graph, Link, NodeId
from runtime.readings import NodeCost
from tests.editor.canvas.rig import Rig, node


def document() -> Graph:
    source = node("source1", "input.video", 0, 0)
    return Graph.of(
        [
            replace(source, params={**source.params, "file": "tape.avi"}),
            node("degrain1", "clean.bm3d", 320, 0),
            node("double1", "scale.nnedi3", 640, 0),
            node("odd1", "someone.else", 320, 340),
        ],
        [Link.of("source1.out", "degrain1.clip"), Link.of("odd1.left", "odd1.right")],
    )


def told(rigged: Callable[..., Rig]) -> Rig:
    rig = rigged(replace(document(), links=document().links[:1]), told=True)
    QTest.qWait(40)
    return rig


def test_a_card_tells_its_clip(rigged: Callable[..., Rig]) -> None:
    rig = told(rigged)
    assert rig.canvas.mirror.cards[NodeId("source1")].face.line == "720x576 25i TFF YUV422P8"


def test_fields_that_do_not_suit_are_said_while_dragging_and_the_remedy_is_put_in_between(
    rigged: Callable[..., Rig],
) -> None:
    rig = told(rigged)
    rig.press(rig.out("source1.out"))
    rig.move(rig.at(400, 300))
    rig.move(rig.into("double1.clip"))
    assert "interlaced" in rig.canvas.hint.text
    rig.release(rig.into("double1.clip"))
    assert "source1.out → double1.clip" in rig.links
    assert rig.canvas.hint.isVisible()
    rig.canvas.commands["canvas.mend"].trigger()
    made = next(iter(rig.desk.selection))
    assert rig.graph.nodes[made].type.startswith("deinterlace.") and not rig.canvas.hint.isVisible()
    assert {f"source1.out → {made}.clip", f"{made}.out → double1.clip"} <= rig.links and rig.true()
    wire = rig.canvas.mirror.wires[NodeId("double1"), "clip"]
    assert not wire.problem


def test_a_wire_says_what_is_wrong_at_its_end(rigged: Callable[..., Rig]) -> None:
    rig = told(rigged)
    rig.drag(rig.out("source1.out"), rig.into("double1.clip"))
    wire = rig.canvas.mirror.wires[NodeId("double1"), "clip"]
    assert "progressive" in wire.problem and wire.remedy.startswith("deinterlace.")
    tip = rig.view.words.tip(rig.view.find_at(rig.on_wire("double1.clip", 0.93)), rig.desk)
    assert "720x576 25i TFF YUV422P8" in tip and "progressive" in tip


def test_states_costs_and_badges_are_shown(rigged: Callable[..., Rig]) -> None:
    rig = told(rigged)
    assert rig.engine is not None
    rig.engine.say("degrain1", NodeState(State.ERROR, "no picture: the file is gone"))
    rig.engine.known_costs = {NodeId("degrain1"): NodeCost("degrain1", 12.34, 0.6, 20)}
    rig.engine.costs_changed.emit()
    rig.canvas.set_badges({NodeId("source1"): "A"})
    QTest.qWait(60)
    face = rig.canvas.mirror.cards[NodeId("degrain1")].face
    assert (face.state, face.message) == ("error", "no picture: the file is gone")
    assert (face.cost, face.share) == ("12.3 ms", 0.6)
    assert rig.canvas.mirror.cards[NodeId("source1")].face.badge == "A"
    rig.canvas.set_badges({})
    assert rig.canvas.mirror.cards[NodeId("source1")].face.badge == ""


def test_unknown_types_are_shown_and_their_wires_kept(rigged: Callable[..., Rig]) -> None:
    graph = document()
    linked = replace(graph, links=(Link.of("source1.out", "odd1.in"), Link.of("odd1.out", "double1.clip")))
    rig = rigged(linked, told=True)
    card = rig.canvas.mirror.cards[NodeId("odd1")]
    assert card.face.missing and "someone.else" in card.face.message and rig.true()
    assert {port.view.name for port in card.ports.values()} == {"in", "out"}
    rig.drag(rig.into("odd1.in"), rig.at(200, 620))
    assert "source1.out → odd1.in" not in rig.links and rig.true()
    rig.desk.undo()
    assert "source1.out → odd1.in" in rig.links and rig.true()


def test_thumbnails_are_wanted_where_they_are_seen(rigged: Callable[..., Rig]) -> None:
    rig = told(rigged)
    assert rig.engine is not None
    QTest.qWait(180)
    assert "thumb:source1" in rig.engine.wishes and "thumb:odd1" not in rig.engine.wishes
    wish = rig.engine.wishes["thumb:source1"]
    assert wish.background and wish.square and 0 < wish.max_width <= 400
    rig.engine.paint("thumb:source1")
    card = rig.canvas.mirror.cards[NodeId("source1")]
    assert card.thumb is not None
    shown = rig.view.viewport().grab().toImage()
    at = rig.at(96, 100)
    assert shown.pixelColor(at).name() == "#3070c0"
    rig.look(5000, 5000)
    QTest.qWait(180)
    assert not rig.engine.wishes
    rig.look()
    rig.canvas.commands["canvas.thumbs"].trigger()
    assert card.thumb is None and not rig.engine.wishes
