"""Python's cycle collector runs on the window's thread only.

Left alone it runs on whichever thread happens to allocate: the engine's, the session's. If a widget is part of the
garbage then, Qt destroys it off its thread, and the program crashes once in a blue moon with no culprit.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1_000
FULL_EVERY = 60
"""Sweeps of the young between two of everything."""


class Sweeping(QObject):
    """Collects while it lives; when it stops, Python does again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sweeps = 0
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.sweep)

    def start(self) -> None:
        """What stands now stays for good and is not looked through again."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def sweep(self) -> None:
        """The young each time, a few milliseconds; everything now and then."""
        self._sweeps += 1
        gc.collect(2 if self._sweeps % FULL_EVERY == 0 else 1)
