"""The end of a render: told in a bar, and by the desktop where the window is not in front. Result beside source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from editor.desk.desk import Desk
from editor.language import tr
from editor.renders.job import Job, Stage
from editor.window.notices import Choice
from graphs.document import NodeDoc, NodeId
from graphs.edits import AddNodes
from graphs.upgrade import defaults

if TYPE_CHECKING:
    from editor.window.window import Window

SOURCE = "input.video"
TOLD_S = 30.0


class Outcome(QObject):
    """`show(a, b)` puts two nodes into the viewer."""

    def __init__(self, window: Window, show: Callable[[NodeId, NodeId], None]) -> None:
        super().__init__(window)
        self._window, self._show = window, show
        self._tray: QSystemTrayIcon | None = None

    def ended(self, job: object) -> None:
        assert isinstance(job, Job)
        if job.stage is Stage.DONE:
            names = ", ".join(file.name for file in job.files)
            text = tr("{name} is rendered: {files}").format(name=job.order.name, files=names)
            files = [file for file in job.files if file.exists()]
            choices: list[Choice] = [(tr("Open"), lambda: _open(files))] if files else []
            if files and job.order.source:
                choices.append((tr("Compare with the source"), lambda: self.compare(Path(job.order.source), files[0])))
            self._window.notices.show_notice("rendered", text, choices, for_s=TOLD_S)
        elif job.stage is Stage.FAILED:
            text = tr("{name} could not be rendered: {why}").format(name=job.order.name, why=job.text)
            self._window.notices.show_notice("rendered", text, kind="error")
        else:
            return
        if not self._window.isActiveWindow():
            self._tell_desktop(text)

    def _tell_desktop(self, text: str) -> None:
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.show()
            self._tray.showMessage("Tapeloom", text)

    def compare(self, source: object, result: object) -> None:
        """Show the tape in A and the finished file in B; a node that reads it is put beside the others, unwired."""
        desk = self._window.desk
        before, after = _reading(desk, Path(str(source))), _reading(desk, Path(str(result)))
        kind = desk.registry.get(SOURCE)
        if before is None or kind is None:
            self._window.news.failed(tr("{file} is not in this graph any more").format(file=Path(str(source)).name))
            return
        if after is None:
            place = desk.graph.nodes[before].position
            lowest = max(node.position[1] for node in desk.graph.nodes.values())
            params = {**defaults(kind), "file": str(result)}
            after = desk.graph.free_id("result")
            label = tr("Result")
            doc = NodeDoc(after, kind.id, kind.version, params, label, (place[0], lowest + 300))
            if not desk.do(AddNodes((doc,)), tr("Compare the result with the source")):
                return
        self._show(before, after)


def _reading(desk: Desk, file: Path) -> NodeId | None:
    """The node that reads this file."""
    for node in desk.graph.nodes.values():
        if node.type == SOURCE and Path(str(node.params.get("file") or "")) == file:
            return node.id
    return None


def _open(files: list[Path]) -> None:
    for file in files:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
