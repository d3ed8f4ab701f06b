"""What the graph needs and this machine lacks: a tape not chosen yet, files that have moved, unknown node types."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject

from editor.desk.asking import Asker
from editor.desk.desk import Desk
from editor.desk.files import Files
from editor.desk.paths import Named, found_in, lost
from editor.language import tr
from editor.window.notices import Choice, Notices
from graphs.document import Graph, NodeId
from graphs.edits import Edit, SetParams, Several
from graphs.groups.types import kind_of

SOURCE, FILE = "input.video", "file"


class Missing(QObject):
    """Keeps the bar true: it goes when all is there, and comes back when something else is missing."""

    def __init__(self, desk: Desk, files: Files, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._files, self._bars = desk, files, notices
        self._asker: Asker = files.asker
        self._told: object = None
        desk.reset.connect(self._forget)
        desk.changed.connect(lambda _: self.look())
        desk.reset.connect(self.look)

    def _forget(self) -> None:
        self._told = None
        self._bars.close_notice("missing")

    def look(self) -> None:
        """Compare the graph with the disk and the node types at hand."""
        graph, registry = self._desk.graph, self._desk.registry
        empty = [node for node in _sources(graph) if not graph.nodes[node].params.get(FILE)]
        gone = lost(graph, registry)
        unknown = sorted({doc.type for doc in graph.nodes.values() if kind_of(doc, registry) is None})
        now = (tuple(empty), tuple(gone), tuple(unknown))
        if now == self._told:
            return
        self._told = now
        self._bars.close_notice("missing")
        text, choices = self._words(empty, gone, unknown)
        if text:
            self._bars.show_notice("missing", text, choices, kind="warn" if gone or unknown else "info")

    def _words(self, empty: list[NodeId], gone: list[Named], unknown: list[str]) -> tuple[str, list[Choice]]:
        said: list[str] = []
        choices: list[Choice] = []
        if gone:
            said.append(tr("Not found: {files}.").format(files=_listed(_name(one.path) for one in gone)))
            choices.append((tr("Find file…"), self.find_file))
            choices.append((tr("Search a folder…"), self.search_folder))
        if unknown:
            text = tr("Node types that are not installed: {types}. They are kept as they are.")
            said.append(text.format(types=_listed(unknown)))
        if empty and not gone:
            said.append(tr("No tape is chosen yet."))
            choices.append((tr("Choose the tape…"), self.choose_tape))
        return " ".join(said), choices

    # ---- mending

    def choose_tape(self) -> None:
        """Put one file into every source that has none."""
        path = self._asker.tape(self._files.folder())
        if path is not None:
            empty = [node for node in _sources(self._desk.graph) if not self._desk.graph.nodes[node].params.get(FILE)]
            self._set({Named(node, FILE, ""): path for node in empty}, tr("Choose the tape"))
            self._files.remember_folder(path.parent)
        self._told = None
        self.look()

    def find_file(self) -> None:
        """Ask for the first lost file; others of the lost names beside it are taken too."""
        gone = lost(self._desk.graph, self._desk.registry)
        if gone:
            title = tr("Where is {file}?").format(file=_name(gone[0].path))
            path = self._asker.file(title, self._files.folder(), tr("All files ({endings})").format(endings="*"))
            if path is not None:
                same = {one: path for one in gone if one.path == gone[0].path}
                beside = found_in(path.parent, [one for one in gone if one not in same])
                self._set({**beside, **same}, tr("Find files"))
        self._told = None
        self.look()

    def search_folder(self) -> None:
        """Look for all lost files in a folder and below it."""
        folder = self._asker.folder(tr("Where do the files lie?"), self._files.folder())
        if folder is not None:
            found = found_in(folder, lost(self._desk.graph, self._desk.registry))
            if not found:
                self._files.failed.emit(tr("{folder}: none of the files is there. Try another").format(folder=folder))
            self._set(found, tr("Find files"))
        self._told = None
        self.look()

    def _set(self, found: dict[Named, Path], text: str) -> None:
        edits: tuple[Edit, ...] = tuple(SetParams(one.node, {one.param: str(path)}) for one, path in found.items())
        if edits:
            self._desk.do(Several(edits), text)


def _sources(graph: Graph) -> list[NodeId]:
    return [node.id for node in graph.nodes.values() if node.type == SOURCE and not (node.bypass or node.mute)]


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _listed(names: Iterable[str]) -> str:
    """The first three, and how many more."""
    known = list(dict.fromkeys(names))
    more = len(known) - 3
    shown = ", ".join(known[:3])
    return tr("{names} and {count} more").format(names=shown, count=more) if more > 0 else shown
