"""Room on the disk: what is free, how long it lasts, and what is on it for good.

What ffmpeg has written lies in the system's memory for up to half a minute; only what was forced to the disk survives a
power failure. That is done here once a second, on a thread of its own: a slow disk holds up nobody. All that asks the
disk for something is here, for a disk may not answer for half a minute: one that wakes up, a share, a loose plug.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Forecast", "Looking", "Syncing", "free_bytes", "sizes"]

SYNC_S = 1.0
_WINDOW_S = 30.0
_STANDS_S = 0.5
"""What takes longer is no slow disk any more: it stands still."""
_GONE_S = 10.0
"""So long a folder may not be found before it is taken for gone: a share comes back."""


def free_bytes(folder: Path) -> int:
    """What may be written there; a folder that is gone has no room."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


def sizes(folder: Path) -> tuple[int, int]:
    """Bytes of the files in a work folder, and of the parts among them."""
    total = parts = 0
    with suppress(OSError):
        for one in os.scandir(folder):
            with suppress(OSError):
                size = one.stat().st_size
                total += size
                parts += size if "-" in one.name else 0
    return total, parts


@dataclass(slots=True)
class Forecast:
    """How fast it is written, over the last half minute; until that is known, `expected` bytes a second."""

    expected: float
    reserve: int
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def saw(self, at_s: float, size: int) -> None:
        self._seen.append((at_s, size))
        while len(self._seen) > 2 and self._seen[0][0] < at_s - _WINDOW_S:
            self._seen.popleft()

    @property
    def bytes_per_s(self) -> float:
        if len(self._seen) < 2:
            return self.expected
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        if last_s - first_s < 2.0 or last <= first:
            return self.expected
        return (last - first) / (last_s - first_s)

    def left_s(self, free: int) -> float:
        """Until the reserve is reached."""
        return max(0.0, (free - self.reserve) / max(self.bytes_per_s, 1.0))


class Syncing:
    """Forces the newest files of a folder to the disk, again and again."""

    def __init__(self, folder: Path, every_s: float = SYNC_S) -> None:
        self._folder, self._every_s = folder, every_s
        self._over = threading.Event()
        self._known: dict[Path, int] = {}
        self.rounds = 0
        self._round_s: float | None = None  # when the round that is under way began
        self._thread = threading.Thread(target=self._run, name="syncing", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            self.once()

    def stands_still(self) -> bool:
        """Whether the disk takes nothing just now."""
        began_s = self._round_s
        return began_s is not None and time.monotonic() > began_s + _STANDS_S

    def once(self) -> None:
        """Those that have grown since the last time; a new name is forced too. Where nothing has, it is asked all the
        same whether it takes anything."""
        self._round_s = time.monotonic()
        try:
            self._force()
        finally:
            self._round_s = None
        self.rounds += 1

    def _force(self) -> None:
        fresh = grown = False
        with suppress(OSError):
            for one in os.scandir(self._folder):
                path = Path(one.path)
                with suppress(OSError):
                    size = one.stat().st_size
                    if self._known.get(path) == size:
                        continue
                    fresh, grown = fresh or path not in self._known, True
                    with path.open("rb+") as file:  # Windows forces only what was opened to be written
                        os.fsync(file.fileno())
                    self._known[path] = size
        if fresh and sys.platform != "win32":
            with suppress(OSError):
                handle = os.open(self._folder, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
        if not grown:
            with suppress(OSError):
                os.utime(self._folder)

    def stop(self) -> None:
        self._over.set()
        self._thread.join(self._every_s + 5.0)


class Looking:
    """Room, size and closed parts, once a second, on a thread of its own: whoever asks for them gets the newest."""

    def __init__(self, folder: Path, work: Path, every_s: float = SYNC_S) -> None:
        self._folder, self._work, self._every_s = folder, work, every_s
        self.free, self.size, self._written = free_bytes(folder), 0, 0
        self.grew_s = self._there_s = time.monotonic()
        self._list: Path | None = None
        self._closed: tuple[Path | None, int] = (None, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)
        self._thread.start()

    def follow(self, parts: Path) -> None:
        """ffmpeg's list of the parts that are closed."""
        self._list = parts

    def closed(self, parts: Path) -> int:
        """How many of that list were closed at the last look."""
        path, count = self._closed
        return count if path == parts else 0

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            self._room()
            self.size, written = sizes(self._work)
            if written > self._written:
                self.grew_s = time.monotonic()
            self._written, parts = written, self._list
            with suppress(OSError):
                if parts is not None:
                    self._closed = parts, parts.read_text("utf-8", "replace").count("\n")

    def _room(self) -> None:
        """A folder that cannot be found is not a full one: only if that lasts there is no room in it."""
        try:
            self.free = shutil.disk_usage(self._folder).free
            self._there_s = time.monotonic()
        except OSError:
            if time.monotonic() > self._there_s + _GONE_S:
                self.free = 0
