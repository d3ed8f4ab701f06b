"""Tells a session to a terminal, line by line, or to a program, as one object of JSON a line.

`--progress json`: each event of capture/session/messages.py as `{"event": "happened", …its fields}`; `counters`
once a second. The last one is `done` or `failed`.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TextIO

from capture.session.messages import (
    Counters,
    Done,
    Event,
    Failed,
    Finishing,
    Happened,
    Live,
    Refused,
    StateIs,
)
from capture.session.report import EVENT_WORDS, clock

__all__ = ["Json", "Lines", "Teller", "Terminal", "line_of", "teller"]


class Teller:
    """`--quiet`: faults alone."""

    every_s = 10.0

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.out, self._clock, self._counted_s = out, clock, -1e9

    def tell(self, event: Event) -> None:
        """An event."""

    def due(self) -> bool:
        """Whether counters are to be told again."""
        now_s = self._clock()
        if now_s < self._counted_s + self.every_s:
            return False
        self._counted_s = now_s
        return True

    def close(self) -> None:
        """The last one was told."""


class Lines(Teller):
    """What happens, as it happens, and how it stands now and then: for logs."""

    def tell(self, event: Event) -> None:
        if isinstance(event, Counters) and not self.due():
            return
        text = line_of(event)
        if text:
            print(text, file=self.out, flush=True)


class Terminal(Teller):
    """How it stands in one line that is written over; what happens above it."""

    _width = 0

    def tell(self, event: Event) -> None:
        text = line_of(event)
        if not text:
            return
        if isinstance(event, Counters | Finishing):
            text = text[: shutil.get_terminal_size().columns - 1]
            self.out.write("\r" + text.ljust(self._width))
            self.out.flush()
            self._width = len(text)
            return
        self.close()
        print(text, file=self.out, flush=True)

    def close(self) -> None:
        if self._width:
            self.out.write("\r" + " " * self._width + "\r")
            self.out.flush()
            self._width = 0


class Json(Teller):
    every_s = 1.0

    def tell(self, event: Event) -> None:
        if isinstance(event, Counters) and not self.due():
            return
        if isinstance(event, Counters | Done | Failed | Finishing | Happened | Live | Refused | StateIs):
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
            print(json.dumps({"event": name, **asdict(event)}, ensure_ascii=False), file=self.out, flush=True)


def teller(style: str, quiet: bool, out: TextIO) -> Teller:
    """The way to tell: `style` is auto, lines or json."""
    if style == "json":
        return Json(out)
    if quiet:
        return Teller(out)
    return Terminal(out) if style == "auto" and out.isatty() else Lines(out)


def line_of(event: Event) -> str:
    """An event as a line for people; empty where it is nothing to be told."""
    match event:
        case StateIs(state=state, reason=reason, t_s=t_s):
            return f"{clock(t_s)} {state}{f': {reason}' if reason else ''}"
        case Counters():
            return _counted(event)
        case Happened(kind=kind, t_s=t_s, frame=frame, count=count, length_s=length_s, text=text):
            told = f"{clock(t_s)} frame {frame}: {EVENT_WORDS.get(kind, kind).lower()}"
            told += f", {count}" if count else ""
            told += f", {length_s:.2f} s" if length_s else ""
            return told + (f": {text}" if text else "")
        case Finishing(what=what, share=share):
            return f"{what}: {100 * share:.0f} %"
        case _:
            return ""


def _counted(one: Counters) -> str:
    lost = "nothing lost" if not one.lost else f"{one.lost} LOST"
    parts = [f"{clock(one.t_s)} · {one.frames} frames · {lost}"]
    parts += [f"{one.late} late"] if one.late else []
    parts += [f"{one.repeated} repeated"] if one.repeated else []
    parts += [f"driver dropped {one.driver}"] if one.driver else []
    parts += [f"sound {one.drift_ppm:+.0f} ppm"] if one.drift_ppm is not None else []
    parts.append(f"{one.size_bytes / 1e6:.0f} MB")
    if one.left_s is not None:
        parts.append(f"{clock(one.left_s).rpartition('.')[0]} left")
    return " · ".join(parts)


def summary(done: Done) -> list[str]:
    """What was recorded, for people."""
    lines = [f"{one.path}: {one.last - one.first} frames, {one.size_bytes / 1e6:.1f} MB" for one in done.parts]
    lost = f"{done.lost} frames lost" if done.lost else "no frame lost"
    lost += in_holes(done.holes, done.missing)
    lines.append(f"{done.frames} frames in {clock(done.t_s)}, {lost}; {done.reason}")
    lines += [done.note] if done.note else []
    return [*lines, f"report: {done.report}"]


def in_holes(holes: int, missing: int) -> str:
    """What is missing beside the lost frames, to go behind them; nothing where there is no hole."""
    return f", and about {missing:,} in {holes} hole{'s' if holes > 1 else ''}" if holes else ""


def complain(text: str, log: tuple[str, ...] = ()) -> None:
    """A fault, on stderr."""
    for line in log:
        print(f"  {line}", file=sys.stderr)
    print(f"tapeloom: {text}", file=sys.stderr)
