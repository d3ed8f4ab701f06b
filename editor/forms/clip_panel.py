"""The Clip tab: what comes into a node and what leaves it, side by side; for a source, what its file is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from editor import theme
from editor.desk.desk import Desk
from editor.forms.asks import Knows
from editor.forms.heading import heading
from editor.forms.looking import Looking, Seen
from editor.forms.sheet import sheet
from editor.forms.telling import ORDERS, Said, clip_rows, file_rows, sound_rows
from editor.language import tr
from graphs.document import NodeId
from graphs.edits import SetParams
from nodes.clip import ClipInfo, Fields
from nodes.node import Info
from nodes.params import Kind
from nodes.ports import PICTURES
from runtime.advice import measured_words
from runtime.media import notes

MARGIN = 14


class ClipPanel(QWidget):
    """Follows the current node."""

    def __init__(self, desk: Desk, engine: Knows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._engine = desk, engine
        self.looking = Looking(engine, self)
        self.looking.seen.connect(self._seen)
        self._shown: object = None
        self._offered: tuple[NodeId, Fields] | None = None
        self._place = QVBoxLayout()
        self._place.setContentsMargins(MARGIN, 10, MARGIN, MARGIN)
        self._inner = QWidget()
        self._inner.setLayout(self._place)
        self._content: QWidget | None = None
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._inner)
        area.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.setStyleSheet(sheet())
        theme.watch.changed.connect(self._redress)
        desk.selected.connect(self.refresh)
        desk.reset.connect(self.refresh)
        engine.analysed.connect(self.refresh)
        self.refresh()

    # ---- what is shown

    def refresh(self) -> None:
        """Show the current node, if somebody looks."""
        if not self.isVisible():
            return
        node = self._desk.current
        before = self._info(node, arriving=True) if node else []
        after = self._info(node, arriving=False) if node else []
        seen = self._file(node) if node else None
        busy = bool(seen and self.looking.measuring(seen.path))
        shown = (node, before, after, seen, busy)
        if shown == self._shown and self._content is not None:
            return
        self._shown = shown
        self._fill(node, before, after, seen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _seen(self) -> None:
        self.refresh()

    def _info(self, node: NodeId, *, arriving: bool) -> list[Info]:
        """The first picture and the first sound that come in, or leave."""
        facts, kind = self._engine.analysis, self._desk.kind(node)
        if facts is None or kind is None:
            return []
        feeds = self._desk.graph.incoming(node)
        found: list[Info] = []
        for pictures in (True, False):
            if arriving:
                ports = [p.name for p in kind.inputs.values() if (p.kind in PICTURES) is pictures]
                places = [feeds[name].source for name in ports if name in feeds]
            else:
                places = [(node, p.name) for p in kind.outputs.values() if (p.kind in PICTURES) is pictures]
                main = facts.main_picture(node) if pictures and not kind.outputs else None
                places += [main] if main else []
            info = next((told for told in (facts.info(*place) for place in places) if told is not None), None)
            if info is not None:
                found.append(info)
        return found

    def _conversions(self, node: NodeId) -> list[str]:
        """What the compiler does to clips on their way in."""
        facts = self._engine.analysis
        found = facts.conversions.items() if facts else ()
        text = tr("What comes in at {port} is converted to {format} first.")
        return [text.format(port=port, format=form.name) for (at, port), form in found if at == node]

    def _file(self, node: NodeId) -> Seen | None:
        """What the file of a source is; None for nodes that read none."""
        path = self._path(node)
        if not path:
            return None
        return self.looking.look(path) or Seen(path)

    def _path(self, node: NodeId) -> str:
        kind = self._desk.kind(node)
        for param in kind.params.values() if kind and not kind.inputs else ():
            if param.kind is Kind.FILE and not param.saves:
                return str(self._desk.graph.nodes[node].params.get(param.name) or "")
        return ""

    # ---- the making

    def _fill(self, node: NodeId | None, before: list[Info], after: list[Info], seen: Seen | None) -> None:
        if self._content is not None:
            self._place.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = QWidget()
        box = QVBoxLayout(self._content)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        if node is None:
            box.addWidget(_muted(tr("Select a node to see what its clip is.")))
        elif not before and not after and seen is None:
            box.addWidget(_muted(tr("Nothing is known of this node's clip yet. Wire it up, or mend what is wrong.")))
        else:
            if before or after:
                box.addWidget(_compared(_rows(before), _rows(after)))
            for said in self._conversions(node):
                box.addWidget(_muted(said))
            if seen is not None:
                self._add_file(box, node, seen)
        box.addStretch(1)
        self._place.addWidget(self._content)

    def _add_file(self, box: QVBoxLayout, node: NodeId, seen: Seen) -> None:
        box.addWidget(heading(tr("File")))
        if seen.fault:
            box.addWidget(_muted(seen.fault, "Error"))
            return
        if seen.media is None or seen.facts is None:
            box.addWidget(_muted(tr("Looking at the file…")))
            return
        rows = list(file_rows(seen.media, seen.facts))
        measured = seen.measured
        if measured is not None:
            rows.append(Said(tr("Measured"), measured_words(measured)))
        box.addWidget(_table(rows))
        for note in notes(seen.facts):
            box.addWidget(_muted(note[:1].upper() + note[1:] + "."))
        if seen.media.video and measured is None:
            busy = self.looking.measuring(seen.path)
            button = _button(tr("Measuring…") if busy else tr("Measure the field order"), "measure")
            button.setEnabled(not busy)
            button.clicked.connect(self.measure)
            box.addWidget(button)
        elif measured is not None:
            self._add_advice(box, node, measured)

    def _add_advice(self, box: QVBoxLayout, node: NodeId, measured: Any) -> None:
        """Offer the field order that the picture shows, where another one is assumed."""
        shown = shown_order(measured)
        facts = self._engine.analysis
        kind = self._desk.kind(node)
        if shown is None or facts is None or kind is None or "field_order" not in kind.params:
            return
        now = next((info.fields for info in self._info(node, arriving=False) if isinstance(info, ClipInfo)), None)
        if now is None or now is shown:
            box.addWidget(_muted(tr("The picture agrees with the field order that is set."), "Good"))
            return
        text = tr("The picture says {shown}; set is {now}.").format(shown=tr(ORDERS[shown]), now=tr(ORDERS[now]))
        box.addWidget(_muted(text, "Warning"))
        button = _button(tr("Set the field order to {order}").format(order=shown.value.upper()), "wand")
        self._offered = (node, shown)
        button.clicked.connect(self._set_order)
        box.addWidget(button)

    def _set_order(self) -> None:
        if self._offered is None or self._offered[0] not in self._desk.graph.nodes:
            return
        node, order = self._offered
        self._desk.settle()
        self._desk.do(SetParams(node, {"field_order": order.value}), tr("Set {param}").format(param=tr("Field order")))

    def measure(self) -> None:
        """Look at some hundred frames for how the fields really lie."""
        node = self._desk.current
        path = self._path(node) if node else ""
        if path:
            self.looking.look(path, measure=True)
            self.refresh()

    def _redress(self) -> None:
        self.setStyleSheet(sheet())
        self._shown = None
        self.refresh()


def shown_order(measured: Any) -> Fields | None:
    """The field order that a measurement found; None where it found none that a source could be set to."""
    kind = measured.get("kind", "unknown")
    order = measured.get("first") if kind == "telecine" else kind
    return Fields(order) if order in ("tff", "bff", "progressive") and not measured.get("error") else None


def _rows(infos: Sequence[Info]) -> list[Said]:
    rows: list[Said] = []
    for info in infos:
        rows += clip_rows(info) if isinstance(info, ClipInfo) else sound_rows(info)
    return rows


def _compared(before: list[Said], after: list[Said]) -> QWidget:
    """In and out, what the node changes standing out; one column where there is only one."""
    was, now = ({row.name: row.value for row in rows} for rows in (before, after))
    names = list(dict.fromkeys([*was, *now]))
    made = QWidget()
    grid = _grid(made)
    for column, title in ((1, tr("In")), (2, tr("Out"))) if was and now else ():
        grid.addWidget(heading(title), 0, column)
    for at, name in enumerate(names, 1):
        grid.addWidget(_name(name), at, 0, Qt.AlignmentFlag.AlignTop)
        if not was or not now:
            grid.addWidget(_value((was or now)[name]), at, 1)
            continue
        same = was.get(name) == now.get(name)
        grid.addWidget(_value(was.get(name, "–")), at, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_value(now.get(name, "–"), changed=not same), at, 2, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(2, 1 if was and now else 0)
    return made


def _table(rows: list[Said]) -> QWidget:
    made = QWidget()
    grid = _grid(made)
    for at, row in enumerate(rows):
        grid.addWidget(_name(row.name), at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_value(row.value), at, 1)
    grid.setColumnStretch(1, 1)
    return made


def _grid(owner: QWidget) -> QGridLayout:
    grid = QGridLayout(owner)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(5)
    return grid


def _name(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("Fact")
    return label


def _value(text: str, *, changed: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(40)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if changed:
        label.setObjectName("Changed")
        label.setToolTip(tr("The node changes this"))
    return label


def _muted(text: str, name: str = "Muted") -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _button(text: str, icon: str) -> QPushButton:
    button = QPushButton(text)
    button.setIcon(theme.icon(icon))
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return button
