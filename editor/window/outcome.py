"""The end of a render: told in a bar, and by the desktop where the window is not in front."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from editor.language import tr
from editor.window.notices import Choice
from runtime.jobs.queue.order import Job, Stage

if TYPE_CHECKING:
    from editor.window.window import Window

TOLD_S = 30.0


class Outcome(QObject):
    """`compare(id)` shows the result of a job beside its source."""

    def __init__(self, window: Window, compare: Callable[[int], None]) -> None:
        super().__init__(window)
        self._window, self._compare = window, compare
        self._tray: QSystemTrayIcon | None = None

    def ended(self, job: object) -> None:
        assert isinstance(job, Job)
        if job.stage is Stage.DONE:
            names = ", ".join(file.name for file in job.files)
            text = tr("{name} is rendered: {files}").format(name=job.order.name, files=names)
            files = [file for file in job.files if file.exists()]
            choices: list[Choice] = [(tr("Open"), lambda: _open(files))] if files else []
            if files and job.order.source:
                choices.append((tr("Compare with the source"), lambda: self._compare(job.id)))
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


def _open(files: list[Path]) -> None:
    for file in files:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
