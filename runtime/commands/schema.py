"""`launch.py schema`: what a .graph file may hold, for text editors and other programs."""

from __future__ import annotations

import argparse
import json

from graphs.schema import document_schema
from nodes.registry import default_registry
from runtime.commands import DONE

HELP = """Print the JSON Schema of .graph files

It holds every node type that is installed, with the ranges and the help of its params. Give it to a text editor, and
it completes and checks graphs as they are typed."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--compact", action="store_true", help="on one line")


def run(args: argparse.Namespace) -> int:
    indent = None if args.compact else 2
    print(json.dumps(document_schema(default_registry()), ensure_ascii=False, indent=indent))
    return DONE
