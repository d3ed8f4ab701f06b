"""Opening and saving the document, and never losing it: what has changed is asked about, what fails changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from editor.desk.asking import Asker
from editor.desk.desk import Desk
from editor.desk.paths import beside
from editor.language import tr
from editor.settings import Settings
from graphs.codec import DocumentError
from graphs.document import Graph
from graphs.files import SUFFIX, FileError, load, save
from runtime.opening import found

RECENT = 12
Stamp = tuple[int, int, int]


class Files(QObject):
    """The document's way from and to the disk.

    Signals:
        opened(Path)            a file has been opened or saved: it is a recent one now
        changed_outside(Path)   the open file has been changed (or removed) by somebody else
        failed(str)             one line: where, what, what next
    """

    opened = Signal(object)
    changed_outside = Signal(object)
    failed = Signal(str)

    def __init__(self, desk: Desk, settings: Settings, asker: Asker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._settings, self.asker = desk, settings, asker
        self._stamp: Stamp | None = None
        self._soon = QTimer(self, interval=300, singleShot=True)  # editors save in several steps
        self._soon.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._soon.start)

    # ---- opening

    def new(self) -> bool:
        """An empty document. False if the user would rather keep this one."""
        return self.guarded(lambda: self.show(Graph(), None, ""))

    def open(self, path: Path | None = None) -> bool:
        """Open a .graph file; without one, ask which."""
        path = path or self.asker.graph_to_open(self.folder())
        if path is None:
            return False
        path = path.absolute()
        graph = self.read(path)
        if graph is None:
            return False

        def show() -> None:  # it may be the file that the question has just had saved
            now = self.read(path) if path == self._desk.path else graph
            if now is not None:
                self.show(now, path, path.stem)

        return self.guarded(show)

    def read(self, path: Path) -> Graph | None:
        """The graph in a file, the files it reads made absolute. None, and `failed` says why."""
        try:
            return found(load(path), path.parent, self._desk.registry)
        except DocumentError as fault:
            self.failed.emit("\n".join(fault.faults[:3]))
            return None

    def show(self, graph: Graph, path: Path | None, name: str, *, saved: bool = True) -> None:
        """Put a document on the desk, without asking about the one that is there."""
        self._desk.open(graph, path, name, saved=saved)
        self._watch(path)
        if path is not None:
            self._remember(path)
            self.opened.emit(path)

    def guarded(self, then: Callable[[], None]) -> bool:
        """Do `then` once the document is safe. False if the user cancelled or saving failed."""
        self._desk.finish()
        if self._desk.dirty:
            answer = self.asker.keep_changes(self._desk.name or tr("Untitled"))
            if answer == "cancel" or (answer == "save" and not self.save()):
                return False
        then()
        return True

    def reload(self) -> bool:
        """Read the open file again; what was changed here is given up."""
        path = self._desk.path
        graph = self.read(path) if path else None
        if path is None or graph is None:
            return False
        self.show(graph, path, path.stem)
        return True

    # ---- saving

    def save(self) -> bool:
        return self._write(self._desk.path) if self._desk.path else self.save_as()

    def save_as(self) -> bool:
        name = self._desk.name or str(self._desk.graph.meta.get("title", "")) or tr("Untitled")
        folder = self._desk.path.parent if self._desk.path else self.folder()
        path = self.asker.place_to_save(folder / f"{_file_name(name)}{SUFFIX}")
        if path is None:
            return False
        if path.suffix != SUFFIX:  # the dialog has asked about another name
            path = path.with_name(f"{path.name}{SUFFIX}")
            over = tr("{file} is there already. Replace it?").format(file=path.name)
            if path.exists() and not self.asker.sure(tr("Save the graph as"), over, tr("Replace")):
                return False
        return self._write(path)

    def _write(self, path: Path) -> bool:
        self._desk.finish()
        graph = self._desk.graph
        path = path.absolute()
        try:
            save(beside(graph, path.parent, self._desk.registry), path)
        except (FileError, ValueError) as fault:
            self.failed.emit(tr("{fault}. Your work is still here: save it elsewhere").format(fault=fault))
            return False
        self._desk.mark_saved(path, graph)
        self._watch(path)
        self._remember(path)
        self.opened.emit(path)
        return True

    # ---- somebody else's changes

    def look(self) -> None:
        """Whether the open file is still what we read or wrote; asked when the window comes to the front too."""
        path = self._desk.path
        if path is None:
            return
        now = _stamp(path)
        if now is not None and str(path) not in self._watcher.files():
            self._watcher.addPath(str(path))  # it was replaced: that is another file to the watcher
        if now != self._stamp:
            self._stamp = now
            self.changed_outside.emit(path)

    def _watch(self, path: Path | None) -> None:
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        self._stamp = _stamp(path) if path else None
        if path is not None and self._stamp is not None:
            self._watcher.addPath(str(path))

    # ---- places

    def folder(self) -> Path:
        """Where file dialogs begin."""
        known = self._settings.get("folder")
        return Path(known) if known and Path(known).is_dir() else Path.home()

    def remember_folder(self, folder: Path) -> None:
        self._settings.set("folder", str(folder))

    def recent(self) -> list[Path]:
        """Files opened or saved lately that are still there, newest first."""
        listed = [Path(one) for one in self._settings.get("recent") if isinstance(one, str)]
        return [path for path in listed if path.is_file()]

    def forget(self, path: Path) -> None:
        self._settings.set("recent", [one for one in self._settings.get("recent") if one != str(path)])

    def _remember(self, path: Path) -> None:
        rest = [one for one in self._settings.get("recent") if one != str(path)]
        self._settings.set("recent", [str(path), *rest][:RECENT])
        self.remember_folder(path.parent)


def _stamp(path: Path) -> Stamp | None:
    with suppress(OSError):
        facts: os.stat_result = path.stat()
        return facts.st_mtime_ns, facts.st_size, facts.st_ino
    return None


def _file_name(title: str) -> str:
    """A title as a file's name: without what some disk does not take."""
    kept = "".join("-" if sign in '<>:"/\\|?*' or not sign.isprintable() else sign for sign in title)
    return kept.strip(" .")[:80] or "untitled"
