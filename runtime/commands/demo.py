"""`launch.py demo`: restores the bundled clip, and shows what became of it."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import graphs
from graphs.document import NodeId
from nodes.registry import default_registry
from runtime.commands import CANCELLED, DONE, FAILED, WRONG, UserError
from runtime.commands._graphs import say
from runtime.commands._progress import teller
from runtime.commands.frame import save_png
from runtime.commands.run import span
from runtime.compiled import compiled, index_files
from runtime.jobs.render import BrokenRenderError, RefusedError, render
from runtime.opening import opened
from runtime.script import step_codes
from runtime.session import Cancelled, Picture, Session, SessionError
from runtime.sources import prober

HELP = """Restore a bundled clip, to see what this does

Five seconds of a worn VHS tape go through graphs/demo/demo.graph. The folder gets the tape, the restored clip, the
graph, and a picture of both side by side."""

FOLDER = Path(graphs.__file__).parent / "demo"
RESTORED, STILL = "restored.mp4", "before-after.png"
SECONDS = 2.0
"""The moment of the side-by-side picture: drop-outs, motion, and colour beside its edges."""
SOURCE, OUTPUT = NodeId("source1"), NodeId("encode1")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("tapeloom-demo"), metavar="FOLDER",
        help="where the results go; an earlier demo's are replaced (default: ./tapeloom-demo)",
    )  # fmt: skip
    parser.add_argument("--progress", choices=("auto", "lines", "json"), default="auto", help="as for run")
    parser.add_argument("--frames", metavar="A:B", help="restore only these frames, as for run")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def run(args: argparse.Namespace) -> int:
    folder: Path = args.output
    tell = teller(args.progress, args.quiet, sys.stdout)
    frames = span(args.frames)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("tape.mkv", "demo.graph", "LICENSE.txt"):
            shutil.copyfile(FOLDER / name, folder / name)
    except OSError as fault:
        why = fault.strerror or fault
        raise UserError(f"{folder}: it cannot be written ({why}). Choose another with -o", FAILED) from None
    graph = opened(str(folder / "demo.graph"), default_registry()).graph
    try:
        with Session() as session:
            result = render(
                graph,
                outputs=[str(folder / RESTORED)],
                frames=frames,
                overwrite=True,
                session=session,
                listen=tell.tell,
            )
            before, after = _pictures(session, folder)
    except RefusedError as fault:
        say(fault.problems)
        return WRONG
    except BrokenRenderError as fault:
        tell.failed(str(fault), FAILED, fault.log)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        tell.cancelled()
        return CANCELLED
    except SessionError as fault:
        tell.failed(str(fault), FAILED)
        return FAILED
    save_png(side_by_side(before, after), folder / STILL)
    tell.done(result)
    if not args.quiet and args.progress != "json":
        print(f"{folder / 'tape.mkv'}: the tape as it came\n{folder / STILL}: before and after, side by side")
        print(f"{folder / 'demo.graph'}: what was done to it; change it, and give it to launch.py run")
    return DONE


def _pictures(session: Session, folder: Path) -> tuple[Picture, Picture]:
    """The same moment on the tape and restored, with square pixels. NodeError where one cannot be made."""
    graph = opened(str(folder / "demo.graph"), default_registry()).graph
    made = compiled(graph, default_registry(), prober(session), [SOURCE, OUTPUT])
    prelude, steps = step_codes(made.plan, index_files(made.plan.files))
    session.load(steps, prelude)
    sink = made.plan.sinks[0]
    last = made.plan.step(sink.step).node, sink.port
    step, port = made.plan.places[SOURCE, "out"]
    first = made.plan.step(step).node, port
    shown = []
    for node, port in (first, last):
        facts = session.describe(node, port, first=False)
        frame = min(facts.num_frames - 1, round(SECONDS * facts.fps_num / facts.fps_den))
        shown.append(session.preview(node, port, frame, square=True))
    return shown[0], shown[1]


def side_by_side(before: Picture, after: Picture) -> Picture:
    """Both pictures in one, the first on the left, at the height of the lower one."""
    height = min(before.height, after.height)
    rows = []
    for row in range(height):
        for one in (before, after):
            start = row * one.stride
            rows.append(bytes(one.data[start : start + one.width * 4]))
    width = before.width + after.width
    return Picture(memoryview(b"".join(rows)), width, height, width * 4, 1, 1)
