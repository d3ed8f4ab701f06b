"""Ties ffmpeg and a test deck to the recorder: when it is killed, they end too, and the device is free for the next.

Linux: the kernel asks them to end (PR_SET_PDEATHSIG with SIGTERM: ffmpeg then closes its files). Windows: they lie in a
Job object that closes with the recorder (runtime/process.py). Everywhere ffmpeg's live pipe breaks, at which it closes
its files too.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _prctl() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    call = ctypes.CDLL(None).prctl  # looked up here: a forked child must only call, not import
    call.argtypes = [ctypes.c_int, ctypes.c_ulong]
    number = int(signal.SIGTERM)

    def end_with_parent() -> None:
        call(_PR_SET_PDEATHSIG, number)

    return end_with_parent


end_with_parent = _prctl()
"""For subprocess' preexec_fn. The kernel watches the *thread* that forks: it must live until the child has ended."""
