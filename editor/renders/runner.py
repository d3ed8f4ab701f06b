"""Renders the queue on a thread of its own, each job in a worker of its own: the window's preview has another worker.

The worker is asked to be nice to the rest of the machine, so that the window stays fluid while it renders.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from nodes.registry import Registry
from runtime.jobs.events import Event
from runtime.jobs.queue.order import Job
from runtime.jobs.queue.store import Queue
from runtime.jobs.queue.working import Renderer


class Runner:
    """`tell` is called on the runner's thread with each new state of a job; nothing is begun while `quiet` says so."""

    def __init__(
        self, queue: Queue, registry: Registry, tell: Callable[[Job], None], quiet: Callable[[], bool]
    ) -> None:
        def hear(job: Job, _: Event | None) -> None:
            tell(job)

        self._renderer = Renderer(queue, registry, hear, polite=True)
        self._thread = threading.Thread(
            target=self._renderer.all, kwargs={"quiet": quiet}, name="render queue", daemon=True
        )
        self._thread.start()

    @property
    def job(self) -> Job | None:
        """What is being rendered here."""
        return self._renderer.job

    @property
    def worker_pid(self) -> int | None:
        return self._renderer.worker_pid

    def nudge(self) -> None:
        """The queue has changed: look."""
        self._renderer.nudge()

    def close(self, why: str, timeout_s: float) -> None:
        """Put back what is being rendered, and wait until its worker has gone."""
        self._renderer.stop(why)
        self._thread.join(timeout_s)
        self._renderer.owner.close()
