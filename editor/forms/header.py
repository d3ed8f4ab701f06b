"""The head of the form: what node this is, its name, its preset, its help, and whether it is on."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QToolTip, QVBoxLayout, QWidget

from editor import theme
from editor.forms.controls.toggle import Switch
from editor.forms.preset_box import PresetBox
from editor.forms.subject import Subject
from editor.forms.words import kind_name
from editor.language import tr
from editor.plain import tip
from nodes.node import Node


class Header(QWidget):
    """Signals: renamed(str), switched(bool on), and those of its preset box."""

    renamed = Signal(str)
    switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = Subject()
        self.sign = QLabel()
        self.label = _Label(self)
        self.label.setObjectName("NodeLabel")
        self.label.setFont(theme.font(15, bold=True))
        self.presets = PresetBox()
        self.info = QToolButton()
        self.info.setCheckable(True)
        side = round(self.fontMetrics().height() * 1.1)
        self.info.setIconSize(QSize(side, side))
        self.info.setToolTip(tr("What this node does"))
        self.info.setAccessibleName(tr("Help for this node"))
        self.noted = QToolButton()
        self.noted.setIconSize(QSize(side, side))
        self.noted.setAccessibleName(tr("What is to be known of this node"))
        self.noted.clicked.connect(self._tell_notes)
        self.noted.hide()
        self.switch = Switch()
        self.help = HelpCard()
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget, stretch in (
            (self.sign, 0),
            (self.label, 1),
            (self.noted, 0),
            (self.presets, 0),
            (self.info, 0),
            (self.switch, 0),
        ):
            row.addWidget(widget, stretch)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(row)
        whole.addWidget(self.help)
        self.help.hide()
        self.info.toggled.connect(self.help.setVisible)
        self.switch.clicked.connect(lambda: self.switched.emit(self.switch.isChecked()))
        self.label.editingFinished.connect(self.finish)

    def show_subject(self, subject: Subject) -> None:
        self._subject = subject
        node = subject.nodes[0]
        kind = subject.kind
        many = len(subject.nodes) > 1
        category = kind.category if kind else "utility"
        self.sign.setPixmap(
            theme.pixmap(
                f"cat-{category}",
                round(self.fontMetrics().height() * 1.25),
                theme.category_colour(category).name(),
                self.devicePixelRatioF(),
            )
        )
        name = kind_name(kind, node.type)
        if many:
            count = len(subject.nodes)
            named = tr("{count} × {node}").format(count=count, node=name)
            text = named if kind else tr("{count} nodes").format(count=count)
        else:
            text = node.label or name
        self.label.setReadOnly(many)
        self.label.setPlaceholderText(name)
        if not self.label.isModified() or many:
            self.label.setText(text)
            self.label.setCursorPosition(0)
        self.label.setToolTip(", ".join(subject.ids) + (f" · {kind.id}" if kind else ""))
        self.label.setAccessibleName(tr("Name of the node"))
        self.presets.show_node(kind, node.params)
        states = {doc.bypass for doc in subject.nodes}
        self.switch.show_state(states == {False}, mixed=len(states) > 1)
        self.switch.setToolTip(tr("Switched off, the clip passes through as it came"))
        self.switch.setAccessibleName(tr("On"))
        self.info.setIcon(theme.icon("info"))
        self.info.setVisible(kind is not None)
        if kind is not None:
            self.help.show_kind(kind)
        else:
            self.info.setChecked(False)

    def show_notes(self, notes: Sequence[str]) -> None:
        """What the worker has to tell of the node that is shown: a sign that tells it, nothing that takes room."""
        self.noted.setIcon(theme.icon("warning", "warn"))
        self.noted.setToolTip(tip("\n".join(notes)))
        self.noted.setAccessibleDescription("\n".join(notes))
        self.noted.setVisible(bool(notes))

    def _tell_notes(self) -> None:
        QToolTip.showText(self.noted.mapToGlobal(QPoint(0, self.noted.height())), self.noted.toolTip(), self.noted)

    def finish(self) -> None:
        """Hand on a name that was typed."""
        if self.label.isModified() and not self.label.isReadOnly():
            self.label.setModified(False)
            self.renamed.emit(self.label.text().strip())

    def give_back(self) -> None:
        """Take back what was typed for a name."""
        self.label.setModified(False)
        self.show_subject(self._subject)


class _Label(QLineEdit):
    def __init__(self, owner: Header) -> None:
        super().__init__()
        self._owner = owner
        self.setMinimumWidth(60)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._owner.give_back()
        else:
            super().keyPressEvent(event)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.clearFocus()


class HelpCard(QFrame):
    """What a node type says of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("Card")
        self._kind: type[Node] | None = None
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 10)
        box.addWidget(self.text)

    def show_kind(self, kind: type[Node]) -> None:
        if kind is not self._kind:
            self._kind = kind
            self.text.setText(help_html(kind))


def help_html(kind: type[Node]) -> str:
    """The docstring of a type in paragraphs, then its ports."""
    paragraphs = [" ".join(part.split()) for part in tr(kind.help()).split("\n\n")]
    text = "".join(f"<p style='margin: 0 0 6px 0'>{_marked(part)}</p>" for part in paragraphs if part)
    ports = [(p.name, p.help) for p in kind.inputs.values()] + [(p.name, p.help) for p in kind.outputs.values()]
    rows = "".join(f"<li><b>{html.escape(name)}</b>: {_marked(tr(about))}</li>" for name, about in ports if about)
    return text + (f"<ul style='margin: 0 0 0 14px; -qt-list-indent: 0'>{rows}</ul>" if rows else "")


def _marked(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
