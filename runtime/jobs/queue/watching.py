"""Watches a folder and puts every file in line that has come to rest there. `settled` decides, `Watch` looks.

A capture grows for hours, and a copy over the network pauses now and then: a file is taken once its size and its time
of change have stood still for a while and it can be read. What was taken is remembered in the queue's own file, by name
and size, so that a start anew takes nothing twice.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from runtime.jobs.queue.order import Order
from runtime.jobs.queue.store import Queue

REST_S = 15.0
ENDINGS = (
    ".mkv", ".avi", ".mov", ".mp4", ".m4v", ".dv", ".dif", ".mpg", ".mpeg", ".m2v", ".vob", ".ts", ".m2ts", ".mts",
    ".mxf", ".wmv", ".y4m", ".webm",
)  # fmt: skip
"""Of files that are taken where no pattern says otherwise."""

Look = tuple[int, int]
"""Size in bytes, time of the last change in ns."""


@dataclass(frozen=True, slots=True)
class Resting:
    """How a file was last seen, and since when (monotonic seconds) it is so."""

    look: Look
    since: float


def settled(
    before: Mapping[str, Resting], seen: Mapping[str, Look], now: float, rest_s: float
) -> tuple[dict[str, Resting], list[str]]:
    """What to remember for the next time, and the names that have rested for long enough."""
    after = {
        name: before[name] if name in before and before[name].look == look else Resting(look, now)
        for name, look in seen.items()
    }
    return after, sorted(name for name, one in after.items() if one.look[0] and now - one.since >= rest_s)


@dataclass
class Watch:
    """`orders`: what is wanted of a file; what it raises is told by `tell`, and the file is tried again when it has
    changed. `pattern`: like *.avi; else all video."""

    queue: Queue
    folder: Path
    orders: Callable[[Path], Sequence[Order]]
    tell: Callable[[str], None] = lambda _: None
    pattern: str = ""
    priority: int = 0
    rest_s: float = REST_S
    clock: Callable[[], float] = monotonic
    restless: bool = False
    """Whether there was a file, the last time, that may grow yet."""
    _resting: dict[str, Resting] = field(default_factory=dict)
    _refused: dict[str, Look] = field(default_factory=dict)
    _away: bool = False

    def look(self) -> list[int]:
        """Look once; gives the jobs that were put in line. A folder that is gone for a while is waited for."""
        try:
            seen = self._seen()
        except OSError as fault:
            if not self._away:
                self.tell(f"{self.folder}: {fault.strerror or fault}. It is waited for")
            self._away = True
            return []
        self._away = False
        self._resting, rested = settled(self._resting, seen, self.clock(), self.rest_s)
        self.restless = len(rested) < sum(size > 0 for size, _ in seen.values())
        taken = self.queue.taken(self.folder.absolute())
        ids = []
        for name in rested:
            size = seen[name][0]
            if taken.get(name, (None,))[0] != size and self._refused.get(name) != seen[name]:
                ids += self._take(name, seen[name])
        return ids

    def _take(self, name: str, look: Look) -> list[int]:
        path = self.folder.absolute() / name
        try:
            with path.open("rb"):
                pass
            orders = self.orders(path)
        except OSError as fault:
            self.tell(f"{name}: {fault.strerror or fault}. It is tried again")
            return []
        except ValueError as fault:
            self._refused[name] = look
            self.tell(f"{name}: {fault}")
            return []
        ids = self.queue.take(self.folder.absolute(), name, look[0], orders, self.priority)
        if ids:
            self.tell(f"{name}: job {', '.join(map(str, ids))}")
        return ids

    def _seen(self) -> dict[str, Look]:
        found = {}
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if not self._wanted(entry.name):
                    continue
                try:
                    facts = entry.stat()
                except OSError:
                    continue  # it went, this moment
                if stat.S_ISREG(facts.st_mode):
                    found[entry.name] = facts.st_size, facts.st_mtime_ns
        return found

    def _wanted(self, name: str) -> bool:
        if name.startswith("."):
            return False
        if self.pattern:
            return fnmatch.fnmatch(name, self.pattern)
        return name.lower().endswith(ENDINGS)
