"""What was written is on the disk for good: a power failure does not take it back."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def sync(path: Path, *, inside: bool = False) -> None:
    """Force a file, or a folder's list of names, to the disk; `inside`: the folder's files too. OSError: then it is not
    there, whatever is read back from memory (a share that is full says so only here)."""
    if path.is_dir():
        if inside:
            for one in path.iterdir():
                sync(one)
        if sys.platform == "win32":
            return  # NTFS journals names itself; there is no handle to force
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return
    with path.open("rb+") as file:
        os.fsync(file.fileno())
