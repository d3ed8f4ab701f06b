"""Hears when J, K and L are let go, which shortcuts do not tell, and which keys they are now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication

from editor.timeline.shuttle import Key
from editor.timeline.transport import Transport


class ShuttleKeys(QObject):
    """`actions` are the commands of J, K and L; the user may have given them other keys."""

    def __init__(self, transport: Transport, actions: dict[Key, QAction]) -> None:
        super().__init__(transport)
        self._transport, self._actions = transport, actions
        self._down: set[Key] = set()
        for key, action in actions.items():
            action.setAutoRepeat(False)
            action.triggered.connect(lambda _=False, key=key: self._down.add(key))
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyRelease and self._down and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            for key in list(self._down):
                if any(one.count() == 1 and one[0].key() == event.key() for one in self._actions[key].shortcuts()):
                    self._let_go(key)
        elif kind == QEvent.Type.ApplicationDeactivate:
            for key in list(self._down):
                self._let_go(key)
        return False

    def _let_go(self, key: Key) -> None:
        self._down.discard(key)
        self._transport.release(key)
