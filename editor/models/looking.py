"""Looks into a model of the user's own, off the window's thread: it is tried by a child, never opened here."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from editor.models.known import Known
from runtime.models.entry import Pattern
from runtime.models.fault import ShelfError

if TYPE_CHECKING:
    from runtime.models.inspect import Inspected


@dataclass(frozen=True)
class Found:
    """What a file is; `fault` where it cannot be used. `same`: the model of the shelf that is this very file. `stamp`
    tells whether it is still the file that was looked into."""

    path: Path
    inspected: Inspected | None = None
    fault: str = ""
    same: str = ""
    stamp: tuple[int, int] | None = None

    @property
    def task(self) -> str:
        """What it can be used for."""
        if self.inspected is None:
            return "other"
        tasks = {
            Pattern.PAIR_TIME: "interpolate",
            Pattern.CHROMA_MERGE: "colourise",
            Pattern.MASK: "inpaint",
            Pattern.FACES: "faces",
            Pattern.DETECTOR: "detector",
        }
        return tasks.get(self.inspected.pattern) or ("upscale" if self.inspected.scale > 1 else "denoise")


class Looking(QObject):
    """Signal: seen(Found), on the window's thread; not for a file that has been given up meanwhile."""

    seen = Signal(object)
    _found = Signal(object)

    def __init__(self, inspect: Callable[[Path], Inspected] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspect = inspect or _tried
        self._wanted: Path | None = None
        self._found.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def look(self, path: Path, shelf: Sequence[Known]) -> None:
        """Look into `path`; `shelf` is what is known already."""
        self._wanted = path
        threading.Thread(target=self._look, args=(path, shelf), name="looking at a model", daemon=True).start()

    def stop(self) -> None:
        self._wanted = None

    def _look(self, path: Path, shelf: Sequence[Known]) -> None:
        try:
            stamp = stamp_of(path)
            found = Found(path, self._inspect(path), same=_same(path, shelf), stamp=stamp)
        except (ShelfError, OSError) as fault:
            found = Found(path, fault=str(fault))
        except Exception as fault:  # a bug of ours: it is told, and the window goes on
            found = Found(path, fault=f"{path.name}: {type(fault).__name__}: {fault}")
        with suppress(RuntimeError):  # the window has gone
            self._found.emit(found)

    def _take(self, found: object) -> None:
        if isinstance(found, Found) and found.path == self._wanted:
            self._wanted = None
            self.seen.emit(found)


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of change (ns). OSError."""
    at = path.stat()
    return at.st_size, at.st_mtime_ns


def _tried(path: Path) -> Inspected:
    from runtime.models.inspect import inspect

    return inspect(path)


def _same(path: Path, shelf: Sequence[Known]) -> str:
    from runtime.models.download import sha256

    held = {item.sha256: one.name for one in shelf if one.held is not None for item in one.held.items}
    return held.get(sha256(path), "") if held else ""


def free_name(title: str, taken: Collection[str]) -> str:
    """A name for the shelf: the title's letters, numbered where it is taken."""
    plain = re.sub(r"[^a-z0-9.+]+", "-", title.lower()).strip("-.+")[:56].rstrip("-.+") or "model"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name
