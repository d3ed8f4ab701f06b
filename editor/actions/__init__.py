"""What the window can do, as commands with a name and a shortcut. Menus, palette and shortcut list come of them.

    def register(actions: Actions, …) -> None:
        actions.add("play.toggle", tr("Play or stop"), transport.toggle, shortcut="Space", icon="play", group="play")

The beginning of the id chooses the menu (menus.py); a `group` naming another menu moves it there, any other `group`
makes a section of its own in the menu.
"""

from editor.actions.actions import Actions, Command

__all__ = ["Actions", "Command"]
