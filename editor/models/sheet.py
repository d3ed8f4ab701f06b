"""A small window about a model that was dropped: what was found in it, its title to be changed, and where it goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.language import tr
from editor.models.job import Does, Job, Stage
from editor.models.looking import Found, Looking, free_name
from editor.models.models import Models
from editor.models.tasks import task_word
from runtime.models.entry import Pattern

WIDTH = 460


class Sheet(QDialog):
    """`canvas` is asked whether there is a canvas to put a node on.

    Signal: use_wanted(str name, str task) it is on the shelf, and the user wants it in the graph.
    """

    use_wanted = Signal(str, str)

    def __init__(self, models: Models, looking: Looking, *, canvas: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models, self._looking, self._canvas = models, looking, canvas
        self._found: Found | None = None
        self._name = ""
        self._then_use = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("A model of your own"))
        self.head = QLabel()
        self.head.setObjectName("Heading")
        self.said = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        for label in (self.head, self.said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title = QLineEdit()
        self.title.setAccessibleName(tr("Title"))
        self.title.setMaxLength(80)
        self.name_label = QLabel(tr("Title"))
        self.name_label.setObjectName("Muted")
        self.name_label.setBuddy(self.title)
        self.facts = QWidget()
        self._grid = QGridLayout(self.facts)
        self._grid.setContentsMargins(0, 4, 0, 4)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.close_button = QPushButton(tr("Cancel"))
        self.shelf_button = QPushButton(tr("Add to shelf"))
        self.use_button = QPushButton(tr("Add to shelf and canvas"))
        self._lay_out()
        self.close_button.clicked.connect(self.close)
        self.shelf_button.clicked.connect(lambda: self._add(use=False))
        self.use_button.clicked.connect(lambda: self._add(use=True))
        looking.seen.connect(self._seen)
        models.job_changed.connect(self._job_news)
        models.ended.connect(self._ended)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addStretch(1)
        for button in (self.close_button, self.shelf_button, self.use_button):
            foot.addWidget(button)
        (self.use_button if self._canvas else self.shelf_button).setObjectName("Primary")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 16, 18, 14)
        rows.setSpacing(10)
        for widget in (self.head, self.name_label, self.title, self.facts, self.said, self.bar):
            rows.addWidget(widget)
        rows.addLayout(foot)
        self.setMinimumWidth(round(WIDTH * theme.text_scale()))

    def look(self, path: Path) -> None:
        """Have a file looked into, and show this meanwhile."""
        self._found = None
        self.head.setText(path.name)
        self._say(tr("It is tried on a small picture…"), "Muted")
        for widget in (self.name_label, self.title, self.facts):
            widget.hide()
        self.bar.show()
        self.shelf_button.hide()
        self.use_button.hide()
        self._models.load()
        self._looking.look(path, tuple(self._models.known))
        self.show()
        self.raise_()
        self.activateWindow()

    # ---- what was found

    def _seen(self, found: object) -> None:
        assert isinstance(found, Found)
        self._found = found
        self.bar.hide()
        if found.inspected is None:
            self._say(_sentence(found.fault.removeprefix(f"{found.path}: ")), "Error")
            self.close_button.setText(tr("Close"))
            self.close_button.setFocus()
            self.adjustSize()
            return
        known = self._models.one(found.same) if found.same else None
        for row, (title, text) in enumerate(self._facts(found)):
            head, said = QLabel(title), QLabel(text)
            head.setObjectName("Muted")
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setWordWrap(True)
            self._grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, row, 1)
        self.facts.show()
        notes = list(found.inspected.notes)
        if known is not None:
            notes.insert(0, tr("It is on the shelf already, as {model}").format(model=known.title))
        self._say("\n".join(map(_sentence, notes)), "Warning")
        self.title.setText(known.title if known is not None else found.path.stem)
        self.title.setReadOnly(known is not None)
        self.name_label.show()
        self.title.show()
        self.shelf_button.setVisible(known is None)
        self.use_button.setText(tr("Add to canvas") if known is not None else tr("Add to shelf and canvas"))
        self.use_button.setVisible(self._canvas)
        (self.use_button if self._canvas else self.shelf_button).setDefault(True)
        self.title.selectAll()
        self.title.setFocus()
        self.adjustSize()

    def _facts(self, found: Found) -> list[tuple[str, str]]:
        one = found.inspected
        assert one is not None
        scale = tr("{scale}×, each side").format(scale=one.scale) if one.scale != 1 else tr("keeps the size")
        channels = tr("{count} in, {out} out").format(count=one.channels_in, out=one.channels_out)
        if one.fixed is not None:
            sizes = tr("{width} × {height} alone").format(width=one.fixed[0], height=one.fixed[1])
        elif one.multiple > 1:
            sizes = tr("any, padded to multiples of {number}").format(number=one.multiple)
        else:
            sizes = tr("any")
        weights = f"{one.weights:,}".replace(",", " ") if one.weights else ""
        told = [
            (tr("For"), task_word(found.task)),
            (tr("Scale"), scale),
            (tr("Channels"), f"{channels} ({_fed(one.pattern, one.window)})"),
            (tr("Picture size"), sizes),
            (tr("Values"), f"{one.value_range.value}, {one.dtype}"),
            (tr("Weights"), weights),
            (tr("Made by"), one.producer),
            (tr("Architecture"), one.arch),
        ]
        return [(title, text) for title, text in told if text]

    # ---- where it goes

    def _add(self, *, use: bool) -> None:
        found = self._found
        if found is None or found.inspected is None or self._name:
            return
        if found.same:
            self.use_wanted.emit(found.same, found.task)
            self.close()
            return
        title = self.title.text().strip() or found.path.stem
        name = free_name(title, [one.name for one in self._models.known])
        self._then_use, self._name = use, name
        for widget in (self.title, self.shelf_button, self.use_button):
            widget.setEnabled(False)
        self.bar.show()
        if not self._models.bring(found.path, name, title, found):
            self._name = ""

    def _job_news(self, name: str) -> None:
        job = self._models.job(name)
        if name == self._name and job is not None and not job.stage.over:
            self._say(job.said, "Muted")

    def _ended(self, job: object) -> None:
        if not isinstance(job, Job) or job.name != self._name or job.does is not Does.BRING:
            return
        if job.stage is Stage.DONE:
            name, self._name = self._name, ""
            if self._then_use and self._found is not None:
                self.use_wanted.emit(name, self._found.task)
            self.close()
            return
        self._name = ""
        self.bar.hide()
        for widget in (self.title, self.shelf_button, self.use_button):
            widget.setEnabled(True)
        self._say(job.said, "Error")

    def done(self, result: int) -> None:
        self._looking.stop()
        super().done(result)

    def _say(self, text: str, look: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.said.setObjectName(look)
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _fed(pattern: Pattern, window: int) -> str:
    words = {
        Pattern.FRAME: tr("RGB"),
        Pattern.TILES: tr("RGB"),
        Pattern.LUMA: tr("gray"),
        Pattern.WINDOW: tr("{count} pictures in a row").format(count=window),
        Pattern.RECURRENT: tr("{count} pictures at a time").format(count=window),
        Pattern.PAIR_TIME: tr("two pictures and a time"),
        Pattern.CHROMA_MERGE: tr("colours for a gray picture"),
        Pattern.FACES: tr("faces"),
        Pattern.MASK: tr("RGB and a mask") if window == 1 else tr("{count} pictures and masks").format(count=window),
        Pattern.DETECTOR: tr("finds faces"),
    }
    return words.get(pattern, pattern.value)
