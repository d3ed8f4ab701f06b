"""The user's own groups: files of the data folder, offered beside the node types under ids like `group:VHS cleaner`."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from editor.desk.desk import Desk
from graphs.codec import DocumentError
from graphs.document import NodeDoc
from graphs.files import FileError
from graphs.groups.files import SUFFIX, SavedGroup, file_name, load_group, save_group, saved_groups
from graphs.groups.types import node_type_of
from nodes.node import Node
from runtime import folders

PREFIX = "group:"


class Shelf(QObject):
    """Signal: changed() a group has come, gone or changed."""

    changed = Signal()

    def __init__(self, desk: Desk, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.folder = folder or folders.data() / "groups"
        self._groups = {one.name: one for one in saved_groups(self.folder)}
        desk.own_group = self.kind

    def look(self) -> None:
        """Read the folder again."""
        self._groups = {one.name: one for one in saved_groups(self.folder)}
        self.changed.emit()

    @property
    def groups(self) -> list[SavedGroup]:
        """By name; what cannot be read has no `doc`."""
        return sorted(self._groups.values(), key=lambda one: one.name.casefold())

    def kind(self, type_id: str) -> type[Node] | None:
        """The node type of a saved group, by its id in the palette."""
        found = self._groups.get(type_id.removeprefix(PREFIX)) if type_id.startswith(PREFIX) else None
        if found is None or found.doc is None or found.doc.inside is None:
            return None
        return node_type_of(found.doc.inside, self._desk.registry)

    # ---- changing it

    def has(self, title: str) -> bool:
        name = file_name(title)  # some disks take “Denoise” and “denoise” for one
        return name in self._groups or (self.folder / f"{name}{SUFFIX}").exists()

    def keep(self, doc: NodeDoc, title: str) -> str:
        """Save a group under a name, over the one that has it. Gives its id; FileError if it cannot be written."""
        name = file_name(title)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise FileError(f"{self.folder}: it cannot be made ({fault.strerror or fault})") from None
        save_group(replace(doc, label=title), self.folder / f"{name}{SUFFIX}")
        self.look()
        return f"{PREFIX}{name}"

    def take_in(self, path: Path) -> str:
        """Bring in a group from a file of anywhere. Gives its id; DocumentError if it is none."""
        doc = load_group(path)
        title = doc.label or path.stem
        number, free = 2, title
        while self.has(free):
            free, number = f"{title} {number}", number + 1
        return self.keep(doc, free)

    def give_out(self, type_id: str, path: Path) -> None:
        """Write a group to a file of anywhere. FileError if that cannot be done."""
        found = self._groups.get(type_id.removeprefix(PREFIX))
        if found is None or found.doc is None:
            raise DocumentError(f"{type_id.removeprefix(PREFIX)}: this group cannot be read")
        save_group(found.doc, path)

    def remove(self, type_id: str) -> None:
        """Take a group off the shelf; its file is kept beside as `.old`. FileError if that cannot be done."""
        found = self._groups.get(type_id.removeprefix(PREFIX))
        if found is None:
            return
        try:
            shutil.move(found.path, found.path.with_suffix(f"{SUFFIX}.old"))
        except OSError as fault:
            raise FileError(f"{found.path}: it cannot be removed ({fault.strerror or fault})") from None
        self.look()
