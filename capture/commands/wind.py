"""`launch.py capture wind`: a FireWire deck's keys, and the places of a tape that are worth playing again."""

from __future__ import annotations

import argparse

from capture.devices.transport import WORDS, TransportError, found
from runtime.commands import DONE, FAILED, UserError

HELP = """Wind and play a DV deck on FireWire (Linux, with dvcont)

status, play, stop, pause, rewind, ff, or a timecode to wind to. It never records. `launch.py capture dv FILE` says
which places of a tape are worth playing again; `launch.py capture merge` lays the passes over each other."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="status", metavar="WORD", help="a key, or a timecode")


def run(args: argparse.Namespace) -> int:
    word: str = args.what
    try:
        deck = found()
        if word in WORDS:
            deck.send(word)
        elif word != "status":
            if ":" not in word:
                raise UserError(f"there is no key {word!r}. What there is: status, {', '.join(WORDS)}, or a timecode")
            deck.seek(word)
        at = deck.timecode()
        print(f"{deck.status()}{f', at {at}' if at else ''}")
    except TransportError as fault:
        raise UserError(str(fault), FAILED) from None
    return DONE
