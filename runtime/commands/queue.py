"""`launch.py queue`: renders that wait in line, in a queue that the window shares."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from graphs.document import Graph
from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, UserError
from runtime.commands import _queue_jobs as jobs
from runtime.commands import _queue_words as words
from runtime.commands._progress import teller
from runtime.commands.run import polite_kills, progress_arguments, span
from runtime.jobs.copying import CopyError
from runtime.jobs.events import Event
from runtime.jobs.queue.order import Job, Order, Stage
from runtime.jobs.queue.ordering import OrderError, Wanted, orders, written
from runtime.jobs.queue.store import Queue, QueueError
from runtime.jobs.queue.watching import REST_S, Watch
from runtime.jobs.queue.working import Renderer

HELP = """Put renders in line: many tapes, many graphs, a watched folder

  launch.py queue add vhs-pal -i tapes/*.dv -o restored       many tapes, one graph
  launch.py queue add vhs-pal archive-only -i tape.dv         one tape, many graphs
  launch.py queue watch captures --graph vhs-pal -o restored  every tape that is put there
  launch.py queue run                                         render what is in line, and wait for more
  launch.py queue list                                        what is done, being done and waiting
  launch.py queue pause 3 | resume 3 | cancel 3 | retry 3 | remove 3 | move 3 first | log 3
  launch.py queue estimate 3                                  how long, how large: a few frames are rendered
  launch.py queue copy restored/*.mkv shelf --delete          copy, compare, and only then delete

Jobs outlive everything: a window or a `queue run` that is closed or killed loses at most one segment. The open window
shows and renders the same queue."""


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="what", metavar="COMMAND")
    parser.set_defaults(do=jobs.show, json=False, history=False)

    def command(name: str, help: str, do: Callable[[Queue, argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help[0].upper() + help[1:])
        made.set_defaults(do=do)
        return made

    add = command("add", "put renders in line: every tape with every graph", _add)
    add.add_argument("graph", nargs="+", help="a .graph file, or the name of a preset")
    add.add_argument("-i", "--input", nargs="+", action="extend", default=[], metavar="FILE",
        help="tapes, a job for each; source2=FILE goes to every job")  # fmt: skip
    add.add_argument("--frames", metavar="A:B", help="only the frames from A up to, not including, B")
    _order_arguments(add)

    listing = command("list", "what is done, being done and waiting", jobs.show)
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.add_argument("--history", action="store_true", help="also what was taken off the list")

    watch = command("watch", "put every tape in line that comes to rest in a folder; Ctrl-C ends it", _watch)
    watch.add_argument("folder", type=Path)
    watch.add_argument("--graph", nargs="+", required=True, help="a .graph file, or the name of a preset")
    watch.add_argument("--pattern", default="", metavar="*.AVI", help="only these files; left out, all video")
    watch.add_argument("--rest", type=float, default=REST_S, metavar="SECONDS",
        help=f"how long a file must have stood still ({REST_S:g})")  # fmt: skip
    watch.add_argument("--run", action="store_true", help="render them too")
    watch.add_argument("--once", action="store_true", help="end once all that lies there is in line")
    _order_arguments(watch)
    progress_arguments(watch)

    run_ = command("run", "render what is in line; Ctrl-C puts the job back", _run)
    run_.add_argument("--once", action="store_true", help="one job")
    run_.add_argument("--until-empty", action="store_true", help="end when nothing waits any more")
    progress_arguments(run_)

    for name, purpose, do in (
        ("pause", "hold jobs, running or waiting", jobs.unless_over("pause", Queue.pause)),
        ("resume", "let jobs go on", jobs.unless_over("resume", Queue.resume)),
        ("cancel", "end jobs; what is made is kept until they are removed", jobs.unless_over("cancel", Queue.cancel)),
        ("retry", "put jobs that are over in line again", _again),
        ("remove", "take jobs off the list; results stay", jobs.remove),
    ):
        one = command(name, purpose, partial(jobs.each, do))
        one.add_argument("id", nargs="+", help="numbers as `queue list` shows them, or all")
        if name == "retry":
            one.add_argument("--overwrite", action="store_true", help="replace an existing result")
            one.add_argument("--anyway", action="store_true", help="go on though something has changed since it began")
            _limit_arguments(one)
        elif name == "remove":
            one.add_argument("--wholly", action="store_true", help="from the history too, and what is made of them")

    move = command("move", "let a job be done earlier or later", jobs.move)
    move.add_argument("id")
    move.add_argument("where", nargs="?", choices=("first", "last", "up", "down"))
    move.add_argument("--priority", type=int, help="higher ones are done first; 0 is usual")

    log = command("log", "all that was said of a job", jobs.log)
    log.add_argument("id")

    guess = command("estimate", "how long jobs take and how large they get, by rendering some frames", jobs.forecast)
    guess.add_argument("id", nargs="*", help="left out: all that wait")
    guess.add_argument("--json", action="store_true", help="for programs")

    copy = command("copy", "copy big files, read both sides and compare", jobs.copy)
    copy.add_argument("file", nargs="+", type=Path)
    copy.add_argument("folder", type=Path)
    copy.add_argument("--delete", action="store_true", help="remove each original once its copy is proved")


def _order_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="the folder for the results; left out, this one"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NODE.PARAM=VALUE", help="change a param")
    parser.add_argument("--trust", action="store_true", help="run code that is written in the graph")
    parser.add_argument("--overwrite", action="store_true", help="replace existing files (never a source)")
    parser.add_argument("--single-pass", action="store_true", help="one long encode: a crash loses all of it")
    parser.add_argument("--intermediate", action="store_true", help="keep segments without loss, encode at the end")
    parser.add_argument("--substitute", action="store_true", help="show a neighbour for a frame that cannot be made")
    parser.add_argument("--priority", type=int, default=0, help="higher ones are done first; 0 is usual")
    _limit_arguments(parser)
    parser.add_argument("--then-copy-to", type=Path, metavar="DIR", help="copy the results there, and compare")


def _limit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, metavar="N", help="of the filters; left out, as the machine has")
    parser.add_argument("--memory-mb", type=int, metavar="N", help="the worker is begun anew where it takes more")
    parser.add_argument(
        "--gpu", metavar="CARD", help="for models and NVENC: a number, a part of its name, or none; left out, the best"
    )


def _limits(args: argparse.Namespace) -> dict[str, Any]:
    """Those that were said."""
    for name in ("threads", "memory_mb"):
        if (getattr(args, name) or 0) < 0:
            raise UserError(f"--{name.replace('_', '-')} {getattr(args, name)}: 0 or more")
    return {
        name: value for name in ("threads", "memory_mb", "gpu") if (value := getattr(args, name)) is not None
    }  # fmt: skip


def run(args: argparse.Namespace) -> int:
    queue = None
    try:
        queue = Queue()
        if queue.remark:
            print(f"tapeloom: {queue.remark}", file=sys.stderr)
        code: int = args.do(queue, args)
    except (QueueError, CopyError) as fault:
        raise UserError(str(fault), FAILED) from None
    except OrderError as fault:
        raise UserError(str(fault)) from None
    finally:
        if queue is not None:
            queue.close()
    return code


# ---- ordering


def _again(queue: Queue, job: Job, args: argparse.Namespace) -> None:
    jobs.again(queue, job, args, _limits(args))


def _wanted(args: argparse.Namespace, graphs: Sequence[str], beside: Sequence[str], folder: Path | None) -> Wanted:
    if args.single_pass and args.intermediate:
        raise UserError("--single-pass has no segments to keep for --intermediate. Leave one of them out")
    like = Order(
        "", Graph.of((), ()), overwrite=args.overwrite, trust=args.trust, single_pass=args.single_pass,
        intermediate=args.intermediate, substitute=args.substitute,
        copy_to=str(args.then_copy_to.absolute()) if args.then_copy_to else "", **_limits(args),
    )  # fmt: skip
    return Wanted(graphs, beside, args.set, folder, span(getattr(args, "frames", None)), like)


def _used(queue: Queue) -> set[str]:
    """What the jobs that are not over write."""
    registry = default_registry()
    live = (job for job in queue.jobs() if not job.stage.over)
    return {file for job in live for file in written(job.order.graph, registry)}


def _add(queue: Queue, args: argparse.Namespace) -> int:
    beside = [text for text in args.input if "=" in text and not Path(text).exists()]
    files = [Path(text).absolute() for text in args.input if text not in beside]
    wanted = _wanted(args, args.graph, beside, args.output)
    made = orders(wanted, files, default_registry(), _used(queue))
    for order, job in zip(made, queue.add_all(made, args.priority), strict=True):
        print(f"job {job}: {order.name}")
    return DONE


def _watch(queue: Queue, args: argparse.Namespace) -> int:
    folder: Path = args.folder.absolute()
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}")
    out: Path = args.output.absolute() if args.output else Path.cwd()
    if out.resolve() == folder.resolve():
        raise UserError("results that lie in the watched folder would be taken for tapes: name another with -o")
    wanted = _wanted(args, args.graph, (), out)
    registry = default_registry()
    orders(wanted, (), registry)  # what is wrong with the graphs is said now
    watch = Watch(
        queue, folder, lambda file: orders(wanted, [file], registry, _used(queue)), print, args.pattern, args.priority,
        args.rest,
    )  # fmt: skip
    with Renderer(queue, registry, _said_of_jobs(args)) as by:
        beside = threading.Thread(target=by.all, kwargs={"until_empty": args.once}, name="queue run")
        if args.run and not args.once:
            beside.start()
        try:
            with polite_kills():
                _watching(watch, by, once=args.once)
                if args.run:
                    beside.start()
                    beside.join()
        finally:
            by.stop("`queue watch` was ended")
            if beside.is_alive():
                beside.join()
    return DONE


def _watching(watch: Watch, by: Renderer, *, once: bool) -> None:
    while True:
        try:
            if watch.look():
                by.nudge()
        except QueueError as fault:
            print(f"tapeloom: {fault}", file=sys.stderr)
        if once and not watch.restless:
            return
        time.sleep(min(2.0, max(0.05, watch.rest_s / 4)))


# ---- rendering


def _said_of_jobs(args: argparse.Namespace) -> Callable[[Job, Event | None], None]:
    """Tells how jobs get on, and of each that begins, ends or fails, which one it is."""
    tell = teller(args.progress, args.quiet, sys.stdout)

    def hear(job: Job, event: Event | None) -> None:
        if event is not None:
            tell.tell(event)
        elif job.stage is Stage.FAILED:
            tell.failed(f"job {job.id}, {job.order.name}: {job.text}", FAILED, job.log)
        elif not args.quiet and args.progress != "json":
            print(words.line(job), flush=True)

    return hear


def _run(queue: Queue, args: argparse.Namespace) -> int:
    failed = False
    say = _said_of_jobs(args)

    def hear(job: Job, event: Event | None) -> None:
        nonlocal failed
        failed = failed or (event is None and job.stage is Stage.FAILED)
        say(job, event)

    with polite_kills(), Renderer(queue, default_registry(), hear) as by:
        try:
            if not args.once:
                by.all(until_empty=args.until_empty)
            elif by.one() is None:
                print("nothing waits")
        except KeyboardInterrupt:
            print("what was being rendered waits again: `launch.py queue run` goes on with it", file=sys.stderr)
            raise
    return FAILED if failed else DONE
