"""Asks the system to serve the process that records before others: a tape does not wait for a busy machine.

Windows grants it to anybody. Linux and macOS grant it to root and to users whom the administrator allowed it (`nice` in
limits.conf); there a refusal changes nothing. On Linux each of our processes leads a session of its own, and the kernel
shares the processor out between sessions first, so the session is raised too (sched(7), autogroup).
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import psutil

_NICE = -10


def raised(pid: int) -> bool:
    """Ask for it, soon after the start: threads inherit it from the one that makes them. Whether it was granted."""
    granted = False
    with suppress(psutil.Error, OSError):
        if sys.platform == "win32":
            psutil.Process(pid).nice(psutil.HIGH_PRIORITY_CLASS)
        else:
            psutil.Process(pid).nice(_NICE)
        granted = True
    if granted and sys.platform.startswith("linux"):
        with suppress(OSError):  # a kernel without autogroups
            Path(f"/proc/{pid}/autogroup").write_text(str(_NICE), encoding="ascii")
    return granted
