"""Lets this process and all that it starts give way to others: while a tape is recorded, the recording comes first."""

import os
import sys
from contextlib import suppress
from pathlib import Path

_NICE = 10
_BELOW_NORMAL = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS


def give_way() -> None:
    """Before any thread is started: on Linux each thread has a priority of its own, and hands it down."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.SetPriorityClass.argtypes = [wintypes.HANDLE, wintypes.DWORD]
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
        return
    with suppress(OSError):
        os.nice(_NICE)
    if sys.platform == "linux":
        # whoever is in a session of his own gets as much as any other session, however nice its processes are
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(_NICE), "ascii")
        # never takes the processor from one that has just woken. The idle class would starve: on a busy machine it took
        # this worker longer to start than many a recording lasts
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
