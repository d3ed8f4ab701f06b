"""Something that is done with a model: fetched, tried, checked, taken off the shelf."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Does(StrEnum):
    GET = "get"
    BY_HAND = "by hand"
    """Official weights that the user has fetched by hand."""
    BRING = "bring"
    """A model of the user's own."""
    VERIFY = "verify"
    CONVERT = "convert"
    REMOVE = "remove"


class Stage(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def over(self) -> bool:
        return self in (Stage.DONE, Stage.FAILED, Stage.STOPPED)


@dataclass(frozen=True)
class Job:
    """`have` of `total` bytes (None: not known), `per_s` bytes a second; `said` what it is at, and once it is over what
    came of it. `sound`: what was checked is as it should be."""

    name: str
    does: Does
    stage: Stage = Stage.WAITING
    have: int = 0
    total: int | None = None
    per_s: float = 0.0
    said: str = ""
    sound: bool = True

    @property
    def share(self) -> float | None:
        """None where nobody knows how much there is."""
        return min(1.0, self.have / self.total) if self.total else None
