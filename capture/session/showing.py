"""What becomes of the live frames and the live sound: the ring, the meters, what the picture is.

Nothing here may hold up the thread that reads ffmpeg's pipe: a frame that has no number yet waits in a short queue,
one that is late is left out, and the meters look at the newest frame now and then on a thread of their own. A frame's
number comes from the list of what was recorded, by its time stamp; in preview, where nothing is recorded, frames are
just counted.
"""

from __future__ import annotations

import os
import threading
import traceback
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import psutil

from capture.session.argv import pixels_of
from capture.session.asking import Asked
from capture.session.hearing import Ear
from capture.session.matroska import Block
from capture.session.messages import Event, Live, Picture
from capture.session.seeing import Eye
from runtime.ring import SUFFIX, Ring, RingFacts, folder

__all__ = ["Showing"]

_NAMES = {
    "yuv420p": "YUV420P8", "yuv422p": "YUV422P8", "yuv411p": "YUV411P8", "yuv444p": "YUV444P8",
    "yuv422p10le": "YUV422P10",
}  # fmt: skip
_NAMED = "tapeloom-"
_WAITING = 12
_REMEMBERED = 600
_RING_SECONDS = 3
_SIGNAL_S = 0.2


class Showing:
    """Of one run. `tell` sends an event; it may be called on any thread. `numbered`: frames get their numbers by
    `know`. `first`: the number of the first one in preview."""

    def __init__(self, asked: Asked, tell: Callable[[Event], None], eye: Eye, ear: Ear, numbered: bool) -> None:
        self._asked, self._tell, self._eye, self._ear, self._numbered = asked, tell, eye, ear, numbered
        self.ring: Ring | None = None
        self._lock = threading.Lock()
        self._waiting: deque[tuple[int, float, memoryview]] = deque()
        self._numbers: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._latest_ms = -1
        self._count = self.skipped = 0
        self._newest: tuple[int, float, memoryview] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="eye", daemon=True)
        self._thread.start()

    def know(self, frame: int, pts_s: float, t_s: float) -> None:
        """Frame `frame` of the recording has this stamp."""
        with self._lock:
            self._numbers[round(pts_s * 1000)] = (frame, t_s)
            self._latest_ms = max(self._latest_ms, round(pts_s * 1000))
            while len(self._numbers) > _REMEMBERED:
                self._numbers.popitem(last=False)

    def flush(self) -> None:
        """Give on what can be numbered by now."""
        while True:
            with self._lock:
                ready = self._next()
            if ready is None:
                return
            self._give(*ready)

    def block(self, block: Block) -> None:
        if block.track.kind == 2:
            self._ear.hear(block)
            return
        with self._lock:
            self._waiting.append((round(block.pts_s * 1000), block.pts_s, block.data))
            while len(self._waiting) > _WAITING:
                self._waiting.popleft()
                self.skipped += 1
        if self._eye.facts is None:
            self._open(block)
        self.flush()

    def _next(self) -> tuple[int, float, memoryview] | None:
        while self._waiting:
            ms, pts_s, data = self._waiting[0]
            if not self._numbered:
                self._waiting.popleft()
                number, self._count = self._count, self._count + 1
                return number, pts_s, data
            for near in (ms, ms - 1, ms + 1):  # both are rounded, each in its own way
                if near in self._numbers:
                    self._waiting.popleft()
                    return *self._numbers[near], data
            if ms > self._latest_ms:
                return None  # its line has not been read yet
            self._waiting.popleft()
            self.skipped += 1
        return None

    def _give(self, number: int, t_s: float, data: memoryview) -> None:
        ring = self.ring
        if ring is not None and len(data) == ring.facts.frame_bytes and number >= ring.count:
            ring.put(data, round(t_s * 1e9), number)
            self._tell(Picture(number, t_s, self.skipped))
        self._newest = number, t_s, data
        self._eye.every(number, t_s, data)

    def _open(self, block: Block) -> None:
        asked, track = self._asked, block.track
        dv_chroma = "yuv411p" if asked.source.frame_rate.startswith("30000") else "yuv420p"
        pixels = dv_chroma if asked.source.dv else pixels_of(asked)
        rate = Fraction(asked.source.frame_rate)
        lines = track.height
        sar = asked.source.pixel_aspect.partition("/")
        facts = RingFacts(
            session=uuid.uuid4().hex, width=track.width, height=track.height, format=_NAMES[pixels],
            fps=(rate.numerator, rate.denominator), fields=asked.source.fields or "progressive",
            sar=(int(sar[0]), int(sar[2])) if sar[2] else track.sar,  # DV says its own
            matrix=5 if lines == 576 else 6, primaries=5 if lines == 576 else 6, transfer=6,
            slots=max(4, round(rate * _RING_SECONDS)),
        )  # fmt: skip
        self._eye.facts = facts
        if not asked.live:
            return
        size = facts.slots * facts.slot_bytes
        with suppress(OSError):  # no room for it: the recording goes on without a live picture
            sweep(place := folder(size))
            self.ring = Ring.create(place / f"{_NAMED}{os.getpid()}-{facts.session}{SUFFIX}", facts)
            self._tell(Live(str(self.ring.path)))

    def _look(self) -> None:
        seen = -1
        while not self._over.wait(_SIGNAL_S):
            newest = self._newest
            if newest is not None and newest[0] != seen:
                seen = newest[0]
                try:
                    self._eye.look(*newest)
                except Exception:  # a frame it cannot make out is no reason never to look again
                    traceback.print_exc()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(2.0)


def sweep(place: Path) -> None:
    """Remove the rings of recorders that were killed: they are tens of megabytes of memory each."""
    for path in place.glob(f"{_NAMED}*-*{SUFFIX}"):
        owner = path.name.removeprefix(_NAMED).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            with suppress(OSError):  # another user's, or, on Windows, still looked at
                path.unlink()


def ended(ring: Ring | None) -> None:
    """No frame comes any more; readers are told."""
    if ring is not None:
        with suppress(OSError, ValueError):
            ring.end()
            ring.remove()
