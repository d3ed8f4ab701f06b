"""Looks at a source file through the worker, off the GUI thread, and remembers what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from editor.forms.asks import Knows
from editor.language import tr
from nodes.media import Media, MediaError
from runtime.media import media_from
from runtime.session import Session, SessionError


@dataclass(frozen=True)
class Seen:
    """What a file is, or why that is not known. `facts["measured"]` is there once the fields have been measured."""

    path: str
    media: Media | None = None
    facts: Mapping[str, Any] | None = None
    fault: str = ""

    @property
    def measured(self) -> Mapping[str, Any] | None:
        return self.facts.get("measured") if self.facts else None


class Looking(QObject):
    """Signal: seen(Seen). A file that has changed on disk is looked at anew."""

    seen = Signal(object)
    _heard = Signal(object, object)

    def __init__(self, engine: Knows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._known: dict[tuple[str, float], Seen] = {}
        self._busy: set[tuple[str, bool]] = set()
        self._heard.connect(self._keep)

    def look(self, path: str, *, measure: bool = False) -> Seen | None:
        """What is known of the file; None, and `seen` will tell, while that is being found out."""
        known = self._known.get((path, _stamp(path)))
        if known is not None and (not measure or known.measured is not None or known.media is None):
            return known
        session = self._engine.session
        if session is None:
            return known
        if (path, measure) not in self._busy:
            self._busy.add((path, measure))
            QThreadPool.globalInstance().start(lambda: self._work(session, path, measure))
        return known

    def measuring(self, path: str) -> bool:
        return (path, True) in self._busy

    def _work(self, session: Session, path: str, measure: bool) -> None:
        seen = looked_at(session, path, measure=measure)
        try:
            self._heard.emit(seen, measure)
        except RuntimeError:  # the window has gone meanwhile
            return

    def _keep(self, seen: object, measure: object) -> None:
        assert isinstance(seen, Seen)
        self._busy.discard((seen.path, bool(measure)))
        known = self._known.get((seen.path, _stamp(seen.path)))
        if known is None or measure or known.measured is None:
            self._known[seen.path, _stamp(seen.path)] = seen
        self.seen.emit(seen)


def looked_at(session: Session, path: str, *, measure: bool = False) -> Seen:
    """Ask the worker; takes milliseconds, or with `measure` some hundred decoded frames."""
    try:
        facts = session.probe(path, measure=measure)
        return Seen(path, media_from(facts, path), facts)
    except MediaError as fault:
        return Seen(path, fault=str(fault))
    except (SessionError, OSError) as fault:
        return Seen(path, fault=tr("looking at the file failed ({fault}). Is it damaged?").format(fault=fault))


def _stamp(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except (OSError, ValueError):
        return 0.0
