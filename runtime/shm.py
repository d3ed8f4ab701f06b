"""Shared memory for pictures: the parent makes and removes it, the worker attaches.

Without numpy: a slot is a memoryview.
"""

import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from types import TracebackType
from typing import Self


class Slots:
    """Equal slots in one piece of shared memory."""

    def __init__(self, memory: SharedMemory, count: int, slot_bytes: int, owned: bool) -> None:
        self._memory, self._owned = memory, owned
        self.count, self.slot_bytes = count, slot_bytes

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

    def close(self) -> None:
        self._memory.close()
        if self._owned:
            self._memory.unlink()
            self._owned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


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
