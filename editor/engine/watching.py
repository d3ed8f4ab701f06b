"""Looks now and then whether the files that a graph reads have come, gone or changed. On a thread of its own: asking a
network drive may take long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from graphs.resolve import Placed, is_sink
from nodes.params import Kind

EVERY_S = 2.0

type _Sign = tuple[int, int] | None  # size, modified in ns; None: not there


def files_read(placed: Iterable[Placed]) -> frozenset[str]:
    """The files that these nodes are told to read."""
    found = set()
    for one in placed:
        if is_sink(one.type):
            continue
        for name, declared in one.type.params.items():
            value = one.doc.params.get(name)
            if declared.kind is Kind.FILE and not declared.saves and isinstance(value, str) and value:
                found.add(value)
    return frozenset(found)


class Watching:
    """Calls `on_change(path)` once a file that has changed is left in peace."""

    def __init__(self, on_change: Callable[[str], None], every_s: float | None = None) -> None:
        self._on_change, self._every_s = on_change, EVERY_S if every_s is None else every_s
        self._lock = threading.Lock()
        self._known: dict[str, _Sign] = {}
        self._seen: dict[str, _Sign] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, paths: frozenset[str]) -> None:
        """From now on these. What a path is now is what it has been to all who ask."""
        with self._lock:
            if paths == self._known.keys():
                return
            kept = {path: self._known.get(path, _unseen) for path in paths}
            self._known = {path: _sign(path) if sign is _unseen else sign for path, sign in kept.items()}
            self._seen = {}
            if self._thread is None and paths and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="files", daemon=True)
                self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(self._every_s):
            with self._lock:
                paths = list(self._known)
            signs = {path: _sign(path) for path in paths}
            for path in self._changed(signs):
                self._on_change(path)

    def _changed(self, signs: dict[str, _Sign]) -> list[str]:
        with self._lock:
            settled = [path for path, sign in signs.items() if path in self._known and sign != self._known[path]]
            settled = [path for path in settled if self._seen.get(path, _unseen) == signs[path]]
            self._known |= {path: signs[path] for path in settled}
            self._seen = signs
            return settled


_unseen = (-1, -1)


def _sign(path: str) -> _Sign:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns
