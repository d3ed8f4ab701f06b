"""The menu bar, made of the commands: the beginning of an id chooses the menu, its group the section."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QMenuBar

from editor.actions.actions import Actions, Command
from editor.language import tr

_PLACES = {
    "file": "file", "code": "file",
    "edit": "edit",
    "canvas": "node", "node": "node", "palette": "node", "form": "node", "params": "node", "forms": "node",
    "view": "view", "viewer": "view", "scopes": "view", "theme": "view",
    "play": "play", "timeline": "play", "mark": "play",
    "render": "render", "renders": "render", "queue": "render",
    "window": "window", "layout": "window", "panel": "window",
    "help": "help",
}  # fmt: skip


HIDDEN = "hidden"
"""Groups that begin so stand in no menu; the command palette and the shortcut list have them."""


def titles() -> dict[str, str]:
    """The menus from left to right."""
    return {
        "file": tr("&File"),
        "edit": tr("&Edit"),
        "node": tr("&Node"),
        "view": tr("&View"),
        "play": tr("&Play"),
        "render": tr("&Render"),
        "window": tr("&Window"),
        "help": tr("&Help"),
    }


def submenus() -> dict[tuple[str, str], str]:
    """Sections that are menus of their own, by menu and group."""
    return {
        ("node", "wires"): tr("Wires"),
        ("node", "group"): tr("Groups"),
        ("node", "order"): tr("Align and arrange"),
        ("node", "look"): tr("Look"),
        ("node", "show"): tr("Cards and canvas"),
        ("node", "go"): tr("Go by keys"),
        ("node", "move"): tr("Move by keys"),
        ("play", "play go"): tr("Go to"),
        ("play", "mark"): tr("In and out points"),
        ("view", "compare"): tr("Compare"),
        ("view", "view slots"): tr("A and B"),
        ("view", "view keys"): tr("Show by number"),
        ("view", "look"): tr("Fields and planes"),
        ("view", "aspect"): tr("Pixel shape"),
        ("view", "guides"): tr("Guides"),
        ("view", "zoom"): tr("Zoom"),
        ("window", "panels"): tr("Panels"),
    }


def menu_of(command: Command) -> str:
    """The key of the menu that a command stands in: its group's first word names one, or its id's first part."""
    named = command.group.partition(" ")[0]
    if _PLACES.get(named) == named:
        return named
    return _PLACES.get(command.id.partition(".")[0], "window")


def fill(bar: QMenuBar, actions: Actions) -> dict[str, QMenu]:
    """Make the menus anew. Their entries are brought up to date before they are shown."""
    bar.clear()
    made: dict[str, QMenu] = {}
    for key, title in titles().items():
        menu = QMenu(title, bar)
        menu.setToolTipsVisible(False)
        sections: dict[str, list[Command]] = {}
        for command in actions:
            if menu_of(command) == key and not command.group.startswith(HIDDEN):
                sections.setdefault(_section(command), []).append(command)
        for name, commands in sections.items():
            deeper = submenus().get((key, name))
            if deeper is None and not menu.isEmpty():
                menu.addSeparator()
            under = menu.addMenu(deeper) if deeper is not None else menu
            for command in commands:
                under.addAction(command.action)
        menu.aboutToShow.connect(actions.refresh)
        bar.addMenu(menu)
        made[key] = menu
    return made


def _section(command: Command) -> str:
    return command.group or command.id.partition(".")[0]
