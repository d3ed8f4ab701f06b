"""The dialog of a group: its name, what it is for, and which params it shows, ticked by the node inside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.forms.words import choice_name
from editor.language import tr
from editor.plain import tip
from editor.theme.icons import FOLDER
from graphs.codec import along_the_tape
from graphs.document import Graph, NodeId
from graphs.groups.types import kind_of
from nodes.params import Kind, Param, ParamError
from nodes.registry import Registry

type Port = tuple[NodeId, str]

_AT, _USUAL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Choice:
    """What the user chose. `shown`: (node inside, param, label), label empty for the param's own."""

    title: str
    about: str
    shown: tuple[tuple[NodeId, str, str], ...]


class Chooser(QDialog):
    """`graph` holds the nodes of the group, `shown` what is ticked at first, with its labels."""

    def __init__(
        self,
        graph: Graph,
        registry: Registry,
        shown: dict[Port, str],
        parent: QWidget | None = None,
        *,
        heading: str = "",
        title: str = "",
        about: str = "",
        yes: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading or tr("Make a group"))
        self.name, self.about = QLineEdit(title), QLineEdit(about)
        self.name.setPlaceholderText(tr("Name"))
        self.name.setAccessibleName(tr("Name of the group"))
        self.about.setPlaceholderText(tr("What it is for"))
        self.about.setAccessibleName(tr("What the group is for"))
        self.field = QLineEdit()
        self.field.setClearButtonEnabled(True)
        self.field.setPlaceholderText(tr("Search params"))
        self.field.setAccessibleName(tr("Search params"))
        self.field.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([tr("Param"), tr("Now"), tr("Shown as")])
        self.tree.setIconSize(QSize(16, 16))
        self.tree.setUniformRowHeights(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(22)
        self.tree.setStyleSheet(_boxes())
        self.tree.setAccessibleName(tr("Params that the group shows"))
        self.tree.setEditTriggers(
            QTreeWidget.EditTrigger.SelectedClicked
            | QTreeWidget.EditTrigger.DoubleClicked
            | QTreeWidget.EditTrigger.EditKeyPressed
        )
        head = self.tree.header()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        head.setStretchLastSection(False)
        self.tree.setColumnWidth(1, 120)
        self.tree.setColumnWidth(2, 150)
        self.count = QLabel()
        self.count.setObjectName("Muted")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.addButton(yes or tr("Make group"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("Primary")
        self._fill(graph, registry, shown)
        self._lay_out()
        self.field.textChanged.connect(self._find)
        self.tree.itemChanged.connect(self._ticked)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._tell()

    def _lay_out(self) -> None:
        said = QLabel(tr("Tick the params that the group shows. The others keep their values."))
        said.setObjectName("Muted")
        foot = QHBoxLayout()
        foot.addWidget(self.count, 1)
        foot.addWidget(self.buttons)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 16, 16, 12)
        rows.setSpacing(8)
        for widget in (self.name, self.about):
            rows.addWidget(widget)
        rows.addSpacing(6)
        rows.addWidget(said)
        rows.addWidget(self.field)
        rows.addWidget(self.tree, 1)
        rows.addLayout(foot)
        scale = theme.text_scale()
        self.resize(round(600 * scale), round(600 * scale))
        self.ok.setDefault(True)  # now that it stands in the dialog
        self.name.setFocus()

    def _fill(self, graph: Graph, registry: Registry, shown: dict[Port, str]) -> None:
        for key in along_the_tape(graph):
            doc = graph.nodes[key]
            kind = kind_of(doc, registry)
            if kind is None or not kind.params:
                continue
            name = tr(kind.name())
            top = QTreeWidgetItem([doc.label or name, "", ""])
            top.setToolTip(0, tip(f"{key} · {name}"))
            known = (FOLDER / f"cat-{kind.category}.svg").exists()
            tint = theme.category_colour(kind.category).name()
            sign = f"cat-{kind.category}" if known else "group"
            top.setIcon(0, QIcon(theme.pixmap(sign, 16, tint, self.devicePixelRatioF())))
            top.setFont(0, theme.font(13, bold=True))
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tree.addTopLevelItem(top)
            for param in kind.params.values():
                item = self._row(key, param, doc.params.get(param.name, param.plain(param.default)))
                ticked = (key, param.name) in shown or _is_file(param)
                item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
                item.setText(2, shown.get((key, param.name), ""))
                top.addChild(item)
            top.setExpanded(True)

    def _row(self, key: NodeId, param: Param, value: object) -> QTreeWidgetItem:
        item = QTreeWidgetItem([tr(param.title), _said(param, value), ""])
        item.setData(0, _AT, (str(key), param.name))
        item.setToolTip(0, tip(param.help))
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
        if _is_file(param):
            item.setToolTip(0, tip(f"{param.help}\n{tr('Files that a group reads are always shown')}"))
        else:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        item.setFlags(flags)
        return item

    # ---- what is ticked

    def _rows(self) -> list[QTreeWidgetItem]:
        tops = [self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount())]
        return [top.child(at) for top in tops if top is not None for at in range(top.childCount())]

    def _ticked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            self._tell()
        elif column == 2 and item.text(2).strip() and item.checkState(0) != Qt.CheckState.Checked:
            item.setCheckState(0, Qt.CheckState.Checked)  # who names a param means to show it

    def _tell(self) -> None:
        count = len([item for item in self._rows() if item.checkState(0) == Qt.CheckState.Checked])
        self.count.setText(tr("1 param shown") if count == 1 else tr("{count} params shown").format(count=count))

    def _find(self, typed: str) -> None:
        words = typed.casefold().split()
        for item in self._rows():
            text = f"{item.text(0)} {item.toolTip(0)} {item.text(2)} {item.parent().text(0)}".casefold()
            item.setHidden(not all(word in text for word in words))
        for at in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(at)
            if top is not None:
                top.setHidden(all(top.child(row).isHidden() for row in range(top.childCount())))

    def choice(self) -> Choice:
        shown = []
        for item in self._rows():
            if item.checkState(0) == Qt.CheckState.Checked:
                node, param = item.data(0, _AT)
                shown.append((NodeId(node), str(param), item.text(2).strip()))
        return Choice(self.name.text().strip(), self.about.text().strip(), tuple(shown))


def _is_file(param: Param) -> bool:
    """Whether it names what is read: a document that is moved looks for its files outside its groups."""
    return param.kind in (Kind.FILE, Kind.FOLDER) and not param.saves


def _said(param: Param, value: object) -> str:
    """A value in a few letters."""
    try:
        known = param.accept(value)
    except ParamError:
        known = value
    match known:
        case Enum() if param.choices is not None and isinstance(known, param.choices):
            text = choice_name(param, known)
        case bool():
            text = tr("on") if known else tr("off")
        case float():
            text = f"{known:g}"
        case _:
            text = str(value)
    text = text if len(text) <= 24 else f"{text[:23]}…"
    return f"{text} {param.unit}" if param.unit else text


def _boxes() -> str:
    """How the boxes to tick look."""
    colours = {name: theme.colour(name).name() for name in ("bg0", "line2", "accent", "accent2")}
    tick = (FOLDER / "tick.svg").as_posix()
    return (
        "QTreeView::indicator {{ width: 13px; height: 13px; border-radius: 4px; background: {bg0};"
        " border: 1px solid {line2}; }}"
        "QTreeView::indicator:hover {{ border-color: {accent}; }}"
        "QTreeView::indicator:checked {{ background: {accent2}; border-color: {accent2}; image: url({tick}); }}"
    ).format(tick=tick, **colours)
