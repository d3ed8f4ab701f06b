"""A cluster of processes on this machine, as a user starts it."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from runtime.process import ROOT

PATIENCE_S = 90.0


@dataclass
class Process:
    """One that tells what it does, line by line."""

    child: subprocess.Popen[str]
    lines: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)
    heard: list[str] = field(default_factory=list)

    def until(self, words: str) -> str:
        """The first line that holds `words`."""
        while True:
            line = self.lines.get(timeout=PATIENCE_S)
            assert line is not None, f"it ended without {words!r}: {self.heard}"
            self.heard.append(line)
            if words in line:
                return line

    def kill(self) -> None:
        """As a power cut does: nobody is asked, and nothing is said."""
        family = psutil.Process(self.child.pid)
        children = family.children(recursive=True)
        self.child.kill()
        self.child.wait(PATIENCE_S)
        psutil.wait_procs(children, timeout=PATIENCE_S)

    def listens(self) -> set[str]:
        """The addresses that it, and all that it started, can be reached at by TCP."""
        one = psutil.Process(self.child.pid)
        family = [one, *one.children(recursive=True)]
        found = [link for each in family for link in each.net_connections("tcp") if link.status == psutil.CONN_LISTEN]
        return {link.laddr.ip for link in found}


@contextmanager
def process(*words: str | Path, cache: Path) -> Iterator[Process]:
    """`launch.py cluster …`, ended at the end."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "TAPELOOM_CACHE": str(cache)}
    argv = [sys.executable, "-m", "runtime.commands", "cluster", *map(str, words)]
    child = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    )
    one = Process(child)
    assert child.stdout is not None

    def read(stream: Iterator[str]) -> None:
        for line in stream:
            one.lines.put(line.rstrip())
        one.lines.put(None)

    reader = threading.Thread(target=read, args=(child.stdout,), daemon=True)
    reader.start()
    try:
        yield one
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        reader.join(10)
        child.stdout.close()


@dataclass
class Loopback:
    address: str
    scheduler: Process
    machines: list[Process]
    certificates: Path = Path()


@contextmanager
def loopback(place: Path, machines: int, *words: str | Path) -> Iterator[Loopback]:
    """A scheduler and some machines; `words` for all of them."""
    with process("start", "--port", "0", "--dashboard", "0", "--silent", *words, cache=place / "cache") as scheduler:
        address = scheduler.until("the cluster is at").split()[-1]
        yield from _joined(address, scheduler, place, machines, words)


def _joined(
    address: str, scheduler: Process, place: Path, machines: int, words: tuple[str | Path, ...]
) -> Iterator[Loopback]:
    with ExitStack() as stack:
        there = [
            stack.enter_context(process("join", address, "--threads", "1", *words, cache=place / f"cache{number}"))
            for number in range(machines)
        ]
        for one in there:
            one.until("joined")
        certificates = Path(words[words.index("--certificates") + 1]) if "--certificates" in words else Path()
        yield Loopback(address, scheduler, there, certificates)


@dataclass
class Restarting:
    """A cluster whose parts are started again, at the same address, after they were killed."""

    place: Path
    stack: ExitStack
    address: str
    scheduler: Process | None = None
    machines: list[Process] = field(default_factory=list)
    _number: int = 0

    def kill_scheduler(self) -> None:
        assert self.scheduler is not None
        self.scheduler.kill()
        self.start_scheduler()

    def kill_machine(self, number: int) -> None:
        self.machines.pop(number).kill()
        self.add_machine()

    def start_scheduler(self) -> None:
        port = self.address.rpartition(":")[2]
        words = ("start", "--port", port, "--dashboard", "0", "--silent")
        self.scheduler = self.stack.enter_context(process(*words, cache=self.place / "scheduler"))
        self.scheduler.until("the cluster is at")

    def add_machine(self) -> Process:
        self._number += 1
        words = ("join", self.address, "--threads", "1")
        made = self.stack.enter_context(process(*words, cache=self.place / f"machine{self._number}"))
        self.machines.append(made)
        return made


@contextmanager
def restarting(place: Path, machines: int) -> Iterator[Restarting]:
    with socket.socket() as free, ExitStack() as stack:
        free.bind(("127.0.0.1", 0))
        made = Restarting(place, stack, f"tcp://127.0.0.1:{free.getsockname()[1]}")
        free.close()
        made.start_scheduler()
        for one in [made.add_machine() for _ in range(machines)]:
            one.until("joined")
        yield made
