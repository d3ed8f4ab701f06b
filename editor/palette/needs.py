"""What each node type needs and this machine lacks. Looked up beside the window: VapourSynth takes a second to load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from editor.language import tr
from nodes.node import Node
from runtime.at_hand import at_hand

type Look = Callable[[Iterable[type[Node]]], Collection[str] | None]


class Needs(QObject):
    """Signal: changed() it is known now. Until then every node counts as usable."""

    changed = Signal()
    _looked = Signal(object)

    def __init__(self, kinds: Iterable[type[Node]], look: Look = at_hand, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kinds = list(kinds)
        self._look = look
        self._found: frozenset[str] | None = None
        self._known = False
        self._looked.connect(self._take)

    def start(self) -> None:
        """Look, without making anybody wait."""
        threading.Thread(target=self._work, name="needs", daemon=True).start()

    def _work(self) -> None:
        try:
            found = self._look(self._kinds)
        except Exception:  # then nothing is greyed: the compiler will say what is missing
            return
        with suppress(RuntimeError):  # the window is closed already
            self._looked.emit(None if found is None else frozenset(found))

    def _take(self, found: object) -> None:
        self._found, self._known = found if isinstance(found, frozenset) else None, True
        self.changed.emit()

    @property
    def known(self) -> bool:
        return self._known

    def lacking(self, kind: type[Node]) -> tuple[str, ...]:
        """What it needs and is not here; empty while nobody knows."""
        if not self._known or not kind.needs:
            return ()
        if self._found is None:
            return ("VapourSynth",)
        return tuple(need for need in kind.needs if need not in self._found)

    def reason(self, kind: type[Node]) -> str:
        """Why a node cannot run here and what to do about it; empty where it can."""
        lacking = self.lacking(kind)
        if not lacking:
            return ""
        text = tr("needs {things}, which is not installed here. Run `launch.py doctor`: it tells how to get it")
        return text.format(things=", ".join(lacking))
