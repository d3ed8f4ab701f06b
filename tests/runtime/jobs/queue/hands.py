"""Hands at a queue: a render that makes no picture, and processes that can be killed.

python -m tests.runtime.jobs.queue.hands claim DB        claims all it can, and prints the jobs' ids
python -m tests.runtime.jobs.queue.hands render DB       begins the next job, says so, and renders for ever
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphs.document import Graph
from runtime.jobs.events import Event, Kept, Writing
from runtime.jobs.queue.order import Order
from runtime.jobs.queue.store import Queue
from runtime.jobs.queue.working import Renderer
from runtime.jobs.render import BrokenRenderError, Rendered, Result
from runtime.protocol import SinkProgress
from runtime.session import Cancelled, RenderUpdate
from tests.runtime.documents import graph

FRAMES = 100


def order(name: str, folder: Path, **more: Any) -> Order:
    made = graph(
        {
            "source1": ("input.video", {"file": str(folder / f"{name}.dv")}),
            "encode1": ("output.ffv1", {"file": str(folder / f"{name}.mkv")}),
        },
        "source1.out > encode1.clip",
    )
    return Order(name, made, **more)


def writing(frames: int, total: int = FRAMES) -> Writing:
    sink = SinkProgress("encode1", frames, frames, total, frames * 10)
    return Writing(RenderUpdate((sink,), frames, total, frames * 10, frames / 50))


@dataclass
class IdleSession:
    """A worker that is asked for nothing."""

    cancelled: threading.Event = field(default_factory=threading.Event)
    going: threading.Event = field(default_factory=threading.Event)
    worker_pid: int | None = None

    def __post_init__(self) -> None:
        self.going.set()

    def hold(self, on: bool) -> None:
        self.going.clear() if on else self.going.set()

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self, reason: str = "") -> None:
        self.cancelled.set()


@dataclass
class Looks:
    """A render that only looks like one. `broken`: names of results that fail; `step_s`: a frame's time. It remembers
    what it has made, as a `.job` folder does: `begun_at` tells for each run at which frame it began."""

    broken: tuple[str, ...] = ()
    step_s: float = 0.0
    made: dict[str, int] = field(default_factory=dict)
    begun_at: list[tuple[str, int]] = field(default_factory=list)
    ask: Callable[[str], None] = lambda _: None

    def __call__(self, graph: Graph, *, session: IdleSession, listen: Callable[[Event], None], **_: Any) -> Result:
        result = Path(str(next(node for node in graph.nodes.values() if node.type == "output.ffv1").params["file"]))
        self.begun_at.append((result.name, self.made.get(result.name, 0)))
        self.ask(result.name)
        for frame in range(self.made.get(result.name, 0), FRAMES):
            if session.cancelled.is_set():
                listen(Kept(result, frame, FRAMES))
                raise Cancelled("cancelled")
            listen(writing(frame))
            session.going.wait()
            if result.name in self.broken and frame == FRAMES // 2:
                raise BrokenRenderError("encode1: the heads are clogged", ("said the", "worker"))
            self.made[result.name] = frame
            time.sleep(self.step_s)
        result.write_bytes(b"pictures of " + result.name.encode())
        rendered = Rendered("encode1", result, FRAMES, result.stat().st_size, "ffv1")
        return Result((rendered,), 2.0, 1.0, 1.0)


@contextmanager
def idle(_: Order) -> Iterator[Any]:
    yield IdleSession()


def renderer(queue: Queue, render: Callable[..., Result], **more: Any) -> Renderer:
    return Renderer(queue, render=render, session=idle, poll_s=0.02, **more)


def hand(what: str, db: Path) -> subprocess.Popen[str]:
    """A process of its own at this queue."""
    return subprocess.Popen([sys.executable, "-m", __name__, what, str(db)], stdout=subprocess.PIPE, text=True)


def _claim(queue: Queue) -> None:
    owner = queue.owner()
    print("ready", flush=True)
    while True:
        job = queue.claim(owner)
        print(job.id if job is not None else "", flush=True)


def _render(queue: Queue) -> None:
    def say(event: object, *_: object) -> None:
        print("rendering", flush=True)

    render = Looks(step_s=0.05)
    render.ask = say
    with renderer(queue, render) as one:
        one.one()


if __name__ == "__main__":
    {"claim": _claim, "render": _render}[sys.argv[1]](Queue(Path(sys.argv[2])))
