"""One job of the queue under way.

How far it is is written down, and wishes are looked for, on a thread beside: a database that is held by somebody for a
while holds up no render.
"""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from runtime.jobs.copying import CopyCancelled, CopyError, copy_all
from runtime.jobs.events import Event, Indexing, Joining, Kept, Listening, Note, Waiting, Writing
from runtime.jobs.journal import Folder
from runtime.jobs.queue.limiting import seat_for
from runtime.jobs.queue.order import Job, Order, Progress, Stage
from runtime.jobs.queue.store import QueueError
from runtime.jobs.render import BrokenRenderError, How, RefusedError, Rules
from runtime.session import Cancelled, Session, SessionError

if TYPE_CHECKING:
    from runtime.jobs.queue.working import Renderer

NICE: int = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 10)  # the first on Windows, a Unix nice value elsewhere
Back = str
"""Why a job is put back in line: it is gone on with later."""


class Work:
    """One job under way."""

    def __init__(self, by: Renderer, job: Job) -> None:
        self._by, self.job = by, job
        self.nudged = threading.Event()
        self._session: Session | None = None
        self._over = threading.Event()
        self._cut = threading.Event()
        self._back: Back = ""
        self._held = False
        self._kept = ""
        self._lock = threading.Lock()
        self._unsaid: list[str] = []
        self._written = Progress(Stage.PREPARING, share=job.share)
        self._progress = self._written

    @property
    def worker_pid(self) -> int | None:
        return session.worker_pid if (session := self._session) is not None else None

    # -- wishes, from any thread
    def stop(self, why: Back = "") -> None:
        """End it: cancelled, or put back where there is a reason."""
        self._back = self._back or why
        self._cut.set()
        session = self._session
        if session is not None:
            session.hold(False)
            session.cancel()
            if self._progress.stage is Stage.PREPARING:  # looking at files cannot be called back
                threading.Thread(target=session.close, args=("the render was cancelled",), daemon=True).start()

    def _hold(self, on: bool) -> None:
        if on == self._held:
            return
        self._held = on
        if self._session is not None:
            self._session.hold(on)
        if self._progress.stage in (Stage.RUNNING, Stage.PAUSED):
            self._say(stage=Stage.PAUSED if on else Stage.RUNNING)

    def _mind(self) -> None:
        """Beside the render: write down how far it is, look for wishes."""
        while not self._over.is_set():
            with contextlib.suppress(QueueError):  # held by somebody: the next time, then
                self._write_down()
                match self._by.queue.wish(self.job.id, self._by.owner.name):
                    case None:
                        self.stop("it is another's by now")
                    case "cancel":
                        if not self._cut.is_set():
                            self.stop()
                    case wish:
                        self._hold(wish == "pause")
            self.nudged.wait(self._by.poll_s)
            self.nudged.clear()

    def _write_down(self) -> None:
        queue, owner = self._by.queue, self._by.owner
        with self._lock:
            unsaid, self._unsaid = self._unsaid, []
            now = self._progress
        try:
            while unsaid:
                queue.say(self.job.id, "note", unsaid[0])
                del unsaid[0]
            if now != self._written:
                queue.put(self.job.id, owner, now)
                self._written = now
        finally:
            with self._lock:
                self._unsaid = unsaid + self._unsaid

    # -- the render
    def run(self) -> None:
        self._by.hear(self.job, None)
        mind = threading.Thread(target=self._mind, name=f"job {self.job.id}", daemon=True)
        mind.start()
        ended: Callable[[], None]
        try:
            ended = self._rendered()
        except BaseException as fault:
            if isinstance(fault, KeyboardInterrupt | SystemExit):
                ended = self._put_back("it was stopped by hand")
                raise
            ended = self._failed(f"{type(fault).__name__}: {fault}. That is a fault of Tapeloom: report it",
                                 traceback.format_exc().splitlines())  # fmt: skip
        finally:
            self._over.set()
            self.nudged.set()
            mind.join()
            self._surely(self._write_down)
            self._surely(ended)
        self._by.hear(self.job, None)

    def _rendered(self) -> Callable[[], None]:
        """Do it; what comes of it is still to be written down."""
        order = self.job.order
        if order.copy_to and self.job.files and all(file.exists() for file in self.job.files):
            return self._copied(self.job.files)  # it was cut short while it was copied
        try:
            with ExitStack() as stack:
                self._session = stack.enter_context(self._by.session(order))
                if self._cut.is_set():
                    raise Cancelled("cancelled")
                done = self._by.render(
                    order.graph, frames=order.frames, overwrite=order.overwrite, trust=order.trust,
                    registry=self._by.registry, session=self._session, listen=self._hear, how=_how(order),
                )  # fmt: skip
        except Cancelled:
            return self._stopped()
        except RefusedError as fault:
            return self._failed("\n".join(problem.line() for problem in fault.problems if problem.is_error))
        except BrokenRenderError as fault:
            return self._stopped() if self._cut.is_set() else self._failed(str(fault), fault.log)
        except (SessionError, OSError) as fault:
            return self._stopped() if self._cut.is_set() else self._failed(str(fault))
        self._session = None
        frames = max((file.frames for file in done.files), default=0)
        self._progress = Progress(
            self._progress.stage, "", 1.0, frames / max(done.rendering_s, 1e-6), None, done.elapsed_s,
            sum(file.size_bytes for file in done.files),
        )  # fmt: skip
        return self._copied([file.path for file in done.files])

    def _copied(self, files: Sequence[Path]) -> Callable[[], None]:
        if self.job.order.copy_to:
            where = Path(self.job.order.copy_to)
            self._surely(lambda: self._by.queue.rendered(self.job.id, self._by.owner, files))
            try:
                copies = copy_all(
                    files, where, stop=self._cut, tell=lambda share: self._say(text=f"{where}: {share:.0%}")
                )
            except (CopyError, CopyCancelled) as fault:
                if self._back:
                    return self._put_back(self._back)
                why = "it was stopped" if isinstance(fault, CopyCancelled) else str(fault)
                text = (
                    f"rendered to {', '.join(map(str, files))}, but not copied: {why}. `launch.py queue copy` copies it"
                )
                return self._failed(text, files=files)
            for one in copies:
                self._note(f"copied to {one.target}, SHA-256 {one.sha256}")
        return self._end(replace(self._progress, stage=Stage.DONE, text="", share=1.0, left_s=None), files=files)

    def _failed(self, text: str, log: Iterable[str] = (), files: Iterable[Path] = ()) -> Callable[[], None]:
        return self._end(replace(self._progress, stage=Stage.FAILED, text=text, left_s=None), files, log)

    def _stopped(self) -> Callable[[], None]:
        if self._back:
            return self._put_back(self._back)
        return self._end(replace(self._progress, stage=Stage.CANCELLED, text="", left_s=None))

    def _end(self, progress: Progress, files: Iterable[Path] = (), log: Iterable[str] = ()) -> Callable[[], None]:
        self.job = replace(_shown(self.job, progress), files=tuple(files), log=tuple(log), kept=self._kept)
        queue, owner, job = self._by.queue, self._by.owner, self.job.id
        return lambda: queue.end(job, owner, progress, files, log, self._kept)

    def _put_back(self, why: str) -> Callable[[], None]:
        self.job = _shown(self.job, replace(self._progress, stage=Stage.WAITING, text="", left_s=None))
        return lambda: self._by.queue.put_back(self.job.id, self._by.owner, why, self._kept)

    def _surely(self, do: Callable[[], None]) -> None:
        """What must not be lost is tried for minutes: a database may be held, or its disk be full."""
        for pause_s in (0.1, 1, 5, 10, 20, 30, 60):
            try:
                do()
                return
            except QueueError:
                time.sleep(pause_s)
        do()

    # -- what it says of itself
    def _hear(self, event: Event) -> None:
        if self._cut.is_set() and not isinstance(event, Kept):
            raise Cancelled("cancelled")
        match event:
            case Note(text):
                self._note(text)
            case Indexing(path, percent):
                self._say(event, text=f"{Path(path).name} · {percent} %")
            case Listening(node):
                self._say(event, text=node)
            case Waiting(text):
                self._say(event, text=text)
            case Joining(node, share):
                self._say(event, text=f"{node} · {share:.0%}")
            case Kept(result=result):
                self._kept = str(Folder.of(result))
            case Writing(update):
                if self._progress.stage is Stage.PREPARING and self._by.polite:
                    self._be_nice()
                if self._held and self._session is not None:
                    self._session.hold(True)  # another segment is another render
                self._say(
                    event,
                    stage=Stage.PAUSED if self._held else Stage.RUNNING,
                    text="",
                    share=update.frames / max(1, update.frames_total),
                    fps=update.fps,
                    left_s=update.left_s,
                    elapsed_s=update.elapsed_s,
                    size_bytes=update.size_bytes,
                )

    def _note(self, text: str) -> None:
        with self._lock:
            self._unsaid.append(text)
            self.job = replace(self.job, notes=(*self.job.notes, text))
        self._by.hear(self.job, Note(text))

    def _say(self, event: Event | None = None, **news: Any) -> None:
        with self._lock:
            self._progress = replace(self._progress, **news)
            self.job = _shown(self.job, self._progress)
        self._by.hear(self.job, event)

    def _be_nice(self) -> None:
        pid = self.worker_pid
        if pid is not None:
            with contextlib.suppress(psutil.Error, OSError):
                for process in (psutil.Process(pid), *psutil.Process(pid).children()):
                    process.nice(NICE)


def _how(order: Order) -> How:
    return How(
        order.single_pass, order.anyway, intermediate=order.intermediate, rules=Rules(substitute=order.substitute),
        seats=(seat_for(order.gpu),),
    )  # fmt: skip


def _shown(job: Job, progress: Progress) -> Job:
    return replace(
        job, stage=progress.stage, text=progress.text, share=progress.share, fps=progress.fps, left_s=progress.left_s,
        elapsed_s=progress.elapsed_s, size_bytes=progress.size_bytes,
    )  # fmt: skip
