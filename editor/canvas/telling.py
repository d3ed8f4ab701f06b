"""What the engine tells, brought to cards and wires: a few times a second at most, and only where it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.canvas.canvas import Canvas
    from editor.engine.engine import Engine

GATHER_MS = 30
"""News that come within this time are shown together."""


class Telling(QObject):
    def __init__(self, canvas: Canvas, engine: Engine | None) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._touched: set[NodeId] = set()
        self._states = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._states.timeout.connect(self._ask_states)
        if engine is not None:
            engine.analysed.connect(self._analysed)
            engine.node_state.connect(self._state_changed)
            engine.costs_changed.connect(self._costs)

    def _analysed(self, _analysis: object) -> None:
        self.mark_wires()
        self._touched.update(self._canvas.mirror.cards)
        self._states.start()

    def _state_changed(self, node: str) -> None:
        self._touched.add(NodeId(node))
        if not self._states.isActive():
            self._states.start()

    def _costs(self) -> None:
        self._touched.update(self._canvas.mirror.cards)
        if not self._states.isActive():
            self._states.start()

    def _ask_states(self) -> None:
        touched, self._touched = self._touched, set()
        self._canvas.mirror.refresh_faces(touched)
        self._canvas.minimap.forget()

    def mark_wires(self) -> None:
        conversions, problems = self._canvas.facts.conversions(), self._canvas.facts.wire_problems()
        for target, wire in self._canvas.mirror.wires.items():
            problem = problems.get(target)
            wire.look(
                conversion=conversions.get(target, ""),
                problem=problem.text if problem is not None else "",
                remedy=problem.remedy if problem is not None else "",
            )
