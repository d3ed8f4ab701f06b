"""The Code tab: the lines that the current node writes, and the whole script; to copy, and to take elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.code.view import CodeView
from editor.code.writing import Writing, scripted
from editor.desk.desk import Desk
from editor.engine.analysis import Analysis
from editor.forms.asks import Knows
from editor.forms.sheet import sheet
from editor.language import tr
from graphs.document import NodeId
from graphs.groups.flatten import outermost
from runtime.script import ScriptText

MARGIN = 12


class CodePanel(QWidget):
    """Follows the current node. Signal: told(str) something for the status bar."""

    told = Signal(str)

    def __init__(self, desk: Desk, engine: Knows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._engine = desk, engine
        self._script = ScriptText("", (), {})
        self._lines: list[str] = []
        self._asked: object = None
        self._writing = Writing(self)
        self._writing.written.connect(self._written)
        self.view = CodeView()
        self.view.setAccessibleName(tr("Script"))
        self.view.clicked.connect(self._clicked)
        self.hint = QLabel()
        self.hint.setObjectName("Muted")
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        self._build()
        self._dress()
        theme.watch.changed.connect(self._dress)
        desk.selected.connect(self._show)
        desk.reset.connect(self._reset)
        engine.analysed.connect(self._analysed)

    def _build(self) -> None:
        self.whole = _button(tr("Whole script"), tr("The script of the whole graph"), checkable=True)
        self.own = _button(tr("This node"), tr("The lines that the current node writes"), checkable=True)
        group = QButtonGroup(self)
        bar = QHBoxLayout()
        bar.setContentsMargins(MARGIN, 8, MARGIN, 8)
        bar.setSpacing(2)
        for button in (self.whole, self.own):
            button.setObjectName("Segment")
            group.addButton(button)
            bar.addWidget(button)
        self.whole.setChecked(True)
        group.buttonClicked.connect(self._show)
        bar.addStretch(1)
        self.copy_button = _button("", tr("Copy what is shown, or what is selected of it"), "copy")
        self.copy_button.clicked.connect(self.copy)
        self.export_button = _button("", tr("Export as a .vpy file…"), "export")
        self.export_button.clicked.connect(self.export)
        bar.addWidget(self.copy_button)
        bar.addWidget(self.export_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(bar)
        box.addWidget(self.hint)
        box.addWidget(self.view, 1)

    # ---- live

    def _analysed(self) -> None:
        if self.isVisible():
            self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask(at_once=True)

    def _reset(self) -> None:
        self._script, self._lines, self._asked = ScriptText("", (), {}), [], None
        self._show()

    def _ask(self, *, at_once: bool = False) -> None:
        facts = self._engine.analysis
        if facts is not None and facts.compiled.plan is not self._asked:
            self._asked = facts.compiled.plan
            self._writing.write(facts.compiled.plan, at_once=at_once)

    def _written(self, made: object) -> None:
        if isinstance(made, ScriptText):
            self._script = made
            self._lines = made.text.rstrip("\n").split("\n")
            self._say("")
        else:
            self._script, self._lines = ScriptText("", (), {}), []
            self._say(str(made) or tr("There is nothing to write yet: put in a source and wire it to an output."))
        self._show()

    def _say(self, text: str) -> None:
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def _show(self) -> None:
        current = self._desk.current  # of a group all that lies in it
        own = [at for at, owner in enumerate(self._script.lines) if owner and outermost(NodeId(owner)) == current]
        if self.own.isChecked():
            first = own[0] if own else 0
            self.view.show_lines([self._lines[at] for at in own], first + 1)
            self.view.mark(())
            if self._lines:
                self._say("" if own else self._why_nothing())
            return
        self.view.show_lines(self._lines)
        self.view.mark(own)
        if own:
            self.view.reveal(own[0])
        if self._lines:
            self._say("")

    def _why_nothing(self) -> str:
        if self._desk.current is None:
            return tr("Select a node to see its lines.")
        return tr(
            "This node writes no lines of its own: it is an output, is bypassed, or changes nothing as it is set."
        )

    def _clicked(self, line: int) -> None:
        if self.own.isChecked() or line >= len(self._script.lines):
            return
        node = outermost(NodeId(self._script.lines[line]))
        if node in self._desk.graph.nodes:
            self._desk.select([node], node)

    # ---- taking it elsewhere

    def copy(self) -> None:
        """Put what is selected, or all that is shown, on the clipboard."""
        chosen = self.view.textCursor().selectedText().replace("\u2029", "\n")
        QGuiApplication.clipboard().setText(chosen or self.view.toPlainText())
        self.told.emit(tr("Copied"))

    def export(self) -> QFileDialog:
        """Ask for a name and write the script there."""
        dialog = QFileDialog(self, tr("Export the script"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("VapourSynth scripts (*.vpy)"))
        dialog.setDefaultSuffix("vpy")
        if self._desk.path is not None:
            dialog.setDirectory(str(self._desk.path.parent))
        dialog.selectFile(f"{self._desk.name or tr('untitled')}.vpy")
        dialog.fileSelected.connect(self.write_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def write_to(self, path: str) -> None:
        """Write the script as the graph is now."""
        facts: Analysis | None = self._engine.analysis
        title = str(self._desk.graph.meta.get("title") or self._desk.name or tr("untitled"))
        made = scripted(facts.compiled.plan, f"{title} · written by Tapeloom") if facts else ""
        if not isinstance(made, ScriptText):
            self.told.emit(made or tr("There is nothing to export yet"))
            return
        file = Path(path)
        part = file.with_name(f"{file.name}.part")
        try:
            part.write_text(made.text, "utf-8")
            part.replace(file)
        except (OSError, UnicodeEncodeError) as fault:
            self.told.emit(tr("{file} cannot be written: {fault}").format(file=file.name, fault=fault))
            return
        self.told.emit(tr("The script is in {file}").format(file=file.name))

    # ---- the look

    def _dress(self) -> None:
        self.setStyleSheet(sheet())
        self.view.dress()
        side = round(self.fontMetrics().height() * 1.1)
        for button, icon in ((self.copy_button, "copy"), (self.export_button, "export")):
            button.setIcon(theme.icon(icon))
            button.setIconSize(QSize(side, side))


def _button(text: str, about: str, icon: str = "", *, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(about)
    button.setAccessibleName(text or about)
    button.setAccessibleDescription(about)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if icon:
        button.setIcon(theme.icon(icon))
    return button
