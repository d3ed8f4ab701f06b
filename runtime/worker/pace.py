"""Keeps the sinks of one render close together in time, so that what they share is computed once.

Two files from one QTGMC clip ask for the same frames. VapourSynth keeps a frame for a short while only: were
one encoder far ahead of the other, everything above would be computed twice.
"""

import threading


class Stopped(Exception):  # noqa: N818  # nothing went wrong
    """The render is being stopped."""


class Pace:
    def __init__(self, runners: int, window_s: float) -> None:
        self._at_s = [0.0] * runners
        self._window_s = window_s
        self._stopped = False
        self._moved = threading.Condition()

    def arrive(self, runner: int, at_s: float) -> None:
        """This sink has written everything before `at_s`. Waits while it is too far ahead; raises Stopped."""
        if len(self._at_s) == 1:
            if self._stopped:
                raise Stopped
            return
        with self._moved:
            self._at_s[runner] = at_s
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._stopped or at_s <= min(self._at_s) + self._window_s)
            if self._stopped:
                raise Stopped

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
