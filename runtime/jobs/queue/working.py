"""Renders what waits in line, one job after the other; a failing one never stops the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from nodes.registry import Registry
from runtime.jobs.events import Event
from runtime.jobs.queue.limiting import session_for
from runtime.jobs.queue.order import Job, Order
from runtime.jobs.queue.store import Queue, QueueError
from runtime.jobs.queue.under_way import Back, Work
from runtime.jobs.render import Result, render
from runtime.session import Session


def _nobody(job: Job, event: Event | None) -> None:
    pass


@dataclass
class Renderer:
    """Whoever renders: one job at a time, whole lines of them. `hear` is called with each new state of a job, on the
    thread that renders. `polite`: leave the machine to those who work at it. A `with` block ends it."""

    queue: Queue
    registry: Registry | None = None
    hear: Callable[[Job, Event | None], None] = _nobody
    polite: bool = False
    render: Callable[..., Result] = render
    session: Callable[[Order], AbstractContextManager[Session]] = session_for
    poll_s: float = 1.0
    _work: Work | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)
    _nudged: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.owner = self.queue.owner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.owner.close()

    @property
    def job(self) -> Job | None:
        """What is being rendered."""
        return work.job if (work := self._work) is not None else None

    @property
    def worker_pid(self) -> int | None:
        return work.worker_pid if (work := self._work) is not None else None

    def one(self) -> Job | None:
        """Do the next job; gives it as it ended, or None where there is none. QueueError. Ctrl-C puts it back."""
        if self._stopped.is_set():
            return None
        job = self.queue.claim(self.owner)
        if job is None:
            return None
        self._work = work = Work(self, job)
        try:
            if self._stopped.is_set():
                work.stop("it was stopped")
            work.run()
        finally:
            self._work = None
        return self.queue.job(job.id) or work.job

    def all(self, *, until_empty: bool = False, quiet: Callable[[], bool] = lambda: False) -> None:
        """Do what is in line, and wait for more until `stop`. `quiet`: do nothing for now."""
        while not self._stopped.is_set():
            try:
                done = None if quiet() else self.one()
            except QueueError:
                if until_empty:
                    raise
                done = None  # held, or its disk is full: both pass
            if done is None:
                if until_empty:
                    return
                self._nudged.wait(self.poll_s)
                self._nudged.clear()

    def nudge(self) -> None:
        """Look now for what has changed in the queue."""
        self._nudged.set()
        if (work := self._work) is not None:
            work.nudged.set()

    def stop(self, why: Back) -> None:
        """Put back what is being done, and do no more. From any thread; `all` and `one` then return."""
        self._stopped.set()
        self._nudged.set()
        if (work := self._work) is not None:
            work.stop(why)
