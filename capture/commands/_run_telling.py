"""Tells how a recording goes: what happens, a line each; and in between how far it is."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from capture.session.asking import Asked
from capture.session.messages import Counters, Done, Event, Finishing, Happened, StateIs
from runtime.commands import UserError
from runtime.commands.frame import save_png
from runtime.following import LivePicture

_EVERY_S = 5.0
_PICTURE_S = 1.0
_QUIET = frozenset({"scene", "part", "started"})


class Telling:
    """`quiet`: nothing but what went wrong."""

    def __init__(self, asked: Asked, quiet: bool, picture: Path | None) -> None:
        self._asked, self._quiet, self._picture = asked, quiet, picture
        self._terminal = sys.stderr.isatty()
        self._next_s = 0.0
        self._lock = threading.Lock()
        self._seen = 0
        self._since_s = time.monotonic()
        self._behind = 0
        self._painted_s = 0.0

    def __enter__(self) -> Self:
        self._say(f"{self._asked.source.label}: recording to {Path(self._asked.folder) / self._asked.name}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal and not self._quiet:
            print(file=sys.stderr)

    def heard(self, event: Event) -> None:
        match event:
            case StateIs(state=state, reason=reason) if state in ("recording", "paused", "finishing", "failed"):
                self._say(f"{state}{f': {reason}' if reason else ''}")
            case Counters():
                self._count(event)
            case Happened(kind=kind, t_s=t_s, text=text, count=count) if kind not in _QUIET:
                number = f" {count}" if count else ""
                self._say(f"{_clock(t_s)} {kind}{number}{f': {text}' if text else ''}")
            case Finishing(what=what, share=share) if share == 0:
                self._say(f"{what}")
            case Done():
                lost = f", {event.lost} lost" if event.lost else ", none lost"
                self._say(f"recorded {event.frames} frames{lost}: {', '.join(event.files)}")
            case _:
                pass

    def shown(self, picture: LivePicture) -> None:
        with self._lock:
            self._seen += 1
            self._behind = picture.behind
            now = time.monotonic()
            if self._picture is None or now < self._painted_s + _PICTURE_S:
                return
            self._painted_s = now
        with suppress(UserError):
            save_png(picture.picture, self._picture)

    def unseen(self, text: str) -> None:
        self._say(f"live: {text}")

    def _count(self, now: Counters) -> None:
        moment = time.monotonic()
        if self._quiet or moment < self._next_s:
            return
        self._next_s = moment + (1.0 if self._terminal else _EVERY_S)
        left = f", {_clock(now.left_s)} left" if now.left_s is not None else ""
        trouble = f", {now.lost} LOST" if now.lost else ""
        with self._lock:
            took_s = moment - self._since_s
            live = f", live {self._seen / took_s:.0f} fps, {self._behind} behind" if self._seen and took_s > 0 else ""
            self._seen, self._since_s = 0, moment
        line = f"{_clock(now.t_s)} {now.frames} frames{trouble}, {now.size_bytes / 1e6:.0f} MB{left}{live}"
        end = "" if self._terminal else "\n"
        print(f"\r{line:<90}" if self._terminal else line, end=end, file=sys.stderr, flush=True)

    def _say(self, text: str) -> None:
        if not self._quiet:
            print(f"\r{text:<90}" if self._terminal else text, file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
