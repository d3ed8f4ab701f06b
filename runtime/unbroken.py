"""Holds Ctrl-C back for a moment, so that it does not fall into the middle of a decision."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

_HELD = tuple(int(getattr(signal, name)) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Unbroken:
    """`with Unbroken():` what Python would do about SIGINT, SIGTERM and SIGHUP is done when the block has ended. Costs
    some microseconds; only the main thread is ever interrupted."""

    __slots__ = ("_came", "_handlers")

    def __enter__(self) -> None:
        self._came: list[tuple[int, FrameType | None]] = []
        self._handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _HELD:
            handler = signal.getsignal(number)
            if callable(handler):  # else Python does nothing about it
                self._handlers[number] = handler
                signal.signal(number, self._note)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for number, frame in self._came:
            self._handlers[number](number, frame)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came.append((number, frame))
