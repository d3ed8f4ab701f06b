"""The model shelf as a form asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from editor.forms.asks import Absent, Offer
from editor.models import words
from editor.models.job import Stage
from editor.models.known import Known
from editor.models.models import Models
from editor.renders.words import size

GATHER_MS = 60


class Offers(QObject):
    """`more(task, name)` opens the shelf's window. Signal: changed() any answer may be another."""

    changed = Signal()

    def __init__(self, models: Models, show: Callable[[str, str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models, self._show = models, show
        self._soon = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._soon.timeout.connect(self.changed)
        models.changed.connect(self.changed)
        models.job_changed.connect(lambda _: self._soon.start())

    def load(self) -> None:
        self._models.load()

    def look(self) -> None:
        self._models.look()

    def offers(self, task: str) -> Sequence[Offer]:
        """Those that fit, real ones before those that only show how it works."""
        fitting = [one for one in self._models.known if one.model is not None and one.suits == task]
        return [_offer(one) for one in sorted(fitting, key=lambda one: one.entry is None)]

    def offer(self, name: str) -> Offer | None:
        one = self._models.one(name)
        return _offer(one) if one is not None and one.model is not None else None

    def absent(self, name: str) -> Absent | None:
        if not self._models.loaded:
            return None
        one, job = self._models.one(name), self._models.job(name)
        if one is None:
            return Absent(name, name)
        if one.model is not None:
            return None
        entry = one.entry
        licence = words.licence_line(entry) if entry is not None and one.may_get else ""
        asks = entry is not None and not entry.licence.commercial
        live = job is not None and not job.stage.over
        at = words.progress_line(job) if job is not None and live else ""
        failed = job is not None and job.stage is Stage.FAILED
        fault = job.said if job is not None and failed else one.fault or one.why
        return Absent(name, one.title, licence, one.may_get, asks, at, job.share if job is not None else None, fault)

    def get(self, name: str) -> None:
        self._models.get(name)

    def cancel(self, name: str) -> None:
        self._models.cancel(name)

    def more(self, task: str, name: str = "") -> None:
        self._show(task, name)


def _offer(one: Known) -> Offer:
    held = size(one.held.size) if one.held is not None else ""
    return Offer(one.name, one.title, " · ".join(filter(None, (words.scale_word(one), held))))
