"""`launch.py run`: a preset or a graph, a tape in, a restored file out."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from nodes.registry import default_registry
from runtime.commands import CANCELLED, DONE, FAILED, WRONG, UserError
from runtime.commands._graphs import graph_arguments, open_graph
from runtime.commands._progress import Teller, teller
from runtime.jobs.destinations import stem_for
from runtime.jobs.render import BrokenRenderError, How, RefusedError, Result, Rules, Span, render
from runtime.jobs.segments import LEAST_FRAMES
from runtime.session import Cancelled

HELP = """Restore a tape: render everything a graph writes

  launch.py run vhs-pal -i "my tape.dv" -o restored.mkv
  launch.py run my.graph --set qtgmc1.preset=slow --set encode1.crf=18 --frames 0:500

A file is written under a name that ends in .part and gets its own name when it is whole. Longer renders are made
segment by segment in a folder beside the result that ends in .job: whatever happens, `launch.py resume` goes on.
Exit codes: 0 done, 1 failed, 2 the graph or the arguments are wrong, 130 cancelled (Ctrl-C)."""


def arguments(parser: argparse.ArgumentParser) -> None:
    graph_arguments(parser)
    parser.add_argument(
        "-o", "--output", action="append", default=[], metavar="FILE",
        help="where the result goes; encode2=FILE for another output of the graph. Left out, the result is called "
        "after the tape and the graph and lies in this folder",
    )  # fmt: skip
    parser.add_argument("--frames", metavar="A:B", help="only the frames from A up to, not including, B")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file (never a source)")
    how_arguments(parser)
    progress_arguments(parser)


def how_arguments(parser: argparse.ArgumentParser) -> None:
    """How a render goes about it; `resume` takes them too."""
    parser.add_argument(
        "--single-pass", action="store_true",
        help="one long encode instead of segments: it cannot be gone on with after a crash",
    )  # fmt: skip
    parser.add_argument(
        "--intermediate", action="store_true",
        help="keep segments without loss, and encode them in one go at the end: a failed encode costs no filtering, "
        "and the whole is one encode; takes much room while it lasts",
    )  # fmt: skip
    parser.add_argument(
        "--segment", type=int, metavar="FRAMES", help="length of a segment; left out, about half a minute of work"
    )
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N",
        help="worker processes on this machine that make segments at once: quicker where a graph keeps few cores busy",
    )  # fmt: skip
    parser.add_argument(
        "--cluster", default="", metavar="ADDRESS",
        help="let the machines of a cluster make the segments: tls://host:8786, or tcp://127.0.0.1:8786 on this one",
    )  # fmt: skip
    parser.add_argument(
        "--need", action="append", default=[], metavar="gpu=1",
        help="what a machine of the cluster must have for each segment: gpu=1, memory=8 (GB)",
    )  # fmt: skip
    parser.add_argument("--certificates", type=Path, metavar="FOLDER", help="where the cluster's certificates lie")
    parser.add_argument(
        "--substitute", action="store_true",
        help="show its neighbour for a frame that cannot be made, and say so, instead of stopping",
    )  # fmt: skip


def progress_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--progress", choices=("auto", "lines", "json"), default="auto",
        help="json: one JSON object a line on stdout, for programs (docs/command-line.md)",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def how(args: argparse.Namespace, *, anyway: bool = False) -> How:
    if args.segment is not None and args.segment < 1:
        raise UserError(f"--segment {args.segment}: at least one frame")
    rules = Rules(size=args.segment, substitute=args.substitute)
    least = min(LEAST_FRAMES, args.segment) if args.segment else LEAST_FRAMES
    if args.single_pass and args.intermediate:
        raise UserError("--single-pass has no segments to keep for --intermediate. Leave one of them out")
    if not 1 <= args.workers <= 64:
        raise UserError(f"--workers {args.workers}: from 1 to 64")
    if args.single_pass and (args.workers > 1 or args.cluster):
        raise UserError("--single-pass is made by one worker. Leave it out for --workers and --cluster")
    if args.need and not args.cluster:
        raise UserError("--need is of a --cluster's machines. Name one, or leave it out")
    if args.cluster and args.workers > 1:
        raise UserError("--workers are of this machine, which can join the --cluster. Leave one of them out")
    return How(
        args.single_pass, anyway, workers=args.workers, cluster=args.cluster, certificates=args.certificates,
        needs=_needs(args.need), intermediate=args.intermediate, least=least, rules=rules,
    )  # fmt: skip


def _needs(said: Sequence[str]) -> dict[str, float]:
    """By Dask's names of resources (runtime.cluster.serving)."""
    known = {"gpu": ("GPU", 1), "memory": ("memory", 1e9)}
    found = {}
    for text in said:
        name, _, number = text.partition("=")
        try:
            resource, unit = known[name]
            found[resource] = float(number) * unit
        except (KeyError, ValueError):
            raise UserError(f"--need {text}: write it as gpu=1 or memory=8, in GB") from None
    if any(not 0 < value < float("inf") for value in found.values()):
        raise UserError(f"--need {' '.join(said)}: more than 0")
    return found


def run(args: argparse.Namespace) -> int:
    tell = teller(args.progress, args.quiet, sys.stdout)

    def work() -> Result:
        frames = span(args.frames)
        made = open_graph(args)
        return render(
            made.graph,
            outputs=args.output,
            stem=stem_for(made.graph, made.name),
            frames=frames,
            overwrite=args.overwrite,
            trust=args.trust,
            registry=default_registry(),
            listen=tell.tell,
            how=how(args),
        )

    return told(tell, work)


def told(tell: Teller, work: Callable[[], Result]) -> int:
    """Do it; whatever comes of it is said, and is the exit code."""
    try:
        with polite_kills():
            return _done(tell, work)
    except (KeyboardInterrupt, Cancelled):
        tell.cancelled()
        return CANCELLED


def _done(tell: Teller, work: Callable[[], Result]) -> int:
    try:
        result = work()
    except RefusedError as fault:
        tell.failed("\n".join(f"{one.severity.value}: {one.line()}" for one in fault.problems), WRONG)
        return WRONG
    except UserError as fault:
        tell.failed(str(fault), fault.code)
        return fault.code
    except BrokenRenderError as fault:
        tell.failed(str(fault), FAILED, fault.log)
        return FAILED
    tell.done(result)
    return DONE


def span(text: str | None) -> Span | None:
    if text is None:
        return None
    first, colon, last = text.partition(":")
    if not colon or not (first.isdecimal() or not first) or not (last.isdecimal() or not last):
        raise UserError(f"--frames {text}: write it as first:end, like 0:500")
    span = int(first or 0), int(last) if last else None
    if span[1] is not None and span[1] <= span[0]:
        raise UserError(f"--frames {text}: the end must lie behind the first frame")
    return span


@contextmanager
def polite_kills() -> Iterator[None]:
    """A polite kill, and a terminal that is closed, clean up as Ctrl-C does."""
    wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    here = threading.current_thread() is threading.main_thread()  # only it may set handlers
    before = {number: signal.signal(number, _as_interrupt) for number in wanted} if here else {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
