"""The Parameters tab: a form for what is selected, in step with the document."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from editor import theme
from editor.desk.desk import Desk
from editor.desk.history import Change
from editor.desk.playhead import Playhead
from editor.forms.asks import Knows, Models
from editor.forms.clock import Clock
from editor.forms.exchange import as_text, from_text
from editor.forms.form import Form
from editor.forms.header import Header
from editor.forms.problem_list import ProblemList
from editor.forms.relink import relinking
from editor.forms.remedy import remedy
from editor.forms.sheet import sheet
from editor.forms.subject import Subject, subject
from editor.forms.words import title
from editor.language import tr
from graphs.document import Json
from graphs.edits import Bypass, Edit, Rename, Several
from graphs.problem import Problem
from nodes.params import Kind

MARGIN = 14
_CAPTURE = "input.capture"


class ParamsPanel(QWidget):
    """Edits reach the desk at most once a turn of the event loop, however fast a slider moves.

    Signals: told(str) something for the status bar; capture_wanted(str) a tape is to be recorded for this node.
    """

    told = Signal(str)
    capture_wanted = Signal(str)

    def __init__(
        self,
        desk: Desk,
        engine: Knows,
        playhead: Playhead,
        parent: QWidget | None = None,
        *,
        models: Models | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._desk, self._engine, self._playhead = desk, engine, playhead
        self._subject = Subject()
        self._shape: object = None
        self._waiting: dict[str, Json] = {}
        self._unfolded: dict[object, bool] = {}
        self.form: Form | None = None
        self._flush = QTimer(self, singleShot=True, interval=0)
        self._flush.timeout.connect(self.flush)
        self._build()
        self._dress()
        theme.watch.changed.connect(self._redress)
        desk.changed.connect(self._changed)
        desk.reset.connect(self._other)
        desk.selected.connect(self.refresh)
        desk.finishing.connect(self._hand_over)
        engine.analysed.connect(self._analysed)
        if models is not None:
            models.changed.connect(self._analysed)
        self.refresh()

    def _build(self) -> None:
        self.header = Header()
        self.header.renamed.connect(self._rename)
        self.header.switched.connect(self._switch)
        self.header.presets.applied.connect(self._apply)
        self.header.presets.told.connect(self.told)
        self.problems = ProblemList()
        self.problems.mend.connect(self._mend)
        self.hint = QLabel()
        self.hint.setObjectName("Muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._inner = QWidget()
        self._box = QVBoxLayout(self._inner)
        self._box.setContentsMargins(MARGIN, 4, MARGIN, MARGIN)
        self._box.setSpacing(8)
        self._box.addWidget(self.problems)
        self._box.addWidget(self.hint)
        self.capture_button = QPushButton(tr("Capture…"))
        self.capture_button.setToolTip(tr("Record the tape: opens the capture with what is set here"))
        self.capture_button.clicked.connect(lambda: self.capture_wanted.emit(self._subject.nodes[0].id))
        self._box.addWidget(self.capture_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._place = QVBoxLayout()
        self._box.addLayout(self._place)
        self._box.addLayout(self._footer())
        self._box.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self._inner)
        self.area.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, 10, MARGIN, 4)
        top.addWidget(self.header)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.area, 1)

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        self.reset_button = QPushButton(tr("Reset"))
        self.copy_button = QPushButton(tr("Copy"))
        self.paste_button = QPushButton(tr("Paste"))
        for button, icon, about, do in (
            (self.reset_button, "reset", tr("Set everything to its default"), self.reset_all),
            (self.copy_button, "copy", tr("Copy these settings"), self.copy),
            (self.paste_button, "paste", tr("Paste settings that were copied from another node"), self.paste),
        ):
            button.setIcon(theme.icon(icon))
            side = self.fontMetrics().height()
            button.setIconSize(QSize(side, side))
            button.setToolTip(about)
            button.setAccessibleDescription(about)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            button.clicked.connect(do)
            row.addWidget(button)
        row.addStretch(1)
        return row

    # ---- in step with the document

    @property
    def subject(self) -> Subject:
        """What is being edited."""
        return self._subject

    def refresh(self) -> None:
        """Show what is selected, as the document has it."""
        made = subject(self._desk.graph, self._desk.registry, self._desk.selection, self._desk.current)
        if made.shape != self._shape:
            self._finish()
            made = subject(self._desk.graph, self._desk.registry, self._desk.selection, self._desk.current)
            self._subject = made
            self._rebuild()
        else:
            self._subject = made
            if self.form is not None:
                self.form.show_fields(made)
        if made.nodes:
            self.header.show_subject(made)
        self._show_problems()
        self._show_reset()

    def _hand_over(self) -> None:
        """What is half typed belongs into the document that is about to be saved."""
        for row in self.form.rows.values() if self.form is not None else ():
            row.control.finish()
        self.header.finish()
        self.flush()

    def _finish(self) -> None:
        """What is half typed belongs to the nodes that have been shown."""
        if self.form is not None:
            for row in self.form.rows.values():
                row.control.finish()
            self.form.blockSignals(True)
        self.flush()

    def _other(self) -> None:
        """Another document: what was being typed belonged to the last one."""
        if self.form is not None:
            self.form.blockSignals(True)
        self._waiting.clear()
        self._flush.stop()
        self._shape = None
        self._subject = Subject()
        self.header.label.setModified(False)
        self.refresh()

    def _changed(self, change: object) -> None:
        if isinstance(change, Change) and change.patch.nodes.keys() & set(self._subject.ids):
            self.refresh()

    def _rebuild(self) -> None:
        made = self._subject
        self._shape = made.shape
        self._waiting.clear()
        if self.form is not None:
            self._place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if made.nodes:
            self.header.label.setModified(False)
        self.header.setVisible(bool(made.nodes))
        for button in (self.reset_button, self.copy_button, self.paste_button):
            button.setVisible(bool(made.params))
        self.copy_button.setVisible(bool(made.params) and made.kind is not None)
        self.capture_button.setVisible(len(made.nodes) == 1 and made.nodes[0].type == _CAPTURE)
        text = self._hint()
        self.hint.setText(text)
        self.hint.setVisible(bool(text))
        if made.params:
            clock = Clock(self._desk, self._engine, self._playhead, made.nodes[0].id)
            room = self.area.viewport().width() - 2 * MARGIN
            self.form = Form(
                made, clock, width=room, unfold=self._unfolded.get(self._fold_key, False), models=self._models
            )
            self.form.unfolded.connect(self._folded)
            self.form.edited.connect(self._edited)
            self.form.settled.connect(self._settled)
            self.form.reset.connect(self.reset)
            self.form.relinked.connect(self._relinked)
            self._place.addWidget(self.form)
        self.area.verticalScrollBar().setValue(0)

    @property
    def _fold_key(self) -> object:
        return self._subject.kind or self._subject.params

    def _folded(self, on: bool) -> None:
        self._unfolded[self._fold_key] = on

    def _hint(self) -> str:
        made = self._subject
        if not made.nodes:
            return "\n" + tr("Select a node to see its settings.")
        if made.params:
            return ""
        if len(made.nodes) > 1:
            return tr("These nodes have no settings in common.")
        if made.kind is None:
            text = tr("There is no node type “{type}” here, so this node is kept as it is. ")
            text += tr("Install the plugin it comes from, or replace the node.")
            return text.format(type=made.nodes[0].type)
        return tr("This node needs no settings.")

    # ---- edits

    def _edited(self, name: str, value: object) -> None:
        self._waiting[name] = cast("Json", value)
        self._flush.start()

    def _settled(self, _name: str) -> None:
        self.flush()
        self._desk.settle()

    def flush(self) -> None:
        """Hand the edits that wait to the desk."""
        self._flush.stop()
        waiting, self._waiting = self._waiting, {}
        if not self._desk.graph.nodes.keys() >= set(self._subject.ids):  # they have been taken away meanwhile
            return
        for name, value in waiting.items():
            label = next((title(param) for param in self._subject.params if param.name == name), name)
            merge = (self._subject.ids, name)
            self._desk.do(self._subject.setting({name: value}), tr("Set {param}").format(param=label), merge)

    def _do(self, edit: Edit, text: str) -> None:
        self.flush()
        self._desk.settle()
        self._desk.do(edit, text)
        self._desk.settle()

    def reset(self, name: str) -> None:
        """Set one param to its default."""
        self._waiting.pop(name, None)
        param = next(param for param in self._subject.params if param.name == name)
        self._do(self._subject.resetting([name]), tr("Reset {param}").format(param=title(param)))

    def reset_all(self) -> None:
        """Set all to their defaults, but keep the files: a source without its file is no node any more."""
        self._waiting.clear()
        names = [param.name for param in self._subject.params if param.kind not in (Kind.FILE, Kind.FOLDER)]
        self._do(self._subject.resetting(names), tr("Reset all"))

    def _apply(self, name: str, values: object) -> None:
        edit = self._subject.setting(cast("dict[str, Json]", values))
        self._do(edit, tr("Preset {name}").format(name=name))

    def _rename(self, label: str) -> None:
        node = self._subject.nodes[0]
        kind = self._subject.kind
        if kind is not None and label == tr(kind.name()):
            label = ""
        if label != node.label:
            self._do(Rename(node.id, label), tr("Rename"))
        self.header.give_back()

    def _switch(self, on: bool) -> None:
        self._do(Bypass(frozenset(self._subject.ids), not on), tr("Switch on") if on else tr("Bypass"))
        self.refresh()

    def _relinked(self, old: str, new: str) -> None:
        """All nodes that read the lost file follow, and those whose files were lost with it and are found beside it."""
        edits = relinking(self._desk.graph, self._desk.registry, old, new)
        if edits:
            self._do(Several(edits), tr("Find the file again"))
        if len(edits) > 1:
            self.told.emit(tr("{count} nodes have their files again").format(count=len(edits)))

    def copy(self) -> None:
        """Put the settings on the clipboard."""
        node = self._subject.nodes[0]
        QGuiApplication.clipboard().setText(as_text(node.type, node.params))

    def paste(self) -> None:
        """Take over the settings on the clipboard, as far as they fit."""
        values = from_text(QGuiApplication.clipboard().text(), self._subject)
        if values is None:
            self.told.emit(tr("The clipboard holds no settings that fit here: copy those of a like node first"))
        else:
            self._do(self._subject.setting(values), tr("Paste settings"))

    def _show_reset(self) -> None:
        changed = any(self._subject.field(param).changed for param in self._subject.params)
        self.reset_button.setEnabled(changed)

    # ---- what is wrong

    def _analysed(self) -> None:
        self._show_problems()

    def _show_problems(self) -> None:
        facts = self._engine.analysis
        single = len(self._subject.nodes) == 1
        problems = list(facts.problems(self._subject.nodes[0].id)) if facts and single else []
        params = {param.name for param in self._subject.params}
        if self.form is not None:
            self.form.show_problems({one.part: one.text for one in problems if one.part in params})
        listed = [one for one in problems if (one.part not in params or one.remedy) and not self._said_by_row(one)]
        self.problems.show_problems([(one, self._remedy_text(one)) for one in listed])

    def _said_by_row(self, problem: Problem) -> bool:
        """A model that is missing: its row says so, and has the button that fetches it."""
        if self._models is None:
            return False
        named = [self._subject.nodes[0].params.get(param.name) for param in self._subject.params if param.model]
        absent = [name for name in named if isinstance(name, str) and self._models.absent(name) is not None]
        return any(repr(name) in problem.text for name in absent)

    def _remedy_text(self, problem: Problem) -> str:
        found = remedy(self._desk.graph, self._desk.registry, problem)
        return found[0] if found else ""

    def _mend(self, problem: object) -> None:
        found = remedy(self._desk.graph, self._desk.registry, problem) if isinstance(problem, Problem) else None
        if found is not None:
            self._do(found[1], found[0])

    # ---- the look

    def _dress(self) -> None:
        self.setStyleSheet(sheet())

    def _redress(self) -> None:
        self._dress()
        self._finish()
        self._shape = None
        self.problems.show_problems([])  # drawn anew, in the new colours
        side = self.fontMetrics().height()
        for button, icon in ((self.reset_button, "reset"), (self.copy_button, "copy"), (self.paste_button, "paste")):
            button.setIcon(theme.icon(icon))
            button.setIconSize(QSize(side, side))
        self.header.label.setFont(theme.font(15, bold=True))
        self.refresh()
