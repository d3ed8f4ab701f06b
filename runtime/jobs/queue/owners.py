"""Who works on a job, and whether they are still there.

Each has a file that it holds locked for as long as it lives. The system drops the lock however a process ends, kill -9
and a power cut included, so there is no time-out to wait for, no clock that may jump, and no process id that may be
another's by now.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from runtime.locking import locked

_TRIES = 9


class Owner:
    """`name`: `1234-9f…`, the process' id and a word of its own."""

    def __init__(self, folder: Path | None) -> None:
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._name()
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        for one in folder.iterdir():
            alive(folder, one.name)
        for _ in range(_TRIES):
            self._path = folder / self.name
            self._file = self._path.open("xb")
            if locked(self._file) and self._path.exists():
                return
            self._file.close()  # somebody looked whether it was a dead one's, before it was locked
            self._name()
        raise OSError(f"files cannot be locked in {folder}")

    def _name(self) -> None:
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"

    def close(self) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            with suppress(OSError):
                self._path.unlink()
            self._file = None


def alive(folder: Path, name: str) -> bool:
    """Whether this owner holds its lock. The file of one that does not is removed."""
    path = folder / name
    try:
        with path.open("r+b") as file:
            if not locked(file):
                return True
    except FileNotFoundError:
        return False
    except OSError:
        return True  # Windows lets nobody open what another has locked
    with suppress(OSError):
        path.unlink()
    return False


def pid(name: str) -> int:
    """The process of an owner; 0 where there is none."""
    head = name.partition("-")[0]
    return int(head) if head.isdecimal() else 0
