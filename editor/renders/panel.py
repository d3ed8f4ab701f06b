"""The queue panel: what is rendered, how far it is, and what can be done about it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QStackedLayout,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.language import tr
from editor.renders import words
from editor.renders.bar import ProgressBar
from editor.renders.line import RenderLine
from editor.renders.model import LEFT, NAME, PROGRESS, SPEED, QueueModel
from runtime.jobs.queue.order import Job, Stage


class RenderPanel(QWidget):
    """The jobs of a RenderLine.

    Signals: compare_wanted(source: Path, result: Path, begins: Fraction); count_changed(int) how many jobs are not
    over.
    """

    compare_wanted = Signal(object, object, object)
    count_changed = Signal(int)

    def __init__(self, line: RenderLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._model = QueueModel(line, self)
        self.table = QTreeView(self)
        self.table.setModel(self._model)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAllColumnsShowFocus(True)
        self.table.setAccessibleName(tr("Render queue"))
        self.table.setItemDelegateForColumn(PROGRESS, ProgressBar(self.table))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.doubleClicked.connect(lambda _: self.open_result())
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (PROGRESS, SPEED, LEFT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self._widen()
        self._empty = QLabel(tr("Nothing to render yet. The blue Render button puts a job here."))
        self._empty.setObjectName("Muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        self._said = QLabel()
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setObjectName("Muted")
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 4, 6, 6)
        rows.setSpacing(4)
        rows.addWidget(stack, 1)
        rows.addLayout(self._buttons())
        self._last: int | None = None  # the id of the job that was chosen: a table that is filled anew forgets
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        line.changed.connect(self._refresh)
        line.updated.connect(lambda _: self._refresh())
        theme.watch.changed.connect(self._redraw)
        self._refresh()

    # ---- what can be done with the job that is chosen

    @property
    def chosen(self) -> Job | None:
        chosen = self._model.id_at(self.table.currentIndex().row())
        return self._line.job(chosen) if chosen is not None else None

    def choose(self, id: int) -> None:
        self.table.setCurrentIndex(self._model.index(self._model.row_of(id), 0))

    def pause(self) -> None:
        """Pause the chosen job, or let it go on."""
        job = self.chosen
        if job is not None:
            self._line.pause(job.id, not self._rests(job))

    def cancel(self) -> None:
        if self.chosen is not None:
            self._line.cancel(self.chosen.id)

    def retry(self) -> None:
        if self.chosen is not None:
            self._line.retry(self.chosen.id)

    def remove(self) -> None:
        if self.chosen is not None:
            self._line.remove(self.chosen.id)

    def shift(self, by: Literal[-1, 1]) -> None:
        job = self.chosen
        if job is not None:
            self._line.move(job.id, by)
            self.choose(job.id)

    def open_result(self) -> None:
        """Show what was written in the program that this machine opens it with."""
        for file in self._results():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

    def open_folder(self) -> None:
        for folder in dict.fromkeys(file.parent for file in self._results()):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def compare(self) -> None:
        """Source and result beside each other."""
        job, results = self.chosen, self._results()
        if job is not None and job.order.source and results:
            self.compare_wanted.emit(Path(job.order.source), results[0], job.order.begins)

    def copy_log(self) -> None:
        job = self.chosen
        if job is not None:
            text = "\n".join(filter(None, (job.order.name, job.text, *job.notes, *job.log)))
            QGuiApplication.clipboard().setText(text)

    def _results(self) -> list[Path]:
        return [file for file in self.chosen.files if file.exists()] if self.chosen is not None else []

    # ---- the look

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        self._tools: dict[str, QToolButton] = {}
        for name, icon, tip, do in (
            ("pause", "pause", tr("Pause or go on"), self.pause),
            ("cancel", "x", tr("Cancel"), self.cancel),
            ("retry", "retry", tr("Render again"), self.retry),
            ("up", "up", tr("Earlier"), lambda: self.shift(-1)),
            ("down", "down", tr("Later"), lambda: self.shift(1)),
            ("open", "open-file", tr("Open the result"), self.open_result),
            ("compare", "compare", tr("Compare with the source"), self.compare),
            ("remove", "trash", tr("Take off the list; files stay"), self.remove),
        ):
            button = QToolButton()
            button.setIcon(theme.icon(icon))
            button.setProperty("icon-name", icon)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(do)
            row.addWidget(button)
            self._tools[name] = button
        row.addStretch()
        row.addWidget(self._said)
        return row

    def _may(self, job: Job | None) -> dict[str, bool]:
        stage = job.stage if job is not None else None
        live = stage is not None and not stage.over
        over = stage is not None and stage.over
        results = bool(self._results())
        return {
            "pause": live,
            "cancel": live,
            "retry": over,
            "up": job is not None and len(self._line.jobs) > 1,
            "down": job is not None and len(self._line.jobs) > 1,
            "open": results,
            "compare": results and job is not None and bool(job.order.source),
            "remove": over or stage is Stage.WAITING,
        }

    def _rests(self, job: Job) -> bool:
        """Whether it can go on: it is paused, or waits since the last time."""
        return job.stage is Stage.PAUSED or (job.stage is Stage.WAITING and self._line.held)

    def _refresh(self) -> None:
        jobs = self._line.jobs
        self._stack.setCurrentIndex(1 if jobs else 0)
        job = self.chosen
        if job is None and jobs:
            self.choose(self._last if any(one.id == self._last for one in jobs) else jobs[-1].id)  # type: ignore[arg-type]
            job = self.chosen
        self._last = job.id if job is not None else None
        for name, able in self._may(job).items():
            self._tools[name].setEnabled(able)
        paused = job is not None and self._rests(job)
        self._tools["pause"].setIcon(theme.icon("play" if paused else "pause"))
        self._said.setText(_line(job) if job is not None else "")
        self._said.setObjectName("Error" if job is not None and job.stage is Stage.FAILED else "Muted")
        self._said.style().polish(self._said)
        self.count_changed.emit(sum(not job.stage.over for job in jobs))

    def _widen(self) -> None:
        """Columns as wide as what they say in this language and size; the name has what is left."""
        metrics = self.table.fontMetrics()
        speed = tr("{fps} fps").format(fps=words.figure(88.8, 1))
        texts = ((SPEED, speed), (LEFT, tr("done in {time}").format(time=words.clock(2000))))
        self.table.header().resizeSection(PROGRESS, 84)
        for column, text in texts:
            self.table.header().resizeSection(column, metrics.horizontalAdvance(text) + 16)

    def _redraw(self) -> None:
        self._widen()
        for button in self._tools.values():
            button.setIcon(theme.icon(str(button.property("icon-name"))))
        self.table.viewport().update()

    def _menu(self, at: QPoint) -> None:
        job = self.chosen
        if job is None:
            return
        may = self._may(job)
        menu = QMenu(self)
        for name, text, do in (
            ("pause", tr("Go on") if self._rests(job) else tr("Pause"), self.pause),
            ("cancel", tr("Cancel"), self.cancel),
            ("retry", tr("Render again"), self.retry),
            ("open", tr("Open the result"), self.open_result),
            ("open", tr("Open its folder"), self.open_folder),
            ("compare", tr("Compare with the source"), self.compare),
            ("remove", tr("Take off the list"), self.remove),
        ):
            action = menu.addAction(text)
            action.setEnabled(may[name])
            action.triggered.connect(lambda _=False, do=do: do())
        menu.addSeparator()
        menu.addAction(tr("Copy what was said")).triggered.connect(lambda _=False: self.copy_log())
        menu.addAction(tr("Take off all that are over")).triggered.connect(lambda _=False: self._line.clear())
        menu.popup(self.table.viewport().mapToGlobal(at))


def _line(job: Job) -> str:
    """One line under the table about the chosen job."""
    if job.stage is Stage.FAILED:
        return job.text.splitlines()[0][:160] if job.text else words.stage_word(job.stage)
    parts = []
    if job.size_bytes:
        parts.append(words.size(job.size_bytes))
    if job.elapsed_s:
        parts.append(words.clock(job.elapsed_s))
    return " · ".join(parts)
