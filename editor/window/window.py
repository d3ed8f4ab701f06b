"""The main window. It paints itself and the start page first; the parts are built right after (parts.py)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from editor.actions import Actions
from editor.actions.menus import fill
from editor.desk.asking import Asker
from editor.desk.desk import Desk
from editor.desk.files import Files
from editor.desk.playhead import Playhead
from editor.desk.recovery import Recovery
from editor.language import tr
from editor.settings import Settings
from editor.start.intake import Intake
from editor.start.page import StartPage
from editor.window import commands
from editor.window.dialogs import Dialogs
from editor.window.faults import Faults
from editor.window.layout import Layout
from editor.window.logo import window_icon
from editor.window.news import News
from editor.window.notices import Notices
from editor.window.panel import Panel, TabbedPanel
from editor.window.statusbar import StatusBar
from editor.window.topbar import TopBar
from nodes.registry import Registry

if TYPE_CHECKING:
    from editor.window.parts import Parts


class Window(QMainWindow):
    """Everything that one process shows. Signals: painted() for the first time; ready() all parts stand."""

    painted = Signal()
    ready = Signal()

    def __init__(self, settings: Settings, registry: Registry, asker: Asker | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.asker: Asker = asker or Dialogs(self)
        self.desk = Desk(registry, self)
        self.playhead = Playhead(self)
        self.files = Files(self.desk, settings, self.asker, self)
        self.recovery = Recovery(self.desk, settings.get("autosave_s"), self)
        self.faults = Faults(self)
        self.actions_ = Actions(self, settings.get("shortcuts"))
        self.notices = Notices()
        self.intake = Intake(self.files, registry, self)
        self.parts: Parts | None = None
        self._drawn = self._gone = False
        self.setWindowIcon(window_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(860, 520)
        self.topbar, self.status = TopBar(), StatusBar()
        self.setStatusBar(self.status)
        self._build()
        self.news = News(self)
        commands.register(self)
        self._menus = QTimer(self, interval=0, singleShot=True)
        self._menus.timeout.connect(lambda: fill(self.topbar.menus, self.actions_))
        self.actions_.added.connect(self._menus.start)
        fill(self.topbar.menus, self.actions_)
        self._listen()
        self._entitle()
        self._first_size()

    # ---- building

    def _build(self) -> None:
        self.panels = {
            "palette": Panel("palette", tr("Nodes"), "nodes"),
            "canvas": Panel("canvas", tr("Pipeline"), "graph"),
            "queue": TabbedPanel("queue", tr("Queue")),
            "scopes": Panel("scopes", tr("Scopes"), "scopes"),
            "viewer": Panel("viewer", tr("Viewer"), "monitor"),
            "details": TabbedPanel("details", tr("Details")),
            "timeline": Panel("timeline", tr("Timeline"), "clock"),
        }
        self.layout_ = Layout(self.panels, self)
        self.start = StartPage(self.files)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.layout_.widget)
        body = QWidget()
        body.setObjectName("Body")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(6, 6, 6, 6)
        rows.setSpacing(6)
        rows.addWidget(self.notices)
        rows.addWidget(self.pages, 1)
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.topbar)
        outer.addWidget(body, 1)
        self.setCentralWidget(whole)

    def _listen(self) -> None:
        self.desk.history_changed.connect(self._entitle)
        self.desk.history_changed.connect(self.actions_.refresh)
        self.desk.selected.connect(self.actions_.refresh)
        self.desk.reset.connect(self._opened)
        self.desk.refused.connect(self.news.refused)
        self.files.failed.connect(self.news.failed)
        self.files.changed_outside.connect(self.news.changed_outside)
        self.files.opened.connect(lambda _: self.start.refresh())
        self.faults.happened.connect(self.news.fault)
        self.recovery.troubled.connect(self.news.unkept)
        self.actions_.remapped.connect(lambda: self.settings.set("shortcuts", dict(self.actions_.remapped_shortcuts)))
        self.layout_.changed.connect(self._keep_layout)
        self.settings.changed.connect(self._set)
        self.start.tape_wanted.connect(self.intake.ask)
        self.start.chosen.connect(lambda path: self.intake.take(path))
        self.start.preset_chosen.connect(self.intake.preset)
        self.start.open_wanted.connect(lambda: self.files.open())
        self.start.empty_wanted.connect(self.actions_.get("file.new").trigger)
        self.intake.looking.connect(self.news.looking)
        self.intake.finished.connect(self.news.found)

    def build_parts(self) -> None:
        """Build what shows a graph. Called once the window has been seen."""
        if self.parts is None and not self._gone:
            from editor.window.parts import Parts

            self.parts = Parts(self)
            self.status.begin()
            self.ready.emit()

    # ---- what is shown

    def show_start(self) -> None:
        self.start.refresh()
        self.pages.setCurrentWidget(self.start)
        self.start.take_focus()
        self._entitle()
        self.actions_.refresh()

    def show_graph(self) -> None:
        self.build_parts()
        self.pages.setCurrentWidget(self.layout_.widget)
        self.layout_.restore(self.settings.get("layout"))
        if self.parts is not None:
            self.parts.canvas.setFocus()

    @property
    def on_start_page(self) -> bool:
        return self.pages.currentWidget() is self.start

    def _opened(self) -> None:
        if self.on_start_page:
            self.show_graph()
        self._entitle()

    def _entitle(self) -> None:
        name = self.desk.name or tr("Untitled")
        where = str(self.desk.path) if self.desk.path else tr("No file yet")
        self.topbar.entitle("" if self.on_start_page else name, dirty=self.desk.dirty, where=where)
        self.setWindowTitle("Tapeloom" if self.on_start_page else f"{name}[*] – Tapeloom")
        self.setWindowModified(self.desk.dirty)

    def _set(self, name: str) -> None:
        if name == "autosave_s":
            self.recovery.every(self.settings.get(name))

    def _keep_layout(self) -> None:
        if not self.layout_.is_filled:
            self.settings.set("layout", self.layout_.state())

    # ---- coming and going

    def _first_size(self) -> None:
        known = QByteArray.fromBase64(str(self.settings.get("window")).encode("ascii", "ignore"))
        if not known.isEmpty() and self.restoreGeometry(known):
            return
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(room.width(), 1920), min(room.height(), 1080))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._drawn:
            self.start.take_focus()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._drawn:
            self._drawn = True
            QTimer.singleShot(0, self._seen)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.files.look()

    def _seen(self) -> None:
        self.painted.emit()
        QTimer.singleShot(0, self._after)

    def _after(self) -> None:
        if self._gone:
            return
        self.build_parts()
        self.news.survivors()

    def closeEvent(self, event: QCloseEvent) -> None:
        # what runs is asked about last: nothing may be ended for a window that then stays open
        if not self.files.guarded(lambda: None) or not (self.parts is None or self.parts.may_close()):
            event.ignore()
            return
        self._gone = True
        self.settings.set("window", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        closing = [self.intake.close, self.status.end, self.recovery.close]
        for close in [*(self.parts.closing() if self.parts is not None else ()), *closing]:
            try:
                close()
            except Exception as fault:  # the others must still be closed
                self.faults.caught(type(fault), fault, fault.__traceback__)
        self.faults.remove()
        event.accept()

    # ---- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            QTimer.singleShot(0, self, lambda: self.intake.take(path))  # the other program waits for the drop to end


def _dropped(event: QDropEvent) -> Path | None:
    """The first local file or folder of a drop."""
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    return next((Path(url.toLocalFile()) for url in urls if url.isLocalFile()), None)
