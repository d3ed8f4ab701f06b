"""Shared memory for pictures: the parent makes and removes it, the worker attaches.

Without numpy: a slot is a memoryview. A slot can be lent: who looks into it may do so for as long as it likes, even
after the slots were closed, and whoever lent it is told when nobody looks any more.
"""

import sys
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from types import TracebackType
from typing import Self


class Slots:
    """Equal slots in one piece of shared memory."""

    def __init__(self, memory: SharedMemory, count: int, slot_bytes: int, owned: bool) -> None:
        self._memory, self._owned = memory, owned
        self.count, self.slot_bytes = count, slot_bytes
        self._lent: set[int] = set()
        self._closed = False

    @classmethod
    def create(cls, count: int, slot_bytes: int) -> Self:
        return cls(SharedMemory(create=True, size=count * slot_bytes), count, slot_bytes, owned=True)

    @classmethod
    def attach(cls, name: str, count: int, slot_bytes: int) -> Self:
        return cls(_attach(name), count, slot_bytes, owned=False)

    @property
    def name(self) -> str:
        return self._memory.name

    def slot(self, index: int) -> memoryview:
        if not 0 <= index < self.count:
            raise IndexError(f"there is no slot {index} of {self.count}")
        buffer = self._memory.buf
        assert buffer is not None, "the shared memory is closed"
        return buffer[index * self.slot_bytes : (index + 1) * self.slot_bytes]

    def lend(self, index: int, size: int, returned: Callable[[], None]) -> memoryview:
        """The first bytes of a slot, to be read. `returned` is called when this view and all that were made of it
        are gone; that may be on any thread and in the middle of anything, so it must take no lock."""
        self._lent.add(index)

        def back() -> None:
            self._lent.discard(index)
            returned()
            self._close_if_unused()

        return memoryview(_Loan(self.slot(index)[:size].toreadonly(), back))

    @property
    def lent(self) -> int:
        """How many slots somebody still looks into."""
        return len(self._lent)

    def close(self) -> None:
        """Remove them; the memory goes when nobody looks into it any more."""
        self._closed = True
        if self._owned:
            self._memory.unlink()
            self._owned = False
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._closed and not self._lent:
            self._memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class _Loan:
    """Gives out one buffer, and says when it has come back."""

    def __init__(self, part: memoryview, back: Callable[[], None]) -> None:
        self._part, self._back = part, back

    def __buffer__(self, flags: int) -> memoryview:
        return self._part

    def __release_buffer__(self, view: memoryview) -> None:
        self._part.release()
        self._back()


def _attach(name: str) -> SharedMemory:
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    # 3.12 registers an attached segment too, and would remove it when this process ends
    # (python/cpython#82300).
    register = resource_tracker.register
    resource_tracker.register = lambda *_: None
    try:
        return SharedMemory(name)
    finally:
        resource_tracker.register = register
