"""The shelf as the window has it: what is known of it, and what is being done with it. All work is on threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from editor.desk.asking import Asker
from editor.language import tr
from editor.models.job import Does, Job, Stage
from editor.models.known import Known, look
from editor.models.looking import Found
from editor.models.work import Order, Work
from runtime.models.fault import ShelfError

if TYPE_CHECKING:
    from runtime.models.store import Shelf

STOP_S = 2.0
_IN_LINE = (Does.GET, Does.CONVERT)


class Models(QObject):
    """Signals, on the window's thread: changed() `known` is new; job_changed(str) the model of this name has news of
    its job; usable_changed() a model has come that a graph may name, or has gone; ended(Job) a job is over."""

    changed = Signal()
    job_changed = Signal(str)
    usable_changed = Signal()
    ended = Signal(object)
    _call = Signal(object)

    def __init__(self, asker: Asker, shelf: Callable[[], Shelf] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.asker = asker
        self.shelf = shelf or _own_shelf
        self.known: Sequence[Known] = ()
        self.fault = ""
        self.loaded = False
        self._jobs: dict[str, Job] = {}
        self._orders: dict[str, Order] = {}
        self._works: dict[str, Work] = {}
        self._line: list[str] = []
        self._looking: threading.Thread | None = None
        self._look_again = self._closed = False
        self._call.connect(self._run_call, Qt.ConnectionType.QueuedConnection)

    # ---- what there is

    def one(self, name: str) -> Known | None:
        return next((one for one in self.known if one.name == name), None)

    def job(self, name: str) -> Job | None:
        """What is being done with a model, or was done last."""
        return self._jobs.get(name)

    @property
    def jobs(self) -> Mapping[str, Job]:
        return self._jobs

    @property
    def busy(self) -> bool:
        return any(not job.stage.over for job in self._jobs.values())

    def load(self) -> None:
        """Look at the shelf, unless that is known."""
        if not self.loaded:
            self.look()

    def look(self) -> None:
        """Look at the shelf again: `changed` tells when that is done."""
        if self._closed:
            return
        if self._looking is not None:
            self._look_again = True
            return
        self._looking = threading.Thread(target=self._look, name="models", daemon=True)
        self._looking.start()

    def _look(self) -> None:
        try:
            found, fault = look(self.shelf()), ""
        except (ShelfError, OSError, ValueError) as error:  # ValueError: RegistryError
            found, fault = None, str(error)
        self._later(lambda: self._seen(found, fault))

    def _seen(self, found: Sequence[Known] | None, fault: str) -> None:
        self._looking = None
        self.fault = fault
        before = _usable(self.known)
        first = not self.loaded
        if found is not None:
            self.known, self.loaded = found, True
        self.changed.emit()
        if not first and _usable(self.known) != before:
            self.usable_changed.emit()
        if self._look_again:
            self._look_again = False
            self.look()

    # ---- what can be done

    def get(self, name: str, *, again: bool = False) -> bool:
        """Put a model in line to be fetched. One for non-commercial use only is asked about first: False if the user
        would rather not."""
        accepted = self._accepted(name)
        return accepted is not None and self._start(name, Does.GET, Order(accepted=accepted, again=again))

    def take_by_hand(self, name: str, paths: Sequence[Path]) -> bool:
        """Official weights that the user has fetched."""
        accepted = self._accepted(name)
        order = Order(accepted=bool(accepted), paths=tuple(paths))
        return accepted is not None and self._start(name, Does.BY_HAND, order)

    def bring(self, path: Path, name: str, title: str, found: Found | None = None) -> bool:
        """A model of the user's own, under a name that is free; `found` spares it a second trial."""
        return self._start(name, Does.BRING, Order(paths=(path,), title=title, found=found))

    def verify(self, name: str) -> bool:
        return self._start(name, Does.VERIFY, Order())

    def convert(self, name: str, precisions: Sequence[str], clip: Path | None = None) -> bool:
        """Put a model in line to be converted; `clip`: what it is calibrated and proved on, else the demo tape."""
        paths = (clip,) if clip is not None else ()
        return self._start(name, Does.CONVERT, Order(paths=paths, precisions=tuple(precisions)))

    def remove(self, name: str) -> bool:
        """Take it off the shelf, if the user is sure."""
        one = self.one(name)
        title = one.title if one is not None else name
        text = tr("Graphs that use {model} do not run without it.").format(model=title)
        if one is not None and one.entry is not None and one.entry.own:
            text += " " + tr("Its file here is deleted; your own is not touched.")
        else:
            text += " " + tr("It can be fetched again.")
        return self.asker.sure(tr("Remove {model}").format(model=title), text, tr("Remove")) and self._start(
            name, Does.REMOVE, Order()
        )

    def cancel(self, name: str) -> None:
        """Stop fetching, or converting. What has come is kept, and gone on with the next time."""
        job = self._jobs.get(name)
        if job is None or job.stage.over:
            return
        if name in self._line:
            self._line.remove(name)
            self._hear(replace(job, stage=Stage.STOPPED))
        else:
            self._works[name].stop()
            self._jobs[name] = replace(job, stage=Stage.STOPPING)
            self.job_changed.emit(name)

    def forget(self, name: str) -> None:
        """What was said of a job that is over has been read."""
        job = self._jobs.get(name)
        if job is not None and job.stage.over:
            del self._jobs[name]
            self.job_changed.emit(name)

    def close(self) -> None:
        self._closed = True
        self._line.clear()
        for work in self._works.values():
            work.stop()
        for work in self._works.values():
            work.join(STOP_S)
        if self._looking is not None:
            self._looking.join(STOP_S)

    # ---- doing it

    def _accepted(self, name: str) -> bool | None:
        """Whether the user has accepted a licence that is not for everybody; None if they would rather not."""
        one = self.one(name)
        entry = one.entry if one is not None else None
        if one is None or entry is None or entry.licence.commercial:
            return False
        if one.held is not None and one.held.accepted:
            return True
        text = "\n\n".join(
            (
                tr("{model} is under this licence: {licence}.").format(model=entry.title, licence=entry.licence),
                tr("Use it only for what that allows. All of it: {page}").format(page=entry.page),
            )
        )
        return self.asker.sure(tr("For non-commercial use only"), text, tr("Accept and get")) or None

    def _start(self, name: str, does: Does, order: Order) -> bool:
        job = self._jobs.get(name)
        if self._closed or (job is not None and not job.stage.over):
            return False
        self._jobs[name], self._orders[name] = Job(name, does), order
        if does in _IN_LINE:
            self._line.append(name)
            self.job_changed.emit(name)
            self._go_on()
        else:
            self._do(name)
        return True

    def _go_on(self) -> None:
        """One is fetched at a time, and one converted; a download that is being stopped does not hold the others up."""
        busy = {job.does for job in self._jobs.values() if job.stage is Stage.RUNNING}
        busy |= {
            Does.CONVERT for job in self._jobs.values() if job.does is Does.CONVERT and job.stage is Stage.STOPPING
        }
        for name in list(self._line):
            does = self._jobs[name].does
            if does not in busy:
                busy.add(does)
                self._line.remove(name)
                self._do(name)

    def _do(self, name: str) -> None:
        job = replace(self._jobs[name], stage=Stage.RUNNING)
        work = Work(job, self._orders[name], self.shelf, lambda news: self._later(lambda: self._hear(news)))
        self._jobs[name], self._works[name] = job, work
        work.start()
        self.job_changed.emit(name)

    def _hear(self, news: Job) -> None:
        now = self._jobs.get(news.name)
        if now is not None and now.stage is Stage.STOPPING and not news.stage.over:
            return
        self._jobs[news.name] = news
        self.job_changed.emit(news.name)
        if news.stage.over:
            self._works.pop(news.name, None)
            self.ended.emit(news)
            self.look()
            self._go_on()

    def _later(self, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the window has gone
            self._call.emit(call)

    def _run_call(self, call: object) -> None:
        if not self._closed and callable(call):
            call()


def _usable(known: Sequence[Known]) -> frozenset[tuple[str, str]]:
    return frozenset((one.name, one.model.identity) for one in known if one.model is not None)


def _own_shelf() -> Shelf:
    from runtime.models.store import Shelf

    return Shelf()
