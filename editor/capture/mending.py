"""Offers what was cut off the last time, by a crash or a power failure: it is there up to its last second."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal

from capture.session.asking import Asked, Source
from editor.capture.left import Left, left_over
from editor.capture.taping import Taping
from editor.language import tr
from editor.renders.words import size
from editor.window.notices import Notices

MOST = 3


class Mending(QObject):
    """Tells it in bars, and has it made whole."""

    _found = Signal(object)

    def __init__(self, taping: Taping, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._taping, self._notices = taping, notices
        self._found.connect(self._say, Qt.ConnectionType.QueuedConnection)

    def look(self, folder: Path) -> None:
        """In the background: a disk that sleeps, or a share that is away, holds up no window."""

        def run() -> None:
            found = left_over(folder)
            with suppress(RuntimeError):  # the window has gone
                self._found.emit(found)

        threading.Thread(target=run, name="cut off recordings", daemon=True).start()

    def _say(self, found: object) -> None:
        if self._taping.recording:
            return
        for one in cast("Sequence[Left]", found)[:MOST]:
            key, facts = f"left {one.name}", {"name": one.name, "size": size(one.size_bytes)}
            if one.growing:
                text = tr("“{name}” is being recorded by another program, or finished: {size} so far.")
                self._notices.show_notice(key, text.format(**facts))
            else:
                text = tr("“{name}” was cut off. What came until then is there: {size}.")
                choices = [(tr("Make it whole"), partial(self._mend, one))]
                self._notices.show_notice(key, text.format(**facts), choices, kind="warn")

    def _mend(self, one: Left) -> None:
        if self._taping.recording:
            self._notices.show_notice("fault", tr("First end the recording that runs."), kind="warn")
        else:
            self._taping.mend(Asked(Source(()), folder=str(one.folder), name=one.name))
