"""What survives a crash: every few seconds a changed document is written aside, off the window's thread.

Each running window owns a folder in `recovery` with a lock that dies with its process. A folder whose lock is nobody's
and that still holds a document is what a crash left behind.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from editor.desk.desk import Desk
from graphs.codec import DocumentError
from graphs.document import Graph
from graphs.files import SUFFIX, FileError, load, save
from runtime import folders

_DOCUMENT, _FACTS, _LOCK = f"document{SUFFIX}", "about.json", "lock"


@dataclass(frozen=True)
class Survivor:
    """A document that a crashed window left. `path`: the file it was being edited from; `when` in seconds of Unix."""

    folder: Path
    name: str
    path: Path | None
    when: float

    def graph(self) -> Graph:
        """DocumentError if the crash left nothing readable."""
        return load(self.folder / _DOCUMENT)

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def place() -> Path:
    return folders.data() / "recovery"


def survivors() -> list[Survivor]:
    """What crashes left behind, newest first. Empty leftovers are cleared away."""
    found = []
    for folder in place().glob("*/"):
        lock = QLockFile(str(folder / _LOCK))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):  # its window lives
            continue
        document = folder / _DOCUMENT
        try:
            about = json.loads((folder / _FACTS).read_text("utf-8"))
            when = document.stat().st_mtime
            path = Path(about["path"]) if about.get("path") else None
            found.append(Survivor(folder, str(about.get("name", "")), path, when))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            if not document.exists():
                lock.unlock()
                shutil.rmtree(folder, ignore_errors=True)
                continue
            found.append(Survivor(folder, "", None, document.stat().st_mtime))
        lock.unlock()
    return sorted(found, key=lambda one: one.when, reverse=True)


class Recovery(QObject):
    """Keeps a copy of the document of one window while it has unsaved changes.

    Signal: troubled(str) the copy cannot be written, and why; empty when it can again.
    """

    troubled = Signal(str)

    def __init__(self, desk: Desk, every_s: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.trouble = ""
        self.folder = place() / f"{int(time.time())}-{secrets.token_hex(4)}"
        self._lock = QLockFile(str(self.folder / _LOCK))
        self._lock.setStaleLockTime(0)
        self._own()
        self._kept: Graph | None = None
        self._thread = ThreadPoolExecutor(1, "recovery")
        self._writing: Future[None] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.keep)
        self.every(every_s)
        desk.history_changed.connect(self._clean)

    def every(self, seconds: float) -> None:
        self._timer.start(round(seconds * 1000))

    def _own(self) -> None:
        """Make the folder and lock it, so that no other window takes it for what a crash left. Where that fails, what
        is written into it fails too, and tells."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self._lock.isLocked():
                self._lock.tryLock(0)

    def keep(self) -> None:
        """Write the document aside if it has changed since."""
        graph = self._desk.graph
        if not self._desk.dirty or graph is self._kept or (self._writing and not self._writing.done()):
            return
        self._own()
        self._kept = graph
        about = {"name": self._desk.name, "path": str(self._desk.path or "")}
        self._writing = self._thread.submit(self._write, graph, about)

    def _write(self, graph: Graph, about: dict[str, str]) -> None:
        before = self.trouble
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / _FACTS).write_text(json.dumps(about), "utf-8")
            save(graph, self.folder / _DOCUMENT)
            self.trouble = ""
        except (FileError, OSError, ValueError) as fault:
            self.trouble = str(fault)
            self._kept = None  # to be tried again, edited or not
        if self.trouble != before:
            self.troubled.emit(self.trouble)

    def _clean(self) -> None:
        """Saved: nothing is left to recover."""
        if not self._desk.dirty and self._kept is not None:
            self._kept = None
            self._thread.submit(self._forget)

    def _forget(self) -> None:
        for name in (_DOCUMENT, _FACTS):
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)

    def keep_now(self) -> bool:
        """Write the document aside and wait for it. False where that failed: there is no copy."""
        self.wait()
        self.keep()
        self.wait()
        return self._kept is self._desk.graph

    def wait(self) -> None:
        """Until what was begun is on the disk."""
        self._thread.submit(lambda: None).result()

    def close(self) -> None:
        """The window ends well: what was to be kept has been saved or given up."""
        self._timer.stop()
        self._thread.shutdown()
        self._lock.unlock()
        shutil.rmtree(self.folder, ignore_errors=True)


__all__ = ["DocumentError", "Recovery", "Survivor", "place", "survivors"]
