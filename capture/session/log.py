"""The log beside a recording: one line of JSON for everything that happens, on the disk as it happens.

    {"at": "2026-11-23T12:00:01.250+01:00", "t_s": 12.4, "what": "lost", "frame": 310, "count": 7, "length_s": 0.28}

Lines that are no events of the timeline: `recording` (what was asked, by which ffmpeg), `run` (an ffmpeg began: which
frame came first, and when), `state`, `ended`. A line that a power failure cut off is left out on reading.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Log", "read"]

_EVERY_S = 0.1


class Log:
    """Appends; what is written is forced to the disk at once, ten times a second at most."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = path.open("ab", buffering=0)
        self._clock, self._synced_s, self._dirty = clock, clock() - _EVERY_S, False
        self.broken = ""

    def write(self, what: str, **facts: Any) -> None:
        """A disk that is full keeps no log; the recording's end is not held up by that."""
        at = datetime.now().astimezone().isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "what": what, **facts}, ensure_ascii=False) + "\n"
        try:
            self._file.write(line.encode("utf-8", "replace"))
            self._dirty = True
            self.sync()
        except OSError as fault:
            self.broken = fault.strerror or str(fault)

    def sync(self, now: bool = False) -> None:
        if self._dirty and (now or self._clock() >= self._synced_s + _EVERY_S):
            os.fsync(self._file.fileno())
            self._dirty, self._synced_s = False, self._clock()

    def close(self) -> None:
        with suppress(OSError):
            self.sync(now=True)
        self._file.close()


def read(path: Path) -> list[dict[str, Any]]:
    """All whole lines. OSError."""
    found = []
    for line in path.read_bytes().split(b"\n"):
        with suppress(ValueError):
            one = json.loads(line)
            if isinstance(one, dict):
                found.append(one)
    return found
