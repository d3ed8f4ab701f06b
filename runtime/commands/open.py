"""`launch.py open`: takes the graph out of a file that it made."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from pathlib import Path

from graphs import codec
from graphs.codec import DocumentError
from graphs.files import SUFFIX, FileError, save
from runtime.commands import DONE, UserError
from runtime.jobs.provenance import NoRecordError, read
from runtime.session import Session

HELP = """Take the graph out of a file that Tapeloom made

  launch.py open restored.mkv                  writes restored.graph beside it
  launch.py open restored.mkv -o again.graph

Matroska files carry their graph; of others it is in the record beside them."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--output", type=Path, help=f"where it goes; else beside the file, ending in {SUFFIX}")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(args: argparse.Namespace) -> int:
    if not args.file.is_file():
        raise UserError(f"there is no file {args.file}")
    goal: Path = args.output or args.file.with_suffix(SUFFIX)
    if os.path.lexists(goal) and not args.overwrite:
        raise UserError(f"{goal} exists already. Choose another name with -o, or say --overwrite")
    try:
        with Session() as session:
            graph = codec.decode(json.dumps(read(args.file, session)["graph"], ensure_ascii=False))
        save(graph, goal)
    except (NoRecordError, DocumentError, FileError) as fault:
        raise UserError(str(fault)) from None
    print(f"{goal}: the graph that made {args.file.name}. `launch.py edit {shlex.quote(str(goal))}` shows it")
    return DONE
