"""Puts what is wrong where the picture is missing, and does what its buttons say."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Signal

from editor.desk.desk import Desk
from editor.language import tr
from editor.viewer.manner import Mode
from editor.viewer.screen import Screen
from editor.viewer.trouble import TroublePanel
from graphs.document import NodeId
from graphs.edits import Bypass

if TYPE_CHECKING:
    from editor.engine.engine import Engine

WIDEST_PX = 460


class Troubles(QObject):
    """A panel for each slot of a screen. Signals: go_to(NodeId) the user wants to see this node."""

    go_to = Signal(str)

    def __init__(
        self, desk: Desk, engine: Engine, screen: Screen, title: Callable[[NodeId | None], str], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._screen, self._title = desk, engine, screen, title
        self.panels = tuple(TroublePanel(screen) for _ in screen.slots)
        for number, panel in enumerate(self.panels):
            screen.slots[number].changed.connect(partial(self._tell, number))
            panel.bypass.connect(self._bypass)
            panel.again.connect(self._again)
            panel.go_to.connect(self.go_to)

    def lay(self) -> None:
        """In the middle of each part of the screen where a picture is missing; none where nobody looks."""
        for number in range(len(self.panels)):
            self._tell(number)

    def _tell(self, number: int) -> None:
        slot, panel = self._screen.slots[number], self.panels[number]
        painted = self._screen.mode is not Mode.TOGGLE or slot is self._screen.leading
        trouble = slot.trouble if slot in self._screen.shown() and painted else None
        blamed = NodeId(trouble.blamed or trouble.wish.node) if trouble is not None else None
        panel.tell(trouble, self._title(blamed))
        if blamed is not None:
            panel.bypass_button.setEnabled(bool(self._desk.graph.incoming(blamed)))
            _centre(panel, self._area(number))

    def _area(self, number: int) -> QRectF:
        area = self._screen.area(self._screen.slots[number])
        if self._screen.mode in (Mode.WIPE, Mode.DIFFERENCE):
            half = area.width() / 2
            area = area.adjusted(0, 0, -half, 0) if number == 0 else area.adjusted(half, 0, 0, 0)
        return area

    def _bypass(self, node: str) -> None:
        name = self._title(NodeId(node))
        self._desk.do(Bypass(frozenset({NodeId(node)}), True), tr("Bypass {node}").format(node=name))

    def _again(self, node: str) -> None:
        self._engine.forgive(NodeId(node))


def _centre(panel: TroublePanel, area: QRectF) -> None:
    panel.fit(max(180, min(WIDEST_PX, int(area.width()) - 24)))
    middle = area.center()
    panel.move(round(middle.x() - panel.width() / 2), max(8, round(middle.y() - panel.height() / 2)))
