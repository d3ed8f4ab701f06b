"""Pictures come from the worker through slots of shared memory. One that is looked at stays in its slot, uncopied, for
as long as somebody holds it; all others are copied out, and the slot goes back at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from runtime.outcomes import Picture
from runtime.protocol import FrameReady, Picked, Sampled
from runtime.readings import Samples, samples_from
from runtime.shm import Slots

SLOT_BYTES = 1920 * 1440 * 4
"""A larger picture goes over the wire."""
_SLOTS = 5
_LENT_SLOTS = 2  # at most so many pictures stay where the worker put them: it needs the other slots
_LENT_BYTES = 256 * 1024  # smaller ones are copied in no time


class Lending:
    """The slots of one session. `release(slot)`: the worker may use it again. `soon(call)`: on the thread that asks the
    worker, for a picture may be let go of on any, in the middle of anything."""

    def __init__(
        self, slot_bytes: int, release: Callable[[int], None], soon: Callable[[Callable[[], None]], None]
    ) -> None:
        self._release, self._soon = release, soon
        self._lock = threading.Lock()
        try:
            self._slots: Slots | None = Slots.create(_SLOTS, slot_bytes)
        except OSError:
            self._slots = None  # no shared memory here: pictures go over the wire

    def close(self) -> None:
        with self._lock:
            if self._slots is not None:
                self._slots.close()
                self._slots = None

    def fresh(self) -> Slots | None:
        """Slots that a new worker may write into: none that a picture of the last one lies in."""
        with self._lock:
            slots = self._slots
            if slots is not None and slots.lent:
                slots.close()
                try:
                    self._slots = Slots.create(slots.count, slots.slot_bytes)
                except OSError:
                    self._slots = None
            return self._slots

    def picture(self, ready: FrameReady | Sampled | Picked, *, keep: bool) -> Picture:
        """`keep`: one that is looked at, not one of many: it may stay in its slot."""
        assert isinstance(ready, FrameReady)
        size = ready.stride * ready.height
        data = self._lent(ready.slot, size) if keep and size >= _LENT_BYTES else None
        if data is None:
            data = memoryview(self._taken(ready.slot, size, ready.data))
        return Picture(data, ready.width, ready.height, ready.stride, ready.sar_num, ready.sar_den, ready.took_ms)

    def samples(self, ready: FrameReady | Sampled | Picked) -> Samples:
        assert isinstance(ready, Sampled)
        points = sum(plane.width * plane.height for plane in ready.planes)
        return samples_from(ready, self._taken(ready.slot, points * (4 if ready.codes.is_float else 2), ready.data))

    def _lent(self, slot: int, size: int) -> memoryview | None:
        """What a slot of shared memory holds, uncopied; None where too many are lent already."""
        with self._lock:
            slots = self._slots
            if slot < 0 or slots is None or slots.lent >= _LENT_SLOTS:
                return None
            return slots.lend(slot, size, lambda: self._soon(lambda: self._came_back(slots, slot)))

    def _came_back(self, slots: Slots, slot: int) -> None:
        with self._lock:  # until it is told: no new worker gets other slots meanwhile
            if self._slots is slots:
                self._release(slot)

    def _taken(self, slot: int, size: int, data: bytes) -> bytes:
        """What a slot of shared memory holds, copied; `data` where the worker used none."""
        if slot < 0:
            return data
        with self._lock:
            if self._slots is None:
                return data
            with self._slots.slot(slot) as shared:
                copied = bytes(shared[:size])
        self._release(slot)
        return copied
