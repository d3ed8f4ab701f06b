"""What the commands that take a graph have in common: their arguments, and saying what is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterable

from graphs.codec import DocumentError
from graphs.document import NodeId
from graphs.problem import Problem, has_errors
from nodes.registry import Registry, default_registry
from runtime.at_hand import at_hand, types_of
from runtime.commands import UserError
from runtime.compiled import Compiled, compiled
from runtime.opening import Opened, opened
from runtime.session import Session
from runtime.sources import prober


def graph_arguments(parser: argparse.ArgumentParser) -> None:
    """The graph, `-i`, `--set` and `--trust`."""
    parser.add_argument("graph", help="a .graph file, or the name of a preset (`launch.py presets` lists them)")
    parser.add_argument(
        "-i", "--input", action="append", default=[], metavar="FILE",
        help="the tape: the file of the graph's video source; source2=FILE for another one",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="NODE.PARAM=VALUE",
        help="change a param, like qtgmc1.preset=slow; NODE.bypass=on and NODE.mute=on too",
    )  # fmt: skip
    parser.add_argument("--trust", action="store_true", help="run code that is written in the graph")


def open_graph(args: argparse.Namespace, registry: Registry | None = None) -> Opened:
    """The graph that the arguments name, overrides applied. UserError with all that is wrong."""
    try:
        made = opened(args.graph, registry or default_registry(), args.input, args.set)
    except DocumentError as fault:
        raise UserError("\n".join(fault.faults)) from None
    if made.problems:
        raise UserError("\n".join(problem.line() for problem in made.problems))
    return made


def compile_graph(
    made: Opened, session: Session, args: argparse.Namespace, targets: Collection[NodeId] | None = None
) -> Compiled:
    """Compile, say every problem on stderr, and stop with UserError where one is an error."""
    registry = default_registry()
    available = at_hand(types_of(made.graph, registry), session.namespaces)
    done = compiled(made.graph, registry, prober(session), targets, available=available, trust=args.trust)
    say(done.problems)
    if has_errors(done.problems):
        raise UserError(f"{made.name} cannot run as it is: mend what is said above")
    return done


def say(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(f"{problem.severity.value}: {problem.line()}", file=sys.stderr)
