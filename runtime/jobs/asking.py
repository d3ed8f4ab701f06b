"""How a render goes about it, and what came of it; as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.hardware.seating import Seat
from runtime.jobs.events import Rendered
from runtime.jobs.piecewise import Rules
from runtime.jobs.segments import LEAST_FRAMES
from runtime.watch import Limits


@dataclass(frozen=True, slots=True)
class How:
    """`single_pass`: in one go, whatever its length. `anyway`: go on with what is there though something has changed.
    `keep`: what is whole stays where the render is cancelled. `intermediate`: segments are kept without loss and coded
    in one go at the end, so that a failed encode is only an encode. `workers`: processes that make segments at once.
    `seats`: at which card each of them computes; left out, as this machine's cards are best used. `cluster`: the
    address of one that makes them instead; `certificates`: the folder of what it wants to see;
    `needs`: what a machine of it must have for each segment that it makes (`GPU` cards, bytes of `memory`)."""

    single_pass: bool = False
    anyway: bool = False
    keep: bool = True
    workers: int = 1
    cluster: str = ""
    certificates: Path | None = None
    needs: Mapping[str, float] = field(default_factory=dict)
    intermediate: bool = False
    least: int = LEAST_FRAMES
    rules: Rules = field(default_factory=Rules)
    seats: Sequence[Seat] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """`cpu_s` is the worker's, without ffmpeg's; `elapsed_s` the whole, `rendering_s` without getting ready.
    `segments`: how many there are; `made`: how many of them this run made."""

    files: tuple[Rendered, ...]
    elapsed_s: float
    rendering_s: float
    cpu_s: float
    notes: tuple[str, ...] = ()
    segments: int = 0
    made: int = 0


def render_limits() -> Limits:
    """A render comes to its end in spite of a plugin that crashes here and there: it counts tries itself."""
    return Limits(restarts=60)
