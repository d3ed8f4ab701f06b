"""All that is wrong with the graph, gravest first: a click leads to the node, a button mends."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from editor import theme
from editor.desk.desk import Desk
from editor.forms.remedy import remedy
from editor.language import tr
from editor.plain import tip
from graphs.document import NodeId
from graphs.edits import Edit
from graphs.problem import Problem

_NODE = Qt.ItemDataRole.UserRole


class ProblemsPanel(QWidget):
    """Signals: node_wanted(NodeId) show it; counted(int, bool) how many, and whether one is an error."""

    node_wanted = Signal(str)
    counted = Signal(int, bool)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shown: tuple[tuple[Problem, str], ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Problems"))
        self.list.setSpacing(1)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        self.none = QLabel(tr("Nothing is wrong with this graph."))
        self.none.setObjectName("Muted")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 4, 6, 4)
        rows.addWidget(self.none, 1)
        rows.addWidget(self.list, 1)
        self.list.hide()
        theme.watch.changed.connect(self._draw)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        ordered = sorted(dict.fromkeys(problems), key=lambda one: not one.is_error)
        mends = [remedy(self._desk.graph, self._desk.registry, one) for one in ordered]
        shown = tuple((one, mend[0] if mend else "") for one, mend in zip(ordered, mends, strict=True))
        if shown == self._shown:
            return
        self._shown = shown
        self._draw()
        self.counted.emit(len(ordered), any(one.is_error for one in ordered))

    def _draw(self) -> None:
        self.list.clear()
        for problem, mend in self._shown:
            item = QListWidgetItem(self.list)
            item.setData(_NODE, problem.node)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, problem.line())
            row = self._row(problem, mend)
            item.setSizeHint(row.sizeHint())
            self.list.setItemWidget(item, row)
        self.list.setVisible(bool(self._shown))
        self.none.setVisible(not self._shown)

    def _row(self, problem: Problem, mend: str) -> QWidget:
        row = QWidget()
        row.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 3, 6, 3)
        line.setSpacing(8)
        sign = QLabel()
        tint = "err" if problem.is_error else "warn"
        sign.setPixmap(theme.pixmap("warning", 16, tint, self.devicePixelRatioF()))
        where = QLabel(self._title(problem))
        where.setObjectName("PanelTitle")
        where.setTextFormat(Qt.TextFormat.PlainText)
        said = QLabel(_sentence(problem.text))
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setToolTip(tip(problem.line()))
        line.addWidget(sign)
        if where.text():
            line.addWidget(where)
        line.addWidget(said, 1)
        said.setMinimumWidth(10)
        for label in (sign, where, said):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if mend:
            button = QPushButton(mend)
            button.clicked.connect(partial(self._mend, problem))
            line.addWidget(button)
        return row

    def _title(self, problem: Problem) -> str:
        doc = self._desk.graph.nodes.get(problem.node) if problem.node else None
        kind = self._desk.kind(doc) if doc else None
        return (doc.label or (tr(kind.name()) if kind else doc.id)) if doc else str(problem.node or "")

    def _mend(self, problem: Problem) -> None:
        made: tuple[str, Edit] | None = remedy(self._desk.graph, self._desk.registry, problem)
        if made is not None:
            self._desk.do(made[1], made[0])

    def _go(self, item: QListWidgetItem) -> None:
        node: NodeId | None = item.data(_NODE)
        if node is not None and node in self._desk.graph.nodes:
            self._desk.select([node], node)
            self.node_wanted.emit(node)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
