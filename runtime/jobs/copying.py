"""Copies big files and proves the copies: nothing is called copied, and nothing deleted, before both sides were read
and are the same.

A copy is written under a name that ends in .part, forced to the disk, read again from there, and only then gets its
name. Several files go at once, a thread each.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime.syncing import sync

CHUNK_BYTES = 8 << 20
AT_ONCE = 3


class CopyError(Exception):
    """One line that says which file, and why; what was there before is as it was."""


class CopyCancelled(Exception):  # noqa: N818  # nothing went wrong
    pass


@dataclass(frozen=True, slots=True)
class Copied:
    source: Path
    target: Path
    size_bytes: int
    sha256: str
    deleted: bool = False
    mtime_ns: int = 0  # the original's, when it was copied


def copy_all(
    files: Iterable[Path],
    folder: Path,
    *,
    delete: bool = False,
    tell: Callable[[float], None] = lambda _: None,
    stop: threading.Event | None = None,
    at_once: int = AT_ONCE,
) -> list[Copied]:
    """Copy files, or folders with all that is in them, into `folder`. `delete`: remove each original once its copy is
    proved. `tell` hears the share that is done, 0 to 1, from any thread. CopyError, CopyCancelled.

    A file that is there already is not written over: where it is the same, byte for byte, it counts as copied.
    """
    tops = [Path(file) for file in files]
    pairs = [pair for top in tops for pair in _pairs(top, folder)]
    _refuse(pairs, folder)
    work = _Work(stop or threading.Event(), tell, 2 * sum(_size(source) for source, _ in pairs))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise CopyError(f"{folder}: {fault.strerror or fault}. Choose another folder") from None
    with ThreadPoolExecutor(max(1, at_once), thread_name_prefix="copy") as pool:
        asked = [pool.submit(work.copy, source, target) for source, target in pairs]
        try:
            done, _ = wait(asked, return_when=FIRST_EXCEPTION)
            if any(one.exception() for one in done):
                work.stop.set()  # the others would go on for hours
        except BaseException:  # Ctrl-C
            work.stop.set()
            raise
    faults = [found for one in asked if (found := one.exception()) is not None]
    for found in sorted(faults, key=lambda one: isinstance(one, CopyCancelled)):
        raise found
    copies = [one.result() for one in asked]
    if not delete:
        return copies
    for one in copies:
        _unchanged(one)
    return [_deleted(one) for one in copies]


def _pairs(top: Path, folder: Path) -> list[tuple[Path, Path]]:
    """Every file, and where it goes."""
    if not top.is_dir():
        return [(top, folder / top.name)]
    return [(file, folder / top.name / file.relative_to(top)) for file in sorted(top.rglob("*")) if file.is_file()]


def _refuse(pairs: Sequence[tuple[Path, Path]], folder: Path) -> None:
    """What can be seen beforehand."""
    seen: dict[Path, Path] = {}
    for source, target in pairs:
        if not source.is_file():
            raise CopyError(f"there is no file {source}")
        if target in seen:
            raise CopyError(f"{source} and {seen[target]} are both called {target.name}. Copy one of them elsewhere")
        if target.exists() and source.samefile(target):
            raise CopyError(f"{source} lies in {folder} already: it is the same file")
        seen[target] = source
    need = sum(_size(source) for source, target in pairs if not target.exists())
    there = next((one for one in (folder, *folder.absolute().parents) if one.is_dir()), None)
    free = shutil.disk_usage(there).free if there else need
    if free < need:
        raise CopyError(f"{folder}: {need / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free. Make room")


class _Work:
    """`total`: bytes to be read, on both sides."""

    def __init__(self, stop: threading.Event, tell: Callable[[float], None], total: int) -> None:
        self.stop, self._tell, self._total, self._read = stop, tell, max(1, total), 0
        self._lock = threading.Lock()

    def copy(self, source: Path, target: Path) -> Copied:
        try:
            return self._copied(source, target)
        except OSError as fault:
            raise CopyError(
                f"{fault.filename or source}: {fault.strerror or fault}. The original is untouched"
            ) from None

    def _copied(self, source: Path, target: Path) -> Copied:
        before = source.stat()
        if target.exists():
            one, other = self._digest(source), self._digest(target)
            if one != other:
                raise CopyError(f"{target} is there already, and is another file. Move it, or copy elsewhere")
            return Copied(source, target, before.st_size, one, mtime_ns=before.st_mtime_ns)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        try:
            sha256 = self._written(source, part)
            _let_go(part)
            if self._digest(part) != sha256:
                raise CopyError(
                    f"{part}: what was written is not what is read back. See to that disk; nothing was deleted"
                )
            after = source.stat()
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise CopyError(f"{source} changed while it was copied. Copy it again")
            shutil.copystat(source, part)
            if os.path.lexists(target):
                raise CopyError(f"{target} appeared meanwhile. Move it, or copy elsewhere")
            part.rename(target)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        sync(target.parent)
        return Copied(source, target, before.st_size, sha256, mtime_ns=before.st_mtime_ns)

    def _written(self, source: Path, part: Path) -> str:
        sum_ = hashlib.sha256()
        with source.open("rb") as here, part.open("xb") as there:
            while block := here.read(CHUNK_BYTES):
                sum_.update(block)
                there.write(block)
                self._step(len(block))
            there.flush()
            os.fsync(there.fileno())
        return sum_.hexdigest()

    def _digest(self, path: Path) -> str:
        sum_ = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(CHUNK_BYTES):
                sum_.update(block)
                self._step(len(block))
        return sum_.hexdigest()

    def _step(self, count: int) -> None:
        if self.stop.is_set():
            raise CopyCancelled("cancelled")
        with self._lock:
            self._read += count
            share = min(1.0, self._read / self._total)
        self._tell(share)


def _let_go(path: Path) -> None:
    """Ask the system to forget what it holds of the file in memory, so that it is read from the disk."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError), path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _unchanged(one: Copied) -> None:
    """Between a copy and the end of the last one lie hours."""
    with suppress(OSError):
        now = one.source.stat()
        if (now.st_size, now.st_mtime_ns) != (one.size_bytes, one.mtime_ns):
            raise CopyError(f"{one.source} changed after it was copied. Nothing was deleted; copy it again")


def _deleted(one: Copied) -> Copied:
    try:
        one.source.unlink()
    except OSError as fault:
        raise CopyError(f"{one.source} is copied, but cannot be deleted ({fault.strerror or fault})") from None
    return Copied(one.source, one.target, one.size_bytes, one.sha256, deleted=True, mtime_ns=one.mtime_ns)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
