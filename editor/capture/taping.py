"""A session as the window sees it: what is asked of the recorder, and how it stands now. The edge to capture/session.

The recorder is a process of its own; its words come on a thread of ours and are taken in here, on the window's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from capture.session.asking import Asked
from capture.session.messages import Counters, Event, Failed, Happened, Levels, Picture, StateIs
from capture.session.messages import Signal as SignalIs
from editor.capture.standing import UNDER_WAY, Standing, quietened, step

PATIENCE_S = 8.0
GATHER_MS = 50
"""Words come thirty times a second; the window is brought up to date twenty times."""


class Recorder(Protocol):
    """capture.session.session.Session, as far as it is used here. Only `close` blocks."""

    def preview(self, asked: Asked) -> object: ...
    def arm(self, asked: Asked) -> object: ...
    def record(self, asked: Asked) -> object: ...
    def finish(self, reason: str = ...) -> object: ...
    def note(self, text: str) -> object: ...
    def mend(self, asked: Asked) -> object: ...
    def close(self, reason: str = ..., wait_s: float = ...) -> object: ...


type Listener = Callable[[Event], None]


class Taping(QObject):
    """Signals: changed() `standing` is another; turned(str) its state; happened(Happened); ended() the recording is
    whole, or has failed, and `standing` says which."""

    changed = Signal()
    turned = Signal(str)
    happened = Signal(object)
    ended = Signal()
    _told = Signal(object)

    def __init__(self, start: Callable[[Listener], Recorder] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.standing = Standing()
        self.asked: Asked | None = None
        self._start = start or _started
        self._recorder: Recorder | None = None
        self._soon = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._soon.timeout.connect(self.changed)
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def recording(self) -> bool:
        return self.standing.state in UNDER_WAY

    @property
    def at_work(self) -> bool:
        """Whether a device is held open."""
        return self.standing.state in ("preview", "armed", *UNDER_WAY)

    # ---- what is asked

    def preview(self, asked: Asked) -> None:
        self._ask(asked, lambda recorder: recorder.preview(asked))

    def arm(self, asked: Asked) -> None:
        self._ask(asked, lambda recorder: recorder.arm(asked))

    def record(self, asked: Asked) -> None:
        self._ask(asked, lambda recorder: recorder.record(asked))

    def mend(self, asked: Asked) -> None:
        """Make a recording whole that was cut off; `asked` says where it lies."""
        self._ask(asked, lambda recorder: recorder.mend(asked))

    def finish(self, reason: str) -> None:
        if self._recorder is not None:
            self._recorder.finish(reason)

    def note(self, text: str) -> None:
        if self._recorder is not None:
            self._recorder.note(text)

    def quieten(self) -> None:
        """The clip lamps go out."""
        self.standing = quietened(self.standing)
        self.changed.emit()

    def close(self, reason: str, wait_s: float = PATIENCE_S) -> None:
        """End the recorder. What it records it finishes first, and goes on with that where we do not wait for it."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close(reason, wait_s)

    def _ask(self, asked: Asked, do: Callable[[Recorder], object]) -> None:
        try:
            if self._recorder is None:
                self._recorder = self._start(self._hear)
            self.asked = asked
            do(self._recorder)
        except Exception as fault:  # no recorder can be started: told as any other failure
            self._take(Failed(f"{type(fault).__name__}: {fault}"))
            self._take(StateIs("failed", str(fault)))

    # ---- what is told

    def _hear(self, event: Event) -> None:
        with suppress(RuntimeError):  # the window has gone
            self._told.emit(event)

    def _take(self, event: object) -> None:
        before = self.standing
        self.standing = step(before, event)  # type: ignore[arg-type]  # a word of the recorder
        if isinstance(event, Levels | Picture | SignalIs | Counters):
            if not self._soon.isActive():
                self._soon.start()
            return
        self.changed.emit()
        if isinstance(event, Happened):
            self.happened.emit(event)
        if before.state != self.standing.state:
            self.turned.emit(self.standing.state)
            over = self.standing.state in ("done", "failed") or (
                self.standing.state == "idle" and self.standing.done is not None
            )
            if over and before.state in UNDER_WAY:
                self.ended.emit()


def _started(listener: Listener) -> Recorder:
    from capture.session.session import Session

    return Session(listener)
