"""What the tabs ask of the engine: facts that are there already, never work."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from editor.engine.analysis import Analysis


class Knows(Protocol):
    """The engine, as far as the tabs need it. `analysed` is told after each edit, with the new Analysis."""

    @property
    def analysed(self) -> SignalInstance[tuple[object]]: ...

    @property
    def analysis(self) -> Analysis | None: ...
