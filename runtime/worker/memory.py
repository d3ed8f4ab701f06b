"""How much memory this process holds, and giving back what it does not use."""

import ctypes
import os
import sys
from pathlib import Path

_STATM = Path("/proc/self/statm")
_GROWTH_BYTES = 256 * 1024 * 1024


def rss_bytes() -> int:
    """Resident memory."""
    if _STATM.exists():  # Linux: no library needed
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import psutil

    return int(psutil.Process().memory_info().rss)


def give_back() -> None:
    """Hand freed memory to the system, where the C library (glibc) keeps it for itself."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


class Growth:
    """Gives memory back whenever the process has grown by so much, or by so large a share of what it really needs.

    Freed frames lie scattered between small Python objects in glibc's heap: through Python, VapourSynth R81
    grows by 0.2 MB for each SD frame, 945 MB after 6,000, though its caches hold 25 MB. A trim takes 15 ms
    and gives all of it back; allocating every plane by mmap instead costs 45 % more CPU.
    """

    def __init__(self, by_bytes: int = _GROWTH_BYTES, by_share: float = 0.0) -> None:
        self._by_bytes, self._by_share = by_bytes, by_share
        self._floor_bytes = rss_bytes()

    def begin(self) -> None:
        """Something else is done from here on: it may need less than what was done before, and owes nothing to it."""
        self._floor_bytes = min(self._floor_bytes, rss_bytes())

    def look(self) -> None:
        if rss_bytes() > self._floor_bytes + max(self._by_bytes, int(self._floor_bytes * self._by_share)):
            give_back()
            self._floor_bytes = rss_bytes()
