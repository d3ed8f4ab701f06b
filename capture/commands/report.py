"""`launch.py capture report`: what a recording came to; and one that was cut off is made whole."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from capture.commands._session import lead
from capture.session.asking import Asked, Feed, Source
from capture.session.report import EVENT_WORDS, clock
from capture.session.telling import in_holes, teller
from runtime.commands import DONE, FAILED, UserError
from runtime.ffmpeg import FfmpegError, find

HELP = """Tell what a recording came to; make one whole that was cut off

  launch.py capture report "FOLDER/Summer 1988"             what happened, from its report
  launch.py capture report "FOLDER/Summer 1988" --verify    decode it and hold every frame against its checksum
  launch.py capture report "FOLDER/Summer 1988.capture"     after a power failure: mend, join, report

Exit codes: 0; 1 a frame is not what was recorded, or it cannot be mended; 2 there is no such recording."""

_WORK, _FACTS = ".capture", ".report.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recording", help="its name, its report, one of its files, or the folder of one cut off")
    parser.add_argument("--verify", action="store_true", help="decode every frame and compare checksums")
    parser.add_argument("--json", action="store_true", help="the report, for programs")
    parser.add_argument("--progress", choices=("auto", "lines", "json"), default="auto", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    path = Path(arguments.recording).expanduser().absolute()
    stem = _stem(path)
    work = path.with_name(stem + _WORK)
    if work.is_dir() and (path == work or not path.with_name(stem + _FACTS).exists()):
        asked = Asked(Source((Feed("", ""),)), str(path.parent), stem)
        code = lead(lambda session: session.mend(asked), teller(arguments.progress, False, sys.stdout))
        if not path.with_name(stem + _FACTS).exists():
            return code
    facts = _facts(path.with_name(stem + _FACTS))
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_lines(facts)))
    return _verified(path.parent, facts) if arguments.verify else DONE


def _stem(path: Path) -> str:
    """The recording's name, of whatever of it was named."""
    name = path.name
    for suffix in (_WORK, _FACTS, ".report.html", ".log.jsonl", ".framemd5", ".ffconcat"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    for suffix in (".mkv", ".mov", ".avi", ".dv"):
        if name.endswith(suffix):
            bare = name.removesuffix(suffix)
            head, dot, number = bare.rpartition(".")
            return head if dot and number.isdigit() and len(number) == 3 else bare
    return name


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts["format"] != "tapeloom.recording":
            raise ValueError
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such report. Name a recording, or its .capture folder") from None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UserError(f"{path} cannot be read as a report ({fault})") from None
    found: dict[str, Any] = facts
    return found


def _lines(facts: dict[str, Any]) -> Iterable[str]:
    yield f"{facts['name']}: {facts['frames']} frames, {clock(facts['duration_s'])}; {facts['reason']}"
    yield f"  from {facts['device']}, {facts['began']} to {facts['ended']}"
    holes = in_holes(facts.get("holes", 0), facts.get("missing", 0))
    yield f"  lost {facts['lost']}{holes}, late {facts['late']}, repeated {facts['repeated']}"
    if facts.get("drift"):
        yield f"  {facts['drift']['text']}"
    yield from (f"  → {line}" for line in facts.get("advice", ()))
    for one in facts["parts"]:
        yield f"  {one['path']}: frames {one['first']} to {one['last'] - 1}, {one['size_bytes'] / 1e6:.1f} MB"
    for one in facts["events"]:
        told = f"  {clock(one['t_s'])} frame {one['frame']}: {EVENT_WORDS.get(one['kind'], one['kind']).lower()}"
        told += f", {one['count']}" if one["count"] else ""
        told += f", {one['length_s']:.2f} s" if one["length_s"] else ""
        yield told + (f": {one['text']}" if one["text"] else "")


def _verified(folder: Path, facts: dict[str, Any]) -> int:
    """Every frame's checksum, as it came from the device, against that of the decoded file."""
    try:
        ffmpeg = find().path
        wanted = _digests((folder / facts["framemd5"]).read_text("ascii", "replace"))
    except FfmpegError as fault:
        raise UserError(str(fault), FAILED) from None
    except OSError as fault:
        raise UserError(f"{facts['framemd5']} cannot be read ({fault.strerror or fault})") from None
    coder = ["-c:v", "copy"] if facts["codec"] == "dv" else []
    bad = 0
    for one in facts["parts"]:
        argv = [ffmpeg, "-v", "error", "-i", f"file:{folder / one['path']}", "-map", "0:v:0", *coder]
        argv += ["-fps_mode", "passthrough", "-f", "framemd5", "-"]
        done = subprocess.run(argv, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        found = _digests(done.stdout.decode("ascii", "replace"))
        expected = wanted[one["first"] : one["last"]]
        wrong = [number for number, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]]
        bad += len(wrong) + abs(len(found) - len(expected))
        verdict = "every frame is as it was recorded" if not wrong and len(found) == len(expected) else ""
        print(f"{one['path']}: {verdict or f'{len(found)} frames of {len(expected)}, {len(wrong)} differ'}")
    return FAILED if bad else DONE


def _digests(text: str) -> list[str]:
    return [line.rpartition(",")[2].strip() for line in text.splitlines() if line and not line.startswith("#")]
