"""The window of the model shelf: a list to search, and all of one model beside it. It stays open beside the work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.language import tr
from editor.models import words
from editor.models.details import Details
from editor.models.job import Does, Stage
from editor.models.known import Known
from editor.models.listing import MODEL, Listing, RowPainter
from editor.models.models import Models
from editor.models.tasks import ORDER, task_word
from nodes.shelf import SUFFIXES

_HERE = "here"


class ModelsPanel(QDialog):
    """Signals: use_wanted(Known) put it on the canvas; own_wanted(Path) a model of the user's own."""

    use_wanted = Signal(object)
    own_wanted = Signal(object)

    def __init__(
        self,
        models: Models,
        folder: Path,
        parent: QWidget | None = None,
        *,
        clip: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """`clip`: what is being worked on; conversions are proved on its frames."""
        super().__init__(parent)
        self._models, self._folder, self._clip = models, folder, clip
        self.setObjectName("ModelShelf")
        self.setWindowTitle(tr("Models"))
        self.setAcceptDrops(True)
        self.field = QLineEdit()
        self.field.setClearButtonEnabled(True)
        self.field.setPlaceholderText(tr("Search models"))
        self.field.setAccessibleName(tr("Search models"))
        self.task = QComboBox()
        self.task.setAccessibleName(tr("What it is for"))
        self.task.addItem(tr("All"), "")
        self.task.addItem(tr("On the shelf"), _HERE)
        self.task.insertSeparator(2)
        for task in ORDER:
            self.task.addItem(task_word(task), task)
        self.task.setMaxVisibleItems(20)
        self.listing = Listing(self)
        self.list = QListView()
        self.list.setModel(self.listing)
        self.list.setItemDelegate(RowPainter(self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Models"))
        self.none = QLabel()
        self.none.setObjectName("Muted")
        self.none.setWordWrap(True)
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.own_button = QPushButton(tr("Import a file…"))
        self.own_button.setToolTip(tr("A model of your own, ONNX or PyTorch: it is looked into first"))
        self.own_button.setAutoDefault(False)
        self.count = QLabel()
        self.count.setObjectName("Muted")
        self.details = Details()
        self._lay_out()
        self._listen()
        self._redraw()
        self._fill()

    def _lay_out(self) -> None:
        left = QFrame()
        left.setObjectName("Panel")
        rows = QVBoxLayout(left)
        rows.setContentsMargins(8, 10, 8, 10)
        rows.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(self.field, 1)
        top.addWidget(self.task)
        foot = QHBoxLayout()
        foot.addWidget(self.own_button)
        foot.addWidget(self.count, 1, Qt.AlignmentFlag.AlignRight)
        rows.addLayout(top)
        rows.addWidget(self.list, 1)
        rows.addWidget(self.none, 1)
        rows.addLayout(foot)
        right = QFrame()
        right.setObjectName("Panel")
        inner = QVBoxLayout(right)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(self.details)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(6)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(0, 9)
        split.setStretchFactor(1, 10)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 6, 6, 6)
        whole.addWidget(split)
        scale = theme.text_scale()
        room = self.screen().availableGeometry()
        self.resize(min(round(1060 * scale), room.width() - 80), min(round(680 * scale), room.height() - 80))
        split.setSizes([480, 560])

    def _listen(self) -> None:
        self.field.textChanged.connect(self._fill)
        self.task.currentIndexChanged.connect(self._fill)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show())
        self.list.doubleClicked.connect(lambda _: self._do_main())
        self._models.changed.connect(self._fill)
        self._models.job_changed.connect(self._job_news)
        self.own_button.clicked.connect(self._import)
        details = self.details
        details.wanted.connect(lambda: self._with(self._models.get))
        details.cancelled.connect(lambda: self._with(self._models.cancel))
        details.verified.connect(lambda: self._with(self._models.verify))
        details.converted.connect(self._convert)
        details.removed.connect(lambda: self._with(self._models.remove))
        details.given.connect(self._by_hand)
        details.used.connect(self._use)
        theme.watch.changed.connect(self._redraw)

    # ---- what is shown

    @property
    def chosen(self) -> Known | None:
        one = self.list.currentIndex().data(MODEL)
        return one if isinstance(one, Known) else None

    def choose(self, name: str) -> None:
        """Show a model; the search is cleared if it hides it."""
        if self.listing.row_of(name) < 0:
            self.field.clear()
            self.task.setCurrentIndex(0)
        self._select(self.listing.row_of(name), jump=True)

    def show_task(self, task: str) -> None:
        """Only models for this."""
        self.field.clear()
        self.task.setCurrentIndex(max(0, self.task.findData(task)))

    def _fill(self) -> None:
        before = self.chosen.name if self.chosen is not None else ""
        wanted = self.task.currentData()
        shown = [
            one for one in self._models.known if self._fits(one, wanted) and words.found_by(one, self.field.text())
        ]
        self.listing.show_models(shown, self._models.jobs)
        self.list.setVisible(bool(shown))
        self.none.setVisible(not shown)
        self.none.setText(self._nothing())
        row = self.listing.row_of(before)
        self._select(row if row >= 0 else self.listing.first())
        self._count()
        self._show()

    def _fits(self, one: Known, wanted: object) -> bool:
        if wanted == _HERE:
            return one.here and one.entry is not None
        return wanted in ("", one.task) or (one.model is not None and one.suits == wanted)

    def _nothing(self) -> str:
        if self._models.fault:
            return self._models.fault
        if not self._models.loaded:
            return tr("Looking at the shelf…")
        if self.task.currentData() == _HERE and not self.field.text():
            return tr("Nothing is on the shelf yet.")
        return tr("No model is called that. Clear the search to see all.")

    def _select(self, row: int, *, jump: bool = False) -> None:
        index = self.listing.index(row, 0)
        if row >= 0 and index != self.list.currentIndex():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(
                index, QListView.ScrollHint.PositionAtCenter if jump else QListView.ScrollHint.EnsureVisible
            )

    def _show(self) -> None:
        one = self.chosen
        self.details.show_model(one, self._models.job(one.name) if one is not None else None)

    def _job_news(self, name: str) -> None:
        self.listing.news(name)
        self._count()
        if self.chosen is not None and self.chosen.name == name:
            self._show()

    def _count(self) -> None:
        live = [job for job in self._models.jobs.values() if not job.stage.over and job.does is Does.GET]
        waiting = sum(job.stage is Stage.WAITING for job in live)
        if live:
            text = tr("{count} being fetched, {waiting} waiting").format(count=len(live) - waiting, waiting=waiting)
        else:
            here = sum(one.held is not None for one in self._models.known)
            text = tr("{count} on the shelf").format(count=here) if self._models.loaded else ""
        self.count.setText(text)

    def _redraw(self) -> None:
        line, edge = theme.colour("line").name(), theme.colour("line2").name()
        self.setStyleSheet(
            f"#ModelFoot {{ background: transparent; border: none; border-top: 1px solid {line}; }}"
            f"#ModelShelf {{ border: 1px solid {edge}; }}"
        )
        for action in self.field.actions():
            if action.objectName() == "find":
                self.field.removeAction(action)
        sign = self.field.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        sign.setObjectName("find")
        self._show()

    # ---- what is done

    def _with(self, do: object) -> None:
        if self.chosen is not None and callable(do):
            do(self.chosen.name)

    def _convert(self, precision: str) -> None:
        if self.chosen is not None:
            self._models.convert(self.chosen.name, (precision,), self._clip())

    def _use(self) -> None:
        if self.chosen is not None:
            self.use_wanted.emit(self.chosen)

    def _do_main(self) -> None:
        """What Return and a double click do: fetch it, or use it."""
        one = self.chosen
        job = self._models.job(one.name) if one is not None else None
        if one is None or (job is not None and not job.stage.over):
            return
        if one.model is not None:
            self.use_wanted.emit(one)
        elif not self.details.get_button.isHidden():
            self._models.get(one.name)

    def _import(self) -> None:
        kinds = tr("Models ({endings})").format(endings=" ".join(f"*{suffix}" for suffix in SUFFIXES))
        path = self._models.asker.file(tr("Import a model"), self._folder, kinds)
        if path is not None:
            self.own_wanted.emit(path)

    def _by_hand(self) -> None:
        """The official files, one after the other, as the model is made of."""
        one = self.chosen
        if one is None or one.entry is None:
            return
        paths: list[Path] = []
        for file in one.entry.files:
            title = tr("Where is {file}?").format(file=file.name)
            path = self._models.asker.file(title, self._folder, tr("All files ({endings})").format(endings="*"))
            if path is None:
                return
            paths.append(path)
        self._models.take_by_hand(one.name, paths)

    # ---- the window

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._models.look()
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do_main()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.field.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.own_wanted.emit(path)


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    paths = (Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    return next((path for path in paths if path.suffix.lower() in SUFFIXES), None)
