"""One render in the queue, as a value. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from graphs.document import Graph
from runtime.jobs.render import Span


class Stage(StrEnum):
    WAITING = "waiting"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self in (Stage.DONE, Stage.FAILED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be rendered: a graph as it stood when it was ordered, every output named."""

    name: str
    graph: Graph
    frames: Span | None = None
    overwrite: bool = False
    trust: bool = False
    source: str = ""
    """The file of the graph's first video source, to compare the result with."""
    begins: Fraction = Fraction(0)
    """The moment of tape at which the result begins, in seconds."""


@dataclass(frozen=True, slots=True)
class Job:
    """Where an order stands. `share` 0…1; `left_s` None while there is no pace; `text` says what is being done or what
    went wrong; `log` is the last words of a failure."""

    id: int
    order: Order
    stage: Stage = Stage.WAITING
    text: str = ""
    share: float = 0.0
    fps: float = 0.0
    left_s: float | None = None
    elapsed_s: float = 0.0
    size_bytes: int = 0
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    log: tuple[str, ...] = field(default=())
