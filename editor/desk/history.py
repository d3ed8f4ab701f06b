"""Undo and redo without end, as values: each entry is an edit's way back and the way forward again. No Qt here.

Entries with the same `merge` key that follow each other within a moment become one, so that a slider's
hundred steps are one undo.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from graphs.document import Graph
from graphs.edits import Edit, Patch, apply, difference

MERGE_S = 2.0
"""Seconds after which another step of the same slider begins an entry of its own."""


@dataclass(frozen=True)
class Entry:
    """One undoable edit. `back` and `forward` lead from after to before and again."""

    text: str
    back: Patch
    forward: Patch
    merge: Hashable = None
    at: float = 0.0


@dataclass(frozen=True)
class Change:
    """What a view has to draw anew: `patch` leads from `before` to `after`."""

    before: Graph
    after: Graph
    patch: Patch
    text: str = ""


class History:
    """A graph with its past and future. `saved` marks where the file on disk stands."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._past: list[Entry] = []
        self._future: list[Entry] = []
        self._saved: Graph | None = graph

    @property
    def dirty(self) -> bool:
        return self.graph is not self._saved and self.graph != self._saved

    @property
    def undo_text(self) -> str | None:
        """What undo would take back; None if there is nothing."""
        return self._past[-1].text if self._past else None

    @property
    def redo_text(self) -> str | None:
        return self._future[-1].text if self._future else None

    def mark_saved(self, graph: Graph | None = None) -> None:
        """`graph` (by default what is here) is what the disk holds."""
        self._saved = self.graph if graph is None else graph

    def mark_unsaved(self) -> None:
        """Nothing on disk holds this: a recovered or a made document."""
        self._saved = None

    def do(self, edit: Edit, text: str, merge: Hashable = None, now: float = 0.0) -> Change | None:
        """Apply `edit`; None if it changes nothing. EditError if it cannot be done."""
        before = self.graph
        after, back = apply(before, edit)
        if not back:
            return None
        forward = difference(before, after)
        last = self._past[-1] if self._past else None
        if last and merge is not None and last.merge == merge and now - last.at < MERGE_S and not self._future:
            begun, _ = apply(before, last.back)
            self._past[-1] = replace(last, back=difference(after, begun), forward=difference(begun, after), at=now)
            if not self._past[-1].back:  # the slider is back where it was
                self._past.pop()
        else:
            self._past.append(Entry(text, back, forward, merge, now))
        self._future.clear()
        self.graph = after
        return Change(before, after, forward, text)

    def settle(self) -> None:
        """The gesture is over: the next edit begins an entry of its own."""
        if self._past:
            self._past[-1] = replace(self._past[-1], merge=None)

    def undo(self) -> Change | None:
        return self._step(self._past, self._future, back=True)

    def redo(self) -> Change | None:
        return self._step(self._future, self._past, back=False)

    def _step(self, source: list[Entry], target: list[Entry], *, back: bool) -> Change | None:
        if not source:
            return None
        entry = source.pop()
        before = self.graph
        patch = entry.back if back else entry.forward
        self.graph, _ = apply(before, patch)
        target.append(replace(entry, merge=None))
        return Change(before, self.graph, patch, entry.text)
