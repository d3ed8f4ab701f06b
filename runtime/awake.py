"""Keeps the machine from going to sleep while a tape plays or a render runs; its screen may.

By wakepy: SetThreadExecutionState on Windows, caffeinate on macOS, the desktop's D-Bus service on Linux. What a machine
does not offer (a server without a desktop), or a user does by hand (the lid, the power button), cannot be helped, and
nothing waits for it. The system forgets the wish with the process that had it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LET_GO_S = 1.0


class Awake:
    """On while something is under way. The wish lives on a thread of its own: Windows counts it by thread, and a bus
    may be slow to answer. From one thread at a time."""

    def __init__(self) -> None:
        self._over: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def hold(self, on: bool) -> None:
        if on and self._over is None:
            self._over = threading.Event()
            self._thread = threading.Thread(target=_wish, args=(self._over,), name="awake", daemon=True)
            self._thread.start()
        elif not on and self._over is not None:
            self._over.set()
            assert self._thread is not None
            self._thread.join(_LET_GO_S)
            self._over = self._thread = None


@contextmanager
def awake() -> Iterator[None]:
    wish = Awake()
    wish.hold(True)
    try:
        yield
    finally:
        wish.hold(False)


def _wish(over: threading.Event) -> None:
    try:
        from wakepy import keep

        with keep.running(on_fail="pass"):
            over.wait()
    except Exception as fault:  # whatever a desktop does: the work goes on
        print(f"the machine may go to sleep meanwhile: {type(fault).__name__}: {fault}", file=sys.stderr)
