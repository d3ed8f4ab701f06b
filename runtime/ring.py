"""The newest frames of a running capture, in a file that two processes map into their memory: the recorder writes, any
number of workers read, nobody waits for anybody.

Frames are numbered from the first one that was recorded, and keep their numbers: frame n lies in slot n % slots until
frame n + slots takes its place. So whoever reads says what it wants and is told when it is not there yet or not there
any more; it can never be given another frame in its stead. Standard library only, no picture library: both sides and
the worker may import it.

    0      magic, 8 bytes
    8      length of what follows, 4 bytes little-endian, and then the facts as JSON, in UTF-8
    4032   how many frames there have been, 8 bytes; 4040: 1 once the last one has been put, 8 bytes
    4096   the slots. Each: the number of its frame + 1 (0: none, or being written), 8 bytes; when the frame was there,
           in nanoseconds of the recording's own clock, 8 bytes, signed; nothing up to 64; then its planes, top line
           first, without padding, as ffmpeg's rawvideo has them; and nothing up to the next multiple of 4096
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import tempfile
from dataclasses import asdict, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SUFFIX = ".ring"
SECONDS = 5
"""How long a frame is kept: longer than a picture of the live view takes, neighbours in time and all."""

_MAGIC = b"TLRING1\n"
_PAGE = 4096
_COUNT, _ENDED = 4032, 4040
_SLOT_HEAD = 64
_NUMBER = struct.Struct("<Q")
_HEAD = struct.Struct("<Qq")


class RingError(Exception):
    """The file cannot be used; the text says why."""


class NotYetError(RingError):
    """The frame has not been recorded so far."""


class GoneError(RingError):
    """The frame has been written over by a newer one, or was left out."""


@dataclass(frozen=True, slots=True)
class RingFacts:
    """`session` names the recording, and no other one ever. `format` as VapourSynth names it: YUV422P8, YUV422P10.
    `fields`: tff, bff or progressive. `matrix`, `primaries`, `transfer` as H.273 numbers them. `slots`: how many frames
    are kept; 0: so many that it is SECONDS."""

    session: str
    width: int
    height: int
    format: str
    fps: tuple[int, int]
    fields: str
    sar: tuple[int, int] = (1, 1)
    matrix: int = 2
    primaries: int = 2
    transfer: int = 2
    slots: int = 0

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.fps)

    @property
    def planes(self) -> tuple[tuple[int, int, int], ...]:
        """Width, height and bytes a sample of each plane."""
        chroma, _, bits = self.format.removeprefix("YUV").partition("P")
        size = 1 if bits == "8" else 2
        across, down = {"444": (1, 1), "422": (2, 1), "420": (2, 2), "411": (4, 1)}[chroma]
        small = (-(-self.width // across), -(-self.height // down), size)
        return ((self.width, self.height, size), small, small)

    @property
    def frame_bytes(self) -> int:
        return sum(width * height * size for width, height, size in self.planes)

    @property
    def slot_bytes(self) -> int:
        return -(-(_SLOT_HEAD + self.frame_bytes) // _PAGE) * _PAGE


class Ring:
    """Made by `create` (the recorder) or `open` (everybody else)."""

    def __init__(self, path: Path, facts: RingFacts, memory: mmap.mmap) -> None:
        self.path, self.facts = path, facts
        self._memory = memory

    @classmethod
    def create(cls, path: Path, facts: RingFacts) -> Self:
        """A new file, empty. OSError where there is no room for it."""
        if not facts.slots:
            facts = replace(facts, slots=round(facts.rate * SECONDS))
        told = json.dumps(asdict(facts)).encode()
        if 12 + len(told) > _COUNT:
            raise ValueError("the facts of a ring are too long")
        size = _PAGE + facts.slots * facts.slot_bytes
        # on Windows: kept in memory as long as there is some
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_SHORT_LIVED", 0)
        handle = os.open(path, flags, 0o600)
        try:
            if sys.platform == "win32":
                os.truncate(handle, size)
            else:
                _reserved(handle, size)
            memory = mmap.mmap(handle, size)
        except BaseException:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise
        os.close(handle)
        memory[8 : 12 + len(told)] = struct.pack("<I", len(told)) + told
        memory[0:8] = _MAGIC  # last: whoever finds it finds the rest too
        return cls(path, facts, memory)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """To read. RingError."""
        path = Path(path)
        try:
            with path.open("rb") as file:
                memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            raise RingError(f"{path.name}: no capture is running there. It may have ended") from None
        except (OSError, ValueError) as fault:
            raise RingError(f"{path.name}: the running capture cannot be read ({fault})") from None
        try:
            if memory[:8] != _MAGIC:
                raise ValueError
            (length,) = struct.unpack("<I", memory[8:12])
            said = json.loads(memory[12 : 12 + length])
            known = {one.name for one in fields(RingFacts)}
            facts = RingFacts(**{name: _plain(value) for name, value in said.items() if name in known})
            if facts.slots < 1 or len(memory) < _PAGE + facts.slots * facts.slot_bytes:
                raise ValueError
        except (ValueError, TypeError, KeyError, struct.error):
            memory.close()
            raise RingError(f"{path.name} is no running capture, or another version's") from None
        return cls(path, facts, memory)

    def close(self) -> None:
        self._memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # -- the recorder's side
    def put(self, data: bytes | memoryview, at_ns: int = 0, number: int | None = None) -> int:
        """The next frame, its planes one after the other; gives its number. `number`: not the next one but this later
        one, those between having been recorded but not shown; they read as gone."""
        facts = self.facts
        if number is None:
            number = self.count
        elif number < self.count:
            raise ValueError(f"frame {number} after frame {self.count - 1}")
        if len(data) != facts.frame_bytes:
            raise ValueError(f"a frame of {facts.format} has {facts.frame_bytes} bytes, not {len(data)}")
        start = self._slot(number)
        _HEAD.pack_into(self._memory, start, 0, at_ns)
        self._memory[start + _SLOT_HEAD : start + _SLOT_HEAD + len(data)] = data
        _NUMBER.pack_into(self._memory, start, number + 1)
        _NUMBER.pack_into(self._memory, _COUNT, number + 1)
        return number

    def end(self) -> None:
        """No frame comes any more."""
        _NUMBER.pack_into(self._memory, _ENDED, 1)

    def remove(self) -> None:
        """Close it and take the file away; whoever still reads it may go on."""
        self.close()
        self.path.unlink(missing_ok=True)

    # -- the readers' side
    @property
    def count(self) -> int:
        """How many frames there have been: the newest is the one before."""
        return int(_NUMBER.unpack_from(self._memory, _COUNT)[0])

    @property
    def ended(self) -> bool:
        return bool(_NUMBER.unpack_from(self._memory, _ENDED)[0])

    @property
    def oldest(self) -> int:
        """The oldest frame that is still there; it is the next to go."""
        return max(0, self.count - self.facts.slots)

    def read(self, number: int, into: memoryview) -> int:
        """Copy frame `number` into `into`; gives when it was there, in nanoseconds. NotYetError, GoneError."""
        if number >= self.count:
            raise NotYetError(f"frame {number} has not been recorded so far")
        start = self._slot(number)
        before, at_ns = _HEAD.unpack_from(self._memory, start)
        if before == number + 1:
            with memoryview(self._memory) as whole:
                into[:] = whole[start + _SLOT_HEAD : start + _SLOT_HEAD + self.facts.frame_bytes]
            if _HEAD.unpack_from(self._memory, start) == (before, at_ns):  # nobody wrote meanwhile
                return int(at_ns)
        raise GoneError(f"frame {number} is not there any more: {self.facts.slots} frames are kept")

    def _slot(self, number: int) -> int:
        return _PAGE + number % self.facts.slots * self.facts.slot_bytes


def folder(size_bytes: int = 0) -> Path:
    """Where rings are best kept: in memory where the system has a place for that, else among the temporary files."""
    shared = Path("/dev/shm")
    if sys.platform == "linux" and os.access(shared, os.W_OK):
        there = os.statvfs(shared)
        if there.f_bavail * there.f_frsize > 2 * size_bytes:
            return shared
    return Path(tempfile.gettempdir())


def _reserved(handle: int, size: int) -> None:
    """Room for all of it now: a disk that is full later would kill whoever writes into the map."""
    allocate = getattr(os, "posix_fallocate", None)  # not on macOS
    if allocate is not None:
        allocate(handle, 0, size)
    else:
        os.truncate(handle, size)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
