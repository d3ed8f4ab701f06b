"""Puts the model shelf into the window: its commands, its window, what is dropped, and what a form asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from editor import theme
from editor.canvas import Canvas
from editor.language import tr
from editor.models.job import Does, Job, Stage
from editor.models.known import Known
from editor.models.looking import Looking
from editor.models.models import Models
from editor.models.tasks import node_for
from editor.models.words import job_word
from editor.window.offers import Offers
from graphs.document import NodeId
from nodes.shelf import SUFFIXES

if TYPE_CHECKING:
    from editor.models.panel import ModelsPanel
    from editor.models.sheet import Sheet
    from editor.window.window import Window


class ShelfParts(QObject):
    """`models` is the shelf, `offers` what forms are given of it; the windows are made when they are asked for."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.models = Models(window.asker, parent=self)
        self.looking = Looking(parent=self)
        self.offers = Offers(self.models, self.show_panel, self)
        self.panel: ModelsPanel | None = None
        self.sheet: Sheet | None = None
        self._canvas: Canvas | None = None
        self._spot: QPointF | None = None
        self._at_work = QToolButton()
        self._at_work.setIcon(theme.icon("down"))
        self._at_work.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._at_work.setToolTip(tr("Show what is being fetched or converted"))
        self._at_work.clicked.connect(lambda _=False: self.show_panel())
        self._at_work.hide()
        window.status.addPermanentWidget(self._at_work)
        window.actions_.add("window.models", tr("&Models…"), self.show_panel, shortcut="Ctrl+M", icon="nodes",
            group="commands", words=(tr("ai onnx network download shelf upscaler"),))  # fmt: skip
        window.actions_.add("file.model", tr("&Import a model…"), self._ask, group="open",
            words=(tr("onnx pth safetensors own"),))  # fmt: skip
        self.models.job_changed.connect(self._job_news)
        self.models.ended.connect(self._ended)
        QGuiApplication.instance().applicationStateChanged.connect(self._came_back)

    def serve(self, canvas: Canvas) -> None:
        """The canvas on which models are put."""
        self._canvas = canvas

    # ---- its windows

    def show_panel(self, task: str = "", name: str = "") -> None:
        """The shelf, at a task or a model."""
        if self.panel is None:
            from editor.models.panel import ModelsPanel

            self.panel = ModelsPanel(self.models, self._window.files.folder(), self._window, clip=self._source)
            self.panel.use_wanted.connect(self._use_known)
            self.panel.own_wanted.connect(lambda path: self.take(path))
        if task:
            self.panel.show_task(task)
        if name:
            self.panel.choose(name)
        self.panel.show()
        self.panel.raise_()
        self.panel.activateWindow()

    def take(self, path: Path, spot: QPointF | None = None) -> None:
        """A model of the user's own, dropped at a place of the canvas, or elsewhere."""
        from editor.models.sheet import Sheet

        if self.sheet is not None:
            self.sheet.close()
        self._spot = spot
        self._window.files.remember_folder(path.parent)
        sheet = self.sheet = Sheet(
            self.models, self.looking, canvas=not self._window.on_start_page, parent=self._window
        )
        sheet.use_wanted.connect(self._use)
        sheet.finished.connect(lambda _: self._sheet_gone(sheet))
        sheet.look(path)

    def _source(self) -> Path | None:
        """The first file that the graph reads."""
        desk = self._window.desk
        nodes = sorted(desk.graph.nodes.items())
        named = (str(node.params.get("file") or "") for _, node in nodes if node.type == "input.video")
        folder = desk.path.parent if desk.path is not None else Path()
        return next((path for file in named if file and (path := folder / file).is_file()), None)

    def _sheet_gone(self, sheet: Sheet) -> None:
        if self.sheet is sheet:
            self.sheet = None

    def _ask(self) -> None:
        kinds = tr("Models ({endings})").format(endings=" ".join(f"*{suffix}" for suffix in SUFFIXES))
        path = self._window.asker.file(tr("Import a model"), self._window.files.folder(), kinds)
        if path is not None:
            self.take(path)

    # ---- into the graph

    def _use_known(self, one: object) -> None:
        if isinstance(one, Known):
            self._spot = None
            self._use(one.name, one.suits)

    def _use(self, name: str, task: str) -> NodeId | None:
        """Put the node that takes such models on the canvas, with this one set; one step to undo."""
        found = node_for(self._window.desk.registry, task)
        if found is None or self._canvas is None:
            self._window.status.showMessage(tr("No node takes such a model yet. It stays on the shelf."), 8000)
            return None
        if self._window.on_start_page:
            self._window.actions_.get("file.new").trigger()
        kind, param = found
        context = self._canvas.searching.place_for(self._spot)
        node = self._canvas.place(kind.id, context, {param.name: name})
        if node is not None:
            self._canvas.bring_into_view(node)
            self._window.activateWindow()
            self._canvas.setFocus()
        return node

    # ---- news

    def _job_news(self, _name: str) -> None:
        """The line at the bottom says what is being done, also while the shelf's window is closed."""
        live = [job for job in self.models.jobs.values() if not job.stage.over and job.does in (Does.GET, Does.CONVERT)]
        self._at_work.setVisible(bool(live))
        if live:
            first = next((job for job in live if job.stage is Stage.RUNNING), live[0])
            text = tr("{model}: {state}").format(model=self._title(first.name), state=job_word(first))
            more = tr("{text} and {count} more").format(text=text, count=len(live) - 1)
            self._at_work.setText(more if len(live) > 1 else text)

    def _title(self, name: str) -> str:
        one = self.models.one(name)
        return one.title if one is not None else name

    def _ended(self, job: object) -> None:
        if not isinstance(job, Job):
            return
        title = self._title(job.name)
        if job.stage is Stage.DONE and job.does in (Does.GET, Does.BY_HAND, Does.BRING):
            self._window.status.showMessage(tr("{model} is on the shelf").format(model=title), 8000)
        elif job.stage is Stage.DONE and job.does is Does.CONVERT and job.sound:
            self._window.status.showMessage(tr("{model} is converted").format(model=title), 8000)
        elif (
            job.stage is Stage.FAILED
            and job.does in (Does.GET, Does.CONVERT)
            and (self.panel is None or not self.panel.isVisible())
        ):
            show = (tr("Show"), lambda: self.show_panel("", job.name))
            self._window.notices.show_notice(f"model {job.name}", f"{title}: {job.said}", [show], kind="error")

    def _came_back(self, state: object) -> None:
        """Somebody else, such as the command line, may have put something on the shelf meanwhile."""
        if state is Qt.ApplicationState.ApplicationActive and self.models.loaded:
            self.models.look()

    def close(self) -> None:
        self.looking.stop()
        self.models.close()
