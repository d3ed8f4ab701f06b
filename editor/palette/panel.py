"""The palette: every node on its shelf, the user's favourites on top, and a field to find one by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QToolTip, QVBoxLayout, QWidget

from editor import theme
from editor.actions import Actions
from editor.desk.desk import Desk
from editor.groups.shelf import Shelf
from editor.language import tr
from editor.palette.categories import in_order, title
from editor.palette.entries import GROUPS, Entry, by_label, entries_of, own_groups
from editor.palette.kept import Kept
from editor.palette.needs import Needs
from editor.palette.ranking import ranked
from editor.palette.rows import Role, failed_row, heading, node_row
from editor.palette.tip import tip
from editor.palette.tree import NodeTree

NEEDS_AFTER_MS = 7000
"""VapourSynth is asked what it has once the window stands and has its first pictures."""
FAVOURITES, RECENT, FAILED = "*favourites", "*recent", "*failed"


class Palette(QWidget):
    """Signals: chosen(type_id) to be put in at the middle of the canvas; export_wanted(type_id) and
    removal_wanted(type_id) of a group of the user's own."""

    chosen = Signal(str)
    export_wanted = Signal(str)
    removal_wanted = Signal(str)

    def __init__(
        self,
        desk: Desk,
        actions: Actions | None = None,
        parent: QWidget | None = None,
        *,
        kept: Kept | None = None,
        needs: Needs | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self.kept = kept or Kept(parent=self)
        self.shelf = shelf or Shelf(desk, parent=self)
        self.needs = needs or Needs(desk.registry, parent=self)
        self.field = QLineEdit()
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName(tr("Search nodes"))
        self._sign = self.field.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = NodeTree()
        self.none = QLabel()
        self.none.setObjectName("Muted")
        self.none.setWordWrap(True)
        self.none.setContentsMargins(12, 8, 12, 8)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(7, 2, 3, 4)
        rows.setSpacing(6)
        rows.addWidget(self.field)
        rows.addWidget(self.none)
        rows.addWidget(self.tree, 1)
        self._listen()
        self._fill()
        if actions is not None:
            self._register(actions)
        if needs is None:
            QTimer.singleShot(NEEDS_AFTER_MS, self.needs, self.needs.start)

    def _listen(self) -> None:
        self.field.textChanged.connect(lambda _: self._fill())
        self.field.returnPressed.connect(self.tree.choose_current)
        self.field.installEventFilter(self)
        self.tree.chosen.connect(lambda entry: self._choose(entry))
        self.tree.starred.connect(lambda entry: self.kept.star(entry.id, not self.kept.is_favourite(entry.id)))
        self.tree.folded.connect(self.kept.fold)
        self.tree.tip_wanted.connect(self._tip)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.kept.changed.connect(self._fill)
        self.needs.changed.connect(self._fill)
        self.shelf.changed.connect(self._fill)
        theme.watch.changed.connect(self._dress)

    def _register(self, actions: Actions) -> None:
        find: Callable[[], object] = self.search
        actions.add("palette.find", tr("Find a node"), find, shortcut="Ctrl+Shift+F", icon="search", group="view",
            words=(tr("palette search nodes"),))  # fmt: skip

    def sizeHint(self) -> QSize:
        return QSize(230, 500)

    # ---- what there is

    def entries(self) -> list[Entry]:
        """All that can be taken."""
        return [*own_groups(self.shelf), *entries_of(self._desk.registry)]

    def search(self) -> None:
        """Put the cursor into the search."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # ---- showing it

    def _fill(self) -> None:
        """Make the rows anew; what was seen and chosen stays where it can."""
        tree, typed = self.tree, self.field.text().strip()
        entries = self.entries()
        counted = tr("Search {count} nodes").format(count=len(entries))
        self.field.setPlaceholderText(counted)
        place, current = tree.verticalScrollBar().value(), tree.current()
        tree.items().clear()
        self.none.setVisible(False)
        if typed:
            found = sorted(ranked(by_label(entries), typed), key=lambda entry: bool(self.needs.lacking(entry.kind)))
            tree.items().invisibleRootItem().appendRows([self._row(entry, title(entry.category)) for entry in found])
            self.none.setText(tr("No node is called or does “{typed}”").format(typed=typed))
            self.none.setVisible(not found)
            tree.select_first()
            tree.scrollToTop()
            return
        tree.rows.folded = frozenset(self.kept.folded)
        for section, text, items in self._sections(entries):
            top = heading(section, text)
            top.appendRows(items)
            tree.items().appendRow(top)
            tree.setExpanded(top.index(), section not in tree.rows.folded)
        if current is not None:
            self._select(current.id)
        tree.verticalScrollBar().setValue(place)

    def _sections(self, entries: list[Entry]) -> Iterable[tuple[str, str, list[QStandardItem]]]:
        known = {entry.id: entry for entry in entries}
        for section, text, ids in (
            (FAVOURITES, tr("Favourites"), self.kept.favourites),
            (RECENT, tr("Used of late"), self.kept.recent),
        ):
            there = [known[one] for one in ids if one in known]
            if there:
                yield section, text, [self._row(entry) for entry in there]
        for category in sorted(in_order(entry.category for entry in entries), key=lambda name: name != GROUPS):
            shelf = by_label(entry for entry in entries if entry.category == category)
            yield category, title(category), [self._row(entry) for entry in shelf]
        failures = self._failures()
        if failures:
            yield FAILED, tr("Did not load"), [failed_row(_short(where), message) for where, message, _ in failures]

    def _failures(self) -> list[tuple[str, str, str]]:
        """What could not be loaded: the file, why, and what that means."""
        lost = tr("{file} could not be loaded, so its nodes are missing. Mend or remove it, then start again.")
        found = [(one.where, one.message, lost) for one in self._desk.registry.failures]
        broken = tr("{file} holds no group that can be used. Remove the file, or keep the group anew.")
        return [*found, *((str(one.path), one.fault, broken) for one in self.shelf.groups if one.doc is None)]

    def _row(self, entry: Entry, word: str = "") -> QStandardItem:
        lacking = self.needs.lacking(entry.kind)
        word = tr("not installed") if lacking else word
        return node_row(entry, word=word, dim=bool(lacking), starred=self.kept.is_favourite(entry.id))

    def _select(self, type_id: str) -> None:
        index = self.tree.items().index(0, 0)
        while index.isValid():
            entry = self.tree.entry_at(index)
            if entry is not None and entry.id == type_id:
                self.tree.setCurrentIndex(index)
                return
            index = self.tree.indexBelow(index)

    def _dress(self) -> None:
        self._sign.setIcon(theme.icon("search", "text3"))
        self.tree.scheduleDelayedItemsLayout()

    # ---- what is done with it

    def _choose(self, entry: Entry) -> None:
        self.kept.used(entry.id)
        self.chosen.emit(entry.id)

    def _tip(self, index: QModelIndex, at: QPoint) -> None:
        QToolTip.showText(at, self.tip_of(index), self.tree.viewport(), self.tree.visualRect(index))

    def tip_of(self, index: QModelIndex) -> str:
        """The words of a row's tooltip."""
        entry = self.tree.entry_at(index)
        if entry is not None:
            reason = self.needs.reason(entry.kind)
            return tip(entry, f"{entry.label} {reason}" if reason else "")
        if index.data(Role.FAILED) is not None:
            where, message, text = self._failures()[index.row()]
            return f"{text.format(file=where)}\n\n{message}"
        return ""

    def _menu(self, at: QPoint) -> None:
        entry = self.tree.entry_at(self.tree.indexAt(at))
        if entry is not None:
            self.menu_of(entry).exec(self.tree.viewport().mapToGlobal(at))

    def menu_of(self, entry: Entry) -> QMenu:
        """What can be done with a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(theme.icon("plus"), tr("Add to the canvas"), partial(self._choose, entry))
        starred = self.kept.is_favourite(entry.id)
        text = tr("Remove from favourites") if starred else tr("Add to favourites")
        menu.addAction(theme.icon("star"), text, partial(self.kept.star, entry.id, not starred))
        if entry.category == GROUPS:
            menu.addSeparator()
            menu.addAction(theme.icon("export"), tr("Export…"), partial(self.export_wanted.emit, entry.id))
            menu.addAction(theme.icon("trash"), tr("Remove…"), partial(self.removal_wanted.emit, entry.id))
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the field move in the list; Escape empties it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 12, Qt.Key.Key_PageUp: -12}
            if step := steps.get(Qt.Key(event.key())):
                self.tree.step(step)
                return True
            if event.key() == Qt.Key.Key_Escape and self.field.text():
                self.field.clear()
                return True
        return super().eventFilter(watched, event)


def _short(where: str) -> str:
    """The last two parts of a path: pack/file.py."""
    return "/".join(where.replace("\\", "/").rsplit("/", 2)[-2:])
