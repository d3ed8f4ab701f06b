"""`launch.py check`: everything that is wrong with a graph, before anything runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from graphs.codec import DocumentError, along_the_tape
from graphs.problem import Problem, has_errors
from nodes.registry import default_registry
from runtime.at_hand import at_hand, types_of
from runtime.commands import DONE, WRONG, UserError
from runtime.commands._graphs import graph_arguments
from runtime.compiled import Compiled, Remembering, compiled, short_sources
from runtime.opening import opened
from runtime.session import Session
from runtime.sources import prober

HELP = """Say everything that is wrong with a graph

Each line tells where, what, and what to do. The exit code is 0 where a render can start (warnings do not count),
else 2."""


def arguments(parser: argparse.ArgumentParser) -> None:
    graph_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the problems for a program")
    parser.add_argument("--wires", action="store_true", help="print what every wire carries too")


def run(args: argparse.Namespace) -> int:
    registry = default_registry()
    try:
        made = opened(args.graph, registry, args.input, args.set)
    except DocumentError as fault:
        if not args.json:
            raise UserError("\n".join(fault.faults)) from None
        print(json.dumps([{"severity": "error", "node": None, "text": text} for text in fault.faults], indent=2))
        return WRONG
    kinds = types_of(made.graph, registry)
    with Session() as session:
        probe = Remembering(prober(session))
        done = compiled(made.graph, registry, probe, available=at_hand(kinds), trust=args.trust)
        problems = [*made.problems, *done.problems, *short_sources(done, probe)]
    if args.json:
        print(json.dumps([_plain(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(made.name, problems, done, args.wires)))
    return WRONG if has_errors(problems) else DONE


def _lines(name: str, problems: list[Problem], done: Compiled, wires: bool) -> Iterator[str]:
    if wires:
        yield from _wires(done)
    for problem in problems:
        yield f"{problem.severity.value}: {problem.line()}"
    errors = sum(problem.is_error for problem in problems)
    if not problems:
        yield f"{name}: nothing is wrong"
        return
    counted = [(errors, "error"), (len(problems) - errors, "warning")]
    yield f"{name}: " + ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counted if count)


def _wires(done: Compiled) -> Iterator[str]:
    place = {node: at for at, node in enumerate(along_the_tape(done.resolved.graph))}
    for link in sorted(done.resolved.graph.links, key=lambda link: (place.get(link.target[0], 0), link.target[1])):
        info = done.forecast.outputs.get(link.source)
        form = done.forecast.conversions.get(link.target)
        carries = info.line() if info else "nothing is known"
        yield f"{link}: {carries}{f', converted to {form.name}' if form else ''}"
    yield ""


def _plain(problem: Problem) -> dict[str, object]:
    return {
        "severity": problem.severity.value,
        "node": problem.node,
        "part": problem.part,
        "text": problem.text,
        "remedy": problem.remedy,
    }
