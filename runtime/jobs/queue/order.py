"""What is to be rendered, and where that stands; as values, and as the text that is kept of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from graphs import codec
from graphs.document import Graph
from runtime.jobs.preparing import Frames


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
    """What is to be rendered: a graph as it stood when it was ordered, every output named, every path absolute."""

    name: str
    graph: Graph
    frames: Frames | None = None
    overwrite: bool = False
    trust: bool = False
    source: str = ""
    """The file of the graph's first video source, to compare the result with."""
    begins: Fraction = Fraction(0)
    """The moment of tape at which the result begins, in seconds."""
    anyway: bool = False
    """Go on with what is made of it though something has changed since."""
    single_pass: bool = False
    substitute: bool = False
    threads: int = 0
    """Of the filters; 0: as many as the machine has."""
    memory_mb: int = 0
    """What the worker may take before it is started anew; 0: no limit."""
    gpu: str = ""
    """The card that models and NVENC may use: a number, a part of its name, or `none`; empty: the best."""
    copy_to: str = ""
    """A folder that the results are copied to, and compared, once they are whole."""
    intermediate: bool = False
    """Keep the segments without loss, and encode them in one go at the end."""

    def text(self) -> str:
        """As JSON, in ASCII: names that are no Unicode survive."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        graph = json.loads(codec.encode(self.graph))
        return json.dumps({**held, "graph": graph, "begins": str(self.begins)})

    @classmethod
    def parse(cls, text: str) -> Order:
        """DocumentError, ValueError, TypeError. What a later version of the program wrote beside is left out."""
        held: dict[str, Any] = json.loads(text)
        known = {one.name for one in fields(cls)}
        held = {name: value for name, value in held.items() if name in known}
        frames = held.get("frames")
        held["frames"] = (int(frames[0]), None if frames[1] is None else int(frames[1])) if frames else None
        held["begins"] = Fraction(held.get("begins", "0"))
        held["graph"] = codec.decode(json.dumps(held["graph"]))
        return cls(**held)


@dataclass(frozen=True, slots=True)
class Progress:
    """`share` 0…1; `left_s` None while there is no pace; `text` says what is being done or what went wrong."""

    stage: Stage = Stage.WAITING
    text: str = ""
    share: float = 0.0
    fps: float = 0.0
    left_s: float | None = None
    elapsed_s: float = 0.0
    size_bytes: int = 0

    def columns(self) -> dict[str, Any]:
        return asdict(self) | {"stage": self.stage.value, "text": plain(self.text)}


@dataclass(frozen=True, slots=True)
class Job:
    """Where an order stands. `log` is the last words of a failure; `kept`: the folder with what is made of a render
    that was cut short. `owner`: who renders it. `added`, `began`, `ended`: seconds since 1970, by this machine's clock
    (0: not yet); they are only shown. `run`: how often it was begun."""

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
    log: tuple[str, ...] = ()
    priority: int = 0
    owner: str = ""
    wish: str = ""
    kept: str = ""
    run: int = 0
    added: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    foretold_s: float = 0.0
    foretold_bytes: int = 0
    """What `queue estimate` found; 0: nobody asked."""

    def settled(self, wish: str) -> str:
        """Why it can no longer be paused, resumed or cancelled; empty where it can."""
        return f"job {self.id} is {self.stage.value} already: there is nothing to {wish}" if self.stage.over else ""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a job's history. `kind`: event, note, log (the last words of a failure)."""

    at: float
    run: int
    kind: str
    text: str


def plain(text: str) -> str:
    """As Unicode: names of files need not be."""
    return text.encode("utf-8", "backslashreplace").decode()
