"""Tells how far a render is: one line that changes on a terminal, a line now and then elsewhere, JSON for programs.

`--progress json` writes one object a line to stdout. Its `event` is one of:

    {"event": "note", "text": …}
    {"event": "indexing", "file": …, "percent": 0…100}
    {"event": "listening", "node": …}
    {"event": "waiting", "text": …}                            again and again, until it goes on
    {"event": "joining", "node": …, "share": 0…1}
    {"event": "kept", "result": …, "made": …, "frames": …}     it ends; `resume` goes on
    {"event": "progress", "frames": …, "total": …, "fps": …, "left_s": … or null, "size_bytes": …, "elapsed_s": …,
     "outputs": [{"node": …, "written": …, "encoded": …, "total": …, "size_bytes": …}, …]}
    {"event": "done", "elapsed_s": …, "segments": …, "made": … of them by this run, "files":
        [{"node": …, "path": …, "frames": …, "size_bytes": …, "encoder": …}, …]}
    {"event": "failed", "text": …, "code": 1 or 2}
    {"event": "cancelled"}
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TextIO

from runtime.jobs.events import Event, Indexing, Joining, Kept, Listening, Note, Waiting, Writing
from runtime.jobs.render import Result
from runtime.session import RenderUpdate

EVERY_S = 5.0
"""Between two lines where there is no terminal."""


class Teller:
    """Base: says what every style says, and nothing of progress (`--quiet`)."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.out, self.clock = out, clock

    kept: Kept | None = None

    def tell(self, event: Event) -> None:
        if isinstance(event, Kept):
            self.kept = event

    def done(self, result: Result) -> None:
        pass

    def failed(self, text: str, code: int, log: tuple[str, ...] = ()) -> None:  # noqa: ARG002
        for line in log:
            print(f"  {line}", file=sys.stderr)
        for line in text.splitlines():
            print(f"tapeloom: {line}", file=sys.stderr)

    def cancelled(self) -> None:
        if self.kept is None:
            print("tapeloom: cancelled; nothing was kept", file=sys.stderr)
            return
        there = f"{self.kept.made} of {self.kept.frames} frames are made and kept"
        print(f"tapeloom: cancelled; {there}. `launch.py resume {self.kept.result.name}` goes on", file=sys.stderr)


class Lines(Teller):
    """A line every few seconds: for logs."""

    said_at = -EVERY_S
    said = ""

    def tell(self, event: Event) -> None:
        super().tell(event)
        match event:
            case Note(text):
                print(f"note: {text}", file=self.out, flush=True)
            case Indexing() | Writing() | Joining() | Waiting():
                self.now_and_then(words(event), _whole(event))
            case Listening():
                print(words(event), file=self.out, flush=True)

    def now_and_then(self, text: str, whole: bool) -> None:
        now = self.clock()
        if text != self.said and (whole or now - self.said_at >= EVERY_S):
            self.said, self.said_at = text, now
            print(text, file=self.out, flush=True)

    def done(self, result: Result) -> None:
        for line in summary(result):
            print(line, file=self.out, flush=True)


class Terminal(Lines):
    """One line that is written over."""

    width = 0

    def tell(self, event: Event) -> None:
        if isinstance(event, Note | Kept):
            self.clear()
            super().tell(event)
        else:
            text = words(event)[: shutil.get_terminal_size().columns - 1]
            self.out.write("\r" + text.ljust(self.width))
            self.out.flush()
            self.width = len(text)

    def clear(self) -> None:
        if self.width:
            self.out.write("\r" + " " * self.width + "\r")
            self.out.flush()
            self.width = 0

    def done(self, result: Result) -> None:
        self.clear()
        super().done(result)

    def failed(self, text: str, code: int, log: tuple[str, ...] = ()) -> None:
        self.clear()
        super().failed(text, code, log)

    def cancelled(self) -> None:
        self.clear()
        super().cancelled()


class Json(Teller):
    """One object a line, for programs."""

    def say(self, event: str, **facts: object) -> None:
        print(json.dumps({"event": event, **facts}, ensure_ascii=False), file=self.out, flush=True)

    def tell(self, event: Event) -> None:
        super().tell(event)
        match event:
            case Note(text):
                self.say("note", text=text)
            case Waiting(text):
                self.say("waiting", text=text)
            case Joining(node, share):
                self.say("joining", node=node, share=round(share, 3))
            case Kept(result, made, frames):
                self.say("kept", result=str(result), made=made, frames=frames)
            case Indexing(path, percent):
                self.say("indexing", file=path, percent=percent)
            case Listening(node):
                self.say("listening", node=node)
            case Writing(update):
                left = update.left_s
                self.say(
                    "progress",
                    frames=update.frames,
                    total=update.frames_total,
                    fps=round(update.fps, 3),
                    left_s=None if left is None else round(left, 1),
                    size_bytes=update.size_bytes,
                    elapsed_s=round(update.elapsed_s, 3),
                    outputs=[asdict(sink) for sink in update.sinks],
                )

    def done(self, result: Result) -> None:
        files = [{**asdict(file), "path": str(file.path)} for file in result.files]
        counts = {"segments": result.segments, "made": result.made}
        self.say("done", elapsed_s=round(result.elapsed_s, 3), **counts, files=files)

    def failed(self, text: str, code: int, log: tuple[str, ...] = ()) -> None:
        super().failed(text, code, log)
        self.say("failed", text=text, code=code)

    def cancelled(self) -> None:
        self.say("cancelled")


def teller(style: str, quiet: bool, out: TextIO) -> Teller:
    """The way to tell: `style` is auto, lines or json."""
    if style == "json":
        return Json(out)
    if quiet:
        return Teller(out)
    return Terminal(out) if style == "auto" and out.isatty() else Lines(out)


def words(event: Event) -> str:
    """An event as a line for people."""
    match event:
        case Note(text):
            return text
        case Indexing(path, percent):
            return f"indexing {path}: {percent} %"
        case Listening(node):
            return f"{node}: listening for the loudness of the sound"
        case Writing(update):
            return _written(update)
        case Waiting(text):
            return f"waiting: {text}"
        case Joining(node, share):
            return f"{node}: joining the segments: {100 * share:.0f} %"
        case Kept(result, made, frames):
            return f"{result.name}: {made} of {frames} frames are kept"


def _written(update: RenderUpdate) -> str:
    # several outputs are one job: their frames are counted together, the pace is the longest one's
    share = 100 * update.frames // max(1, update.frames_total)
    left = "…" if update.left_s is None else clock_time(update.left_s)
    numbers = f"{update.frames} of {update.frames_total} frames ({share} %)"
    return f"{numbers} · {update.fps:.1f} fps · {left} left · {size(update.size_bytes)}"


def _whole(event: Event) -> bool:
    match event:
        case Indexing(percent=percent):
            return percent >= 100
        case Joining(share=share):
            return share >= 1
        case Writing(update):
            return update.frames >= update.frames_total
        case _:
            return False


def summary(result: Result) -> list[str]:
    """What was made, a line a file."""
    lines = []
    for file in result.files:
        pace = file.frames / result.rendering_s if result.rendering_s > 0 else 0.0
        took = f"in {clock_time(result.elapsed_s)}, {pace:.1f} fps"
        lines.append(f"{file.path}: {file.frames} frames, {size(file.size_bytes)}, {file.encoder}, {took}")
    return lines


def clock_time(seconds: float) -> str:
    """`0:07`, `12:30`, `3:02:11`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def size(count: int) -> str:
    """Bytes as people say them."""
    number = float(count)
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.2f} GB"
