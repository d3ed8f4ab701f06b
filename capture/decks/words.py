"""The words that a deck is started with."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from capture.decks import faults
from capture.decks.standard import STANDARDS
from capture.decks.tape import After

VARIABLE = "TAPELOOM_DECK"
"""Further words for every deck that is started: how a window's test decks are made to fail."""
DECKS = ("pal", "ntsc", "dv-pal", "dv-ntsc")
Socket = Literal["composite", "svideo", "clean"]


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m capture.decks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("deck", choices=DECKS)
    found.add_argument("--faults", default="", help="what goes wrong when", metavar='"drop 7 @ 12.4; stall 3 @ 20"')
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--length", type=float, metavar="S", help="of the tape; without it, it never ends")
    found.add_argument("--after", choices=get_args(After), help="what comes when the tape has ended")
    found.add_argument("--first", type=float, default=0.0, metavar="S", help="where on the tape to begin")
    found.add_argument("--seconds", type=float, metavar="S", help="stop by itself after so long")
    found.add_argument("--buffers", type=int, default=32, metavar="N", help="pictures that the card holds")
    found.add_argument("--truth", type=Path, metavar="FILE", help="what is told on stderr is added to this file too")
    found.add_argument("--memory", type=Path, metavar="FILE", help="what outlives the process (unplugged …)")
    found.add_argument("--plays-on", action="store_true", help="the tape plays on while nobody reads")
    found.add_argument("--refuse", metavar="TEXT", help='end at once with this, as in "Device or resource busy"')
    found.add_argument("--fast", type=float, metavar="S", help="so many seconds of tape as fast as can be")
    found.add_argument("--out", type=Path, metavar="FILE", help="write to this file instead of stdout")
    analog = found.add_argument_group("analog decks")
    analog.add_argument("--input", choices=get_args(Socket), default="composite")
    analog.add_argument("--standard", choices=sorted(STANDARDS))
    analog.add_argument("--video_size", type=_size, dest="size", metavar="WxH")
    analog.add_argument("--framerate", help="taken and not needed: the standard has it")
    analog.add_argument("--sound-ppm", type=float, default=0.0, help="how much too fast the sound card's clock runs")
    analog.add_argument("--jitter", type=float, default=0.0, metavar="MS", help="spread of the pictures' timestamps")
    analog.add_argument("--no-sound", action="store_true")
    found.add_argument_group("DV decks").add_argument("--file", type=Path, help="another raw DV file to play")
    found.epilog = f"{faults.__doc__}\n{VARIABLE} holds further words for every deck that is started."
    return found


def extended(argv: Sequence[str]) -> list[str]:
    """With what the environment adds."""
    return [*argv, *shlex.split(os.environ.get(VARIABLE, ""))]


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if not found or int(found[1]) < 90 or int(found[2]) < 72 or int(found[1]) % 2 or int(found[2]) % 2:
        raise argparse.ArgumentTypeError(f"{text}: write WIDTHxHEIGHT, from 90x72, both even")
    return int(found[1]), int(found[2])
