"""A capture command beside the window: what reads hours of tape does it in a process of its own, behind everything
else, and is ended with all that it started when the user says so."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil
from PySide6.QtCore import QObject, Qt, Signal

from editor.language import tr
from runtime.process import Child

COMMAND = (sys.executable, "-P", "-m", "capture")
GRACE_S = 10.0


class Errand(QObject):
    """`words`: as after `launch.py capture`; the command is to print JSON. Signals: told(what, share) how far it is;
    ended(answer, fault) what it printed, or None and why not. An errand that was cancelled ends without a word."""

    told = Signal(str, float)
    ended = Signal(object, str)
    _over = Signal(object, str)

    def __init__(self, words: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = tuple(words)
        self._child: Child | None = None
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="errand", daemon=True)
        self._over.connect(self._end, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """End it now; it has gone when this returns, or nearly."""
        self._cancelled.set()
        child = self._child
        if child is not None:
            child.kill()
        self._thread.join(GRACE_S)

    def _end(self, answer: object, fault: str) -> None:
        if not self._cancelled.is_set():
            self.ended.emit(answer, fault)
        self.deleteLater()

    # ---- on the thread

    def _run(self) -> None:
        answer, fault = None, ""
        try:
            answer, fault = self._errand()
        except OSError as error:
            fault = tr("It cannot be started ({why}).").format(why=error.strerror or error)
        with suppress(RuntimeError):  # the window has gone
            self._over.emit(answer, fault)

    def _errand(self) -> tuple[Any, str]:
        child = self._child = Child((*COMMAND, *self._words), {"PYTHONUTF8": "1"})
        if self._cancelled.is_set():
            child.kill()
        _behind(child.pid)
        assert child.process.stdout is not None
        said: list[str] = []
        listener = threading.Thread(target=self._listen, args=(child, said), name="errand's words", daemon=True)
        listener.start()
        out = child.process.stdout.read()
        listener.join(GRACE_S)
        how = child.reap(GRACE_S)
        code = child.process.returncode
        child.close()
        if code:
            return None, said[-1].removeprefix("tapeloom: ") if said else how
        try:
            return json.loads(out.decode("utf-8", "replace")), ""
        except ValueError:
            return None, how

    def _listen(self, child: Child, said: list[str]) -> None:
        """Lines of JSON tell how far it is, the others are for people."""
        assert child.process.stderr is not None
        with suppress(OSError, ValueError, RuntimeError):
            for raw in child.process.stderr:
                line = raw.decode("utf-8", "replace").strip()
                if line.startswith("{"):
                    held = json.loads(line)
                    self.told.emit(str(held["doing"]), float(held["share"]))
                elif line:
                    said.append(line)


def _behind(pid: int) -> None:
    """A recording that runs meanwhile comes first."""
    with suppress(psutil.Error, OSError):
        if sys.platform == "win32":
            psutil.Process(pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            psutil.Process(pid).nice(10)
