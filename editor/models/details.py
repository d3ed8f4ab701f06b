"""All that is known of one model, and what can be done with it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.language import tr
from editor.models import words
from editor.models.convertible import Convertible, convertible, precision_word
from editor.models.job import Does, Job, Stage
from editor.models.known import Known
from editor.models.tasks import task_word
from editor.renders.words import size
from nodes.torch_script import torch_is_here
from runtime.models.entry import Entry
from runtime.process import ROOT

_STOPPABLE = (Does.GET, Does.BY_HAND, Does.VERIFY, Does.CONVERT)


class Details(QWidget):
    """Signals, each for the model that is shown: wanted, cancelled, used, verified, removed, given (a file of it that
    was fetched by hand), read (what was said may go), converted(str) to this precision."""

    wanted, cancelled, used = Signal(), Signal(), Signal()
    converted = Signal(str)
    verified, removed, given, read = Signal(), Signal(), Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._one: Known | None = None
        self._job: Job | None = None
        self._shown: object = None
        self.title, self.kind, self.about, self.caution = QLabel(), QLabel(), QLabel(), QLabel()
        self.title.setObjectName("Heading")
        self.kind.setObjectName("Muted")
        for label in (self.title, self.about, self.caution):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.caution.setObjectName("Warning")
        self.facts = QWidget()
        self._grid = QGridLayout(self.facts)
        self._grid.setContentsMargins(0, 6, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        inner = QWidget()
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(18, 16, 18, 12)
        rows.setSpacing(8)
        for widget in (self.title, self.kind, self.about, self.caution, self.facts):
            rows.addWidget(widget)
        rows.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        self.area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.area, 1)
        whole.addWidget(self._foot())
        self.show_model(None, None)

    def _foot(self) -> QWidget:
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.get_button, self.use_button = QPushButton(), QPushButton(tr("Add to canvas"))
        self.get_button.setObjectName("Primary")
        self.use_button.setObjectName("Primary")
        self.cancel_button = QPushButton(tr("Cancel"))
        self.file_button = QPushButton(tr("From file…"))
        self.file_button.setToolTip(tr("Take the official file that you have fetched by hand"))
        self.page_button = QPushButton(tr("Its page"))
        self.page_button.setToolTip(tr("Open the page of its authors in the browser"))
        self.verify_button, self.remove_button = QPushButton(tr("Verify")), QPushButton(tr("Remove…"))
        self.verify_button.setToolTip(tr("Read its files again and compare them with the hash they came with"))
        self.convert_button = QPushButton(tr("Convert"))
        self.convert_button.setAutoDefault(False)
        self.convert_menu = QMenu(self.convert_button)
        self.convert_button.setMenu(self.convert_menu)
        for button, signal in (
            (self.get_button, self.wanted),
            (self.use_button, self.used),
            (self.cancel_button, self.cancelled),
            (self.file_button, self.given),
            (self.verify_button, self.verified),
            (self.remove_button, self.removed),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())
            button.setAutoDefault(False)
        self.page_button.setAutoDefault(False)
        self.page_button.clicked.connect(self._open_page)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.get_button, self.use_button, self.cancel_button, self.file_button):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.convert_button, self.page_button, self.verify_button, self.remove_button):
            row.addWidget(button)
        foot = QFrame()
        foot.setObjectName("ModelFoot")
        rows = QVBoxLayout(foot)
        rows.setContentsMargins(18, 10, 18, 12)
        rows.setSpacing(8)
        rows.addWidget(self.said)
        rows.addWidget(self.bar)
        rows.addLayout(row)
        return foot

    # ---- what is shown

    def show_model(self, one: Known | None, job: Job | None) -> None:
        self._one, self._job = one, job
        key = (one, theme.is_dark(), theme.text_scale())
        if key != self._shown:
            self._shown = key
            self._show_facts(one)
        self._show_job(one, job)

    def _show_facts(self, one: Known | None) -> None:
        entry = one.entry if one is not None else None
        self.title.setText(one.title if one is not None else tr("No model is chosen"))
        if one is None:
            parts: tuple[str, ...] = ()
        else:
            parts = (task_word(one.task), words.scale_word(one), entry.architecture if entry is not None else "")
        self.kind.setText(" · ".join(filter(None, parts)))
        self.about.setText(words.about(one) if one is not None else "")
        self.caution.setText(tr(entry.caution) if entry is not None and entry.caution else "")
        self.caution.setVisible(bool(self.caution.text()))
        while (item := self._grid.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for title, text in self._facts(one):
            self._fact(title, text)
        self.area.verticalScrollBar().setValue(0)

    def _facts(self, one: Known | None) -> list[tuple[str, str]]:
        """Titles and rich text."""
        entry = one.entry if one is not None else None
        if one is None:
            return []
        name = f"<code>{escape(one.name)}</code>"
        if entry is None:
            return [(tr("Name"), name)]
        marked = "" if entry.licence.commercial else f"<br>{_in('warn', tr('For non-commercial use only'))}"
        told = [
            (tr("Suits"), escape(tr(entry.suits)) if entry.suits != "not stated" else ""),
            (
                tr("Licence"),
                escape(words.licence_line(entry)) + marked if not entry.own else escape(_stated(entry.licence.weights)),
            ),
            (tr("Hash"), "<br>".join(_in(tint, text) for tint, text in words.hash_lines(one))),
            (tr("Size"), size(one.held.size) if one.held is not None else ""),
            (tr("Memory"), escape(words.memory_line(entry))),
            (tr("Takes"), escape(words.takes_line(one))),
            (tr("From"), "<br>".join(map(escape, words.origin_lines(one)))),
            (tr("Lies in"), escape(str(one.held.folder)) if one.held is not None else ""),
            (tr("Name"), name),
        ]
        notes = one.held.inspected.notes if one.held is not None and one.held.inspected is not None else ()
        told += [(tr("Note"), escape(note)) for note in notes]
        if one.why and one.held is not None:
            told.append((tr("Note"), _in("warn", one.why)))
        return [(title, text) for title, text in told if text]

    def _fact(self, title: str, text: str) -> None:
        row = self._grid.rowCount()
        head, said = QLabel(title), QLabel(text)
        head.setObjectName("Muted")
        said.setTextFormat(Qt.TextFormat.RichText)
        said.setWordWrap(True)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(said, row, 1)

    def _show_job(self, one: Known | None, job: Job | None) -> None:
        live = job is not None and not job.stage.over
        entry = one.entry if one is not None else None
        held = one is not None and one.held is not None
        fetched = entry is not None and not entry.own and not entry.builtin
        may_get = one is not None and one.may_get
        broken = bool(one is not None and one.fault)
        self.get_button.setVisible(may_get and not live)
        self.get_button.setText(self._get_text(one))
        self.file_button.setVisible(fetched and not held and not live)
        self.use_button.setVisible(one is not None and one.model is not None and not live)
        self.cancel_button.setVisible(live and job is not None and job.does in _STOPPABLE)
        self.cancel_button.setEnabled(job is None or job.stage is not Stage.STOPPING)
        self.page_button.setVisible(entry is not None and _page(entry) is not None)
        self.verify_button.setVisible(held and not live)
        self._show_convertible(None if live else convertible(one, torch_is_here()))
        part = bool(one is not None and one.part)
        self.remove_button.setVisible((held or broken or part) and not live)
        self._show_said(one, job)
        self.bar.setVisible(live)
        if live and job is not None:
            share = job.share
            self.bar.setRange(0, 0 if share is None and job.stage is Stage.RUNNING else 1000)
            self.bar.setValue(round((share or 0.0) * 1000))

    def _show_convertible(self, offer: Convertible | None) -> None:
        self.convert_button.setVisible(offer is not None)
        if offer is None:
            return
        self.convert_button.setEnabled(bool(offer.precisions))
        tip = offer.why or tr("Write it as ONNX, proved against itself on frames of your source, or of the demo tape")
        self.convert_button.setToolTip(tip)
        self.convert_button.setAccessibleDescription(tip)
        self.convert_menu.clear()
        for precision in offer.precisions:
            action = self.convert_menu.addAction(precision_word(precision))
            action.triggered.connect(lambda _=False, precision=precision: self.converted.emit(precision))

    def _get_text(self, one: Known | None) -> str:
        if one is not None and one.part:
            return tr("Go on fetching")
        asks = one is not None and one.entry is not None and not one.entry.licence.commercial
        return tr("Get…") if asks else tr("Get")

    def _show_said(self, one: Known | None, job: Job | None) -> None:
        text, look = "", "Muted"
        if job is not None:
            text = job.said if job.stage.over else words.progress_line(job)
            if job.stage is Stage.STOPPED:
                text = tr("Stopped. What has come is kept.") if one is not None and one.part else tr("Stopped.")
            look = (
                "Error" if job.stage is Stage.FAILED or not job.sound else "Good" if job.stage is Stage.DONE else look
            )
        elif one is not None and one.fault:
            text, look = one.fault, "Error"
        elif one is not None and one.part and one.held is None:
            text = tr("{size} have come; it goes on from there.").format(size=size(one.part))
        self.said.setText(text)
        self.said.setVisible(bool(text))
        if self.said.objectName() != look:
            self.said.setObjectName(look)
            self.said.style().unpolish(self.said)
            self.said.style().polish(self.said)

    def _open_page(self) -> None:
        page = _page(self._one.entry) if self._one is not None and self._one.entry is not None else None
        if page is not None:
            QDesktopServices.openUrl(page)


def _page(entry: Entry) -> QUrl | None:
    """Its authors' page; of one of ours, a file that comes along."""
    if entry.page.startswith("https://"):
        return QUrl(entry.page)
    file = ROOT / entry.page
    return QUrl.fromLocalFile(str(file)) if entry.builtin and file.is_file() else None


def _stated(text: str) -> str:
    return tr("not stated") if text == "not stated" else text


def _in(tint: str, text: str) -> str:
    name = {"ok": "ok", "warn": "warn"}.get(tint, "text2")
    return f"<span style='color:{theme.colour(name).name()}'>{escape(text)}</span>"
