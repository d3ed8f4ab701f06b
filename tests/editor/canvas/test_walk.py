"""A long walk of random gestures: whatever is done, the canvas shows the document, and undo leads back to the start."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt

from editor.canvas import node_mime
from tests.editor.canvas.rig import ALT, CTRL, SHIFT, Rig, chain

KEYS = [
    (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_D, CTRL),
    (Qt.Key.Key_D, CTRL | SHIFT),
    (Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_C, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_L, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_C, CTRL),
    (Qt.Key.Key_V, CTRL),
    (Qt.Key.Key_A, CTRL),
    (Qt.Key.Key_G, CTRL | SHIFT),
    (Qt.Key.Key_Right, ALT),
    (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier),
]
TYPES = ["colour.gamma", "sound.gain", "deinterlace.bwdif", "utility.merge", "output.ffv1", "input.video"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_view_never_differs_from_the_document(rigged: Callable[..., Rig], seed: int) -> None:
    dice = random.Random(seed)
    rig = rigged(chain(), size=(900, 560))
    start = rig.graph
    rig.look(-40, -40, 0.62)

    def anywhere() -> QPoint:
        return QPoint(dice.randrange(900), dice.randrange(560))

    def port() -> QPoint:
        cards = [card for card in rig.canvas.mirror.cards.values() if card.hidden_in is None and card.ports]
        if not cards:
            return anywhere()
        found = dice.choice(list(dice.choice(cards).ports.values()))
        return rig.view.to_view(found.anchor()).toPoint()

    def card() -> QPoint:
        cards = [card for card in rig.canvas.mirror.cards.values() if card.hidden_in is None]
        return rig.view.to_view(dice.choice(cards).rect().topLeft()).toPoint() + QPoint(40, 9) if cards else anywhere()

    def gesture() -> None:
        match dice.randrange(14):
            case 0 | 1 | 2:
                rig.drag(port(), port(), steps=2)
            case 3:
                rig.drag(port(), anywhere(), steps=2)
            case 4:
                rig.drag(card(), anywhere(), dice.choice([SHIFT, CTRL, Qt.KeyboardModifier.NoModifier]), steps=3)
            case 5:
                rig.drag(anywhere(), anywhere(), dice.choice([ALT, Qt.KeyboardModifier.NoModifier]), steps=2)
            case 6:
                rig.drop(node_mime(dice.choice(TYPES)), anywhere())
            case 7:
                rig.desk.undo()
            case 8:
                rig.desk.redo()
            case 9 | 10:
                rig.key(*dice.choice(KEYS))
            case 11:
                rig.canvas.operations.group()
                rig.canvas.operations.fold() if dice.random() < 0.5 else None
            case 12:  # undone under the hand
                at = dice.choice([port, card, anywhere])()
                rig.press(at)
                rig.move(anywhere())
                rig.desk.undo()
                rig.move(anywhere())
                rig.release(anywhere())
            case _:
                rig.click(card())

    for step in range(180):
        gesture()
        assert rig.canvas.mirror.differences() == [], f"seed {seed}, step {step}"
        if len(rig.graph.nodes) > 30:
            rig.choose(*list(rig.graph.nodes)[10:])
            rig.key(Qt.Key.Key_Delete, CTRL)
    rig.canvas.zoom_to_fit()
    rig.view.viewport().grab()
    while rig.desk.undo_text is not None:
        rig.desk.undo()
    assert rig.graph == start and rig.true()
