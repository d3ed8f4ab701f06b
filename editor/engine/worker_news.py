"""Whether the worker runs, in words for the status bar. A worker that has died is started again by the session, which
does not tell: so somebody looks now and then whether it is another process."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from editor.language import tr
from runtime.session import NodeCost, Session, SessionError, WorkerGone

EVERY_MS = 400


class WorkerNews(QObject):
    """`tell(state, text)` is called where that has changed, `ask(session)` to see whether a new worker answers."""

    def __init__(self, parent: QObject, tell: Callable[[str, str], None], ask: Callable[[Session], None]) -> None:
        super().__init__(parent)
        self._tell, self._ask = tell, ask
        self._session: Session | None = None
        self._pid: int | None = None
        self._told = ("", "")
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._look)

    @property
    def state(self) -> str:
        return self._told[0]

    def watch(self, session: Session | None) -> None:
        self._session, self._pid = session, None
        if session is None:
            self._timer.stop()
        else:
            self._timer.start()

    def say(self, state: str, text: str = "") -> None:
        if (state, text) != self._told:
            self._told = (state, text)
            self._tell(state, text)

    def ready(self) -> None:
        """It has answered."""
        if self._pid is None and self._session is not None:
            self._pid = self._session.worker_pid
        self.say("ready")

    def heard(self, outcome: tuple[NodeCost, ...] | SessionError) -> None:
        """The answer to what `ask` asked."""
        if isinstance(outcome, WorkerGone):
            self.say("gone", outcome.reason)
        elif not isinstance(outcome, SessionError) and self.state == "restarting":
            self.say("ready")

    def _look(self) -> None:
        session = self._session
        if session is None or self.state == "gone" or session.worker_pid == self._pid:
            return
        if self._pid is not None:
            self.say("restarting", tr("The worker has ended and is started again"))
        self._pid = session.worker_pid
        if self._pid is not None:
            self._ask(session)
