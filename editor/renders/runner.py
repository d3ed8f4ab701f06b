"""Does one order in a worker of its own, on a thread of its own: the window's preview has another worker.

The worker is asked to be nice to the rest of the machine, so that the window stays fluid while it renders.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace

import psutil

from editor.renders.job import Job, Stage
from nodes.registry import Registry
from runtime.jobs.render import (
    BrokenRenderError,
    Event,
    Indexing,
    Listening,
    Note,
    RefusedError,
    Writing,
    render,
)
from runtime.session import Cancelled, Session, SessionError

NICE: int = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 10)  # the first on Windows, a Unix nice value elsewhere


class Runner:
    """One job under way. `tell` is called on the runner's thread with each new state of it, the last one `over`."""

    def __init__(self, job: Job, registry: Registry, tell: Callable[[Job], None]) -> None:
        self._job, self._registry, self._tell = replace(job, stage=Stage.PREPARING, text=""), registry, tell
        self._session: Session | None = None
        self._stopped = threading.Event()
        self._held = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"render {job.id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hold(self, on: bool) -> None:
        """Pause at the next frame, or go on."""
        self._held = on
        if self._session is not None:
            self._session.hold(on)
        if self._job.stage in (Stage.RUNNING, Stage.PAUSED):
            self._say(stage=Stage.PAUSED if on else Stage.RUNNING)

    def cancel(self) -> None:
        """Stop; nothing half is left behind. The last state comes as ever."""
        self._stopped.set()
        session = self._session
        if session is not None:
            session.hold(False)
            session.cancel()
            if self._job.stage is Stage.PREPARING:  # looking at files cannot be called back
                threading.Thread(target=session.close, args=("the render was cancelled",), daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended by then."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        order = self._job.order
        try:
            with Session() as session:
                self._session = session
                if self._stopped.is_set():
                    raise Cancelled("cancelled")
                self._say()
                done = render(
                    order.graph,
                    frames=order.frames,
                    overwrite=order.overwrite,
                    trust=order.trust,
                    registry=self._registry,
                    session=session,
                    listen=self._heard,
                )
        except Cancelled:
            self._say(stage=Stage.CANCELLED, text="", left_s=None)
        except RefusedError as fault:
            text = "\n".join(problem.line() for problem in fault.problems if problem.is_error)
            self._say(stage=Stage.FAILED, text=text, left_s=None)
        except BrokenRenderError as fault:
            stage = Stage.CANCELLED if self._stopped.is_set() else Stage.FAILED
            self._say(stage=stage, text=str(fault), log=tuple(fault.log), left_s=None)
        except (SessionError, OSError) as fault:
            stage = Stage.CANCELLED if self._stopped.is_set() else Stage.FAILED
            self._say(stage=stage, text=str(fault), left_s=None)
        except Exception as fault:  # a bug of ours must not leave the job running for ever
            self._say(stage=Stage.FAILED, text=f"{type(fault).__name__}: {fault}", left_s=None)
            raise
        else:
            self._say(
                stage=Stage.DONE,
                text="",
                share=1.0,
                left_s=None,
                elapsed_s=done.elapsed_s,
                size_bytes=sum(file.size_bytes for file in done.files),
                fps=max((file.frames for file in done.files), default=0) / max(done.rendering_s, 1e-6),
                files=tuple(file.path for file in done.files),
            )

    def _heard(self, event: Event) -> None:
        if self._stopped.is_set():
            raise Cancelled("cancelled")
        match event:
            case Note(text=text):
                self._say(notes=(*self._job.notes, text))
            case Indexing(path=path, percent=percent):
                self._say(text=f"{os.path.basename(path)} · {percent} %")  # noqa: PTH119  # no disk is touched
            case Listening(node=node):
                self._say(text=node)
            case Writing(update=update):
                if self._job.stage is Stage.PREPARING:
                    self._be_nice()
                    if self._held and self._session is not None:
                        self._session.hold(True)
                self._say(
                    stage=Stage.PAUSED if self._held else Stage.RUNNING,
                    text="",
                    share=update.frames / max(1, update.frames_total),
                    fps=update.fps,
                    left_s=update.left_s,
                    elapsed_s=update.elapsed_s,
                    size_bytes=update.size_bytes,
                )

    def _be_nice(self) -> None:
        pid = self._session.worker_pid if self._session is not None else None
        if pid is not None:
            with contextlib.suppress(psutil.Error, OSError):
                for process in (psutil.Process(pid), *psutil.Process(pid).children()):
                    process.nice(NICE)

    def _say(self, **news: object) -> None:
        with self._lock:
            self._job = replace(self._job, **news)  # type: ignore[arg-type]
            self._tell(self._job)
