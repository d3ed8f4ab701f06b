"""How long the disk lasts, before anything is recorded: looked at every few seconds, never on the window's thread."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from capture.session.asking import Asked

EVERY_MS = 5000


class Room(QObject):
    """`left_s`: how long a recording as asked for would fit; None: not known. Signal: changed()."""

    changed = Signal()
    _looked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.left_s: float | None = None
        self.free_bytes = 0
        self._asked: Asked | None = None
        self._looking = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._looked.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def watch(self, asked: Asked | None) -> None:
        """The disk that this goes to; None: nobody wants to know."""
        if asked is None:
            self._timer.stop()
        elif asked != self._asked or not self._timer.isActive():
            self._timer.start()
            self._asked = asked
            self._look()
        self._asked = asked

    def _look(self) -> None:
        if self._asked is not None and not self._looking:
            self._looking = True
            threading.Thread(target=self._run, args=(self._asked,), name="room on the disk", daemon=True).start()

    def _run(self, asked: Asked) -> None:
        from capture.session.disk import free_bytes
        from capture.session.recording import expected_bytes

        folder = Path(asked.folder or ".").absolute()
        free = next((free_bytes(one) for one in (folder, *folder.parents) if one.exists()), 0)
        left_s = max(0.0, (free - asked.reserve_mb * 1e6) / expected_bytes(asked))
        if asked.stops.after_s:
            left_s = min(left_s, asked.stops.after_s)
        with suppress(RuntimeError):  # the window has gone
            self._looked.emit((asked, free, left_s))  # as an object: an int of Qt has 32 bits

    def _take(self, told: object) -> None:
        self._looking = False
        asked, free, left_s = cast("tuple[Asked, int, float]", told)
        if asked != self._asked:
            self._look()
            return
        self.free_bytes, self.left_s = free, left_s
        self.changed.emit()
