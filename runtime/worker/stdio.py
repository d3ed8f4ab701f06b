"""Takes file descriptors 0 and 1 for the wire, so that a stray print of a plugin lands in the log instead."""

import faulthandler
import os
import sys

from runtime.framing import Wire


def take_wire() -> Wire:
    """The wire to the parent. From here on, stdin is empty and stdout is stderr, for C and for Python alike."""
    reader = os.fdopen(os.dup(0), "rb")  # duplicates are not inherited: ffmpeg cannot hold the wire open
    writer = os.fdopen(os.dup(1), "wb")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    faulthandler.enable(all_threads=True)  # a crash in C leaves the Python stacks in the log
    return Wire(reader, writer)
