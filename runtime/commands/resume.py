"""`launch.py resume`: goes on with renders that were cut short."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from graphs import codec
from graphs.codec import DocumentError
from nodes.registry import default_registry
from runtime.commands import DONE, UserError
from runtime.commands._progress import teller
from runtime.commands.run import how, how_arguments, progress_arguments, told
from runtime.jobs import unfinished
from runtime.jobs.journal import SUFFIX, Folder, JournalError
from runtime.jobs.render import ChangedError, Result, render

HELP = """Go on with a render that was cut short: by Ctrl-C, a crash, a power cut

  launch.py resume                     list what is unfinished
  launch.py resume restored.mkv        go on with it, from its last whole segment

Everything that decides the result was kept when it began. Where a source, the program or a plugin has changed since,
it says so and asks; where nobody can be asked it does nothing, unless you say --anyway."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("result", nargs="?", help=f"the result, or its folder, which ends in {SUFFIX}")
    parser.add_argument("--anyway", action="store_true", help="though something has changed since it began")
    parser.add_argument("--forget", action="store_true", help="remove what is made of it, instead of going on")
    how_arguments(parser)
    progress_arguments(parser)


def run(args: argparse.Namespace) -> int:
    if args.result is None:
        return _list()
    path = unfinished.found(args.result)
    if not path.is_dir():
        raise UserError(f"there is no unfinished render {path}. `launch.py resume` lists those that are known")
    try:
        one = unfinished.looked_at(path)
        if args.forget:
            return _forget(path)
        graph = codec.decode(json.dumps(one.job["graph"], ensure_ascii=False))
    except (JournalError, DocumentError) as fault:
        raise UserError(str(fault)) from None
    frames = one.job.get("frames")
    between = any(output.get("between") for output in one.job["decides"]["outputs"].values())
    here = one.job.get("folder", "")
    try:
        os.chdir(here)  # what the graph says of files counts from there
    except OSError:
        raise UserError(f"{path.name}: the folder {here} that it was begun in is gone. Bring it back") from None
    tell = teller(args.progress, args.quiet, sys.stdout)

    def work(anyway: bool = args.anyway) -> Result:
        return render(
            graph,
            frames=(frames[0], frames[1]) if frames else None,
            overwrite=bool(one.job.get("overwrite")),
            trust=bool(one.job.get("trust")),
            registry=default_registry(),
            listen=tell.tell,
            how=replace(how(args, anyway=anyway), intermediate=between),
        )

    def asking() -> Result:
        try:
            return work()
        except ChangedError as fault:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            print("Since it began this has changed:", *fault.changed, sep="\n  ", file=sys.stderr)
            print("Go on with what is made all the same? [yes/no] ", end="", file=sys.stderr, flush=True)
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                raise
        return work(anyway=True)

    return told(tell, asking)


def _list() -> int:
    found = {one.folder.absolute(): one for one in unfinished.known()}
    for folder in Path.cwd().glob(f"*{SUFFIX}"):
        try:
            found.setdefault(folder.absolute(), unfinished.looked_at(folder))
        except JournalError:
            continue
    for one in found.values():
        print(f"{one.result}: {one.made} of {one.frames} frames are made{_begun(one.job.get('begun'))}")
    if not found:
        print("nothing is unfinished")
    return DONE


def _begun(text: object) -> str:
    """When it began, by this machine's clock; nothing where the journal does not say."""
    try:
        at = datetime.fromisoformat(str(text)).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    return f", begun {at.replace(tzinfo=None).isoformat(' ', 'seconds')}"


def _forget(path: Path) -> int:
    folder = Folder.open(path)
    folder.remove()
    unfinished.forget(path)
    print(f"{path.name}: removed")
    return DONE
