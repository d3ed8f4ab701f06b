"""What the window may ask the user. The window answers with dialogs, a test with what it was told to answer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

Answer = Literal["save", "discard", "cancel"]


class Asker(Protocol):
    """Every question that stops the user in their work."""

    def keep_changes(self, name: str) -> Answer:
        """The document has changes that no file holds; it is about to go."""

    def graph_to_open(self, folder: Path) -> Path | None: ...

    def place_to_save(self, proposed: Path) -> Path | None: ...

    def tape(self, folder: Path) -> Path | None:
        """A video file to restore."""

    def folder(self, title: str, folder: Path) -> Path | None: ...

    def file(self, title: str, folder: Path, filter: str) -> Path | None: ...

    def files(self, title: str, folder: Path, filter: str) -> list[Path]:
        """One or more; none where the user thinks better of it."""

    def name(self, title: str, text: str, proposed: str) -> str | None:
        """One line of text."""

    def sure(self, title: str, text: str, yes: str) -> bool: ...

    def tell(self, title: str, text: str) -> None:
        """Something that failed, and what to do."""
