"""Recordings that are not whole yet: of a recorder that was killed, or that goes on without its window."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".capture"
"""Of the folder in which a recording lies until it is whole (capture/session/places.py)."""
QUIET_S = 15.0
"""A recording that is written to grows every second."""


@dataclass(frozen=True, slots=True)
class Left:
    """`growing`: somebody records it now. `size_bytes`: what is there of it."""

    folder: Path
    name: str
    growing: bool
    size_bytes: int


def left_over(folder: Path, now: float | None = None) -> Sequence[Left]:
    """What lies in a folder and is not whole. A folder that cannot be read has nothing."""
    now = time.time() if now is None else now
    found = []
    with suppress(OSError):
        for work in sorted(folder.glob(f"*{SUFFIX}")):
            files = _files(work)
            newest = max((at for _, at in files), default=0.0)
            if any(size for size, _ in files):
                total = sum(size for size, _ in files)
                found.append(Left(folder, work.name.removesuffix(SUFFIX), now - newest < QUIET_S, total))
    return found


def _files(work: Path) -> list[tuple[int, float]]:
    """Size and time of change of what lies in it."""
    made = []
    with suppress(OSError):
        for one in work.iterdir():
            with suppress(OSError):
                stat = one.stat()
                made.append((stat.st_size, stat.st_mtime))
    return made
