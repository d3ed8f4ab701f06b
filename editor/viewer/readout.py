"""Asks for the value of the pixel under the mouse, not more often than it can be read."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from graphs.document import NodeId
from runtime.protocol import Look
from runtime.readings import Pixel

if TYPE_CHECKING:
    from editor.engine.engine import Engine

_EVERY_MS = 40


class Readout(QObject):
    """Signals: read(Pixel | None) what is under the mouse."""

    read = Signal(object)

    def __init__(self, engine: Engine, view: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._view = engine, view
        self._at: tuple[NodeId, str, Fraction, int, int, Look] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_EVERY_MS)
        self._timer.timeout.connect(self._ask)

    def point(self, node: NodeId, port: str, moment: Fraction, x: int, y: int, look: Look) -> None:
        at = (node, port, moment, x, y, look)
        if at != self._at:
            self._at = at
            if not self._timer.isActive():
                self._timer.start()

    def again(self, moment: Fraction) -> None:
        """The picture under the mouse is another one."""
        if self._at is not None:
            node, port, _, x, y, look = self._at
            self.point(node, port, moment, x, y, look)

    def stop(self) -> None:
        self._at = None
        self._timer.stop()

    def _ask(self) -> None:
        if self._at is None:
            return
        at = self._at
        node, port, moment, x, y, look = at

        def done(outcome: object) -> None:
            if self._at is not None and self._at[:2] == at[:2]:
                self.read.emit(outcome if isinstance(outcome, Pixel) else None)

        self._engine.pixel(self._view, node, port, moment, x, y, done, look=look)
