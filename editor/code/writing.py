"""Writes the script off the GUI thread, the newest one only, and not while a slider moves."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from nodes.script import ScriptError
from runtime.plan import Plan
from runtime.script import ScriptText, script_text

REST_MS = 120
"""The graph has to rest for so long."""


class Writing(QObject):
    """Signal: written(ScriptText, or a text that says why there is none)."""

    written = Signal(object)
    _heard = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._number = 0
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._start)
        self._heard.connect(self._tell)

    def write(self, plan: Plan, *, at_once: bool = False) -> None:
        """Write this plan; what is being written for an older one is dropped."""
        self._plan = plan
        self._number += 1
        if at_once:
            self._rest.stop()
            self._start()
        else:
            self._rest.start()

    def _start(self) -> None:
        plan, number = self._plan, self._number
        if plan is not None:
            QThreadPool.globalInstance().start(lambda: self._work(plan, number))

    def _work(self, plan: Plan, number: int) -> None:
        made = scripted(plan)
        try:
            self._heard.emit(number, made)
        except RuntimeError:  # the window has gone meanwhile
            return

    def _tell(self, number: object, made: object) -> None:
        if number == self._number:
            self.written.emit(made)


def scripted(plan: Plan, title: str = "") -> ScriptText | str:
    """The script of a plan, or why it cannot be written."""
    if not plan.steps:
        return ""
    try:
        return script_text(plan, title)
    except (ScriptError, RecursionError) as fault:
        return f"{fault}"
