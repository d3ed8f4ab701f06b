"""What `launch.py queue` does with jobs that are there."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, UserError
from runtime.commands import _queue_words as words
from runtime.commands._progress import clock_time, size
from runtime.commands.run import polite_kills
from runtime.jobs.copying import copy_all
from runtime.jobs.queue.estimate import Estimate, estimate
from runtime.jobs.queue.left_over import throw_away
from runtime.jobs.queue.limiting import session_for
from runtime.jobs.queue.order import Job, Stage
from runtime.jobs.queue.store import Queue
from runtime.jobs.render import BrokenRenderError, RefusedError
from runtime.session import SessionError


def _jobs(queue: Queue, ids: Sequence[str]) -> list[Job]:
    if list(ids) == ["all"]:
        return queue.jobs()
    found = []
    for text in ids:
        job = queue.job(int(text)) if text.isdecimal() else None
        if job is None:
            raise UserError(f"there is no job {text}. `launch.py queue list` shows those that there are")
        found.append(job)
    return found


def each(do: Callable[[Queue, Job, argparse.Namespace], None], queue: Queue, args: argparse.Namespace) -> int:
    for job in _jobs(queue, args.id):
        do(queue, job, args)
    return DONE


def unless_over(what: str, do: Callable[[Queue, int], None]) -> Callable[[Queue, Job, argparse.Namespace], None]:
    """Does it to a job; of one that is over already, named by its number, it is said that nothing is left to do."""

    def act(queue: Queue, job: Job, args: argparse.Namespace) -> None:
        if args.id != ["all"] and (why := job.settled(what)):
            print(why)
        do(queue, job.id)

    return act


def again(queue: Queue, job: Job, args: argparse.Namespace, limits: Mapping[str, Any]) -> None:
    if args.id == ["all"] and job.stage is Stage.DONE:
        return
    if job.stage is Stage.DONE and not args.overwrite and any(file.exists() for file in job.files):
        raise UserError(f"job {job.id} is done. `queue retry {job.id} --overwrite` renders it anew")
    queue.retry(job.id, overwrite=args.overwrite, anyway=args.anyway, **limits)


def remove(queue: Queue, job: Job, args: argparse.Namespace) -> None:
    if args.id == ["all"] and not job.stage.over:
        return
    queue.remove(job.id, wholly=args.wholly)
    if job.kept and (args.wholly or job.stage is Stage.CANCELLED):
        throw_away(job.kept)


def move(queue: Queue, args: argparse.Namespace) -> int:
    (job,) = _jobs(queue, [args.id])
    if args.where is None and args.priority is None:
        raise UserError("say where to: first, last, up, down, or --priority N")
    if args.priority is not None:
        queue.prioritise(job.id, args.priority)
    if args.where is not None:
        queue.move(job.id, args.where)
    return DONE


def show(queue: Queue, args: argparse.Namespace) -> int:
    queue.reap()
    jobs = queue.jobs(history=args.history)
    if args.json:
        print(json.dumps([words.facts(job) for job in jobs], indent=2))
        return DONE
    for job in jobs:
        print(words.line(job))
    if not jobs:
        print("nothing is in line")
    return DONE


def log(queue: Queue, args: argparse.Namespace) -> int:
    (job,) = _jobs(queue, [args.id])
    print("\n".join(words.history(job, queue.history(job.id))))
    return DONE


def forecast(queue: Queue, args: argparse.Namespace) -> int:
    jobs = _jobs(queue, args.id) if args.id else [job for job in queue.jobs() if job.stage is Stage.WAITING]
    code, found = DONE, []
    for job in jobs:
        try:
            with session_for(job.order) as session:
                one = estimate(
                    job.order.graph, session, default_registry(), frames=job.order.frames, trust=job.order.trust
                )
        except RefusedError as fault:
            code, text = FAILED, "; ".join(problem.line() for problem in fault.problems if problem.is_error)
            print(f"tapeloom: job {job.id}: {text}", file=sys.stderr)
            continue
        except (BrokenRenderError, SessionError) as fault:
            code = FAILED
            print(f"tapeloom: job {job.id}: {fault}", file=sys.stderr)
            continue
        queue.foretell(job.id, one.seconds, one.size_bytes)
        found.append((job, one))
        if not args.json:
            print(_foretold(job, one), flush=True)
    if args.json:
        print(json.dumps([{"id": job.id, **_figures(one)} for job, one in found], indent=2))
    elif not jobs:
        print("nothing waits")
    elif len(found) > 1:
        total = clock_time(sum(one.seconds for _, one in found)), size(sum(one.size_bytes for _, one in found))
        print(f"all: about {total[0]}, {total[1]}")
    return code


def _foretold(job: Job, one: Estimate) -> str:
    pace = f"{one.fps:.1f} fps"
    if one.slowest < 0.8 * one.fastest:
        pace += f" ({one.slowest:.1f} to {one.fastest:.1f} from place to place)"
    about = f"about {clock_time(one.seconds)} for {one.frames} frames at {pace}"
    return f"job {job.id}, {job.order.name}: {about}; about {size(one.size_bytes)}"


def _figures(one: Estimate) -> dict[str, float]:
    return {name: round(getattr(one, name), 3) for name in one.__slots__}


def copy(_: Queue, args: argparse.Namespace) -> int:
    said = [0]

    def tell(share: float) -> None:
        if sys.stdout.isatty() and int(share * 100) > said[0]:
            said[0] = int(share * 100)
            print(f"\r{said[0]} %", end="", flush=True)

    stop = threading.Event()
    with polite_kills():
        try:
            done = copy_all(args.file, args.folder, delete=args.delete, tell=tell, stop=stop)
        except KeyboardInterrupt:
            stop.set()
            raise
    for one in done:
        print(f"{one.sha256}  {one.target}{'  (the original is deleted)' if one.deleted else ''}")
    return DONE
