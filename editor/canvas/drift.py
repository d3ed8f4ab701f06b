"""The view follows a drag that comes near its edge, so that one can wire or move to what is not seen yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QTimer

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView

EDGE = 26.0
"""How near to the edge the view begins to follow, in pixels."""
FASTEST = 22.0
"""Pixels a step; the farther out the mouse, the faster."""
STEP_MS = 16


class Drift(QObject):
    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._at, self._keys = QPointF(), Qt.KeyboardModifier.NoModifier
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)

    def follow(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The mouse of a drag is here."""
        self._at, self._keys = QPointF(at), keys
        if self._push().isNull():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _push(self) -> QPointF:
        """By how much the view moves in a step."""
        port = self._canvas.viewport()
        return QPointF(_over(self._at.x(), port.width()), _over(self._at.y(), port.height()))

    def _step(self) -> None:
        gesture = self._canvas.gesture
        if gesture is None:
            self._timer.stop()
            return
        push = self._push()
        self._canvas.pan_by(-push.x(), -push.y())
        gesture.move(self._at, self._keys)


def _over(at: float, length: int) -> float:
    """How far a point reaches into the margin of either end, as a speed with its sign."""
    if at < EDGE:
        return -min(FASTEST, (EDGE - at) / 2)
    return min(FASTEST, (at - length + EDGE) / 2) if at > length - EDGE else 0.0
