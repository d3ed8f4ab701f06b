"""What every control of a form does: shows a value, says when it was edited, and says why an entry is refused."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nodes.params import Param, ParamError


class Control(QWidget):
    """Edits one param.

    Signals:
        edited(object)   a value as a document holds it, which the param takes; also while a slider moves
        settled()        the gesture is over: what comes next is an undo step of its own
        refused(str)     an entry that the param does not take, and why; empty: the entry has been taken back
    """

    edited = Signal(object)
    settled = Signal()
    refused = Signal(str)

    tall = False
    """Whether it takes a line of its own, under its label."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.param = param

    def show_value(self, value: object) -> None:
        """Show what the document holds: a value as the param accepts it, or MIXED."""
        raise NotImplementedError

    def room(self) -> int:
        """Pixels across below which it should have a line of its own."""
        return self.minimumSizeHint().width()

    def finish(self) -> None:
        """Hand on what has been typed and not yet confirmed: another node is about to be shown."""

    def parts(self) -> Sequence[QWidget]:
        """The widgets that can have the focus, the first one first."""
        raise NotImplementedError

    def name_parts(self, name: str, about: str) -> None:
        """Tell screen readers what this is."""
        for part in self.parts():
            part.setAccessibleName(name)
            part.setAccessibleDescription(about)

    def offer(self, value: object, *, settle: bool = True) -> bool:
        """Hand on what the user made, or tell why it cannot be. `value` is plain, or text as it was typed."""
        try:
            accepted = self.param.parse(value) if isinstance(value, str) else self.param.accept(value)
        except ParamError as fault:
            self.refused.emit(str(fault))
            return False
        self.refused.emit("")
        self.edited.emit(self.param.plain(accepted))
        if settle:
            self.settled.emit()
        return True
