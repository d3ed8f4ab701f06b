"""The log beside a recording: one line of JSON for everything that happens, on the disk as it happens.

It is written on a thread of its own: a disk that stands still holds up nobody who has something to tell.

    {"at": "2026-11-23T12:00:01.250+01:00", "t_s": 12.4, "what": "lost", "frame": 310, "count": 7, "length_s": 0.28}

Lines that are no events of the timeline: `recording` (what was asked, by which ffmpeg), `run` (an ffmpeg began: which
frame came first, and when), `state`, `ended`. A line that a power failure cut off is left out on reading.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Log", "read"]

_EVERY_S = 0.1
_PATIENCE_S = 10.0


class Log:
    """Appends; what is written is forced to the disk at once, ten times a second at most."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lines: queue.SimpleQueue[bytes | threading.Event | None] = queue.SimpleQueue()
        self.broken = ""
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, what: str, **facts: Any) -> None:
        """From any thread; never waits. A disk that is full keeps no log; nothing is held up by that."""
        at = datetime.now().astimezone().isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "what": what, **facts}, ensure_ascii=False) + "\n"
        self._lines.put(line.encode("utf-8", "replace"))

    def flush(self, patience_s: float = _PATIENCE_S) -> None:
        """What was written until now lies on the disk, where that lets us."""
        done = threading.Event()
        self._lines.put(done)
        done.wait(patience_s)

    def close(self) -> None:
        self._lines.put(None)
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        over = False
        while not over:
            lines, asked = [], []
            one = self._lines.get()
            while True:
                match one:
                    case None:
                        over = True
                    case bytes():
                        lines.append(one)
                    case _:
                        asked.append(one)
                if over or asked or self._lines.empty():
                    break
                one = self._lines.get()
            try:
                if lines:
                    self._file.write(b"".join(lines))
                    os.fsync(self._file.fileno())
            except OSError as fault:
                self.broken = fault.strerror or str(fault)
            for waiting in asked:
                waiting.set()
            if not over and not asked and self._lines.empty():
                time.sleep(_EVERY_S)
        with suppress(OSError):
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
