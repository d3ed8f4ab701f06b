"""The search that opens where a node is wanted: a few letters, Enter, and it is there. Works by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QStandardItem
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from editor import theme
from editor.canvas.placing import SearchContext
from editor.desk.desk import Desk
from editor.language import tr
from editor.palette.categories import in_order, title
from editor.palette.entries import GROUPS, Entry, by_label, entries_of
from editor.palette.kept import Kept
from editor.palette.needs import Needs
from editor.palette.ranking import ranked
from editor.palette.rows import heading, node_row
from editor.palette.suiting import GOOD, InfoOf, Suits, arriving, replacing, suits, whole
from editor.palette.tree import NodeTree
from graphs.document import NodeId
from nodes.clip import ClipInfo, SoundInfo

WIDTH, HEIGHT = 400, 430
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}


@dataclass(frozen=True)
class _Question:
    """What is searched for: a node for a place, or one instead of another."""

    choose: Callable[[str], object]
    context: SearchContext | None = None
    instead_of: NodeId | None = None
    info: ClipInfo | SoundInfo | None = None


class SearchPopup(QFrame):
    """Ask for a node: `ask` for a place on the canvas, `ask_instead` for what is to replace a node.

    `info_of` tells the clip on an output, so that nodes which suit it come first; `entries` gives all there is to take.
    """

    def __init__(
        self,
        desk: Desk,
        parent: QWidget,
        *,
        kept: Kept | None = None,
        needs: Needs | None = None,
        info_of: InfoOf | None = None,
        entries: Callable[[], Iterable[Entry]] | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("SearchPopup")
        self._desk, self._info_of = desk, info_of
        self._entries = entries or partial(entries_of, desk.registry)
        self._kept = kept or Kept(parent=self)
        self._needs = needs or Needs((), parent=self)
        self._question = _Question(lambda _: None)
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Search nodes"))
        self._sign = self.field.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = NodeTree(stars=False)
        self.list.setDragEnabled(False)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.foot = QLabel()
        self.foot.setObjectName("Muted")
        self.foot.setWordWrap(True)
        self.foot.setTextFormat(Qt.TextFormat.PlainText)
        self.foot.setFixedHeight(round(44 * theme.text_scale()))
        self.foot.setAlignment(Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 4, 8, 2)
        foot.addWidget(self.foot)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 6)
        rows.setSpacing(6)
        rows.addWidget(self.field)
        rows.addWidget(self.list, 1)
        rows.addLayout(foot)
        self.field.textChanged.connect(lambda _: self._fill())
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._clicked)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._tell())
        theme.watch.changed.connect(self._dress)
        self._dress()

    # ---- asking

    def ask(self, at: QPoint, context: SearchContext | None, choose: Callable[[str], object]) -> None:
        """Open at a point of the screen; `choose` is called with the node type's id, or not at all."""
        info = arriving(context, self._feed, self._info_of) if context is not None else None
        self._open(at, _Question(choose, context, None, info))

    def ask_instead(self, at: QPoint, node: NodeId, choose: Callable[[str], object]) -> None:
        """Open for what is to replace `node`: those whose ports fit its wires come first."""
        self._open(at, _Question(choose, None, node))

    def _feed(self, target: tuple[NodeId, str]) -> tuple[NodeId, str] | None:
        link = self._desk.graph.incoming(target[0]).get(target[1])
        return link.source if link is not None else None

    def _open(self, at: QPoint, question: _Question) -> None:
        self._question = question
        self.field.setPlaceholderText(self._wanted())
        scale = theme.text_scale()
        self.resize(round(WIDTH * scale), round(HEIGHT * scale))
        screen = QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()
        self.move(_inside(QRect(at - QPoint(24, 20), self.size()), screen.availableGeometry()))
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._fill()
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _wanted(self) -> str:
        question = self._question
        if question.instead_of is not None:
            node = self._desk.graph.nodes[question.instead_of]
            kind = self._desk.kind(node)
            return tr("Replace {node} by…").format(node=node.label or (tr(kind.name()) if kind else node.type))
        context = question.context
        if context is None or context.kind is None:
            return tr("Search a node")
        if context.on is not None:
            return tr("Search a node for this {kind} wire").format(kind=context.kind.name)
        words = tr("Search a node that takes {kind}") if context.gives else tr("Search a node that gives {kind}")
        return words.format(kind=context.kind.name)

    # ---- what fits

    def entries(self) -> list[Entry]:
        """All that can be taken."""
        return list(self._entries())

    def _fitting(self, entries: Iterable[Entry]) -> list[Entry]:
        question = self._question
        if question.instead_of is not None:
            types = [entry for entry in entries if entry.category != GROUPS]  # a group is made of nodes, not of one
            return replacing(by_label(types), self._desk.kind(question.instead_of))
        context = question.context
        return [entry for entry in entries if context is None or context.fits(entry.kind)]

    def _suits(self, entry: Entry) -> Suits:
        question = self._question
        if question.instead_of is not None:
            fits = whole(entry, self._desk.kind(question.instead_of))
            return GOOD if fits else Suits(2, tr("some wires would be lost"))
        return suits(entry.kind, question.context.kind if question.context else None, question.info)

    # ---- showing it

    def _fill(self) -> None:
        typed = self.field.text().strip()
        entries = self._fitting(self.entries())
        suited = {entry.id: self._suits(entry) for entry in entries}
        self.list.items().clear()
        root = self.list.items().invisibleRootItem()  # another one after each clear()
        if typed:
            found = sorted(ranked(by_label(entries), typed), key=lambda entry: self._last(entry, suited[entry.id]))
            root.appendRows([self._row(entry, suited[entry.id], shelf=True) for entry in found])
        elif self._question.instead_of is not None:
            good = [entry for entry in entries if suited[entry.id].rank < 2]
            self._section("fit", tr("Take over every wire"), good, suited)
            self._section("rest", tr("Take over some"), [one for one in entries if one not in good], suited)
        else:
            self._shelves(entries, suited)
        self.list.expandAll()
        self.list.select_first()
        self.list.scrollToTop()
        self._tell()

    def _shelves(self, entries: list[Entry], suited: dict[str, Suits]) -> None:
        """Used of late, favourites, own groups, then shelf by shelf what suits; what does not suit at the end."""
        known = {entry.id: entry for entry in entries if suited[entry.id].rank < 2}
        recent = [known[one] for one in self._kept.recent if one in known]
        starred = [known[one] for one in self._kept.favourites if one in known and known[one] not in recent]
        self._section("*recent", tr("Used of late"), recent, suited)
        self._section("*favourites", tr("Favourites"), starred, suited)
        order = in_order(entry.category for entry in known.values())
        for category in sorted(order, key=lambda name: name != GROUPS):
            shelf = by_label(entry for entry in known.values() if entry.category == category)
            self._section(category, title(category), shelf, suited)
        rest = by_label(entry for entry in entries if entry.id not in known)
        self._section("*rest", tr("Not for a clip like this"), rest, suited)

    def _section(self, section: str, text: str, entries: list[Entry], suited: dict[str, Suits]) -> None:
        if entries:
            top = heading(section, text)
            top.appendRows([self._row(entry, suited[entry.id]) for entry in entries])
            self.list.items().appendRow(top)

    def _row(self, entry: Entry, how: Suits, *, shelf: bool = False) -> QStandardItem:
        lacking = bool(self._needs.lacking(entry.kind))
        word = tr("not installed") if lacking else how.word or (title(entry.category) if shelf else "")
        return node_row(entry, word=word, dim=lacking or how.rank == 2)

    def _last(self, entry: Entry, how: Suits) -> tuple[bool, bool]:
        """What cannot be used here comes after what can."""
        return how.rank == 2, bool(self._needs.lacking(entry.kind))

    def _tell(self) -> None:
        """Under the list: what the chosen node does, or why there is none."""
        entry = self.list.current()
        if entry is not None:
            reason = self._needs.reason(entry.kind)
            self.foot.setText(f"{entry.label} {reason}" if reason else entry.summary)
        elif self.list.items().rowCount() == 0:
            self.foot.setText(self._nothing())

    def _nothing(self) -> str:
        typed = self.field.text().strip()
        elsewhere = ranked(by_label(self.entries()), typed) if typed else []
        if elsewhere:
            return tr("{node} does not fit here").format(node=elsewhere[0].label)
        return tr("No node is called or does “{typed}”").format(typed=typed) if typed else tr("No node fits here")

    def _dress(self) -> None:
        line, ground = theme.colour("line2").name(), theme.colour("bg2").name()
        self.setStyleSheet(f"#SearchPopup {{ background: {ground}; border: 1px solid {line}; border-radius: 10px; }}")
        self._sign.setIcon(theme.icon("search", "text3"))

    # ---- choosing

    def _clicked(self, index: QModelIndex) -> None:
        if self.list.entry_at(index) is not None:
            self._choose()

    def _choose(self) -> None:
        entry = self.list.current()
        if entry is not None:
            self.close()
            self._kept.used(entry.id)
            self._question.choose(entry.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """All keys arrive in the field; those that move and choose act on the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _STEPS:
                self.list.step(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.list.step(1 if key == Qt.Key.Key_Tab else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose()
                return True
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)


def _inside(box: QRect, screen: QRect) -> QPoint:
    """The corner at which `box` lies wholly on the screen."""
    across = min(max(box.left(), screen.left() + 4), max(screen.left() + 4, screen.right() - box.width() - 4))
    down = min(max(box.top(), screen.top() + 4), max(screen.top() + 4, screen.bottom() - box.height() - 4))
    return QPoint(across, down)
