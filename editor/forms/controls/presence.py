"""Whether files are there, asked off the GUI thread: a share that does not answer must not hold up the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal


class Presence(QObject):
    """Signal: known(str path, bool it is there)."""

    known = Signal(str, bool)

    def ask(self, path: str) -> None:
        QThreadPool.globalInstance().start(lambda: self._look(path))

    def _look(self, path: str) -> None:
        try:
            there = Path(path).exists()
        except (OSError, ValueError):
            there = False
        try:
            self.known.emit(path, there)
        except RuntimeError:  # Qt has gone meanwhile: the program ends
            return


presence = Presence()


def is_pattern(path: str) -> bool:
    """Whether a path stands for many files: `scan%04d.png`."""
    return any(sign in path for sign in "%*?#")
