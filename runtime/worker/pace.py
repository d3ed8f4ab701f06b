"""Keeps the sinks of one render close together in time, so that what they share is computed once.

Two files from one QTGMC clip ask for the same frames. VapourSynth keeps a frame for a short while only: were
one encoder far ahead of the other, everything above would be computed twice.
"""

import threading
import time


class Stopped(Exception):  # noqa: N818  # nothing went wrong
    """The render is being stopped."""


class Pace:
    def __init__(self, runners: int, window_s: float) -> None:
        self._at_s = [0.0] * runners
        self._window_s = window_s
        self._stopped = False
        self._held_since: float | None = None
        self._held_s = 0.0
        self._moved = threading.Condition()

    def arrive(self, runner: int, at_s: float) -> None:
        """This sink has written everything before `at_s`. Waits while it is too far ahead, or the render is held;
        raises Stopped."""
        if len(self._at_s) == 1 and self._held_since is None:
            if self._stopped:
                raise Stopped
            return
        with self._moved:
            self._at_s[runner] = at_s
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._stopped or self._may_go(at_s))
            if self._stopped:
                raise Stopped

    def _may_go(self, at_s: float) -> bool:
        return self._held_since is None and at_s <= min(self._at_s) + self._window_s

    def hold(self, on: bool) -> None:
        """Pause every sink at its next frame, or let them go on."""
        with self._moved:
            now = time.perf_counter()
            if self._held_since is not None:
                self._held_s += now - self._held_since
            self._held_since = now if on else None
            self._moved.notify_all()

    @property
    def held(self) -> bool:
        return self._held_since is not None

    @property
    def held_s(self) -> float:
        """For how long the render has been paused, all in all."""
        with self._moved:
            since = self._held_since
            return self._held_s + (time.perf_counter() - since if since is not None else 0.0)

    def leave(self, runner: int) -> None:
        """This sink is done: nobody waits for it any more."""
        with self._moved:
            self._at_s[runner] = float("inf")
            self._moved.notify_all()

    def stop(self) -> None:
        with self._moved:
            self._stopped = True
            self._moved.notify_all()

    @property
    def stopped(self) -> bool:
        return self._stopped
