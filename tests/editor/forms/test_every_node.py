"""Every node type has a form, and whatever its controls can make is a value that the param takes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from editor.forms.controls.choice import Choice, Segments
from editor.forms.controls.colour import ColourBox
from editor.forms.controls.control import Control
from editor.forms.controls.curve import CurveBox
from editor.forms.controls.made import control_for
from editor.forms.controls.number import Number
from editor.forms.controls.path import PathBox
from editor.forms.controls.ranges import RangeTable
from editor.forms.controls.ratio import Ratio
from editor.forms.controls.text import Line, Long
from editor.forms.controls.toggle import Toggle
from editor.forms.subject import MIXED
from graphs.document import Graph
from nodes.params import Param
from nodes.registry import default_registry
from tests.editor.forms.kit import Bench, node, settle

pytestmark = pytest.mark.usefixtures("qapp")
CATEGORIES = sorted({kind.category for kind in default_registry()})
PARAMS = [(kind.id, param) for kind in default_registry() for param in kind.params.values()]


class _Clock:
    """Knows a clip of 250 frames, looks at frame 40, has marks around it."""

    def here(self) -> int:
        return 40

    def marks(self) -> tuple[int, int | None]:
        return 20, 60

    def rate(self) -> None:
        return None

    def frames(self) -> int:
        return 250

    def seek(self, frame: int) -> None:
        pass


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_node_type_has_a_form_that_shows_its_defaults(category: str) -> None:
    kinds = [kind for kind in default_registry() if kind.category == category]
    bench = Bench(Graph.of([node(f"n{at}", kind.id) for at, kind in enumerate(kinds)]), "n0")
    for at, kind in enumerate(kinds):
        bench.desk.select([f"n{at}"])
        settle()
        assert bench.panel.header.label.text() == kind.name()
        form = bench.panel.form
        assert list(form.rows if form else ()) == [*_in_order(kind.params.values())]
        for row in form.rows.values() if form else ():
            assert not row.dot.on and row.label.text() and row.control.parts()
        assert not bench.changes, f"{kind.id}: showing it edits it"


def _in_order(params: Any) -> list[str]:
    """Plain ones first, group by group, then the advanced ones."""
    names: list[str] = []
    for advanced in (False, True):
        members = [param for param in params if param.advanced is advanced]
        for group in dict.fromkeys(["", *(param.group for param in members)]):
            names += [param.name for param in members if param.group == group]
    return names


def test_whatever_a_control_makes_is_taken() -> None:
    """Each control of each param of each type, worked over its whole range."""
    for owner, param in PARAMS:
        control = control_for(param, _Clock())
        control.resize(320, control.sizeHint().height())
        made: list[object] = []
        refused: list[str] = []
        control.edited.connect(made.append)
        control.refused.connect(lambda why, refused=refused: refused.append(why) if why else None)
        control.show_value(param.default)
        for _ in _worked(control):
            settle()
        where = f"{owner}.{param.name}"
        assert not refused, f"{where}: {refused}"
        assert made, f"{where}: nothing came of it"
        for value in made:
            assert param.plain(param.accept(value)) == value, where
        control.show_value(MIXED)
        control.deleteLater()


def _worked(control: Control) -> Iterator[None]:
    match control:
        case Number():
            yield from _numbers(control)
        case Toggle():
            yield QTest.mouseClick(control.switch, Qt.MouseButton.LeftButton)
        case Segments():
            for button in reversed(control.parts()):
                yield QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        case Choice():
            for at in reversed(range(control.combo.count())):
                control.combo.setCurrentIndex(at)
                yield control.combo.activated.emit(at)
        case Ratio():
            for at in reversed(range(control.combo.count())):
                control.combo.setCurrentIndex(at)
                yield control.combo.activated.emit(at)
        case RangeTable():
            yield QTest.mouseClick(control.take_marks, Qt.MouseButton.LeftButton)
            yield QTest.mouseClick(control.add_here, Qt.MouseButton.LeftButton)
        case CurveBox():
            for x in range(10, control.canvas.width() - 10, 25):
                spot = control.canvas.rect().center()
                spot.setX(x)
                yield QTest.mouseClick(control.canvas, Qt.MouseButton.LeftButton, pos=spot)
            for key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Insert, Qt.Key.Key_Delete):
                yield QTest.keyClick(control.canvas, key)
        case ColourBox():
            control.line.setText("#ABCDEF")
            control.line.setModified(True)
            yield control.line.editingFinished.emit()
        case Long():
            control.edit.setPlainText("one\ntwo")
            yield control.take_over()
        case Line() | PathBox():
            control.line.setText("x 1 +")
            control.line.setModified(True)
            yield control.line.editingFinished.emit()
        case _:
            raise AssertionError(f"no hand knows how to work {type(control).__name__}")


def _numbers(control: Number) -> Iterator[None]:
    if control.slide is not None:
        wide = control.slide.width() or 160
        for x in range(0, wide, 7):
            spot = control.slide.rect().center()
            spot.setX(x)
            yield QTest.mouseClick(control.slide, Qt.MouseButton.LeftButton, pos=spot)
        for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_PageDown):
            yield QTest.keyClick(control.slide, key)
            yield QTest.keyClick(control.slide, key, Qt.KeyboardModifier.ShiftModifier)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp):
        yield QTest.keyClick(control.entry, key)


def test_choices_have_names_and_enough_of_them_explain_themselves() -> None:
    from editor.forms.words import choice_help, choice_name

    explained = 0
    for _, param in PARAMS:
        for member in _members(param):
            assert choice_name(param, member).strip()
            explained += bool(param.choices and choice_help(param.choices).get(member.name))
    assert explained > 50


def _members(param: Param) -> list[Enum]:
    return list(param.choices) if param.choices is not None else []
