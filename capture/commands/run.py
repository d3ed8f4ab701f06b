"""`launch.py capture run`: a graph's tape is recorded, and then everything is rendered that the graph makes of it."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from capture.commands._run_telling import Telling
from capture.devices.finding import find
from capture.graph.chosen import ChoiceError, choice, wants_decks
from capture.graph.recording import RecordingError, Viewed, recorded
from capture.graph.taken import GraphError, capture_node, free_name, with_take, without_copies
from capture.session.asking import Asked, Codec, Stops
from capture.session.choosing import source_of
from capture.session.messages import Done
from capture.sets.kept import changed, named, with_pass
from graphs.codec import DocumentError
from graphs.document import Graph, NodeId
from graphs.files import save
from nodes.library.input.capture import Capture
from nodes.registry import Registry, default_registry
from runtime.at_hand import at_hand, types_of
from runtime.commands import DONE, FAILED, UserError
from runtime.commands._graphs import graph_arguments, open_graph
from runtime.commands._progress import teller
from runtime.commands.run import how as how_of
from runtime.commands.run import how_arguments, progress_arguments, told
from runtime.compiled import compiled
from runtime.jobs.destinations import set_outputs, stem_for, writers
from runtime.jobs.queue.order import Order
from runtime.jobs.queue.store import Queue, QueueError
from runtime.jobs.render import Result, render
from runtime.session import Session
from runtime.sources import prober
from runtime.takes import SetError, TapeSet

HELP = """Record a graph's tape, then render all that the graph makes of it

  launch.py capture run capture-pal --set capture1.device=deck:pal --set "capture1.tape=Summer 1988" --live
  launch.py capture run my.graph --minutes 90 -o restored.mkv
  launch.py capture run my.graph --queue          the render waits in line; the window or `queue run` makes it

The recording is the archive master: lossless, with checksums; outputs that would only write it once more are left out.
It is put in NAME.tapeset beside it, as a pass of its tape: capture again under the same name for another pass. Ctrl-C
ends the recording and goes on with the render; a second one ends all. Nothing is rendered before the recording is
whole, nor where it ended by a fault, unless --anyway is said: what was recorded is safe, and NAME.graph beside it
renders it with `launch.py run`."""


def arguments(parser: argparse.ArgumentParser) -> None:
    graph_arguments(parser)
    parser.add_argument("--node", default="", help="which capture node is to be recorded, where there are several")
    parser.add_argument("--minutes", type=float, metavar="N", help="stop after so long; else as the node says")
    parser.add_argument(
        "--live", nargs="?", const="", metavar="NODE",
        help="follow this node's picture while the tape plays; without a name, the one that the graph says",
    )  # fmt: skip
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="write the newest live picture there")
    parser.add_argument(
        "-o", "--output", action="append", default=[], metavar="FILE",
        help="where a result goes, as in `run`; left out, beside the recording",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace existing results (never a recording)")
    parser.add_argument("--queue", action="store_true", help="put the render in line instead of making it now")
    parser.add_argument("--anyway", action="store_true", help="render though the recording ended by a fault")
    parser.add_argument("--no-render", action="store_true", help="only record")
    how_arguments(parser)
    progress_arguments(parser)


def run(args: argparse.Namespace) -> int:
    if args.minutes is not None and not 0 < args.minutes <= 1440:
        raise UserError(f"--minutes {args.minutes:g}: more than 0, and 1440 at most")
    there = [path for text in args.output if (path := Path(text.partition("=")[2] or text)).is_file()]
    if there and not args.overwrite:
        raise UserError(f"{there[0]}: it exists already. Choose another name, or say --overwrite")
    registry = default_registry()
    made = open_graph(args, registry)
    try:
        chosen, node = capture_node(made.graph, args.node, registry)
        graph = made.graph
        view = _view(graph, args)
        _checked(graph, chosen, registry, args)
        asked = _asked(node, args)
        begun = datetime.now(UTC)
        done = _recorded(asked, view, args)
        path, number = _kept(done, node, asked, begun)
        graph, muted = without_copies(with_take(graph, chosen, path, number), chosen)
        document = _saved(graph, chosen, path, asked)
    except (GraphError, ChoiceError, SetError) as fault:
        raise UserError(str(fault)) from None
    except RecordingError as fault:
        for line in fault.log[-10:]:
            print(f"  {line}", file=sys.stderr)
        raise UserError(str(fault), FAILED) from None
    for one in muted:
        print(f"{one} is left out: it would write the recording once more, and the recording is the master already")
    if args.no_render or not writers(graph, registry):
        return DONE
    if done.fault and not args.anyway:
        text = f"the recording ended by a fault ({done.reason}), so nothing is rendered. What was recorded is safe"
        raise UserError(f"{text}: `launch.py run '{document}'` renders it all the same", FAILED)
    return _rendered(graph, made.name, asked, registry, args)


def _view(graph: Graph, args: argparse.Namespace) -> NodeId | None:
    """The node that is followed live. UserError."""
    if args.live is None:
        if args.picture is not None:
            raise UserError("--picture needs --live: say which node's picture it is")
        return None
    name = args.live or str(graph.meta.get("live") or "")
    if not name:
        raise UserError("--live: this graph does not say which node is quick enough. Name one")
    if name not in graph.nodes:
        raise UserError(f"--live {name}: there is no such node. The nodes: {', '.join(graph.nodes)}")
    return NodeId(name)


def _checked(graph: Graph, chosen: NodeId, registry: Registry, args: argparse.Namespace) -> None:
    """What is wrong with the graph is said before the tape plays, as far as that can be known. UserError."""
    empty = graph.with_node(graph.nodes[chosen].with_param("take", ""))
    with Session() as session:
        available = at_hand(types_of(empty, registry), session.namespaces)
        made = compiled(empty, registry, prober(session), available=available, trust=args.trust)
    errors = [one for one in made.errors if one.node != chosen]
    for problem in errors:
        print(f"error: {problem.line()}", file=sys.stderr)
    if errors:
        raise UserError("the graph cannot run as it is: mend what is said above before the tape plays")


def _asked(node: Capture, args: argparse.Namespace) -> Asked:
    found = find(test_decks=wants_decks(node))
    what = choice(node, found)
    source = source_of(what)
    folder = Path(node.folder or ".").absolute()
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}. Make it first, or set the node's folder")
    codec: Codec = "dv" if source.dv else node.codec.value
    after_s = 60 * args.minutes if args.minutes is not None else 60.0 * node.minutes
    stops = Stops(after_s=after_s, blank_s=float(node.blank))
    return Asked(source, str(folder), free_name(folder, node.tape), codec, stops=stops, live=args.live is not None)


def _recorded(asked: Asked, view: NodeId | None, args: argparse.Namespace) -> Done:
    stop = threading.Event()
    telling = Telling(asked, args.quiet or args.progress == "json", args.picture)
    viewed = None
    if view is not None:
        made = open_graph(args)
        capture, _ = capture_node(made.graph, args.node, default_registry())
        viewed = Viewed(made.graph, capture, view, default_registry(), telling.shown, telling.unseen)
    with _interrupts(stop), telling:
        return recorded(asked, telling.heard, stop, viewed)


@contextmanager
def _interrupts(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C, or polite kill, ends the recording; it is then made whole. The second goes on up."""
    import signal

    def once(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        del number

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = [signal.SIGINT, *(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))]
    before = {number: signal.signal(number, once) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kept(done: Done, node: Capture, asked: Asked, begun: datetime) -> tuple[Path, int]:
    """The recording put into the set of its tape: where that is, and which pass it is. SetError."""
    if not done.files:
        raise RecordingError(f"nothing was recorded: {done.reason}")
    folder, tape = Path(asked.folder), node.tape.strip() or "tape"
    path = named(folder, tape)
    files = [Path(file) for file in done.files]
    told: dict[str, object] = {
        "begun": begun.isoformat(timespec="seconds"),
        "device": asked.source.label,
        "frames": done.frames,
        "lost": done.lost,
        "report": Path(done.report).name,
    }

    def grown(one: TapeSet) -> TapeSet:
        return with_pass(replace(one, tape=tape, standard=node.standard.value), path, files, **told)

    made = changed(path, grown, make=True)
    return path, made.passes[-1].id


def _saved(graph: Graph, capture: NodeId, take: Path, asked: Asked) -> Path:
    """The graph with its recording, saved beside it (which it names relative to itself): so that it can be rendered
    again, and otherwise. No document that is there is written over."""
    folder = Path(asked.folder)
    names = (f"{asked.name}{suffix}.graph" for suffix in ("", *(f" {number}" for number in range(2, 1000))))
    path = next(one for one in (folder / name for name in names) if not one.exists())
    try:
        save(graph.with_node(graph.nodes[capture].with_param("take", take.name)), path)
    except DocumentError as fault:
        print(f"tapeloom: {'; '.join(fault.faults)}", file=sys.stderr)
    return path


def _rendered(graph: Graph, name: str, asked: Asked, registry: Registry, args: argparse.Namespace) -> int:
    stem = stem_for(graph, name) if args.output else f"{asked.name}-restored"
    outputs = list(args.output)
    sinks = writers(graph, registry)
    unnamed = [sink for sink in sinks if not graph.nodes[sink].params.get("file")]
    if not outputs and unnamed:
        outputs = [f"{unnamed[0]}={Path(asked.folder) / stem}"]
    if args.queue:
        return _queued(graph, outputs, stem, asked, registry, args)
    tell = teller(args.progress, args.quiet, sys.stdout)
    make = partial(
        render, graph, outputs=outputs, stem=stem, overwrite=args.overwrite, trust=args.trust, registry=registry,
        listen=tell.tell, how=how_of(args),
    )  # fmt: skip

    def work() -> Result:
        return make()

    return told(tell, work)


def _queued(
    graph: Graph, outputs: list[str], stem: str, asked: Asked, registry: Registry, args: argparse.Namespace
) -> int:
    named_graph, wrong = set_outputs(graph, outputs, registry, stem)
    if wrong:
        raise UserError("\n".join(problem.line() for problem in wrong))
    for node in writers(named_graph, registry):
        path = Path(str(named_graph.nodes[node].params["file"])).absolute()
        named_graph = named_graph.with_node(named_graph.nodes[node].with_param("file", str(path)))
    order = Order(
        f"{asked.name} · restored", named_graph, overwrite=args.overwrite, trust=args.trust,
        single_pass=args.single_pass, intermediate=args.intermediate, substitute=args.substitute,
    )  # fmt: skip
    try:
        queue = Queue()
        try:
            job = queue.add(order)
        finally:
            queue.close()
    except QueueError as fault:
        raise UserError(str(fault), FAILED) from None
    print(f"job {job}: {order.name}. The window or `launch.py queue run` renders it")
    return DONE
