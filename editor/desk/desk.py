"""The open document and all that the window's parts share about it. Every edit goes through `Desk.do`.

Views listen to `changed` and draw what its patch names; they never keep a truth of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from editor.desk.history import Change, History
from graphs.document import Graph, NodeDoc, NodeId
from graphs.edits import Edit, EditError
from graphs.groups.types import kind_of
from nodes.node import Node
from nodes.registry import Registry


class Desk(QObject):
    """One document being edited.

    Signals:
        changed(Change)          the graph has changed; `reset` comes instead when it is another document
        reset()                  another document is open
        selected()               `selection` or `current` has changed
        history_changed()        what undo and redo would do, and whether there is something to save
        refused(str)             an edit could not be done, and why: shown to the user where they work
        finishing()              the document is about to be saved, rendered or left: what is half typed is to be done
    """

    changed = Signal(object)
    reset = Signal()
    selected = Signal()
    history_changed = Signal()
    refused = Signal(str)
    finishing = Signal()

    def __init__(self, registry: Registry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.registry = registry
        self.own_group: Callable[[str], type[Node] | None] | None = None  # editor.groups gives it
        self.path: Path | None = None
        self.name = ""
        self._history = History(Graph())
        self._selection: frozenset[NodeId] = frozenset()
        self._current: NodeId | None = None

    # ---- the document

    @property
    def graph(self) -> Graph:
        return self._history.graph

    @property
    def dirty(self) -> bool:
        return self._history.dirty

    def kind(self, node: NodeId | NodeDoc) -> type[Node] | None:
        """The type of a node of the graph; None where it is missing here."""
        doc = self.graph.nodes.get(node) if isinstance(node, str) else node
        return kind_of(doc, self.registry) if doc is not None else None

    def type_named(self, type_id: str) -> type[Node] | None:
        """The type that a palette offers under this id: of the registry, or a group of the user's own."""
        return self.registry.get(type_id) or (self.own_group(type_id) if self.own_group is not None else None)

    def open(self, graph: Graph, path: Path | None = None, name: str = "", *, saved: bool = True) -> None:
        """Show another document. `saved`: the disk holds it as it is."""
        self._history = History(graph)
        if not saved:
            self._history.mark_unsaved()
        self.path, self.name = path, name or (path.stem if path else "")
        self._selection, self._current = frozenset(), None
        self.reset.emit()
        self.selected.emit()
        self.history_changed.emit()

    def mark_saved(self, path: Path, graph: Graph | None = None) -> None:
        """The disk holds `graph` (by default this one) under `path`."""
        self.path, self.name = path, path.stem
        self._history.mark_saved(graph)
        self.history_changed.emit()

    # ---- edits

    def do(self, edit: Edit, text: str, merge: Hashable = None) -> bool:
        """Apply an edit as one undo step called `text`; steps with the same `merge` become one.

        False, and `refused` tells why, if it cannot be done.
        """
        try:
            change = self._history.do(edit, text, merge, time.monotonic())
        except EditError as fault:
            self.refused.emit(str(fault))
            return False
        if change is not None:
            self._tell(change)
        return True

    def finish(self) -> None:
        """Have what is half typed handed over, before somebody takes the document as it is."""
        self.finishing.emit()

    def settle(self) -> None:
        """A slider was let go: what comes next is an undo step of its own."""
        self._history.settle()

    def undo(self) -> None:
        self._tell(self._history.undo())

    def redo(self) -> None:
        self._tell(self._history.redo())

    @property
    def undo_text(self) -> str | None:
        return self._history.undo_text

    @property
    def redo_text(self) -> str | None:
        return self._history.redo_text

    def _tell(self, change: Change | None) -> None:
        if change is None:
            return
        gone = {node for node, doc in change.patch.nodes.items() if doc is None}
        self.changed.emit(change)
        if gone & (self._selection | {self._current}):
            self.select(self._selection - gone, None if self._current in gone else self._current)
        self.history_changed.emit()

    # ---- the selection

    @property
    def selection(self) -> frozenset[NodeId]:
        return self._selection

    @property
    def current(self) -> NodeId | None:
        """The node whose params are shown; in the selection, if there is one."""
        return self._current

    def select(self, nodes: Collection[NodeId], current: NodeId | None = None) -> None:
        """Select `nodes`; `current` is the one that is shown (by default one of them)."""
        chosen = frozenset(nodes) & self.graph.nodes.keys()
        if current is None or current not in chosen:
            current = self._current if self._current in chosen else next(iter(sorted(chosen)), None)
        if (chosen, current) != (self._selection, self._current):
            self._selection, self._current = chosen, current
            self.selected.emit()
