"""The register of commands: each is one QAction, whose shortcut the user may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from editor import theme
from editor.plain import tip

SEPARATOR = "|"
"""Between several shortcuts of one command: `Del|Backspace`."""


@dataclass(frozen=True)
class Command:
    """One thing that the window can do. `shortcut` is ours; the user's stands on `action`. `words` are found too."""

    id: str
    text: str
    action: QAction = field(repr=False, compare=False)
    do: Callable[[], object] = field(repr=False, compare=False)
    shortcut: str = ""
    group: str = ""
    icon: str = ""
    words: tuple[str, ...] = ()
    enabled: Callable[[], bool] | None = field(default=None, repr=False, compare=False)

    @property
    def plain_text(self) -> str:
        """Without the mark of the menu's key."""
        return self.text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")


class Actions(QObject):
    """All commands of a window.

    Signals: added() a command is new; remapped() a shortcut has changed: `remapped_shortcuts` is to be kept.
    """

    added = Signal()
    remapped = Signal()

    def __init__(self, owner: QWidget, remapped: Mapping[str, str] | None = None) -> None:
        super().__init__(owner)
        self._owner = owner
        self._commands: dict[str, Command] = {}
        self._own = dict(remapped or {})
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._refresh)
        theme.watch.changed.connect(self._redraw)

    def add(
        self,
        id: str,
        text: str,
        do: Callable[[], object],
        *,
        shortcut: str = "",
        icon: str = "",
        group: str = "",
        checkable: bool = False,
        enabled: Callable[[], bool] | None = None,
        words: Sequence[str] = (),
    ) -> QAction:
        """Register a command. `do` is called without arguments; a checkable one reads its action's isChecked().

        `enabled` is asked often (before menus open, after edits): it must be quick. ValueError for an id in use.
        """
        if id in self._commands:
            raise ValueError(f"two commands are called {id!r}")
        action = QAction(text, self._owner, checkable=checkable)
        action.setObjectName(id)
        command = Command(id, text, action, do, shortcut, group, icon, tuple(words), enabled)
        self._commands[id] = command
        action.triggered.connect(lambda _=False: self._run(command))
        if icon:
            action.setIcon(theme.icon(icon))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._dress(command)
        self._owner.addAction(action)
        self.added.emit()
        self.refresh()
        return action

    def get(self, id: str) -> QAction:
        return self._commands[id].action

    def command(self, id: str) -> Command:
        return self._commands[id]

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __contains__(self, id: str) -> bool:
        return id in self._commands

    # ---- whether they can be done now

    def refresh(self) -> None:
        """Ask again, once the present event is over, what can be done."""
        self._soon.start()

    def _refresh(self) -> None:
        for command in self._commands.values():
            if command.enabled is not None:
                command.action.setEnabled(command.enabled())

    def _run(self, command: Command) -> None:
        if command.enabled is None or command.enabled():  # it may have become impossible since it was asked
            command.do()
        self.refresh()

    # ---- shortcuts

    def shortcut(self, id: str) -> str:
        """The shortcuts in force, portable text, several separated by `|`; empty for none."""
        return self._own.get(id, self._commands[id].shortcut)

    @property
    def remapped_shortcuts(self) -> Mapping[str, str]:
        """Those that the user has changed."""
        return dict(self._own)

    def remap(self, id: str, shortcut: str | None) -> None:
        """Give a command another shortcut; None: the one it came with."""
        if shortcut is None or shortcut == self._commands[id].shortcut:
            self._own.pop(id, None)
        else:
            self._own[id] = shortcut
        self._dress(self._commands[id])
        self.remapped.emit()

    def using(self, shortcut: str, but: str = "") -> list[Command]:
        """The commands that one of these shortcuts already starts, where `but` would start too.

        A command of one part (canvas, timeline) goes before one of the whole window while that part has the keys, so
        these do not hinder each other, nor do commands of different parts.
        """
        wanted = {one.toString() for one in sequences(shortcut)}
        mine = self._scope(but) if but else None
        return [
            command
            for command in self._commands.values()
            if command.id != but
            and wanted & {one.toString() for one in sequences(self.shortcut(command.id))}
            and (mine is None or self._scope(command.id) & mine)
        ]

    def _scope(self, id: str) -> frozenset[int]:
        """Where a command's keys are heard: in the whole window, or in the parts it was given to."""
        action = self._commands[id].action
        if action.shortcutContext() is Qt.ShortcutContext.WindowShortcut:
            return frozenset([0])
        return frozenset(hash(place) for place in action.associatedObjects() if place is not self._owner)

    def _dress(self, command: Command) -> None:
        keys = sequences(self.shortcut(command.id))
        command.action.setShortcuts(keys)
        shown = keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        command.action.setToolTip(tip(f"{command.plain_text} ({shown})" if shown else command.plain_text))

    def _redraw(self) -> None:
        for command in self._commands.values():
            if command.icon:
                command.action.setIcon(theme.icon(command.icon))


def sequences(shortcut: str) -> list[QKeySequence]:
    """The keys of a shortcut's text."""
    made = (QKeySequence(part.strip(), QKeySequence.SequenceFormat.PortableText) for part in shortcut.split(SEPARATOR))
    return [one for one in made if not one.isEmpty()]
