"""The dialog behind the Render button: which files, which part of the tape; what stands in the way is said here."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from editor.language import tr
from editor.renders import words
from editor.renders.job import Order
from graphs.document import Graph, NodeId
from graphs.problem import Problem
from nodes.registry import Registry
from runtime.compiled import Compiled
from runtime.jobs.destinations import FILE_PARAM, destinations, hindrances, set_outputs, stem_for
from runtime.jobs.render import Span
from runtime.plan import PlannedSink


@dataclass(frozen=True)
class Request:
    """What the dialog is opened with. `made` is the graph compiled; `span` the marked frames of the first output."""

    graph: Graph
    name: str
    made: Compiled
    registry: Registry
    span: Span | None = None
    trust: bool = False
    begins: Fraction = Fraction(0)
    """The in point, in seconds of tape."""
    folder: Path | None = None
    """Where results go that nobody gave a place: beside the source."""


class RenderDialog(QDialog):
    """Asks where the results go. `order` is what to render, once it was accepted."""

    def __init__(self, request: Request, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Render"))
        self.setMinimumWidth(620)
        self.order: Order | None = None
        self._request = request
        self._files: dict[NodeId, QLineEdit] = {}
        self._source = _first_source(request.graph)
        rows = QVBoxLayout(self)
        rows.setSpacing(12)
        heading = QLabel(tr("Render {name}").format(name=request.name or tr("this graph")))
        heading.setObjectName("Heading")
        rows.addWidget(heading)
        rows.addLayout(self._outputs())
        rows.addLayout(self._stretch())
        self._overwrite = QCheckBox(tr("Replace files that are there already"))
        self._overwrite.toggled.connect(self._look)
        rows.addWidget(self._overwrite)
        self._said = QLabel()
        self._said.setObjectName("Error")
        self._said.setWordWrap(True)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows.addWidget(self._said)
        self._room = QLabel()
        self._room.setObjectName("Muted")
        rows.addWidget(self._room)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = QPushButton(tr("Start rendering"))
        self._go.setObjectName("Primary")
        self._go.setDefault(True)
        buttons.addButton(self._go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        rows.addWidget(buttons)
        self._look()

    def _outputs(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        named = self._named([])
        for row, sink in enumerate(self._request.made.plan.sinks):
            doc = named.nodes[sink.node]
            kind = self._request.registry.get(doc.type)
            label = doc.label or (tr(kind.name()) if kind else sink.node)
            path = Path(str(doc.params.get(FILE_PARAM) or ""))
            if not path.is_absolute():
                path = (self._request.folder or Path.home()) / path
            edit = QLineEdit(str(path))
            edit.setAccessibleName(tr("File of {output}").format(output=label))
            edit.textChanged.connect(self._look)
            browse = QPushButton(tr("Browse…"))
            browse.setAccessibleName(tr("Choose the file of {output}").format(output=label))
            browse.clicked.connect(lambda _=False, edit=edit: self._browse(edit))
            name = QLabel(label)
            name.setBuddy(edit)
            for column, widget in enumerate((name, edit, browse)):
                grid.addWidget(widget, row, column)
            self._files[sink.node] = edit
        return grid

    def _stretch(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._whole = QRadioButton(tr("The whole tape"))
        row.addWidget(self._whole)
        span = self._request.span
        self._part = QRadioButton(tr("From the in point to the out point"))
        self._part.setEnabled(span is not None)
        if span is not None:
            first, last = span
            end = tr("the end") if last is None else str(last - 1)
            self._part.setText(tr("From the in point to the out point: frames {a} to {b}").format(a=first, b=end))
        (self._part if span is not None else self._whole).setChecked(True)
        row.addWidget(self._part)
        row.addStretch()
        return row

    def _browse(self, edit: QLineEdit) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Write to"), edit.text(), options=QFileDialog.Option.DontConfirmOverwrite
        )
        if path:
            edit.setText(path)

    def _named(self, outputs: Sequence[str]) -> Graph:
        graph, _ = set_outputs(
            self._request.graph,
            outputs,
            self._request.registry,
            stem_for(self._request.graph, self._request.name or tr("restored")),
        )
        return graph

    def _chosen(self) -> Graph:
        return self._named([f"{node}={edit.text().strip()}" for node, edit in self._files.items()])

    def _look(self) -> None:
        """Say at once what stands in the way."""
        wrong = self._wrong()
        self._said.setText("\n".join(problem.line() for problem in wrong))
        self._said.setVisible(bool(wrong))
        self._go.setEnabled(not wrong)
        folder = next((_existing(Path(edit.text().strip())) for edit in self._files.values()), None)
        free = shutil.disk_usage(folder).free if folder else 0
        self._room.setText(tr("{size} are free there").format(size=words.size(free)) if folder else "")

    def _wrong(self) -> list[Problem]:
        made = self._request.made
        graph = self._chosen()
        sinks = []
        for sink in made.plan.sinks:
            file = str(graph.nodes[sink.node].params[FILE_PARAM])
            sinks.append(_at(sink, file))
        sources = {file.path for file in made.plan.files}
        blocked = hindrances(destinations(sinks), sources, self._overwrite.isChecked())
        return [*(problem for problem in made.problems if problem.is_error), *blocked]

    def _accept(self) -> None:
        self._look()
        if not self._go.isEnabled():
            return
        self.order = Order(
            self._request.name or tr("untitled"),
            self._chosen(),
            self._request.span if self._part.isChecked() else None,
            self._overwrite.isChecked(),
            self._request.trust,
            source=self._source,
            begins=self._request.begins if self._part.isChecked() else Fraction(0),
        )
        self.accept()


def _at(sink: PlannedSink, file: str) -> PlannedSink:
    return replace(sink, sink=replace(sink.sink, file=file))


def _existing(path: Path) -> Path | None:
    """The nearest folder above that is there."""
    return next((folder for folder in path.parents if folder.is_dir()), None) if path.is_absolute() else None


def _first_source(graph: Graph) -> str:
    files = (str(node.params.get(FILE_PARAM) or "") for node in graph.nodes.values() if node.type == "input.video")
    return next((file for file in sorted(files) if file), "")
