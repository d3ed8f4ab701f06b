"""Looks at the live ring from a thread of its own, a few times a second, and gives what is to be painted.

The picture is for the eye, and the recording comes first: fewer pictures than the tape has, the thread gives way to
every other (Linux), nothing is done while nobody looks.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from editor.capture.pictures import Yuv, excursions, one_field, planes_of, shape_of, to_rgb, values_of
from editor.scopes.traces import Frame
from runtime.ring import Ring, RingError

PICTURE_S = 0.08
SCOPES_S = 0.24
NICE = 10


@dataclass(frozen=True)
class Manner:
    """How the picture is to be shown. `scopes`: whether they are seen."""

    marked: bool = False
    both_fields: bool = False
    scopes: bool = True


@dataclass(frozen=True)
class Seen:
    """A live frame: `image` to be shown `shape` times as wide as high; `frame` for the scopes, where it was time.
    `below`, `above`: shares of the picture beyond the legal range."""

    number: int
    image: QImage
    shape: float
    size: tuple[int, int]
    format: str
    frame: Frame | None = None
    below: float = 0.0
    above: float = 0.0
    took_ms: float = 0.0


class Watching(QObject):
    """Signals: seen(Seen) a newer picture; gone() there is no ring any more."""

    seen = Signal(object)
    gone = Signal()
    _made = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.manner = Manner()
        self._path = ""
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._busy = threading.Event()  # a picture is on its way to the window: no second one behind it
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def path(self) -> str:
        return self._path

    def watch(self, path: str) -> None:
        """Look at this ring from now on; empty: at none."""
        if path == self._path and (self._thread is not None) == bool(path):
            return
        self.close()
        self._path = path
        if not path:
            self.gone.emit()
            return
        self._stop = threading.Event()
        self._busy.clear()
        self._thread = threading.Thread(target=self._run, args=(path, self._stop), name="live picture", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._stop is not None:
            self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
        self._thread = self._stop = None
        self._path = ""

    def _take(self, seen: object) -> None:
        self._busy.clear()
        if isinstance(seen, Seen) and self._thread is not None:
            self.seen.emit(seen)

    # ---- on the thread

    def _run(self, path: str, stop: threading.Event) -> None:
        if sys.platform == "linux":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        ring = _opened(path, stop)
        if ring is None:
            return
        try:
            self._look(ring, stop)
        except Exception as fault:  # a bug of ours costs the picture, never the recording
            print(f"tapeloom: the live picture stopped ({type(fault).__name__}: {fault})", file=sys.stderr)
        finally:
            ring.close()

    def _look(self, ring: Ring, stop: threading.Event) -> None:
        held = bytearray(ring.facts.frame_bytes)
        last, scopes_at = -1, 0.0
        while not stop.wait(PICTURE_S):
            newest = ring.count - 1
            if newest < 0 or newest == last or self._busy.is_set():
                continue
            try:
                ring.read(newest, memoryview(held))
            except RingError:
                continue  # the preview may leave frames out
            last = newest
            began = time.monotonic()
            manner = self.manner
            due = manner.scopes and began - scopes_at >= SCOPES_S
            if due:
                scopes_at = began
            seen = look(planes_of(bytes(held), ring.facts), ring, newest, manner, scopes=due)
            self._busy.set()
            with suppress(RuntimeError):  # the window has gone
                self._made.emit(seen)


def look(frame: Yuv, ring: Ring, number: int, manner: Manner, *, scopes: bool) -> Seen:
    """One frame as it is to be seen."""
    began = time.monotonic()
    facts = ring.facts
    below, above = excursions(frame)
    shown = frame if manner.both_fields or facts.fields not in ("tff", "bff") else one_field(frame)
    rgb = to_rgb(shown, marked=manner.marked)
    height, width, _ = rgb.shape
    image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    values = values_of(frame) if scopes else None
    took_ms = (time.monotonic() - began) * 1000
    size = facts.width, facts.height
    return Seen(number, image, shape_of(facts), size, facts.format, values, below, above, took_ms)


def _opened(path: str, stop: threading.Event) -> Ring | None:
    """The ring as soon as it is there; None when it does not come, or is not wanted any more."""
    for _ in range(50):
        try:
            return Ring.open(path)
        except RingError:
            if stop.wait(0.1):
                return None
    return None
