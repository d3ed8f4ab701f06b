"""Commands: found, done, given other keys."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from editor.actions import Actions
from editor.actions.fuzzy import score
from editor.actions.menus import fill
from editor.actions.palette import CommandPalette, ranked
from editor.actions.shortcuts import ShortcutList


@pytest.fixture
def owner(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(700, 500)
    return made


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def actions(owner: QMainWindow, done: list[str]) -> Actions:
    made = Actions(owner)
    for name, text, keys in (
        ("file.save", "&Save", "Ctrl+S"),
        ("file.save_as", "Save &as…", "Ctrl+Shift+S"),
        ("edit.undo", "&Undo", "Ctrl+Z"),
        ("view.split", "Split A and B", ""),
        ("window.commands", "All commands…", "Ctrl+Shift+P"),
    ):
        words = ("compare",) if "split" in name else ()
        made.add(name, text, partial(done.append, name), shortcut=keys, words=words)
    return made


@pytest.mark.parametrize(
    ("typed", "best"),
    [("svas", "Save as"), ("un", "Undo"), ("SAVE", "Save"), ("save as", "Save as"), ("sab", "Split A and B")],
)
def test_a_few_letters_find_the_right_text(typed: str, best: str) -> None:
    texts = ["Save", "Save as", "Undo", "Split A and B", "Save the layout as"]
    marks = {text: score(typed, text) for text in texts}
    assert max((text for text in texts if marks[text] is not None), key=lambda text: marks[text] or 0) == best


def test_letters_in_another_order_do_not_fit() -> None:
    assert score("evas", "Save") is None and score("", "anything") == 0


def test_a_shortcut_does_the_command(actions: Actions, owner: QMainWindow, done: list[str], qtbot: QtBot) -> None:
    with qtbot.waitExposed(owner):
        owner.show()
    owner.activateWindow()
    QTest.keyClick(owner, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert done == ["file.save"]
    actions.remap("file.save", "F8")
    QTest.keyClick(owner, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(owner, Qt.Key.Key_F8)
    assert done == ["file.save"] * 2
    assert actions.remapped_shortcuts == {"file.save": "F8"}
    actions.remap("file.save", None)
    assert actions.remapped_shortcuts == {} and actions.shortcut("file.save") == "Ctrl+S"


def test_remapped_shortcuts_come_back_in_the_next_window(owner: QMainWindow) -> None:
    again = Actions(owner, {"file.save": "F8"})
    assert again.add("file.save", "Save", lambda: None, shortcut="Ctrl+S").shortcut().toString() == "F8"


def test_two_commands_of_one_name_are_a_fault_of_ours(actions: Actions) -> None:
    with pytest.raises(ValueError, match=r"file\.save"):
        actions.add("file.save", "Again", lambda: None)


def test_what_cannot_be_done_is_grey_and_does_nothing(actions: Actions, done: list[str], qtbot: QtBot) -> None:
    able = [False]
    action = actions.add("edit.redo", "Redo", lambda: done.append("redo"), enabled=lambda: able[0])
    qtbot.waitUntil(lambda: not action.isEnabled())
    able[0] = True
    actions.refresh()
    qtbot.waitUntil(action.isEnabled)
    able[0] = False  # nobody was told
    action.trigger()
    assert done == []


def test_menus_hold_every_command_once(actions: Actions, owner: QMainWindow) -> None:
    bar = QMenuBar(owner)
    menus = fill(bar, actions)
    texts = [entry.text() for menu in menus.values() for entry in menu.actions() if not entry.isSeparator()]
    assert sorted(texts) == sorted(command.text for command in actions)
    assert [entry.text() for entry in menus["file"].actions()] == ["&Save", "Save &as…"]


def test_the_palette_is_driven_by_keys(actions: Actions, owner: QMainWindow, done: list[str], qtbot: QtBot) -> None:
    owner.show()
    palette = CommandPalette(actions, owner)
    palette.show()
    qtbot.keyClicks(palette.field, "save")
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["file.save_as"]
    qtbot.waitUntil(lambda: owner.findChild(CommandPalette) is None)


def test_the_palette_finds_by_other_words_and_by_id(actions: Actions) -> None:
    assert ranked(actions, "compare")[0].id == "view.split"
    assert "edit.undo" in [command.id for command in ranked(actions, "edit")]


def test_keys_that_are_taken_are_warned_of_and_then_given(actions: Actions, qtbot: QtBot) -> None:
    dialog = ShortcutList(actions)
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.search, "undo")
    assert dialog.table.rowCount() == 1
    dialog.choose("edit.undo")
    dialog.keys.setKeySequence("Ctrl+S")
    assert "Save" in dialog.warning.text()
    qtbot.mouseClick(dialog.set_button, Qt.MouseButton.LeftButton)
    assert actions.shortcut("edit.undo") == "Ctrl+S" and actions.shortcut("file.save") == ""
    assert dialog.warning.text() == ""
    qtbot.mouseClick(dialog.reset_all_button, Qt.MouseButton.LeftButton)
    assert actions.shortcut("edit.undo") == "Ctrl+Z" and actions.shortcut("file.save") == "Ctrl+S"


def test_keys_that_another_part_has_are_told_but_not_taken(actions: Actions, owner: QMainWindow, qtbot: QtBot) -> None:
    canvas = QWidget(owner)
    bypass = actions.add("node.bypass", "Bypass", lambda: None, shortcut="B")
    bypass.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    owner.removeAction(bypass)
    canvas.addAction(bypass)
    dialog = ShortcutList(actions)
    qtbot.addWidget(dialog)
    dialog.choose("node.bypass")
    dialog.keys.setKeySequence("Ctrl+S")
    assert "Save" in dialog.warning.text() and "focus" in dialog.warning.text()
    qtbot.mouseClick(dialog.set_button, Qt.MouseButton.LeftButton)
    assert actions.shortcut("node.bypass") == actions.shortcut("file.save") == "Ctrl+S"
    assert "Save" in dialog.warning.text()


def test_shortcuts_are_found_by_their_keys(actions: Actions, qtbot: QtBot) -> None:
    dialog = ShortcutList(actions)
    qtbot.addWidget(dialog)
    dialog.search.setText("ctrl+shift+s")
    assert dialog.table.rowCount() == 1 and dialog.command is None
    dialog.choose("file.save_as")
    assert dialog.command is not None and dialog.command.id == "file.save_as"
