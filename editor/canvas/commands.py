"""The canvas's commands: ids canvas.* and edit.*. Each can be reached by keyboard, menu and command palette.

Their keys count while the canvas has the focus, so that `B` may mean something else in the viewer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from editor import theme
from editor.language import tr

if TYPE_CHECKING:
    from editor.actions.actions import Actions
    from editor.canvas.canvas import Canvas


@dataclass(frozen=True)
class Entry:
    id: str
    text: str
    do: Callable[[], object]
    shortcut: str = ""
    icon: str = ""
    group: str = ""
    checkable: bool = False
    checked: bool = False
    words: tuple[str, ...] = ()


def table(canvas: Canvas) -> list[Entry]:
    """All of them, in the order of the menus."""
    ops, order, view, desk = canvas.operations, canvas.order, canvas.view, canvas.desk

    def at() -> tuple[float, float]:
        spot = canvas.searching.pointer_scene()
        return spot.x(), spot.y()

    def new_note() -> None:
        key = ops.note(at())
        if key is not None:
            canvas.writing.note(key)

    def new_group() -> None:
        key = ops.group()
        if key is not None:
            canvas.writing.frame(key)

    def walk(across: int, down: int, keep: bool = False) -> None:
        order.walk(across, down, keep=keep)
        if desk.current is not None:
            canvas.bring_into_view(desk.current)

    def activate() -> None:
        if desk.current is not None:
            canvas.node_activated.emit(desk.current)

    def deselect() -> None:
        canvas.hint.hide()
        ops.select(())

    entries = [
        Entry("edit.cut", tr("Cu&t"), ops.cut, "Ctrl+X|Shift+Delete", "", "clipboard"),
        Entry("edit.copy", tr("&Copy"), ops.copy, "Ctrl+C|Ctrl+Insert", "copy", "clipboard"),
        Entry("edit.paste", tr("&Paste"), lambda: ops.paste(at()), "Ctrl+V|Shift+Insert", "paste", "clipboard"),
        Entry("edit.duplicate", tr("&Duplicate"), ops.duplicate, "Ctrl+D", "", "clipboard"),
        Entry(
            "edit.duplicate_wired",
            tr("Duplicate with its wires"),
            partial(ops.duplicate, wired=True),
            "Ctrl+Shift+D",
            "",
            "clipboard",
        ),
        Entry("edit.delete", tr("Delete"), ops.delete, "Del|Backspace", "trash", "clipboard", words=(tr("remove"),)),
        Entry(
            "edit.delete_open",
            tr("Delete and leave the gap"),
            partial(ops.delete, heal=False),
            "Ctrl+Del",
            "",
            "clipboard",
        ),
        Entry("edit.select_all", tr("Select &all"), ops.select_all, "Ctrl+A", "", "select"),
        Entry("edit.select_none", tr("Select nothing"), deselect, "Escape", "", "select"),
        Entry("canvas.add", tr("Add a node…"), canvas.searching.ask, "Tab", "plus", "add"),
        Entry("canvas.add_after", tr("Add after the current node…"), canvas.searching.after, "Return", "", "add"),
        Entry("canvas.replace", tr("Replace by…"), canvas.searching.replacement, "R", "", "add"),
        Entry("canvas.note", tr("Add a note"), new_note, "N", "note", "add"),
        Entry("canvas.view_node", tr("Show in the viewer"), activate, "V", "monitor", "add"),
        Entry("canvas.bypass", tr("Bypass"), ops.bypass, "B", "bypass", "state", words=(tr("disable skip"),)),
        Entry("canvas.mute", tr("Mute"), ops.mute, "M", "mute", "state", words=(tr("disable leave out"),)),
        Entry("canvas.fold", tr("Fold or unfold"), ops.fold, "E", "fold", "state", words=(tr("collapse"),)),
        Entry("canvas.rename", tr("Rename"), canvas.writing.current, "F2", "rename", "state"),
        Entry("canvas.connect", tr("Wire in a row"), ops.connect, "C", "wire", "wires", words=(tr("connect link"),)),
        Entry("canvas.disconnect", tr("Take wires off"), ops.disconnect, "Shift+D", "cut-wire", "wires"),
        Entry("canvas.pull_out", tr("Take out of the wire"), ops.pull_out, "X", "", "wires"),
        Entry("canvas.mend", tr("Take the offered remedy"), canvas.hint.take, "Ctrl+Return", "", "wires"),
        Entry("canvas.group", tr("Group"), new_group, "Ctrl+G", "group", "group", words=(tr("frame backdrop"),)),
        Entry("canvas.ungroup", tr("Ungroup"), ops.ungroup, "Ctrl+Shift+G", "", "group"),
        Entry("canvas.leave_group", tr("Take out of group"), ops.leave_group, "", "", "group"),
        Entry("canvas.align_left", tr("Align left"), order.align_left, "Shift+L", "align-left", "order"),
        Entry("canvas.align_top", tr("Align top"), order.align_top, "Shift+T", "align-top", "order"),
        Entry("canvas.spread_across", tr("Distribute across"), order.spread_across, "Shift+H", "spread", "order"),
        Entry("canvas.spread_down", tr("Distribute down"), order.spread_down, "Shift+V", "", "order"),
        Entry("canvas.tidy", tr("Tidy layout"), order.tidy, "Y", "tidy", "order", words=(tr("arrange"),)),
        Entry("canvas.frame", tr("Show the selection"), canvas.frame_selection, "F", "frame", "look"),
        Entry("canvas.fit", tr("Show the whole graph"), canvas.zoom_to_fit, "Shift+F|Home", "view-zoom", "look"),
        Entry("canvas.nearer", tr("Closer"), partial(view.zoom_by, 1.25), "+|=", "", "look"),
        Entry("canvas.farther", tr("Farther"), partial(view.zoom_by, 0.8), "-", "", "look"),
        Entry("canvas.whole", tr("Full size"), lambda: view.zoom_by(1.0 / view.zoom), "0", "", "look"),
    ]
    entries += [
        Entry(
            "canvas.minimap",
            tr("Overview"),
            lambda: _toggle(canvas, "minimap"),
            "Shift+M",
            "minimap",
            "show",
            True,
            True,
        ),
        Entry(
            "canvas.thumbs",
            tr("Pictures on cards"),
            lambda: _toggle(canvas, "thumbs"),
            "T",
            "picture",
            "show",
            True,
            True,
        ),
        Entry("canvas.heat", tr("Colour by cost"), lambda: _toggle(canvas, "heat"), "Shift+C", "heat", "show", True),
        Entry(
            "canvas.snap", tr("Snap to the grid"), lambda: _toggle(canvas, "snap"), "Shift+G", "magnet", "show", True
        ),
    ]
    ways = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
    names = {"Left": tr("to the left"), "Right": tr("to the right"), "Up": tr("above"), "Down": tr("below")}
    for key, way in ways.items():
        name, low = names[key], key.lower()
        walked, kept = partial(walk, *way), partial(walk, *way, keep=True)
        moved, panned = partial(order.nudge, *way), partial(view.pan_by, -60.0 * way[0], -60.0 * way[1])
        entries += [
            Entry(f"canvas.go_{low}", tr("Go to the node {where}").format(where=name), walked, f"Alt+{key}", "", "go"),
            Entry(
                f"canvas.add_{low}",
                tr("Also select the node {where}").format(where=name),
                kept,
                f"Alt+Shift+{key}",
                "",
                "go",
            ),
            Entry(f"canvas.move_{low}", tr("Move nodes {where}").format(where=name), moved, key, "", "move"),
            Entry(f"canvas.pan_{low}", tr("Look {where}").format(where=name), panned, f"Ctrl+{key}", "", "move"),
        ]
    return entries


def _toggle(canvas: Canvas, what: str) -> None:
    on = canvas.commands[f"canvas.{what}"].isChecked()
    match what:
        case "minimap":
            canvas.minimap.setVisible(on)
        case "thumbs":
            canvas.thumbnails.switch(on)
        case "heat":
            canvas.show_heat(on)
        case _:
            canvas.view.snap = on


def registered(canvas: Canvas, actions: Actions | None) -> dict[str, QAction]:
    """The commands as actions of the canvas, known to the window's register if there is one."""
    made: dict[str, QAction] = {}
    for entry in table(canvas):
        if actions is not None:
            action = actions.add(
                entry.id,
                entry.text,
                entry.do,
                shortcut=entry.shortcut,
                icon=entry.icon,
                group=entry.group,
                checkable=entry.checkable,
                words=entry.words,
            )
        else:
            action = QAction(entry.text, canvas, checkable=entry.checkable)
            action.setShortcuts([QKeySequence(part) for part in entry.shortcut.split("|") if part])
            action.triggered.connect(lambda _=False, do=entry.do: do())
            if entry.icon:
                action.setIcon(theme.icon(entry.icon))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setChecked(entry.checked)
        owner = action.parent()
        if isinstance(owner, QWidget):
            owner.removeAction(action)  # the whole window would hear its keys
        canvas.addAction(action)
        made[entry.id] = action
    canvas.view.own_keys(list(made.values()))
    return made
