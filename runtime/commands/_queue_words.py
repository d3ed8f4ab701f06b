"""The queue's jobs as lines for people, and as JSON for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from runtime.commands._progress import clock_time, size
from runtime.jobs.queue.order import Job, Said, Stage
from runtime.jobs.queue.owners import pid


def line(job: Job) -> str:
    """`  12  rendering  41 %  12.5 fps  0:31 left  tape.dv · vhs-pal`"""
    stage = "rendering" if job.stage is Stage.RUNNING else job.stage.value
    urgent = f"  priority {job.priority}" if job.priority else ""
    return f"{job.id:4}  {stage:9}  {state(job):32}  {job.order.name}{urgent}".rstrip()


def state(job: Job) -> str:
    match job.stage:
        case Stage.DONE:
            return f"{size(job.size_bytes)} in {clock_time(job.elapsed_s)}, {job.fps:.1f} fps"
        case Stage.FAILED:
            return _short(job.text)
        case Stage.RUNNING | Stage.PAUSED | Stage.PREPARING if job.owner:
            left = f"  {clock_time(job.left_s)} left" if job.left_s is not None else ""
            pace = f"  {job.fps:.1f} fps" if job.fps else ""
            return f"{job.share:4.0%}{pace}{left}" if job.share else _short(job.text)
        case _ if job.foretold_s:
            return f"about {clock_time(job.foretold_s)}, {size(job.foretold_bytes)}"
        case _:
            return f"{job.share:.0%} is made" if job.share else ""


def facts(job: Job) -> dict[str, Any]:
    order = job.order
    return {
        "id": job.id, "name": order.name, "stage": job.stage.value, "text": job.text, "priority": job.priority,
        "share": round(job.share, 4), "fps": round(job.fps, 3), "left_s": job.left_s, "elapsed_s": job.elapsed_s,
        "size_bytes": job.size_bytes, "files": [str(file) for file in job.files], "source": order.source,
        "process": pid(job.owner) or None, "wish": job.wish, "run": job.run, "notes": list(job.notes),
        "log": list(job.log), "added": _moment(job.added), "began": _moment(job.began), "ended": _moment(job.ended),
        "threads": order.threads, "memory_mb": order.memory_mb, "gpu": order.gpu, "foretold_s": job.foretold_s or None,
        "foretold_bytes": job.foretold_bytes or None,
    }  # fmt: skip


def history(job: Job, said: list[Said]) -> list[str]:
    """All that is known of one job."""
    lines = [f"job {job.id}: {job.order.name}", f"{job.stage.value}{': ' if job.text else ''}{job.text}"]
    lines += [f"wrote {file}" for file in job.files]
    if job.kept and job.stage is not Stage.DONE:
        lines.append(f"what is made of it: {job.kept}")
    lines += [
        f"{name} {_moment(at)}" for name, at in (("added", job.added), ("begun", job.began), ("ended", job.ended)) if at
    ]
    if job.elapsed_s:
        lines.append(f"took {clock_time(job.elapsed_s)}, {job.fps:.1f} frames a second, {size(job.size_bytes)}")
    lines += [f"  {_moment(one.at)}  {'' if one.kind == 'event' else f'{one.kind}: '}{one.text}" for one in said]
    return lines


def _moment(at: float) -> str | None:
    return datetime.fromtimestamp(at).isoformat(" ", "seconds") if at else None


def _short(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) <= 60 else f"{first[:59]}…"
