"""The user's favourite nodes and those used of late, kept in the data folder from one session to the next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from editor.settings import Settings
from runtime import folders

MOST_RECENT = 6
_MOST = 500
"""Of what a file may bring along."""


class Kept(QObject):
    """Signal: changed() favourites or recently used have changed."""

    changed = Signal()

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = Settings(file or folders.data() / "palette.json", self)
        self._file.changed.connect(lambda _: self.changed.emit())

    @property
    def favourites(self) -> tuple[str, ...]:
        """In the order in which they were starred."""
        return self._ids("favourites")

    @property
    def recent(self) -> tuple[str, ...]:
        """Newest first."""
        return self._ids("recent")[:MOST_RECENT]

    @property
    def folded(self) -> tuple[str, ...]:
        """The sections of the palette that are folded."""
        return self._ids("folded")

    def _ids(self, name: str) -> tuple[str, ...]:
        found = self._file.get(name, [])
        return tuple(one for one in found[:_MOST] if isinstance(one, str)) if isinstance(found, list) else ()

    def is_favourite(self, type_id: str) -> bool:
        return type_id in self.favourites

    def star(self, type_id: str, on: bool) -> None:
        rest = [one for one in self.favourites if one != type_id]
        self._file.set("favourites", [*rest, type_id] if on else rest)

    def used(self, type_id: str) -> None:
        self._file.set("recent", [type_id, *(one for one in self.recent if one != type_id)][:MOST_RECENT])

    def fold(self, section: str, on: bool) -> None:
        rest = [one for one in self.folded if one != section]
        self._file.set("folded", [*rest, section] if on else rest)
