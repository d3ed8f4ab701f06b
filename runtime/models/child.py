"""Has a task of a conversion done by a process of its own, and tells in one line how it went wrong, however it did."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

import psutil

from provision.environment import SIZES
from runtime.models.fault import ShelfError
from runtime.process import Child

COMMAND = (sys.executable, "-P", "-m", "runtime.worker.conversion")
LIMIT_S = 3600.0
"""For a task: a large net answers a few small pictures within minutes, also on an old processor."""
SHARE = 0.8
"""Of the free memory: more is not lent to it."""
GET_TORCH = f"`python3 launch.py setup torch` brings it ({SIZES['torch']})"
_POLL_S = 0.05
_LEFT_OF_LOG = 40


class ConversionError(ShelfError):
    """A model could not be converted, compared or timed, and why."""


class TorchMissingError(ConversionError):
    """PyTorch is not in this environment."""


def _go_on() -> None:
    """Nobody stops it."""


def work(
    task: str,
    asked: Mapping[str, object],
    about: str,
    say: Callable[[str], None] = lambda _: None,
    *,
    limit_s: float = LIMIT_S,
    most_bytes: int | None = None,
    command: tuple[str, ...] | None = None,
    heed: Callable[[], None] = _go_on,
) -> Any:
    """What the task answers. `about` begins every line that is said; `heed` is called while nothing comes, and stops
    it by raising. ConversionError; TorchMissingError."""
    ceiling = most_bytes or int(psutil.virtual_memory().available * SHARE)
    talk = _Talk([*(command or COMMAND), task, str(os.getpid())], about, limit_s, ceiling)
    try:
        talk.ask(asked)
        return talk.answer(say, heed)
    finally:
        talk.end()


class _Talk:
    def __init__(self, command: list[str], about: str, limit_s: float, ceiling: int) -> None:
        self.about, self.limit_s, self.ceiling = about, limit_s, ceiling
        self.until_s = time.monotonic() + limit_s
        self.child = Child(command)
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.log: list[bytes] = []
        assert self.child.process.stdout is not None
        assert self.child.process.stderr is not None
        self.threads = [
            _started(self.child.process.stdout, self.lines.put),
            _started(self.child.process.stderr, self._keep),
        ]

    def _keep(self, line: bytes) -> None:
        self.log.append(line)
        del self.log[:-_LEFT_OF_LOG]

    def ask(self, asked: Mapping[str, object]) -> None:
        assert self.child.process.stdin is not None
        try:
            self.child.process.stdin.write(json.dumps(asked).encode() + b"\n")
            self.child.process.stdin.flush()
        except OSError:
            pass  # it has ended: the answer says how

    def answer(self, say: Callable[[str], None], heed: Callable[[], None]) -> Any:
        while True:
            try:
                line = self.lines.get(timeout=_POLL_S)
            except queue.Empty:
                heed()
                self._look()
                continue
            if not line:
                raise ConversionError(f"{self.about}: {self._how_it_ended()}")
            said = json.loads(line)
            if "note" in said:
                say(f"{self.about}: {said['note']}")
            elif "fault" in said:
                raise ConversionError(f"{self.about}: {said['fault']}")
            elif "missing" in said:
                raise _missing(self.about, str(said["missing"]))
            else:
                return said["done"]

    def _look(self) -> None:
        if time.monotonic() > self.until_s:
            raise ConversionError(f"{self.about}: it was not done within {self.limit_s:.0f} s, and was stopped")
        try:
            held = psutil.Process(self.child.pid).memory_info().rss
        except psutil.Error:
            return
        if held > self.ceiling:
            raise ConversionError(
                f"{self.about}: it wants more than the {self.ceiling >> 20} MB that are free. Close other programs, or "
                "give it a smaller --size"
            )

    def _how_it_ended(self) -> str:
        ended = self.child.reap(grace_s=2.0)
        if "SIGKILL" in ended:
            return f"its process {ended}; most likely memory ran out"
        last = [line.decode("utf-8", "replace").strip() for line in self.log if line.strip()]
        return f"its process {ended}" + (f" ({last[-1][:200]})" if last else "")

    def end(self) -> None:
        self.child.kill()
        self.child.process.wait()
        for thread in self.threads:
            thread.join(timeout=2.0)
        self.child.close()


def _missing(about: str, package: str) -> ConversionError:
    if package in ("torch", "torchvision", "spandrel", "safetensors"):
        return TorchMissingError(f"{about}: this needs PyTorch, which is not here. {GET_TORCH}")
    return ConversionError(f"{about}: this needs {package}, which this machine does not have")


def _started(stream: IO[bytes], put: Callable[[bytes], object]) -> threading.Thread:
    def take() -> None:
        for line in stream:
            put(line)
        put(b"")

    thread = threading.Thread(target=take, name="conversion", daemon=True)
    thread.start()
    return thread
