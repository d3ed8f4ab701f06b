"""The Notes tab: what was noted of a node, and the title and description of the whole document."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from editor import theme
from editor.desk.desk import Desk
from editor.forms.sheet import sheet
from editor.forms.words import kind_name
from editor.language import tr
from graphs.document import NodeId
from graphs.edits import Annotate, SetMeta

PAUSE_MS = 500
"""After so long without a key what was typed reaches the document."""
MARGIN = 14


class NotesPanel(QWidget):
    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._node: NodeId | None = None
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setObjectName("Title")
        self.node = _Pad(tr("What you found on this tape, why this value, what to try next…"))
        self.node.setAccessibleName(tr("Notes on the node"))
        self.node.written.connect(self._annotate)
        about = QLabel(tr("The whole restoration"))
        about.setObjectName("Title")
        self.title = QLineEdit()
        self.title.setPlaceholderText(tr("Title"))
        self.title.setAccessibleName(tr("Title of the restoration"))
        self.title.editingFinished.connect(self._name)
        self.about = _Pad(tr("What is on the tape, where it comes from, what the restoration is for…"))
        self.about.setAccessibleName(tr("About the restoration"))
        self.about.written.connect(self._describe)
        box = QVBoxLayout(self)
        box.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        box.setSpacing(8)
        box.addWidget(self.heading)
        box.addWidget(self.node, 3)
        box.addWidget(about)
        box.addWidget(self.title)
        box.addWidget(self.about, 2)
        self.setStyleSheet(sheet())
        theme.watch.changed.connect(self._redress)
        desk.selected.connect(self.refresh)
        desk.changed.connect(self.refresh)
        desk.reset.connect(self._other)
        desk.finishing.connect(self._finish)
        self.refresh()

    def _other(self) -> None:
        """Another document: what was being typed belonged to the last one."""
        for pad in (self.node, self.about):
            pad.drop()
        self._node = None
        self.refresh()

    def _finish(self) -> None:
        for pad in (self.node, self.about):
            pad.take_over()
        self._name()

    def refresh(self) -> None:
        """Show what the document holds."""
        node = self._desk.current
        if node != self._node:
            self.node.take_over()
            self._node = node
        doc = self._desk.graph.nodes.get(node) if node else None
        name = (doc.label or kind_name(self._desk.kind(doc), doc.type)) if doc else tr("No node selected")
        self.heading.setText(name)
        self.node.setVisible(doc is not None)
        self.node.show_text(doc.notes if doc else "")
        meta = self._desk.graph.meta
        if not self.title.isModified():
            self.title.setText(str(meta.get("title") or ""))
        self.about.show_text(str(meta.get("about") or ""))

    def _annotate(self, text: str) -> None:
        if self._node is not None and self._node in self._desk.graph.nodes:
            self._desk.do(Annotate(self._node, text), tr("Write notes"), ("notes", self._node))

    def _describe(self, text: str) -> None:
        self._desk.do(SetMeta("about", text or None), tr("Describe the restoration"), "about")

    def _name(self) -> None:
        if self.title.isModified():
            self.title.setModified(False)
            self._desk.settle()
            self._desk.do(SetMeta("title", self.title.text().strip() or None), tr("Change the title"))

    def _redress(self) -> None:
        self.setStyleSheet(sheet())


class _Pad(QPlainTextEdit):
    """Signal: written(str) when the typing rests, or the pad is left."""

    written = Signal(str)

    def __init__(self, invitation: str) -> None:
        super().__init__()
        self.setObjectName("Field")
        self.setPlaceholderText(invitation)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(60)
        self._kept = ""
        self._showing = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.take_over)
        self.textChanged.connect(self._typed)

    def show_text(self, text: str) -> None:
        self._kept = text
        if self._pause.isActive() or text == self.toPlainText():
            return
        self._showing = True
        self.setPlainText(text)
        self._showing = False

    def take_over(self) -> None:
        """Hand on what was typed."""
        if self._pause.isActive() or self.toPlainText() != self._kept:
            self._pause.stop()
            self._kept = self.toPlainText()
            self.written.emit(self._kept)

    def drop(self) -> None:
        """Forget what was typed."""
        self._pause.stop()

    def _typed(self) -> None:
        if not self._showing:
            self._pause.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.take_over()
