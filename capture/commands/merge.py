"""`launch.py capture merge`: several passes of a DV tape become one file."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from capture.dv.frames import DvError
from capture.dv.merging import Merged, merge
from capture.dv.telling import as_data, event_words, frame_words
from runtime.commands import DONE, UserError
from runtime.ffmpeg import FfmpegError

HELP = """Make one DV file out of several passes of the same tape

Frames are matched by timecode (and recording date where a timecode occurs twice); each is taken from the pass that has
it best, and its damaged blocks from the others. What came from where is told, and lies in NAME.merge.json beside it."""

_SHOWN = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="the passes; among equals the first is taken")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT.dv")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where the report goes (default: beside the file)")
    parser.add_argument("--overwrite", action="store_true", help="replace existing files (never a source)")
    parser.add_argument("--json", action="store_true", help="for programs: print the report as JSON")
    parser.add_argument("--progress", choices=("json",), help="for programs: how far it is, an object a line on stderr")


def run(args: argparse.Namespace) -> int:
    paths = [Path(name) for name in args.files]
    out: Path = args.output
    report: Path = args.report or out.with_name(f"{out.stem}.merge.json")
    _refused(paths, out, report, args.overwrite)
    show = _told if args.progress else _progress() if sys.stderr.isatty() else lambda *_: None
    try:
        merged = merge(paths, out, show)
    except (DvError, FfmpegError) as fault:
        raise UserError(str(fault)) from None
    except OSError as fault:
        raise UserError(f"{fault.filename or out}: {fault.strerror or fault}") from None
    data = as_json(args.files, str(out), merged)
    _write(report, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    if args.json:
        print(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        print("\n".join(map(_safe, as_text(str(out), merged))))
        print(_safe(f"  report      {report}"))
    return DONE


def _refused(paths: list[Path], out: Path, report: Path, overwrite: bool) -> None:
    if len(paths) < 2:
        raise UserError("name at least two passes of the tape")
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path}: there is no such file")
    for number, path in enumerate(paths):
        if any(path.samefile(other) for other in paths[:number]):
            raise UserError(f"{path}: it is named twice")
    if not out.parent.is_dir():
        raise UserError(f"{out.parent}: there is no such folder")
    for made in (out, report):
        if not made.exists():
            continue
        if any(made.samefile(path) for path in paths):
            raise UserError(f"{made}: it is one of the passes, and those are never written. Choose another name")
        if not overwrite:
            raise UserError(f"{made}: it exists already. Choose another name, or say --overwrite")


def _progress() -> Callable[[str, float], None]:
    def show(what: str, share: float) -> None:
        print(f"\r{_safe(what)[:60]} {share:4.0%} ", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)

    return show


def _told(what: str, share: float) -> None:
    print(json.dumps({"doing": what, "share": round(share, 4)}), file=sys.stderr, flush=True)


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise UserError(f"{path}: the report cannot be written ({fault.strerror}); the merged file is whole") from None


# ------------------------------------------------------------------------------------------------------ for people


def as_text(name: str, merged: Merged) -> Iterator[str]:
    """What came from where, line by line."""
    result = merged.result
    yield name
    yield f"  frames      {result.frames}, {result.first_tc} to {result.last_tc}"
    for number, share in enumerate(merged.shares):
        words = [f"{frame_words(share.whole)} as they were"]
        if share.base:
            words.append(f"{share.base} mended with others' blocks")
        if share.video or share.audio:
            words.append(f"{share.video} video and {share.audio} audio blocks for others'")
        words.append(f"it lacks {share.lacking}, {share.damaged} of its {share.frames} are damaged")
        if share.repeated:
            words.append(f"{share.repeated} came twice and were left out")
        yield f"  {_letter(number)}           {share.name}: {', '.join(words)}"
    if merged.mended:
        mixed = f"; {merged.mixed} blocks were put together within a five" if merged.mixed else ""
        yield f"  mended      {frame_words(merged.mended)}{mixed}"
    left = f"{frame_words(merged.damaged)} damaged still" if merged.damaged else "not one frame any more"
    yield f"  damaged     {left}"
    for one in merged.mendings[:_SHOWN]:
        given = [f"{count} video from {_letter(giver)}" for giver, count in one.video.items()]
        given += [f"{count} audio from {_letter(giver)}" for giver, count in one.audio.items()]
        still = f"{one.bad_video} video and {one.bad_audio} audio blocks bad still"
        rest = [still] if one.bad_video or one.bad_audio else []
        yield f"              frame {one.frame}, {one.tc}: of {_letter(one.base)}; {', '.join(given + rest)}"
    if len(merged.mendings) > _SHOWN:
        yield f"              and {len(merged.mendings) - _SHOWN} more (the report has them)"
    if merged.disagree:
        first = f", first at {merged.disagreeing[0]}" if merged.disagreeing else ""
        yield (
            f"  differ      {merged.disagree} frames are good in several passes and not the same{first}: "
            "a deck was wrong and did not say so, or it is not the same tape"
        )
    gaps = [event for event in result.events if event.kind == "missing"]
    yield f"  missing     {f'{frame_words(result.missing)} that no pass has' if gaps else 'nothing'}"
    for event in gaps[:_SHOWN]:
        yield f"              frame {event.frame}: {event_words(event)}"


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"pass {number + 1}"


def _safe(text: str) -> str:
    """Text from a file without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


# ---------------------------------------------------------------------------------------------------- for programs


def as_json(names: list[str], out: str, merged: Merged) -> dict[str, Any]:
    """Everything. Passes are numbered from 0, frames of the result too."""
    return {
        "output": out,
        "passes": [
            {"path": name, "frames": share.frames, "whole": share.whole, "mended": share.base,
             "video_blocks_given": share.video, "audio_blocks_given": share.audio, "lacking": share.lacking,
             "damaged": share.damaged, "repeated": share.repeated}
            for name, share in zip(names, merged.shares, strict=True)
        ],
        "stretches": [[one.first, one.last, one.source] for one in merged.stretches],
        "mended": [
            {"n": one.frame, "tc": one.tc, "pass": one.base,
             "video": {str(giver): count for giver, count in one.video.items()},
             "audio": {str(giver): count for giver, count in one.audio.items()},
             "bad_video": one.bad_video, "bad_audio": one.bad_audio}
            for one in merged.mendings
        ],
        "frames_mended": merged.mended,
        "frames_damaged": merged.damaged,
        "blocks_mixed": merged.mixed,
        "frames_that_differ": merged.disagree,
        "differing": list(merged.disagreeing),
        "result": as_data(out, merged.result),
    }  # fmt: skip
