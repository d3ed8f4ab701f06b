"""`launch.py models convert` and `models bench`: their arguments, and what they print."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graphs.codec import DocumentError
from graphs.files import FileError, load
from nodes.media import MediaError
from nodes.model import Mode, find_model
from runtime.commands import DONE, FAILED, UserError
from runtime.commands._models import teller
from runtime.commands._progress import size
from runtime.models.convert import BENCH_SIZE, Made, Report, Say, Wish, feed_of
from runtime.models.converting import DEMO_CLIP, Source, all_of, convert, source, verify
from runtime.models.fault import ShelfError
from runtime.models.proof import Precision, worst
from runtime.models.speeds import TORCH, Engine, Speed, engines, fastest, speed
from runtime.models.store import Shelf

_SIZE = re.compile(r"([1-9]\d{1,4})[x×]([1-9]\d{1,4})")


def convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="*", help="a model of the shelf, or a file: PyTorch weights, or an ONNX")
    parser.add_argument(
        "--precision", nargs="+", default=["fp32"], choices=[one.value for one in Precision], metavar="P",
        help="fp32 (singles), fp16 (half), int8 (eight bits, calibrated on frames); several make several",
    )  # fmt: skip
    frames = parser.add_mutually_exclusive_group()
    frames.add_argument(
        "--clip", type=Path, help="calibrate and prove it on frames of this file; else of the demo tape"
    )
    frames.add_argument("--graph", type=Path, help="on frames of this graph's source")
    parser.add_argument("--size", type=_size, metavar="WxH", help="the one size it is to take; else any, if it can")
    parser.add_argument("--out", type=Path, metavar="DIR", help="into this folder instead of onto the shelf")
    parser.add_argument("--name", default="", dest="called", help="its name on the shelf; else the file's")
    parser.add_argument("--again", action="store_true", help="replace your own model of this name")
    parser.add_argument("--all", action="store_true", help="every model of the shelf that has PyTorch weights")
    parser.add_argument("--verify", action="store_true", help="compare what was converted once more; write nothing")
    parser.add_argument("--no-bench", action="store_true", help="leave the timing out")


def bench_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="+", help="a model that a node could name, or a file")
    parser.add_argument("--size", type=_size, default=(720, 576), metavar="WxH", help="of the picture; 720x576")
    parser.add_argument("--frames", type=_count, default=10, help="at most, after the first; 10")
    parser.add_argument("--seconds", type=_count, default=20, help="an engine is watched for; 20")
    parser.add_argument("--clip", type=Path, default=DEMO_CLIP, help="whose frames are taken; else the demo tape's")


def run_convert(shelf: Shelf, args: argparse.Namespace) -> int:
    if bool(args.name) == args.all:
        raise UserError("name a model or a file, or say --all")
    if args.called and len(args.name) != 1:
        raise UserError("--name goes with one file")
    say = teller(args.json).say
    clip = _clip(args, say)
    wish = Wish(clip, tuple(Precision(one) for one in dict.fromkeys(args.precision)), args.size, not args.no_bench)
    reports: list[Report] = []
    failed: list[tuple[str, str]] = []
    for name, find in _sources(shelf, args):
        try:
            one = find if isinstance(find, Source) else _source(shelf, name, args)
            report = verify(shelf, one, wish, say) if args.verify else convert(shelf, one, wish, say, args.out)
        except ShelfError as fault:
            failed.append((name, str(fault)))
            continue
        reports.append(report)
        if not args.json:
            print("\n".join(table(report)), flush=True)
    if args.json:
        faults = [{"name": name, "fault": said} for name, said in failed]
        print(json.dumps([*map(_plain, reports), *faults], indent=2, default=str))
    for _, said in failed:
        print(f"tapeloom: {said}", file=sys.stderr)
    if args.all and not reports and not failed and not args.json:
        print("nothing on the shelf has PyTorch weights; `launch.py models list` shows what there is")
    return FAILED if failed or not all(report.sound for report in reports) else DONE


def _sources(shelf: Shelf, args: argparse.Namespace) -> Iterator[tuple[str, Source | None]]:
    if args.all:
        yield from ((one.name, one) for one in all_of(shelf, converted=args.verify))
    else:
        yield from ((name, None) for name in args.name)


def _source(shelf: Shelf, name: str, args: argparse.Namespace) -> Source:
    return source(shelf, name, args.called, again=args.again or args.verify, keep=args.out is None)


def run_bench(_: Shelf, args: argparse.Namespace) -> int:
    say = teller(args.json).say
    clip = _there(args.clip)
    found = [(name, *_runnable(name)) for name in args.name]
    tried = engines(say)
    rows = []
    for name, onnx, weights in found:
        feed = feed_of(onnx) if onnx else _feed_of_weights(weights)
        files = [(engine, onnx) for engine in tried if onnx] + ([(TORCH, weights)] if weights else [])
        speeds = [_one(name, engine, file, feed, clip, args, say) for engine, file in files]
        rows.append((name, speeds))
        if not args.json:
            print("\n".join(bench_table(name, speeds)), flush=True)
    if args.json:
        print(
            json.dumps([{"model": name, "engines": [asdict(one) for one in speeds]} for name, speeds in rows], indent=2)
        )
    return DONE if all(fastest(speeds) for _, speeds in rows) else FAILED


def _one(
    name: str, engine: Engine, file: Path, feed: dict[str, object], clip: Path, args: argparse.Namespace, say: Say
) -> Speed:
    say(f"{name}: {engine.title}")
    return speed(file, engine, feed, clip, args.size, frames=args.frames, seconds=float(args.seconds))


def _runnable(name: str) -> tuple[Path | None, Path | None]:
    """The ONNX and the weights of what a node would call `name`."""
    found: list[Path | None] = []
    fault = ""
    for mode in (Mode.ONNX, Mode.TORCH):
        try:
            found.append(Path(find_model(name, mode).path))
        except MediaError as error:
            found.append(None)
            fault = fault or str(error)
    if found == [None, None]:
        raise ShelfError(fault)
    return found[0], found[1]


def _feed_of_weights(weights: Path | None) -> dict[str, object]:
    return feed_of(weights, Mode.TORCH) if weights else {}


def bench_table(name: str, speeds: Sequence[Speed]) -> Iterator[str]:
    """A line an engine, the fastest marked."""
    best = fastest(list(speeds))
    shown = f"{best.size[0]} × {best.size[1]}" if best else "it runs on nothing here"
    yield f"{name} · {shown}"
    lines = [("engine", "ms a frame", "CPU ms", "frames", "memory", "")]
    for one in speeds:
        if one.fault:
            lines.append((one.engine, "–", "–", "–", "–", one.fault))
        else:
            numbers = (f"{one.ms:.1f}", f"{one.cpu_ms:.1f}", str(one.frames), size(one.memory_bytes))
            lines.append((one.engine, *numbers, "fastest" if one is best else ""))
    yield from _columns(lines)
    yield ""


def table(report: Report) -> Iterator[str]:
    """What a conversion gave: a line a precision."""
    facts = report.facts
    yield report.name + (f" · {facts['arch']}, ×{facts['scale']}, {_sizes(facts)}" if facts else "")
    off = next((worst(made.off) for made in report.made if made.off), None)
    yield f"errors against {report.against}, black to white being 1" + (f", at {off.size}" if off else "")
    titles = [one.engine for made in report.made[:1] for one in made.speeds]
    lines = [("precision", "size", "max error", "mean error", "PSNR", *titles, "")]
    lines += [_line(made, len(titles), report.against) for made in report.made]
    yield from _columns(lines)
    if titles:
        yield f"engines: ms a frame of {BENCH_SIZE[0]} × {BENCH_SIZE[1]}, or of the one size it takes"
    yield from (f"note: {note}" for note in report.notes)
    yield from (f"{made.precision}: {made.file}" for made in report.made if made.file)
    yield ""


def _line(made: Made, engines: int, against: str) -> tuple[str, ...]:
    off = worst(made.off) if made.off else None
    numbers = ("–", "–", "–")
    if off and not off.fault:
        numbers = (f"{off.max:.1e}", f"{off.mean:.1e}", "same" if off.psnr is None else f"{off.psnr:.1f} dB")
    times = [("fails" if one.fault else f"{one.ms:.1f}") for one in made.speeds] or ["–"] * engines
    remark = f"refused: {made.refused}" if made.refused else made.note
    if not off and not remark and against != "PyTorch":
        remark = "what the others are measured against"
    return made.precision, size(made.size_bytes) if made.size_bytes else "–", *numbers, *times, remark


def _columns(lines: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The first column to the left, the last free, numbers to the right."""
    last = len(lines[0]) - 1
    wide = [max(len(line[column]) for line in lines) for column in range(last)]
    for line in lines:
        cells = [cell.ljust(wide[at]) if at == 0 else cell.rjust(wide[at]) for at, cell in enumerate(line[:last])]
        yield "  ".join(["", *cells, line[last]]).rstrip()


def _sizes(facts: dict[str, Any]) -> str:
    if facts["fixed"]:
        return f"{facts['fixed'][0]} × {facts['fixed'][1]} alone"
    return "any size" if facts["multiple"] == 1 else f"sizes in steps of {facts['multiple']}"


def _plain(report: Report) -> dict[str, object]:
    return {**asdict(report), "sound": report.sound}


def _clip(args: argparse.Namespace, say: Say) -> Path:
    if args.graph:
        return _there(_source_of(args.graph))
    if args.clip:
        return _there(args.clip)
    if not args.verify:
        say("no clip is named: the bundled demo tape serves. --clip with a tape of yours calibrates better")
    return DEMO_CLIP


def _there(clip: Path) -> Path:
    if not clip.is_file():
        raise UserError(f"{clip}: there is no such file")
    return clip


def _source_of(path: Path) -> Path:
    """The file of a graph's first video source."""
    try:
        graph = load(path)
    except FileError as fault:
        raise UserError(str(fault)) from None
    except DocumentError as fault:
        raise UserError("\n".join(fault.faults)) from None
    for _, node in sorted(graph.nodes.items()):
        named = node.params.get("file")
        if node.type == "input.video" and isinstance(named, str) and named:
            return path.parent / named
    raise UserError(f"{path}: no video source of it names a file; name one with --clip")


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write one like 720x576")
    return int(found[1]), int(found[2])


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10000")
    return int(text)
