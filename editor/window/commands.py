"""The window's own commands: File, Edit's undo and redo, View's theme and text size, Window, Help."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from editor.language import tr
from editor.settings import TEXT_SIZES

if TYPE_CHECKING:
    from editor.window.window import Window

ROOT = Path(__file__).resolve().parent.parent.parent


def register(window: Window) -> None:
    """Everything that needs no part of the window but itself."""
    _file(window)
    _edit(window)
    _view(window)
    _layout(window)
    _help(window)
    add = window.actions_.get
    window.topbar.put(
        [
            [add("file.new"), add("file.open"), add("file.save")],
            [add("edit.undo"), add("edit.redo")],
        ]
    )


def _file(window: Window) -> None:
    add, files = window.actions_.add, window.files
    add("file.tape", tr("&Restore a tape…"), window.intake.ask, shortcut="Ctrl+T", icon="tape", group="new")
    add("file.new", tr("&New graph"), lambda: _new(window), shortcut="Ctrl+N", icon="new", group="new")
    add("file.start", tr("Start &page"), lambda: files.guarded(lambda: _start(window)), shortcut="Ctrl+Home",
        icon="home", group="new", words=(tr("presets recent gallery"),))  # fmt: skip
    add("file.open", tr("&Open…"), lambda: files.open(), shortcut="Ctrl+O", icon="open", group="open")
    add("file.reload", tr("Re&load from disk"), lambda: _reload(window), group="open", icon="refresh",
        enabled=lambda: window.desk.path is not None)  # fmt: skip
    add("file.save", tr("&Save"), lambda: files.save(), shortcut="Ctrl+S", icon="save", group="save",
        enabled=lambda: not window.on_start_page)  # fmt: skip
    add("file.save_as", tr("Save &as…"), lambda: files.save_as(), shortcut="Ctrl+Shift+S", group="save",
        enabled=lambda: not window.on_start_page)  # fmt: skip
    add("file.window", tr("New &window"), _another, shortcut="Ctrl+Shift+N", group="leave")
    add("file.settings", tr("S&ettings…"), lambda: _settings(window), shortcut="Ctrl+,", icon="settings", group="leave",
        words=(tr("preferences theme language text size cache threads"),))  # fmt: skip
    add("file.quit", tr("&Quit"), lambda: window.close(), shortcut="Ctrl+Q", group="leave")


def _edit(window: Window) -> None:
    add, desk = window.actions_.add, window.desk

    def back() -> None:
        what = desk.undo_text
        desk.undo()
        window.status.showMessage(tr("Undone: {what}").format(what=what), 4000)  # it may be a node out of sight

    def forth() -> None:
        what = desk.redo_text
        desk.redo()
        window.status.showMessage(tr("Done again: {what}").format(what=what), 4000)

    undo = add("edit.undo", tr("&Undo"), back, shortcut="Ctrl+Z", icon="undo", group="history",
        enabled=lambda: desk.undo_text is not None)  # fmt: skip
    redo = add("edit.redo", tr("&Redo"), forth, shortcut="Ctrl+Shift+Z|Ctrl+Y", icon="redo", group="history",
        enabled=lambda: desk.redo_text is not None)  # fmt: skip

    def name() -> None:
        undo.setText(tr("&Undo {what}").format(what=desk.undo_text) if desk.undo_text else tr("&Undo"))
        redo.setText(tr("&Redo {what}").format(what=desk.redo_text) if desk.redo_text else tr("&Redo"))

    desk.history_changed.connect(name)


def _view(window: Window) -> None:
    add, settings = window.actions_.add, window.settings

    def theme() -> None:
        settings.set("theme", "light" if settings.get("theme") == "dark" else "dark")

    def size(step: int) -> None:
        now = min(TEXT_SIZES, key=lambda one: abs(one - settings.get("text_size")))
        place = min(max(0, TEXT_SIZES.index(now) + step), len(TEXT_SIZES) - 1)
        settings.set("text_size", TEXT_SIZES[place])

    add(
        "theme.toggle",
        tr("Dark or light"),
        theme,
        icon="theme",
        group="appearance",
        words=(tr("theme appearance night"),),
    )
    add("theme.larger", tr("Larger text"), partial(size, 1), shortcut="Ctrl+Shift++", group="appearance")
    add("theme.smaller", tr("Smaller text"), partial(size, -1), shortcut="Ctrl+Shift+-", group="appearance")


def _layout(window: Window) -> None:
    add, layout = window.actions_.add, window.layout_

    def here() -> bool:
        return not window.on_start_page

    for number, (key, panel) in enumerate(window.panels.items(), 1):
        action = add(f"panel.{key}", panel.title, partial(layout.toggle, key), shortcut=f"Ctrl+Alt+{number}",
            group="panels", checkable=True, enabled=here, words=(tr("show hide panel"),))  # fmt: skip
        layout.changed.connect(lambda action=action, key=key: action.setChecked(layout.is_shown(key)))
        action.setChecked(True)
    add("layout.fill", tr("Only the panel with the keys"), lambda: _fill(window), shortcut="F10",
        group="layouts", enabled=here, words=(tr("maximise full focus"),))  # fmt: skip
    add("layout.save", tr("Save the layout as…"), lambda: _save_layout(window), group="layouts", icon="layout",
        enabled=here)  # fmt: skip
    add("layout.choose", tr("Layouts…"), lambda: _choose_layout(window), group="layouts", enabled=here)
    add("layout.reset", tr("Layout as it was at first"), lambda: layout.restore({}), group="layouts", enabled=here)
    add("window.commands", tr("All commands…"), lambda: _palette(window), shortcut="Ctrl+Shift+P", icon="search",
        group="commands", words=(tr("command palette find"),))  # fmt: skip
    add("window.shortcuts", tr("Keyboard shortcuts…"), lambda: _shortcuts(window), shortcut="Ctrl+K", icon="keyboard",
        group="commands", words=(tr("keys remap"),))  # fmt: skip


def _help(window: Window) -> None:
    add = window.actions_.add
    add("help.guide", tr("&Guide"), partial(_page, "README.md"), shortcut="F1", icon="info")
    add("help.nodes", tr("&Nodes, one by one"), partial(_page, "docs/nodes.md"))
    add("help.about", tr("&About Tapeloom"), lambda: _about(window))


# ---- what they do


def _new(window: Window) -> None:
    if window.files.new():
        window.show_graph()


def _start(window: Window) -> None:
    from graphs.document import Graph

    window.files.show(Graph(), None, "")
    window.show_start()


def _reload(window: Window) -> None:
    if window.desk.dirty and not window.asker.sure(
        tr("Reload"), tr("Reloading gives up what you have changed here."), tr("Reload")
    ):
        return
    window.files.reload()


def _another() -> None:
    subprocess.Popen([sys.executable, "-m", "editor"], cwd=ROOT, start_new_session=True)


def _settings(window: Window) -> None:
    from editor.window.preferences import Preferences

    Preferences(window.settings, window).open()


def _palette(window: Window) -> None:
    from editor.actions.palette import CommandPalette

    CommandPalette(window.actions_, window).show()


def _shortcuts(window: Window) -> None:
    from editor.actions.shortcuts import ShortcutList

    ShortcutList(window.actions_, window).open()


def _fill(window: Window) -> None:
    focus = window.focusWidget()
    for key, panel in window.panels.items():
        if focus is panel or panel.isAncestorOf(focus):
            window.layout_.fill_with(key)
            return
    window.layout_.fill_with("canvas")


def _save_layout(window: Window) -> None:
    name = window.asker.name(tr("Save the layout"), tr("Its name:"), "")
    if name:
        window.settings.set("layouts", {**window.settings.get("layouts"), name: window.layout_.state()})


def _choose_layout(window: Window) -> None:
    from editor.window.layouts import Layouts

    Layouts(window.settings, window.layout_, window).open()


def _page(name: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(ROOT / name)))


def _about(window: Window) -> None:
    from editor.window.about import text

    window.asker.tell(tr("About Tapeloom"), text())
