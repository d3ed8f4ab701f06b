"""Drawing a curve, with the mouse and with keys."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from editor.forms.curve_points import GAP, added, moved, removed
from nodes.params import MOST_POINTS
from tests.editor.forms.kit import Bench, chain, enter, node, pull, settle

pytestmark = pytest.mark.usefixtures("qapp")
STRAIGHT = ((0.0, 0.0), (1.0, 1.0))
BENT = ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0))


def bench(curve: Any = STRAIGHT) -> tuple[Bench, Any]:
    made = Bench(chain(node("tape", "input.pattern"), node("c", "colour.curves", curve=curve)), "c")
    return made, made.control("curve")


def spot(box: Any, x: float, y: float) -> Any:
    return box.canvas._pixel(x, y).toPoint()


def test_a_click_on_empty_space_adds_a_point_that_is_dragged_on_in_one_step() -> None:
    made, box = bench()
    pull(box.canvas, spot(box, 0.5, 0.5), spot(box, 0.5, 0.6), spot(box, 0.5, 0.75))
    curve = made.value("curve")
    assert isinstance(curve, tuple) and len(curve) == 3
    assert curve[1] == pytest.approx((0.5, 0.75), abs=0.02)
    assert len(made.changes) == 3 and made.undo_steps() == 1
    made.desk.undo()
    assert box.canvas.points == STRAIGHT


def test_a_point_stays_between_its_neighbours() -> None:
    made, box = bench(((0.0, 0.0), (0.5, 0.5), (0.6, 0.6), (1.0, 1.0)))
    pull(box.canvas, spot(box, 0.5, 0.5), spot(box, 0.9, 0.2))
    curve = made.value("curve")
    assert isinstance(curve, tuple) and curve[1][0] == pytest.approx(0.6 - GAP) and curve[1][1] < 0.3


def test_a_double_click_takes_a_point_away_but_two_stay() -> None:
    made, box = bench(BENT)
    QTest.mouseDClick(box.canvas, Qt.MouseButton.LeftButton, pos=spot(box, 0.5, 0.7))
    settle()
    assert made.value("curve") == STRAIGHT
    QTest.mouseDClick(box.canvas, Qt.MouseButton.LeftButton, pos=spot(box, 0, 0))
    settle()
    assert made.value("curve") == STRAIGHT


def test_all_can_be_done_by_keyboard() -> None:
    made, box = bench()
    box.canvas.setFocus()
    QTest.keyClick(box.canvas, Qt.Key.Key_Insert)
    settle()
    assert made.value("curve") == ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)) and box.canvas.index == 1
    for _ in range(10):
        QTest.keyClick(box.canvas, Qt.Key.Key_Up)
    QTest.keyClick(box.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    settle()
    assert made.value("curve") == ((0.0, 0.0), (0.501, 0.6), (1.0, 1.0))
    QTest.keyClick(box.canvas, Qt.Key.Key_PageUp)
    assert box.canvas.index == 2 and box.up.text() == "1"
    QTest.keyClick(box.canvas, Qt.Key.Key_PageDown)
    QTest.keyClick(box.canvas, Qt.Key.Key_Delete)
    settle()
    assert made.value("curve") == STRAIGHT


def test_a_point_is_typed_and_nonsense_is_refused() -> None:
    made, box = bench(BENT)
    box.canvas.choose(1)
    enter(box.up, "0,55")
    assert made.value("curve") == ((0.0, 0.0), (0.5, 0.55), (1.0, 1.0))
    enter(box.across, "7")
    assert "from 0 to 1" in made.row("curve").complaint and box.across.text() == "0.5"


def test_a_full_curve_takes_no_more_points() -> None:
    full = tuple((at / (MOST_POINTS - 1), 0.5) for at in range(MOST_POINTS))
    assert added(full, 0.51) == (full, None)
    assert added(STRAIGHT, GAP / 2) == (STRAIGHT, None)
    assert removed(STRAIGHT, 0) == STRAIGHT
    assert moved(STRAIGHT, 1, 5, -3)[1] == (1.0, 0.0)
