"""Ties lives together: the worker ends with its parent, and ffmpeg ends with the worker, whatever kills either.

Linux: the kernel does it (PR_SET_PDEATHSIG). Windows: the parent puts the worker into a Job object that
closes with it (runtime/supervisor.py), children included. Elsewhere a thread watches the parent's id, and
ffmpeg, in the worker's process group, is killed with the group, or ends at the end of its input.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_POLL_S = 0.5


def _prctl() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    call = ctypes.CDLL(None).prctl  # looked up here: a forked child must only call, not import
    call.argtypes = [ctypes.c_int, ctypes.c_ulong]
    kill = int(signal.SIGKILL)

    def die_with_parent() -> None:
        call(_PR_SET_PDEATHSIG, kill)

    return die_with_parent


die_with_parent = _prctl()
"""For subprocess' preexec_fn. The kernel watches the *thread* that forks: it must live until the child has ended."""


def end_with(parent: int) -> None:
    """Make this process end when `parent` does, also while a plugin hangs."""
    if sys.platform == "win32":
        return
    if die_with_parent is not None:
        die_with_parent()
    else:
        threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()
    if os.getppid() != parent:  # it went before we asked
        os._exit(0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)
