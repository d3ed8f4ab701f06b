"""Winds and plays a DV deck over FireWire, where there is a program for it: Linux' `dvcont` (libavc1394-tools).

Nothing here records: a deck's record button destroys what is on the tape. `dvcont` talks to the first deck on the bus,
so with several nothing is sent. On Windows and macOS ffmpeg gives no way to the deck's keys: these are pressed by hand.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

from capture.devices.firewire import nodes

__all__ = ["WORDS", "Transport", "TransportError", "found"]

Word = Literal["play", "stop", "rewind", "ff", "pause"]
WORDS: tuple[Word, ...] = ("play", "stop", "rewind", "ff", "pause")
_TIMECODE = re.compile(r"\d\d:\d\d:\d\d[:;.]\d\d")
_ANSWER_S = 10.0
_AVC = "a02d"


class TransportError(Exception):
    """The deck cannot be wound from here; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Transport:
    """`program`: the path of dvcont."""

    program: str

    def send(self, word: Word) -> None:
        """A deck that plays already goes into slow motion on another `play` (so AV/C says): ask its status first."""
        if word != "play" or self.status() != "Playing":
            self._ask(word)

    def seek(self, timecode: str) -> None:
        """Not every camcorder can: watch its status."""
        if not _TIMECODE.fullmatch(timecode):
            raise TransportError(f"{timecode!r} is no timecode. Write it as 00:37:46:06")
        self._ask("seek", re.sub(r"[;.]", ":", timecode))

    def status(self) -> str:
        """The deck's own word: `Playing`, `Winding stopped`, `Winding reverse` …"""
        return self._ask("status")

    def timecode(self) -> str:
        """Where the tape stands; empty where the deck does not say."""
        found = _TIMECODE.search(self._ask("timecode"))
        return found[0] if found else ""

    def _ask(self, *words: str) -> str:
        try:
            done = subprocess.run(
                [self.program, *words], capture_output=True, timeout=_ANSWER_S, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            raise TransportError("the deck does not answer. Switch it off and on, and look at its cable") from None
        except OSError as fault:
            raise TransportError(f"{self.program} cannot be started ({fault.strerror})") from None
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        if done.returncode:
            last = said.splitlines()[-1].strip() if said else f"dvcont ended with {done.returncode}"
            raise TransportError(f"the deck cannot be reached: {last}")
        return said.splitlines()[-1].strip() if said else ""


def found() -> Transport:
    """TransportError where there is no way to a deck."""
    if not sys.platform.startswith("linux"):
        raise TransportError("a deck's keys can be reached on Linux only (AV/C over FireWire). Wind it by hand")
    program = shutil.which("dvcont")
    if program is None:
        raise TransportError("dvcont is not installed (Debian: libavc1394-tools). Install it, or wind the deck by hand")
    decks = [one for one in nodes() if not one.local and _AVC in one.units.lower()]
    if len(decks) > 1:
        names = ", ".join(" ".join(filter(None, (one.vendor, one.model))) or f"{one.guid:016x}" for one in decks)
        raise TransportError(f"several decks are on the bus ({names}), and only the first could be wound. Leave one on")
    return Transport(program)
