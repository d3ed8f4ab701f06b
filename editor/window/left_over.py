"""At the start: what was rendered when the window closed, or the power went, is offered to be gone on with."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from editor.language import tr
from editor.renders.line import RenderLine
from graphs.codec import DocumentError
from runtime.jobs.queue.left_over import left_over, order_of, throw_away
from runtime.jobs.queue.order import Job, Stage
from runtime.jobs.unfinished import Unfinished

if TYPE_CHECKING:
    from editor.window.window import Window

MOST = 3
"""Bars at a time."""


class LeftOver(QObject):
    """Asks in bars; nothing is begun and nothing thrown away unasked."""

    _found = Signal(object)

    def __init__(self, window: Window, line: RenderLine) -> None:
        super().__init__(window)
        self._window, self._line = window, line
        if line.remark:
            window.notices.show_notice("queue", line.remark, kind="warn")
        self._offer_line()
        self._found.connect(self._offer, Qt.ConnectionType.QueuedConnection)
        # a disk that sleeps, or a share that is away, holds up no window
        threading.Thread(target=self._seek, args=(line.jobs,), name="left over", daemon=True).start()

    def _seek(self, jobs: Sequence[Job]) -> None:
        found = left_over(jobs)
        with suppress(RuntimeError):  # the window was closed meanwhile
            self._found.emit(found)

    def _offer_line(self) -> None:
        waiting = [job for job in self._line.jobs if job.stage is Stage.WAITING]
        if not self._line.held:
            return
        if len(waiting) == 1:
            text = tr("{name} waits to be rendered since the last time").format(name=waiting[0].order.name)
        else:
            text = tr("{count} renders wait since the last time").format(count=len(waiting))
        self._window.notices.show_notice("queue waits", text, [(tr("Go on"), self._line.let_go)])
        self._line.changed.connect(self._look)

    def _look(self) -> None:
        if not self._line.held:
            self._window.notices.close_notice("queue waits")

    def _offer(self, found: object) -> None:
        assert isinstance(found, list)
        for one in found[:MOST]:
            assert isinstance(one, Unfinished)
            text = tr("{name} is not finished: {made} of {frames} frames are made").format(
                name=one.result.name, made=one.made, frames=one.frames
            )
            choices = [(tr("Go on"), partial(self._go_on, one)), (tr("Throw away"), partial(self._throw, one))]
            self._window.notices.show_notice(f"unfinished {one.folder}", text, choices)

    def _go_on(self, one: Unfinished) -> None:
        try:
            self._line.add(order_of(one, self._window.desk.registry))
        except (DocumentError, ValueError, KeyError, TypeError) as fault:
            text = tr("{name} cannot be gone on with: {why}").format(name=one.result.name, why=str(fault))
            self._window.notices.show_notice("rendered", text, kind="error")

    def _throw(self, one: Unfinished) -> None:
        threading.Thread(target=throw_away, args=(one.folder,), daemon=True).start()
