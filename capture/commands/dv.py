"""`launch.py capture dv`: what a DV file is, frame by frame."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from capture.dv.frames import DvError, Frame
from capture.dv.report import analysed, damage_of
from capture.dv.source import Source, opened
from capture.dv.telling import as_data, as_text, damage_data
from runtime.commands import DONE, UserError
from runtime.ffmpeg import FfmpegError

HELP = """Tell what a DV file is, frame by frame

Timecode, recording date and time, damaged blocks, changes of the sound, frames that are missing or come twice: read
from the DV itself, not from the container. Raw .dv files, and DV in .mov, .avi, .mkv."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="for programs: one object for a file, a list for several")
    parser.add_argument("--frames", type=Path, metavar="OUT", help="write what every frame says, a line of JSON each")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(args: argparse.Namespace) -> int:
    found: list[dict[str, object]] = []
    wrong: list[str] = []
    lines: Path | None = args.frames
    if lines is not None and len(args.files) > 1:
        raise UserError("--frames takes one file at a time")
    for name in args.files:
        try:
            source = opened(Path(name))
            with ExitStack() as stack:
                each = None if lines is None else _writer(stack, lines, source, args.overwrite)
                report = analysed(source, _container_timecode(source), each)
        except (DvError, FfmpegError) as fault:
            wrong.append(f"{name}: {fault}")
            continue
        if args.json:
            found.append(as_data(name, report))
        else:
            print(
                "\n".join(
                    "".join(sign if sign.isprintable() else "?" for sign in line) for line in as_text(name, report)
                )
            )
    if args.json and (found or not wrong):
        print(json.dumps(found if len(args.files) > 1 else found[0], indent=1, ensure_ascii=False))
    if wrong:
        raise UserError("\n".join(wrong))
    return DONE


def _safe(text: str) -> str:
    """Text from a file without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _writer(stack: ExitStack, path: Path, source: Source, overwrite: bool) -> Callable[[Frame], None]:
    if path.exists() and (path.samefile(source.path) or not overwrite):
        raise UserError(f"{path}: it exists already. Choose another name, or say --overwrite")
    try:
        file: TextIO = stack.enter_context(path.open("w", encoding="utf-8"))
    except OSError as fault:
        raise UserError(f"{path}: cannot be written ({fault.strerror})") from None
    return lambda frame: print(json.dumps(_line(frame), ensure_ascii=False), file=file)


def _line(frame: Frame) -> dict[str, object]:
    """What the frame says; what it does not say is left out."""
    said: dict[str, object] = {"n": frame.number, "pos": frame.position}
    if frame.timecode is not None:
        said["tc"] = str(frame.timecode)
    if frame.recorded is not None:
        said["rdt"] = f"{frame.recorded:%Y-%m-%d %H:%M:%S}" if frame.clock else f"{frame.recorded:%Y-%m-%d}"
    if frame.track is not None:
        said["abst"] = frame.track
    if frame.sequence is not None:
        said["seqn"] = f"{frame.sequence:X}"
    if frame.sound is not None:
        said |= {"audio_rate": frame.sound.rate_hz, "channels": frame.sound.channels, "samples": frame.samples}
    if frame.starts:
        said["rec_start"] = True
    if frame.captions:
        said["captions"] = "text" if frame.captions > 1 else "empty"
    if frame.errors is not None:
        said |= {key: value for key, value in damage_data(damage_of(frame)).items() if key not in said and value}
    return said


def _container_timecode(source: Source) -> str:
    """What the container says of the first frame's timecode; a raw file says nothing."""
    if source.raw:
        return ""
    from runtime.media import container_timecode
    from runtime.session import RequestError, Session, WorkerGone

    with Session() as session:
        try:
            facts = session.probe(str(source.path))
        except (RequestError, WorkerGone):
            return ""  # whether the DV can be read is told by the reading
    return container_timecode(facts) if "video" in facts else ""
