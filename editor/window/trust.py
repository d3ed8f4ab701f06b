"""Code that a graph brings along runs only once the user trusts it: asked for in a bar, remembered by its content.

A node that was trusted stays so while it is edited here: then the user is its author. What is pasted or opened is
asked about, unless the very same code has been trusted before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from editor.desk.desk import Desk
from editor.desk.history import Change
from editor.language import tr
from editor.window.notices import Notices
from graphs.document import Graph, NodeDoc, NodeId, thawed
from graphs.groups.flatten import flattened, outermost
from runtime import folders

if TYPE_CHECKING:
    from editor.engine.engine import Engine

BAR = "trust"


def content(doc: NodeDoc) -> str:
    """What a node would run, as a hash of its type and settings."""
    told = json.dumps([doc.type, doc.version, thawed(doc.params)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


class Trusted:
    """The hashes that the user has trusted, kept in a file. An unreadable file trusts nothing."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or folders.data() / "trusted.json"
        self._known = self._kept()

    def _kept(self) -> set[str]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            found = []
        return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()

    def __contains__(self, doc: NodeDoc) -> bool:
        return content(doc) in self._known

    def add(self, doc: NodeDoc) -> None:
        """Trust what this node holds from now on."""
        self._known |= {content(doc)} | self._kept()  # another window may have added to it
        part = self._file.with_name(self._file.name + ".part")
        try:
            part.write_text(json.dumps(sorted(self._known), indent=0), "utf-8")
            part.replace(self._file)
        except OSError:
            return  # trusted for this evening only


class Trust(QObject):
    """Keeps the engine's trust true to what the graph holds. To be made before the engine, so that it hears of an edit
    first: what is pasted must not run for a moment under the trust of what stood there before."""

    def __init__(
        self, desk: Desk, notices: Notices, show: Callable[[str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._bars, self._show = desk, notices, show
        self._engine: Engine | None = None
        self._trusted = Trusted()
        self._asked: frozenset[NodeId] = frozenset()
        desk.reset.connect(self._look, Qt.ConnectionType.QueuedConnection)  # the engine trusts no new document at first
        desk.changed.connect(self._changed)

    def guard(self, engine: Engine) -> None:
        """Of this engine the trust is kept from now on."""
        self._engine = engine
        self._look()

    def grant(self) -> None:
        """The user trusts all code of this graph as it is."""
        for doc in _runs_code(self._desk.graph, self._desk):
            self._trusted.add(doc)
        self._look()

    def _changed(self, change: object) -> None:
        assert isinstance(change, Change)
        edited = {node for node, doc in change.patch.nodes.items() if doc is not None and self._same(change, node, doc)}
        if edited:
            before = {doc.id: doc for doc in _runs_code(_only(change.before, edited), self._desk)}
            for doc in _runs_code(_only(change.after, edited), self._desk):
                known = before.get(doc.id)
                if known is not None and known.type == doc.type and known in self._trusted:
                    self._trusted.add(doc)  # edited here, by who trusts it
        self._look()

    def _same(self, change: Change, node: NodeId, doc: NodeDoc) -> bool:
        """Whether a node that may run code is the one that it was, with other settings. Of a group only the settings
        that it shows may differ: what lies in it may be a stranger's."""
        before = change.before.nodes.get(node)
        kind = self._desk.kind(doc)
        if before is None or before.type != doc.type or before.params == doc.params:
            return False
        return kind is not None and kind.trusted and before.inside is doc.inside

    def _look(self) -> None:
        code = _runs_code(self._desk.graph, self._desk)
        strange = [doc for doc in code if doc not in self._trusted]
        if self._engine is not None:
            self._engine.set_trust(bool(code) and not strange)
        asked = frozenset(doc.id for doc in strange)
        if asked == self._asked:
            return
        self._asked = asked
        self._bars.close_notice(BAR)
        if strange:
            names = ", ".join(doc.label or doc.id for doc in strange)
            text = tr("{nodes} runs code that is written in this graph. Read it before you trust it.")
            first = outermost(strange[0].id)
            self._bars.show_notice(
                BAR,
                text.format(nodes=names),
                [(tr("Read it"), lambda: self._read(first)), (tr("Trust it"), self.grant)],
                kind="warn",
            )

    def _read(self, node: NodeId) -> None:
        self._show(node)
        self._asked = frozenset()  # the bar closes when a button is pressed: it comes back
        self._look()


def _runs_code(graph: Graph, desk: Desk) -> list[NodeDoc]:
    """The nodes that run their author's code, those in groups too, as `group1/own1` and with the settings in force."""
    nodes = flattened(graph, desk.registry).graph.nodes.values()
    found = [doc for doc in nodes if (kind := desk.registry.get(doc.type)) is not None and kind.trusted]
    return sorted(found, key=lambda doc: doc.id)


def _only(graph: Graph, nodes: Collection[NodeId]) -> Graph:
    return Graph({node: graph.nodes[node] for node in nodes})
