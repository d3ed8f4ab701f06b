"""The queue: orders wait in line, one is rendered at a time, a failing one never stops the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from editor.renders.job import Job, Order, Stage
from editor.renders.runner import Runner
from nodes.registry import Registry

STOP_S = 10.0


class RenderLine(QObject):
    """Jobs in the order in which they are done.

    Signals: changed() jobs were added, moved or taken away; updated(int) the job with this id has news;
    ended(Job) one is over: done, failed or cancelled.
    """

    changed = Signal()
    updated = Signal(int)
    ended = Signal(object)
    _told = Signal(object)

    def __init__(self, registry: Registry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self._jobs: list[Job] = []
        self._runner: Runner | None = None
        self._on = 0  # the id of the job that the runner does
        self._last_id = 0
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def jobs(self) -> Sequence[Job]:
        return tuple(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether something is being rendered, or waits for it."""
        return any(not job.stage.over for job in self._jobs)

    def job(self, id: int) -> Job | None:
        return next((job for job in self._jobs if job.id == id), None)

    def add(self, order: Order) -> int:
        """Put an order at the end of the line; gives its id."""
        self._last_id += 1
        self._jobs.append(Job(self._last_id, order))
        self.changed.emit()
        self._go_on()
        return self._last_id

    def pause(self, id: int, on: bool) -> None:
        """Hold a running job, or one that waits; or let it go on."""
        job = self.job(id)
        if job is None or job.stage.over:
            return
        if self._runner is not None and job.stage in (Stage.PREPARING, Stage.RUNNING, Stage.PAUSED) and self._is_on(id):
            self._runner.hold(on)
        else:
            self._put(replace(job, stage=Stage.PAUSED if on else Stage.WAITING))
            self._go_on()

    def cancel(self, id: int) -> None:
        """Stop a job; nothing half stays on the disk."""
        job = self.job(id)
        if job is None or job.stage.over:
            return
        if self._runner is not None and self._is_on(id):
            self._runner.cancel()
        else:
            self._put(replace(job, stage=Stage.CANCELLED))
            self.ended.emit(self.job(id))

    def retry(self, id: int) -> None:
        """Put a job that is over in line again. A result that is there will be asked about, not written over."""
        job = self.job(id)
        if job is not None and job.stage.over:
            self._jobs.remove(job)
            self._jobs.append(Job(job.id, job.order))
            self.changed.emit()
            self._go_on()

    def move(self, id: int, by: int) -> None:
        """Let a job be done earlier (by < 0) or later."""
        job = self.job(id)
        if job is None:
            return
        at = self._jobs.index(job)
        to = min(max(0, at + by), len(self._jobs) - 1)
        if to != at:
            self._jobs.insert(to, self._jobs.pop(at))
            self.changed.emit()

    def remove(self, id: int) -> None:
        """Take a job that does not run off the list. Its files stay."""
        job = self.job(id)
        if job is not None and not self._is_on(id):
            self._jobs.remove(job)
            self.changed.emit()

    def clear(self) -> None:
        """Take everything that is over off the list."""
        self._jobs = [job for job in self._jobs if not job.stage.over]
        self.changed.emit()

    def close(self) -> None:
        """Stop what runs, and wait until its worker has gone."""
        for job in self._jobs:
            if job.stage in (Stage.WAITING, Stage.PAUSED) and not self._is_on(job.id):
                self._put(replace(job, stage=Stage.CANCELLED))
        if self._runner is not None:
            self._runner.cancel()
            self._runner.wait(STOP_S)

    def _is_on(self, id: int) -> bool:
        return self._runner is not None and self._on == id

    def _go_on(self) -> None:
        waiting = next((job for job in self._jobs if job.stage is Stage.WAITING), None)
        if self._runner is None and waiting is not None:
            self._on = waiting.id
            self._runner = Runner(waiting, self._registry, self._told.emit)
            self._put(replace(waiting, stage=Stage.PREPARING))
            self._runner.start()

    def _hear(self, news: object) -> None:
        assert isinstance(news, Job)
        self._put(news)
        if news.stage.over and self._is_on(news.id):
            self._runner = None
            self.ended.emit(news)
            self._go_on()

    def _put(self, news: Job) -> None:
        for at, job in enumerate(self._jobs):
            if job.id == news.id:
                self._jobs[at] = news
                self.updated.emit(news.id)
