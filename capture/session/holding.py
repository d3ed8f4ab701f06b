"""Whose a recording under way is: its recorder holds a lock in the work folder, which the system drops when that ends,
however it ends. A recording that another program makes is not taken for one that was cut off: to mend it would take its
files away from under it, and a device that is waited for looks as quiet as a dead one.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import BinaryIO

from runtime.locking import take

__all__ = ["Hold", "hold"]

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_held: dict[Path, Hold] = {}


class Hold:
    """Until `release`, or the end of this process."""

    def __init__(self, work: Path, file: BinaryIO) -> None:
        self._work, self._file = work, file

    def release(self) -> None:
        """Before the folder goes: Windows removes no file that is open."""
        self._file.close()
        if _held.get(self._work) is self:
            del _held[self._work]


def hold(work: Path) -> Hold | None:
    """None: another program has it. OSError where the folder cannot be written."""
    if work in _held:
        return _held[work]
    file = (work / "lock").open("a+b")
    try:
        take(file)
    except OSError as fault:
        if fault.errno in _TAKEN:
            file.close()
            return None
        # a share that knows no locks: nothing is said, and nothing refused
    _held[work] = Hold(work, file)
    return _held[work]
