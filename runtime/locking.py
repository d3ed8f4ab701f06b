"""One file, one program: the lock by which journals, queues, sets and recordings are held. The system drops it when the
process ends, however it ends."""

from __future__ import annotations

import sys
from typing import BinaryIO


def take(file: BinaryIO) -> None:
    """OSError where another program has it, or where the file system knows no locks."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def locked(file: BinaryIO) -> bool:
    """Whether it could be taken."""
    try:
        take(file)
    except OSError:
        return False
    return True
