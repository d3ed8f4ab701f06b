"""`launch.py verify`: proves a finished file against the record of its making."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, UserError
from runtime.ffmpeg import FfmpegError, find
from runtime.jobs.faults import BrokenRenderError, RefusedError
from runtime.jobs.hashing import HashError
from runtime.jobs.provenance import Finding, NoRecordError, proved, read
from runtime.jobs.sampling import again
from runtime.session import RequestError, Session

HELP = """Prove a finished file against the record of its making

  launch.py verify restored.mkv                 every coded picture, and where the codec keeps all, every decoded one
  launch.py verify restored.mkv --samples 5     and makes five frames again from the source, and compares

Exit codes: 0 all that can be proved is right, 1 something is not, 2 there is no record."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file that Tapeloom made")
    parser.add_argument("--samples", type=int, default=0, metavar="N", help="make so many frames again, and compare")
    parser.add_argument("--trust", action="store_true", help="run code that is written in the graph, for --samples")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    if not args.file.is_file():
        raise UserError(f"there is no file {args.file}")
    try:
        ffmpeg = find()
        with Session() as session:
            record = read(args.file, session)
            tell = (lambda text: print(f"{text} …", file=sys.stderr)) if sys.stderr.isatty() else (lambda _: None)
            found = list(proved(args.file, record, ffmpeg.path, tell))
            if session.probe(str(args.file)).get("sound"):
                found.append(Finding("sound", None, "not proved, the record holds no checksums of it"))
            if args.samples > 0:
                found += again(
                    args.file, record, args.samples, session, ffmpeg, default_registry(), args.trust
                )  # fmt: skip
    except NoRecordError as fault:
        raise UserError(str(fault)) from None
    except RefusedError as fault:
        text = "; ".join(problem.line() for problem in fault.problems if problem.is_error)
        raise UserError(f"frames cannot be made again: {text}", FAILED) from None
    except (FfmpegError, BrokenRenderError, HashError, RequestError) as fault:
        raise UserError(str(fault), FAILED) from None
    return _said(record, found, args.json)


def _said(record: dict[str, object], found: list[Finding], as_json: bool) -> int:
    wrong = any(one.good is False for one in found)
    if as_json:
        print(
            json.dumps({"made": record["made"], "good": not wrong, "found": [asdict(one) for one in found]}, indent=2)
        )
    else:
        print(f"made {record['made']} by Tapeloom {record['versions']['tapeloom']}: {record['clip']}")  # type: ignore[index]
        for one in found:
            print(f"{'✓' if one.good else '✗' if one.good is False else '–'} {one.what}: {one.said}")
    return FAILED if wrong else DONE
