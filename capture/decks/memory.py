"""What of a deck outlives its process: that it is unplugged just now, that the signal changed, and that its tape
plays on meanwhile. A small file; one that is old or torn counts for nothing.

A tape does not wait for whoever records it: after a start that follows a fault the pictures' numbers have gone on by
the wall clock, and what was missed can be counted.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime import folders

_VALID_S = 120.0
"""So long after it was left the tape is taken to have been put in anew."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Wall clock times: `started`, the tape's first picture; `left`, the process ended; `back`, the device is there
    again. `reached_s`: how far the tape was then. `played`: what was asked of this deck; another request
    begins another tape."""

    played: str
    started: float
    left: float
    back: float = 0.0
    reached_s: float = 0.0
    standard: str = ""


def place(deck: str) -> Path:
    """Where a deck's memory lies when nothing else is said."""
    return folders.cache() / "decks" / f"{deck}.json"


def keep(path: Path, memory: Memory) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(memory)), encoding="utf-8")
    part.replace(path)


def recall(path: Path, played: str) -> Memory | None:
    """None where there is nothing to go on with."""
    try:
        found = Memory(**json.loads(path.read_text(encoding="utf-8")))
        fresh = found.played == played and found.left - 1 < time.time() < max(found.left, found.back) + _VALID_S
    except (OSError, ValueError, TypeError):
        return None
    return found if fresh else None


def forget(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
