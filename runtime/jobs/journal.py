"""The folder of a render under way: what is rendered, which segments are whole, and the segments themselves.

    tape.mkv.job/
        job.json        the graph and everything that decides the result; written once
        journal         a line for each whole segment, each forced to the disk before the next begins
        encode1-00000000.mkv, encode1-00000000.hashes …
        lock            held by the process that works on it

A line is only written once what it speaks of lies on the disk for good. A line that was cut off by a power failure has
a wrong checksum: it and all behind it do not count, and what they spoke of is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from runtime.jobs.segments import Segment
from runtime.locking import locked
from runtime.syncing import sync

SUFFIX = ".job"
FORMAT, VERSION = "tapeloom job", 1
_PATIENCE_S, _AGAIN_S = 5.0, 0.05


class JournalError(Exception):
    """The folder is none of a render, or cannot be used; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The pictures of one output in one segment. `frames_sha256` is of the list of checksums of the frames that went in
    (one a line), `packets_sha256` of that of the coded ones, which stay what they are in the joined file. Where there
    are no packets, in a folder of pictures, `sha256` is of its files: reading each piece once is enough."""

    file: str
    frames: int
    size_bytes: int
    sha256: str
    frames_sha256: str
    packets_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A segment that is whole. `shown`: frames that could not be made, and the ones that are shown instead, by
    output. `by`: the card or the machine that made it, where there are several."""

    first: int
    last: int
    pieces: Mapping[str, Piece]
    took_s: float = 0.0
    cpu_s: float = 0.0
    shown: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    by: str = ""

    @property
    def segment(self) -> Segment:
        return self.first, self.last


class Folder:
    """A job's folder, held by this process alone until it is let go of."""

    def __init__(self, path: Path, lock: BinaryIO) -> None:
        self.path, self._lock = path, lock
        self._writing = threading.Lock()

    @classmethod
    def of(cls, final: Path) -> Path:
        """Where the job that writes `final` has its folder."""
        return final.with_name(final.name + SUFFIX)

    @classmethod
    def make(cls, path: Path, job: Mapping[str, Any]) -> Self:
        """A new one. OSError, JournalError where another process works there."""
        path.mkdir(exist_ok=True)
        made = cls._held(path)
        for one in path.iterdir():
            if one.name != "lock":
                made.forget(one.name)
        whole = json.dumps({"format": FORMAT, "version": VERSION, **job}, ensure_ascii=False, indent=1)
        part = path / "job.json.part"
        with part.open("w", encoding="utf-8") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path / "job.json")
        sync(path)
        sync(path.parent)
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        """One that is there. JournalError."""
        if not (path / "job.json").is_file():
            raise JournalError(
                f"{path} is no unfinished render. Name its folder, which ends in {SUFFIX}, or its result"
            )
        return cls._held(path)

    @classmethod
    def _held(cls, path: Path) -> Self:
        lock = (path / "lock").open("a+b")
        if not locked(lock):
            lock.close()
            raise JournalError(f"another Tapeloom works on {path.name}. Wait for it, or end it")
        return cls(path, lock)

    def close(self) -> None:
        """Let go; the folder stays."""
        self._lock.close()

    def remove(self) -> None:
        """All of it."""
        self._lock.close()
        cleared(self.path)

    def forget(self, name: str) -> None:
        """Remove one file, or folder, of it."""
        path = self.path / name
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    # -- what is rendered
    def job(self) -> dict[str, Any]:
        return read_job(self.path)

    # -- what is whole
    def wholes(self) -> list[Whole]:
        """The segments that are whole by the journal, in the order in which they were made."""
        return wholes_of(self.path)

    def cuts(self) -> tuple[int, int] | None:
        """How long the first segment is, and how long the others are, once that is decided."""
        found = [line["cuts"] for line in _read(self.path) if "cuts" in line]
        return (int(found[-1][0]), int(found[-1][1])) if found else None

    def keep_cuts(self, first: int, others: int) -> None:
        self._append({"cuts": [first, others]})

    def keep(self, whole: Whole) -> None:
        """Note a segment, after its files have been forced to the disk. OSError."""
        for piece in whole.pieces.values():
            sync(self.path / piece.file, inside=True)
        sync(self.path)
        self._append(asdict(whole))

    def sound(self, whole: Whole, coded: Callable[[Path], str]) -> bool:
        """Whether its pictures are what the journal says. `coded` gives the `packets_sha256` of a file, or ""."""
        for piece in whole.pieces.values():
            path = self.path / piece.file
            try:
                if size_of(path) != piece.size_bytes:
                    return False
                if piece.sha256 and digest(path) != piece.sha256:
                    return False
                if not piece.sha256 and coded(path) != piece.packets_sha256:
                    return False
            except OSError:
                return False
        return True

    def tidy(self, wholes: list[Whole], kept: tuple[str, ...] = ()) -> None:
        """Remove what no segment needs: remains of one that was being made."""
        needed = {"job.json", "journal", "lock", *kept}
        for one in wholes:
            for piece in one.pieces.values():
                needed |= {piece.file, hashes_name(piece.file)}
        for path in self.path.iterdir():
            if path.name not in needed:
                self.forget(path.name)

    def _append(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False).encode()
        path = self.path / "journal"
        with self._writing:
            good = sum(len(json.dumps(one, ensure_ascii=False).encode()) + 10 for one in _lines(self.path))
            with path.open("r+b" if path.exists() else "wb") as file:
                file.truncate(good)  # what a power failure left of a line
                file.seek(good)
                file.write(b"%08x %s\n" % (zlib.crc32(text), text))
                file.flush()
                os.fsync(file.fileno())


def cleared(path: Path, patience_s: float = _PATIENCE_S) -> None:
    """Remove a folder. Whoever is just ending may still write into it, or, on Windows, hold a file of it: then again,
    for a while."""
    end_s = time.monotonic() + patience_s
    while True:
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists() or time.monotonic() > end_s:
            return
        time.sleep(_AGAIN_S)


def hashes_name(file: str) -> str:
    """The file beside a piece that holds the checksums of its frames."""
    return f"{file.rsplit('.', 1)[0]}.hashes"


def read_job(path: Path) -> dict[str, Any]:
    """What the job in this folder is. JournalError."""
    try:
        found = json.loads((path / "job.json").read_bytes())
    except (OSError, ValueError):
        raise JournalError(f"{path / 'job.json'} cannot be read: render it anew, with --overwrite") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise JournalError(f"{path} is no unfinished render of Tapeloom")
    if found.get("version", 0) > VERSION:
        raise JournalError(
            f"{path} was begun by a newer Tapeloom. Go on with that one, or render anew, with --overwrite"
        )
    return found


def wholes_of(path: Path) -> list[Whole]:
    """The segments that are whole by the journal of this folder. JournalError."""
    return [one for one in map(_whole, _read(path)) if one is not None]


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        return list(_lines(path))
    except OSError as fault:  # a share that stumbles: nothing may be taken for what no segment needs
        text = f"{path / 'journal'} cannot be read ({fault.strerror or fault}). What was made is there still: try again"
        raise JournalError(text) from None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """OSError where there is a journal that cannot be read; where there is none, nothing is whole."""
    try:
        data = (path / "journal").read_bytes()
    except FileNotFoundError:
        return
    for line in data.split(b"\n"):
        sum_, _, text = line.partition(b" ")
        if sum_ != b"%08x" % zlib.crc32(text):
            return
        found = json.loads(text)
        if isinstance(found, dict):
            yield found


def _whole(line: Mapping[str, Any]) -> Whole | None:
    if "pieces" not in line:
        return None
    pieces = {node: Piece(**piece) for node, piece in line["pieces"].items()}
    shown = {node: tuple((int(a), int(b)) for a, b in pairs) for node, pairs in line.get("shown", {}).items()}
    return Whole(line["first"], line["last"], pieces, line["took_s"], line["cpu_s"], shown, line.get("by", ""))


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and digests of a folder's files."""
    if path.is_dir():
        lines = (f"{one.name} {digest(one)}\n" for one in sorted(path.iterdir()))
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a file, or of a folder's files."""
    return sum(one.stat().st_size for one in path.iterdir()) if path.is_dir() else path.stat().st_size
