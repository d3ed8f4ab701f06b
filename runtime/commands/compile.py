"""`launch.py compile`: the script that a graph becomes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from runtime.commands import DONE, FAILED, UserError
from runtime.commands._graphs import compile_graph, graph_arguments, open_graph
from runtime.script import script_text
from runtime.session import Session

HELP = """Print the VapourSynth script that a graph becomes

The script stands by itself: plain `vspipe` runs it, without Tapeloom. Sound is no matter of VapourSynth's; it is
added by ffmpeg when a graph is run."""


def arguments(parser: argparse.ArgumentParser) -> None:
    graph_arguments(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.vpy", help="write it here instead of printing it")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(args: argparse.Namespace) -> int:
    made = open_graph(args)
    with Session() as session:
        done = compile_graph(made, session, args)
    text = script_text(done.plan, f"{made.name} · written by Tapeloom").text
    if args.output is None:
        sys.stdout.write(text)
        return DONE
    output: Path = args.output
    if output.exists() and not args.overwrite:
        raise UserError(f"{output}: it exists already. Choose another name, or say --overwrite")
    try:
        part = output.with_name(output.name + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(output)
    except OSError as fault:
        raise UserError(f"{output}: it cannot be written ({fault.strerror})", FAILED) from None
    return DONE
