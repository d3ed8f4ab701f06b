"""What the tabs ask of the engine: facts that are there already, never work."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from editor.engine.analysis import Analysis
from runtime.session import Session


class Knows(Protocol):
    """The engine, as far as the tabs need it. `analysed` is told after each edit, with the new Analysis; `session`
    is there once the worker runs."""

    @property
    def analysed(self) -> SignalInstance[tuple[object]]: ...

    @property
    def analysis(self) -> Analysis | None: ...

    @property
    def session(self) -> Session | None: ...
