"""The dialog behind the Render button: which files, which part of the tape; what stands in the way is said here."""

from __future__ import annotations

import os
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
from graphs.document import Graph, NodeId
from graphs.problem import Problem
from nodes.registry import Registry
from runtime.compiled import Compiled
from runtime.jobs.destinations import FILE_PARAM, Destination, destinations, hindrances, set_outputs, stem_for
from runtime.jobs.queue.order import Order
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
    stretch: str = ""
    """The marked span in words: `00:00:01:00 to 00:00:03:12 (2.5 s)`."""


class RenderDialog(QDialog):
    """Asks where the results go. `order` is what to render, once it was accepted."""

    def __init__(self, request: Request, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Render"))
        self.setMinimumWidth(760)
        self.order: Order | None = None
        self._request = request
        self._files: dict[NodeId, QLineEdit] = {}
        self._labels: dict[NodeId, str] = {}
        self._source = _first_source(request.graph)
        rows = QVBoxLayout(self)
        rows.setSpacing(12)
        heading = QLabel(tr("Render {name}").format(name=request.name or tr("this graph")))
        heading.setObjectName("Heading")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        rows.addWidget(heading)
        rows.addLayout(self._outputs())
        rows.addLayout(self._stretch())
        self._overwrite = QCheckBox(tr("Replace files that are there already"))
        self._overwrite.toggled.connect(self._look)
        rows.addWidget(self._overwrite)
        self._said = QLabel()
        self._said.setObjectName("Error")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
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
            self._labels[sink.node] = label
            path = Path(str(doc.params.get(FILE_PARAM) or ""))
            if not path.is_absolute():
                path = (self._request.folder or Path.home()) / path
            path = _goal(sink, str(path)).final
            if not self._request.graph.nodes[sink.node].params.get(FILE_PARAM):
                path = _unused(path)
            edit = QLineEdit(str(path))
            edit.setCursorPosition(len(edit.text()))
            edit.setAccessibleName(tr("File of {output}").format(output=label))
            edit.textChanged.connect(self._look)
            browse = QPushButton(tr("Browse…"))
            browse.setAccessibleName(tr("Choose the file of {output}").format(output=label))
            browse.setAutoDefault(False)  # Enter in the field starts the render
            browse.clicked.connect(lambda _=False, edit=edit: self._browse(edit))
            name = QLabel(label)
            name.setTextFormat(Qt.TextFormat.PlainText)
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
            frames = tr("frames {a} to {b}").format(a=first, b=tr("the end") if last is None else last - 1)
            self._part.setText(tr("The marked part: {part}").format(part=self._request.stretch or frames))
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
        self._said.setText("\n".join(wrong))
        self._said.setVisible(bool(wrong))
        self._go.setEnabled(not wrong)
        folder = next((_existing(Path(edit.text().strip())) for edit in self._files.values()), None)
        free = shutil.disk_usage(folder).free if folder else 0
        self._room.setText(tr("{size} are free there").format(size=words.size(free)) if folder else "")

    def _wrong(self) -> list[str]:
        made = self._request.made
        graph = self._chosen()
        goals = [_goal(sink, str(graph.nodes[sink.node].params[FILE_PARAM])) for sink in made.plan.sinks]
        blocked = hindrances(goals, {file.path for file in made.plan.files}, overwrite=True)
        told = {problem.node for problem in blocked}
        there = [
            tr("{file} is there already. Choose another name, or let it be replaced").format(file=goal.final.name)
            for goal in goals
            if not self._overwrite.isChecked() and goal.node not in told and os.path.lexists(goal.final)
        ]
        return [*(self._line(one) for one in (*made.problems, *blocked) if one.is_error), *there]

    def _line(self, problem: Problem) -> str:
        """A problem under the name that its node has on the canvas."""
        label = self._labels.get(problem.node) if problem.node is not None else None
        return f"{label}: {replace(problem, node=None, part='').line()}" if label else problem.line()

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


def _goal(sink: PlannedSink, file: str) -> Destination:
    """Where an output goes that is given this name: with its container's ending."""
    return destinations([replace(sink, sink=replace(sink.sink, file=file))])[0]


def _unused(path: Path) -> Path:
    """A name that nothing has yet: `tape-vhs-pal 2.mp4`."""
    numbered = (path.with_name(f"{path.stem} {number}{path.suffix}") for number in range(2, 1000))
    return next((one for one in (path, *numbered) if not os.path.lexists(one)), path)


def _existing(path: Path) -> Path | None:
    """The nearest folder above that is there."""
    return next((folder for folder in path.parents if folder.is_dir()), None) if path.is_absolute() else None


def _first_source(graph: Graph) -> str:
    files = (str(node.params.get(FILE_PARAM) or "") for node in graph.nodes.values() if node.type == "input.video")
    return next((file for file in sorted(files) if file), "")
