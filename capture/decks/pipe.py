"""A deck's stdout as a pipe that is written to in pieces, and by which it learns that nobody reads any more."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Buffer, Sequence
from contextlib import suppress
from pathlib import Path

_WISHED = 1 << 20
"""Bytes that the pipe should hold; Linux gives 64 KiB unless asked, 13 turns for a picture."""
_MOST_PIECES = 64


class Pipe:
    """`file`: a file descriptor, open for writing and binary."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._parent = os.getppid()
        if sys.platform == "linux":
            import fcntl

            with suppress(OSError):  # a file is no pipe; a full quota of pipes
                fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, _WISHED)

    def write(self, pieces: Sequence[Buffer]) -> None:
        """All of it, however long that takes. BrokenPipeError where nobody reads."""
        left = [memoryview(piece).cast("B") for piece in pieces if memoryview(piece).nbytes]
        try:
            while left:
                sent = _sent(self._file, left[:_MOST_PIECES])
                while left and sent >= len(left[0]):
                    sent -= len(left.pop(0))
                if sent:
                    left[0] = left[0][sent:]
        except OSError as fault:
            if sys.platform == "win32" and not isinstance(fault, BrokenPipeError):  # EINVAL there
                raise BrokenPipeError from fault
            raise

    def abandoned(self) -> bool:
        """Whether the reader is gone, as far as the system tells without anything being written."""
        if sys.platform == "win32":
            import psutil

            return not psutil.pid_exists(self._parent)
        asking = select.poll()
        asking.register(self._file, 0)
        return any(events & (select.POLLERR | select.POLLNVAL) for _, events in asking.poll(0))


def standard_output() -> Pipe:
    """The process' stdout, taken over: a print that strays goes to stderr and cannot spoil the stream."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(1, os.O_BINARY)
    file = os.dup(1)
    os.dup2(2, 1)
    return Pipe(file)


def into(path: Path) -> Pipe:
    """A file instead of a pipe. OSError where it cannot be written."""
    return Pipe(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o644))


if sys.platform == "win32":

    def _sent(file: int, pieces: Sequence[memoryview]) -> int:
        return os.write(file, pieces[0])

else:

    def _sent(file: int, pieces: Sequence[memoryview]) -> int:
        return os.writev(file, pieces)
