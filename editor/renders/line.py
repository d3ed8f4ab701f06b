"""The queue as the window sees it: the jobs in the file that all programs share, one at a time rendered here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from editor.renders.runner import Runner
from nodes.registry import Registry
from runtime.jobs.queue.left_over import throw_away
from runtime.jobs.queue.order import Job, Order, Stage
from runtime.jobs.queue.store import Queue, QueueError

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP_S = 10.0
LOOK_MS = 700
PATIENCE_S = 3.0
"""For a file that another program holds: the window stands still as long."""


class RenderLine(QObject):
    """Jobs: those that are over, then those that run and wait, in the order in which they are done.

    Signals: changed() jobs were added, moved or taken away; updated(int) the job with this id has news;
    ended(Job) one is over: done, failed or cancelled; told(str) what the user asked for could not be done, and why.
    """

    changed = Signal()
    updated = Signal(int)
    ended = Signal(object)
    told = Signal(str)
    _heard = Signal(object)

    def __init__(self, registry: Registry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        try:
            self._queue = Queue(patience_s=PATIENCE_S)
            self.remark = self._queue.remark
        except QueueError as fault:
            self._queue = Queue(in_memory=True)
            self.remark = f"{fault}. Until then the queue is forgotten when the window is closed"
        self._runner: Runner | None = None
        self._seen: object = None
        self._news: dict[int, Job] = {}  # of the job that is rendered here, newer than the file's
        self._jobs: list[Job] = []
        self._look()
        self._held = any(job.stage is Stage.WAITING for job in self._jobs)
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        if not self._held:
            self.let_go()

    @property
    def jobs(self) -> Sequence[Job]:
        return tuple(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether something is being rendered, or waits for it."""
        return any(not job.stage.over for job in self._jobs)

    @property
    def rendering(self) -> Job | None:
        """What is being rendered by this window."""
        return self._runner.job if self._runner is not None else None

    @property
    def worker_pid(self) -> int | None:
        return self._runner.worker_pid if self._runner is not None else None

    @property
    def held(self) -> bool:
        """Whether what was left from last time waits until the user says so."""
        return self._held

    def job(self, id: int) -> Job | None:
        return next((job for job in self._jobs if job.id == id), None)

    def let_go(self) -> None:
        """Render what is in line, and what comes."""
        self._held = False
        if self._runner is None:
            with self._tried():
                self._runner = Runner(self._queue, self._registry, self._heard.emit, lambda: self._held)
        else:
            self._runner.nudge()
        self.changed.emit()

    def add(self, order: Order) -> int:
        """Put an order at the end of the line; gives its id, 0 where that could not be."""
        added = 0
        with self._tried():
            added = self._queue.add(order)
        self.let_go()
        return added

    def pause(self, id: int, on: bool) -> None:
        """Hold a running job, or one that waits; or let it go on."""
        with self._tried():
            (self._queue.pause if on else self._queue.resume)(id)
        if not on:
            self.let_go()

    def cancel(self, id: int) -> None:
        """Stop a job. What is made of it is kept until it is taken off the list."""
        with self._tried():
            self._queue.cancel(id)

    def retry(self, id: int) -> None:
        """Put a job that is over in line again. A result that is there will be asked about, not written over."""
        with self._tried():
            self._queue.retry(id)
        self.let_go()

    def move(self, id: int, by: Literal[-1, 1]) -> None:
        """Let a job be done earlier or later."""
        with self._tried():
            self._queue.move(id, "up" if by < 0 else "down")

    def remove(self, id: int) -> None:
        """Take a job that does not run off the list. Its files stay; what was made of a cancelled one goes."""
        job = self.job(id)
        if job is not None:
            with self._tried():
                self._queue.remove(id)
                self._throw_away([job])

    def clear(self) -> None:
        """Take everything that is over off the list."""
        with self._tried():
            self._throw_away(self._jobs)
            self._queue.clear()

    def close(self) -> None:
        """Put back what is rendered here, and wait until its worker has gone. What waits is done later."""
        self._timer.stop()
        if self._runner is not None:
            self._runner.close("the window was closed", STOP_S)
            self._runner = None
        self._queue.close()

    def _throw_away(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if job.stage is Stage.CANCELLED and job.kept:
                threading.Thread(target=throw_away, args=(job.kept,), daemon=True).start()  # it may be large

    @contextmanager
    def _tried(self) -> Iterator[None]:
        """What follows at once: the runner obeys, the jobs are read again."""
        try:
            yield
        except QueueError as fault:
            self.told.emit(str(fault))
        if self._runner is not None:
            self._runner.nudge()
        self._look()

    def _hear(self, news: object) -> None:
        assert isinstance(news, Job)
        if news.stage.over or news.stage is Stage.WAITING:
            self._news.pop(news.id, None)
            self._look()
        else:
            self._news[news.id] = news
            self._take([self._news.get(job.id, job) for job in self._jobs])

    def _look(self) -> None:
        """Read the file where somebody has changed it."""
        with suppress(QueueError):  # held by another program: the next time, then
            seen = self._queue.changes()
            if seen != self._seen:
                found = self._queue.jobs()
                self._seen = seen
                self._take([self._newer(job) for job in found])

    def _newer(self, job: Job) -> Job:
        news = self._news.get(job.id)
        if news is None or job.stage.over or not job.owner:
            self._news.pop(job.id, None)
            return job
        return news

    def _take(self, found: list[Job]) -> None:
        before, self._jobs = {job.id: job for job in self._jobs}, found
        if list(before) != [job.id for job in found]:
            self.changed.emit()
        for job in found:
            old = before.get(job.id)
            if old is not None and old != job:
                self.updated.emit(job.id)
                if job.stage.over and not old.stage.over:
                    self.ended.emit(job)
