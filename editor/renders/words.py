"""Figures as people read them."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from editor.language import tr
from runtime.jobs.queue.order import Job, Stage


def clock(seconds: float) -> str:
    """`4:07`, `1:02:33`."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def figure(value: float, places: int) -> str:
    """`3.6`, with the comma of the language where it has one."""
    return QLocale().toString(value, "f", places)


def size(count: float) -> str:
    """`812 KB`, `4.21 GB`, in powers of ten, as disks are sold."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{figure(count, 2)} GB" if count < 1000 else f"{figure(count / 1000, 2)} TB"


def stage_word(stage: Stage) -> str:
    return {
        Stage.WAITING: tr("waiting"),
        Stage.PREPARING: tr("preparing"),
        Stage.RUNNING: tr("rendering"),
        Stage.PAUSED: tr("paused"),
        Stage.DONE: tr("done"),
        Stage.FAILED: tr("failed"),
        Stage.CANCELLED: tr("cancelled"),
    }[stage]


def speed(job: Job) -> str:
    return tr("{fps} fps").format(fps=figure(job.fps, 1)) if job.fps else ""


def left(job: Job) -> str:
    """What the last column says: the time left, or how it ended."""
    if job.stage is Stage.RUNNING and job.left_s is not None:
        return clock(job.left_s)
    if job.stage is Stage.DONE:
        return tr("done in {time}").format(time=clock(job.elapsed_s))
    if job.stage is Stage.PREPARING and job.text:
        return job.text
    return stage_word(job.stage)
