"""Room on the disk: what is free, how long it lasts, and what is on it for good.

What ffmpeg has written lies in the system's memory for up to half a minute; only what was forced to the disk survives a
power failure. That is done here once a second, on a thread of its own: a slow disk holds up nobody.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Forecast", "Syncing", "free_bytes", "sizes"]

SYNC_S = 1.0
_WINDOW_S = 30.0


def free_bytes(folder: Path) -> int:
    """What may be written there; a folder that is gone has no room."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


def sizes(folder: Path) -> int:
    """Bytes of the files in a folder."""
    total = 0
    with suppress(OSError):
        for one in os.scandir(folder):
            with suppress(OSError):
                total += one.stat().st_size
    return total


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
        self._thread = threading.Thread(target=self._run, name="syncing", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            self.once()

    def once(self) -> None:
        """Those that have grown since the last time; a new name is forced too."""
        fresh = False
        with suppress(OSError):
            for one in os.scandir(self._folder):
                path = Path(one.path)
                with suppress(OSError):
                    size = one.stat().st_size
                    if self._known.get(path) == size:
                        continue
                    fresh = fresh or path not in self._known
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
        self.rounds += 1

    def stop(self) -> None:
        self._over.set()
        self._thread.join(self._every_s + 5.0)
