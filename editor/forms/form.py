"""The rows of one subject: groups with headings, the advanced ones folded away."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.forms.asks import Models
from editor.forms.controls.made import control_for
from editor.forms.controls.model import ModelBox
from editor.forms.controls.number import Number
from editor.forms.controls.path import PathBox
from editor.forms.controls.ranges import Frames
from editor.forms.heading import heading
from editor.forms.row import Row
from editor.forms.subject import Subject
from editor.forms.words import title
from editor.language import tr
from nodes.params import Param

LABEL_LETTERS = 20
"""Longer labels are cut short."""


class Form(QWidget):
    """Signals: edited(str name, object plain value), settled(str name), reset(str name),
    relinked(str old, str new path), unfolded(bool)."""

    edited = Signal(str, object)
    settled = Signal(str)
    reset = Signal(str)
    relinked = Signal(str, str)
    unfolded = Signal(bool)

    def __init__(
        self,
        subject: Subject,
        clock: Frames,
        *,
        width: int = 400,
        unfold: bool = False,
        models: Models | None = None,
    ) -> None:
        super().__init__()
        self.rows: dict[str, Row] = {}
        self._clock, self._models = clock, models
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)
        self._label_px = self._label_width(subject.params)
        usual = [param for param in subject.params if not param.advanced]
        special = [param for param in subject.params if param.advanced]
        self._add(usual, self._box)
        self.fold: QToolButton | None = None
        if special:
            self.fold = self._folder(len(special))
            self._box.addWidget(self.fold)
            self._advanced = QWidget()
            inner = QVBoxLayout(self._advanced)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(2)
            self._add(special, inner)
            self._box.addWidget(self._advanced)
            self.fold.toggled.connect(self._fold)
            self.fold.setChecked(unfold)
            self._fold(unfold)
        entries = [row.control.entry for row in self.rows.values() if isinstance(row.control, Number)]
        widest = max((entry.sizeHint().width() for entry in entries), default=0)
        for entry in entries:
            entry.setFixedWidth(widest)
        for row in self.rows.values():
            row.fit(width)
        self.show_fields(subject)

    def show_fields(self, subject: Subject) -> None:
        """Show what the document holds now."""
        hidden = 0
        for param in subject.params:
            field = subject.field(param)
            self.rows[param.name].show_field(field)
            hidden += param.advanced and field.changed
        if self.fold is not None:
            count = sum(param.advanced for param in subject.params)
            text = tr("Advanced ({count})").format(count=count)
            self.fold.setText(f"{text} · {tr('{count} changed').format(count=hidden)}" if hidden else text)

    def show_problems(self, said: Mapping[str, str]) -> None:
        """What the check says, by param."""
        for name, row in self.rows.items():
            row.show_problem(said.get(name, ""))

    def reveal(self, name: str) -> None:
        """Bring a param to the eye and give it the focus."""
        row = self.rows.get(name)
        if row is None:
            return
        if row.param.advanced and self.fold is not None:
            self.fold.setChecked(True)
        row.control.parts()[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    # ---- the making

    def _add(self, params: list[Param], box: QVBoxLayout) -> None:
        for group in dict.fromkeys(["", *(param.group for param in params)]):
            members = [param for param in params if param.group == group]
            if group:
                box.addWidget(heading(tr(group[:1].upper() + group[1:])))
            for param in members:
                box.addWidget(self._row(param))

    def _row(self, param: Param) -> Row:
        control = control_for(param, self._clock, self._models)
        row = Row(control, self._label_px)
        row.edited.connect(self.edited)
        row.settled.connect(self.settled)
        row.reset.connect(self.reset)
        if isinstance(control, PathBox | ModelBox):
            control.relinked.connect(self.relinked)
        self.rows[param.name] = row
        return row

    def _label_width(self, params: tuple[Param, ...]) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(title(param)) for param in params), default=0)
        least, most = metrics.horizontalAdvance("n" * 10), metrics.horizontalAdvance("n" * LABEL_LETTERS)
        return min(max(widest + 4, least), most)

    def _folder(self, count: int) -> QToolButton:
        fold = QToolButton()
        fold.setObjectName("Fold")
        fold.setCheckable(True)
        fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        side = round(self.fontMetrics().height() * 0.8)
        fold.setIconSize(QSize(side, side))
        fold.setText(tr("Advanced ({count})").format(count=count))
        fold.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return fold

    def _fold(self, on: bool) -> None:
        assert self.fold is not None
        self._advanced.setVisible(on)
        self.fold.setIcon(theme.icon("chevron-down" if on else "chevron-right"))
        self.unfolded.emit(on)
