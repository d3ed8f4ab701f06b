"""The live picture as the graph would make it: a branch of the graph follows the capture, in a worker that gives way to
the recording. A slow branch shows fewer pictures; the recording never waits for it."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from graphs.document import Graph, NodeId
from nodes.registry import Registry

if TYPE_CHECKING:
    from runtime.following import LivePicture

WIDEST, HIGHEST = 960, 720
CLOSE_S = 6.0


@dataclass(frozen=True)
class Wanted:
    """`node`: whose picture is shown; `capture`: the capture node that the live frames stand for."""

    graph: Graph
    capture: NodeId
    node: NodeId
    title: str
    registry: Registry


@dataclass(frozen=True)
class Restored:
    """`behind`: how many frames of the tape have come since the one that is shown."""

    image: QImage
    shape: float
    behind: int


class Branching(QObject):
    """Signals: shown(Restored); told(str) why nothing, or nothing new, can be shown."""

    shown = Signal(object)
    told = Signal(str)
    _made = Signal(object, object)
    _said = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now: tuple[Wanted, str] | None = None
        self._jobs: queue.SimpleQueue[tuple[Wanted, str] | None] | None = None
        self._thread: threading.Thread | None = None
        self._made.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._said.connect(self._say, Qt.ConnectionType.QueuedConnection)

    @property
    def on(self) -> bool:
        return self._now is not None

    def follow(self, wanted: Wanted | None, ring: str) -> None:
        """Show this of the live frames in `ring`; None or an empty name: nothing."""
        now = (wanted, ring) if wanted is not None and ring else None
        if now == self._now:
            return
        self._now = now
        if now is None:
            self._end()
            return
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            self._thread = threading.Thread(target=self._run, args=(self._jobs,), name="live branch", daemon=True)
            self._thread.start()
        self._jobs.put(now)

    def close(self) -> None:
        """The worker goes."""
        self._now = None
        thread = self._thread
        self._end()
        if thread is not None:
            thread.join(CLOSE_S)

    def _end(self) -> None:
        if self._jobs is not None:
            self._jobs.put(None)
        self._jobs = self._thread = None

    def _show(self, job: object, restored: object) -> None:
        if job is self._now:
            self.shown.emit(restored)

    def _say(self, job: object, text: str) -> None:
        if job is self._now:
            self.told.emit(text)

    # ---- on the thread

    def _run(self, jobs: queue.SimpleQueue[tuple[Wanted, str] | None]) -> None:
        from runtime.following import MODEST, FollowError, Following, branch
        from runtime.ring import Ring, RingError
        from runtime.session import Session, SessionError

        with Session(command=MODEST) as session:
            while (job := jobs.get()) is not None:
                wanted, path = job
                try:
                    ring = Ring.open(path)
                except RingError as fault:
                    self._tell(job, str(fault))
                    continue
                try:
                    shown = branch(wanted.graph, wanted.capture, wanted.node, Path(path), session, wanted.registry)
                    following = Following(
                        session, shown, ring,
                        lambda picture, job=job: self._give(job, picture),  # type: ignore[misc]
                        lambda text, job=job: self._tell(job, text),  # type: ignore[misc]
                        max_width=WIDEST, max_height=HIGHEST,
                    )  # fmt: skip
                    following.start()
                    while jobs.empty() and not ring.ended:
                        time.sleep(0.1)
                    following.stop()
                except (FollowError, SessionError) as fault:
                    self._tell(job, str(fault))
                finally:
                    with suppress(BufferError):  # a picture of it may still be looked at
                        ring.close()

    def _give(self, job: object, picture: LivePicture) -> None:
        made = picture.picture
        image = QImage(made.data, made.width, made.height, made.stride, QImage.Format.Format_RGB32).copy()
        sar = made.sar_num / made.sar_den if made.sar_num > 0 and made.sar_den > 0 else 0.0
        shape = made.width * sar / made.height if sar else 4 / 3
        with suppress(RuntimeError):  # the window has gone
            self._made.emit(job, Restored(image, shape, picture.behind))

    def _tell(self, job: object, text: str) -> None:
        with suppress(RuntimeError):
            self._said.emit(job, text)
