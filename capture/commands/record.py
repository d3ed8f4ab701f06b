"""`launch.py capture record`: a tape to a file, without loss."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from capture.commands._session import choice_of, device_arguments, lead, seconds
from capture.session.asking import Asked, Codec, Container, Splits, Stops
from capture.session.choosing import source_of
from capture.session.telling import teller
from runtime.commands import UserError

HELP = """Record a tape to a file, without loss

  launch.py capture record --device ID -o FOLDER --name "Summer 1988" --for 2:00:00 --stop-blank 30
  launch.py capture record --device deck:pal --test-devices -o FOLDER --name test --for 10

Ctrl-C ends the recording in an orderly way: the file is whole, the exit code 0. Exit codes: 0 recorded; 1 it ended by a
fault (the disk is full, the device is gone), what was recorded is safe, or nothing could be recorded; 2 the words are
wrong; 130 interrupted twice. Beside the file lie NAME.report.html, NAME.log.jsonl and NAME.framemd5."""


def arguments(parser: argparse.ArgumentParser) -> None:
    device_arguments(parser)
    kept = parser.add_argument_group("how it is kept")
    kept.add_argument("-o", "--output", required=True, metavar="FOLDER", help="where")
    kept.add_argument("--name", required=True, help="what is written on the tape: the files' name")
    kept.add_argument("--codec", choices=get_args(Codec), default="ffv1", help="DV is always copied as it is")
    kept.add_argument("--container", choices=get_args(Container), default="auto")
    kept.add_argument("--sound-bits", type=int, choices=(16, 24), default=16)
    kept.add_argument("--part", type=seconds, default=600.0, metavar="TIME", help="length of a part (%(default)g s)")
    kept.add_argument("--no-join", action="store_true", help="keep the parts")
    kept.add_argument("--reserve", type=int, default=512, metavar="MB", help="of the disk that stays free")
    ends = parser.add_argument_group("when it ends")
    ends.add_argument("--for", type=seconds, default=0.0, dest="after", metavar="TIME", help="90, 2:00:00, 5m, 2h")
    ends.add_argument("--stop-blank", type=seconds, default=0.0, metavar="TIME", help="blank, blue or snow for so long")
    ends.add_argument("--stop-lost", type=seconds, default=0.0, metavar="TIME", help="a device gone for so long")
    ends.add_argument("--go-on-at-end", action="store_true", help="also when the device says that the tape has ended")
    ends.add_argument("--wait", action="store_true", help="begin when there is a picture")
    splits = parser.add_argument_group("in several files, cut when all is recorded")
    splits.add_argument("--split", choices=("scenes", "recordings"), action="append", default=[])


def run(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.output).expanduser()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"-o {folder}: that is a file. Name a folder")
    if arguments.reserve < 0:
        raise UserError(f"--reserve {arguments.reserve}: give megabytes")
    asked = Asked(
        source=source_of(choice_of(arguments)),
        folder=str(folder.absolute()),
        name=arguments.name,
        codec=arguments.codec,
        container=arguments.container,
        sound_bits=arguments.sound_bits,
        stops=Stops(arguments.after, arguments.stop_blank, not arguments.go_on_at_end, arguments.stop_lost),
        splits=Splits("scenes" in arguments.split, "recordings" in arguments.split),
        part_s=arguments.part,
        join="never" if arguments.no_join else "auto",
        reserve_mb=arguments.reserve,
    )
    tell = teller(arguments.progress, arguments.quiet, sys.stdout)
    return lead(lambda session: session.arm(asked) if arguments.wait else session.record(asked), tell)
