"""What the window tells in its bars: failures, recovered documents, changes from outside, a tape being looked at."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from editor.desk.recovery import Survivor, survivors
from editor.language import tr
from editor.start.since import since
from graphs.codec import DocumentError

if TYPE_CHECKING:
    from editor.window.window import Window


class News(QObject):
    """Slots that open bars."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._bars = window.notices

    def failed(self, text: str) -> None:
        self._bars.show_notice("failed", text, kind="error")

    def refused(self, text: str) -> None:
        self._bars.show_notice("refused", text, kind="warn", for_s=8)

    def unkept(self, why: str) -> None:
        """The recovery copy cannot be written: a crash would now cost work."""
        if why:
            text = tr("No recovery copy can be written: {why}. Save your work.").format(why=why)
            self._bars.show_notice("unkept", text, [(tr("Save"), self._window.files.save)], kind="warn")
        else:
            self._bars.close_notice("unkept")

    def fault(self, line: str, details: str) -> None:
        text = tr(
            "Something went wrong inside Tapeloom ({line}). Your work is still here; go on, or save and start anew."
        )
        copy = (tr("Copy details"), lambda: QGuiApplication.clipboard().setText(details))
        self._bars.show_notice("fault", text.format(line=line), [copy], kind="error")

    # ---- the open file

    def changed_outside(self, path: object) -> None:
        assert isinstance(path, Path)
        if not path.exists():
            text = tr("{file} is no longer there. Save to write it again.").format(file=path.name)
            self._bars.show_notice("outside", text, [(tr("Save"), self._window.files.save)], kind="warn")
            return
        text = tr("Another program has changed {file}.").format(file=path.name)
        if self._window.desk.dirty:
            text += " " + tr("Reloading gives up what you have changed here.")
        reload = self._window.actions_.get("file.reload").trigger  # asks, should there be changes by then
        self._bars.show_notice("outside", text, [(tr("Reload"), reload)], kind="warn")

    # ---- after a crash

    def survivors(self) -> None:
        """Offer what a crash left; nothing is thrown away before the user says so."""
        found = survivors()
        if not found:
            return
        newest = found[0]
        name = newest.name or tr("Untitled")
        ago = since(newest.when)
        if len(found) == 1:
            text = tr("Tapeloom did not end properly. “{name}” was kept {ago}.").format(name=name, ago=ago)
        else:
            text = tr(
                "Tapeloom did not end properly. {count} documents were kept, the newest, “{name}”, {ago}."
            ).format(count=len(found), name=name, ago=ago)
        choices = [
            (tr("Recover"), partial(self._recover, newest)),
            (tr("Discard"), partial(self._discard, newest)),
        ]
        self._bars.show_notice("survivors", text, choices, kind="warn")

    def _recover(self, survivor: Survivor) -> None:
        try:
            graph = survivor.graph()
        except DocumentError as fault:
            self.failed(str(fault))
            return

        def show() -> None:
            self._window.files.show(graph, survivor.path, survivor.name, saved=False)
            if self._window.recovery.keep_now():  # before the old copy goes
                survivor.discard()

        self._window.files.guarded(show)
        self.survivors()

    def _discard(self, survivor: Survivor) -> None:
        survivor.discard()
        self.survivors()

    # ---- a tape

    def looking(self, name: str) -> None:
        if name:
            text = tr("Looking at {name}: its size, rate, sound, and the order of its fields…").format(name=name)
            stop = (tr("Stop"), self._window.intake.stop)
            self._bars.show_notice("looking", text, [stop], kind="busy")
        else:
            self._bars.close_notice("looking")

    def found(self, text: str, good: bool) -> None:
        self._bars.show_notice("found", text, kind="info" if good else "error", for_s=20 if good else 0)
