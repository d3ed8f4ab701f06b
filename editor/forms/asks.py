"""What the tabs ask of the engine: facts that are there already, never work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Offer:
    """A model that can be chosen. `small` says in a few letters what else is known of it: `2× · 33 MB`."""

    name: str
    title: str
    small: str = ""


@dataclass(frozen=True)
class Absent:
    """A model that is named and cannot be used now. `may_get`: it can be fetched, and `asks` about its licence first;
    `at` says how far that is, `share` as a part of 1 where that is known; `fault` why it failed."""

    name: str
    title: str
    small: str = ""
    may_get: bool = False
    asks: bool = False
    at: str = ""
    share: float | None = None
    fault: str = ""


class Models(Protocol):
    """The model shelf, as far as a form needs it. `changed` is told when any answer may be another."""

    @property
    def changed(self) -> SignalInstance[tuple[()]]: ...

    def load(self) -> None:
        """Look at the shelf, if that has not been done."""

    def look(self) -> None:
        """Look at it again: somebody else may have put something there."""

    def offers(self, task: str) -> Sequence[Offer]:
        """What can be chosen for a task."""

    def offer(self, name: str) -> Offer | None:
        """One that can be chosen."""

    def absent(self, name: str) -> Absent | None:
        """What is known of a model that cannot be used; None while the shelf has not been looked at, or if it can."""

    def get(self, name: str) -> None: ...

    def cancel(self, name: str) -> None: ...

    def more(self, task: str, name: str = "") -> None:
        """Show the whole shelf, at a task or a model."""
