"""What a render waits for: room on the disk, and sources that have gone. It says so, and goes on by itself."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.jobs.events import Event, Waiting
from runtime.session import Cancelled, NodeFailure

_FULL = ("no space left", "not enough space", "disk quota", "disk full")


def free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


@dataclass
class HoldingUp:
    """`spare_bytes`: what always stays free. `stop` ends all waiting."""

    sources: Sequence[str]
    tell: Callable[[Event], None]
    spare_bytes: int
    poll_s: float
    free: Callable[[Path], int] = free_bytes
    stop: threading.Event = field(default_factory=threading.Event)

    def await_room(self, need: int, where: Path) -> None:
        """Cancelled."""
        need += self.spare_bytes
        if self.stop.is_set():
            raise Cancelled("cancelled")
        while (free := self.free(where)) < need:
            text = f"{where}: {in_gb(free)} are free, {in_gb(need)} are needed. Make room, and it goes on"
            self.tell(Waiting(text))
            self._pause()

    def lost_sources(self) -> list[str]:
        return [path for path in self.sources if not os.path.lexists(path)]

    def await_sources(self) -> bool:
        """Whether it had to wait. Cancelled."""
        waited = False
        while lost := self.lost_sources():
            waited = True
            self.tell(Waiting(f"{lost[0]} is gone. Bring it back, and it goes on"))
            self._pause()
        return waited

    def _pause(self) -> None:
        """A moment, while others may end it all."""
        if self.stop.wait(self.poll_s):
            raise Cancelled("cancelled")


def disk_is_full(failure: NodeFailure) -> bool:
    said = " ".join((failure.message, *failure.log)).lower()
    return any(words in said for words in _FULL)


def in_gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
