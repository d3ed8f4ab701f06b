"""Opens what holds DV: a raw file as it is, anything else through ffmpeg, which copies the DV out of it."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from capture.dv.frames import DvError
from capture.dv.layout import system_of
from runtime import ffmpeg

__all__ = ["PIECE", "Source", "opened"]

PIECE = 1 << 20
_LOOKED_AT = 1 << 20
"""Bytes of a raw file's beginning among which a frame must begin: a transfer may begin in the middle of one."""


@dataclass(frozen=True, slots=True)
class Source:
    """`raw`: the file is nothing but DV, so that bytes can be looked for in it by their place."""

    path: Path
    raw: bool

    def pieces(self) -> Iterator[bytes]:
        """The DV, a megabyte at a time. DvError where it cannot be had."""
        yield from _read(self.path) if self.raw else _copied(self.path)


def opened(path: Path) -> Source:
    """DvError where there is no such file."""
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except OSError as fault:
        raise DvError(f"it cannot be read ({fault.strerror})") from None
    if not start:
        raise DvError("it is empty")
    return Source(path, _is_raw(start))


def _is_raw(start: bytes) -> bool:
    """Whether DV lies in it from the beginning on, or from the next frame. In an AVI or a MOV a first frame lies behind
    the container's head, so those are told by their own first bytes."""
    if start[:4] == b"RIFF" or start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return False
    if start[:4] in (b"\x1aE\xdf\xa3", b"\x06\x0e\x2b\x34", b"OggS"):
        return False
    at = -1
    view = memoryview(start)
    while (at := start.find(b"\x07\x00", at + 1)) != -1:
        if at and system_of(view[at - 1 : at + 239]) is not None:
            return True
    return False


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as fault:
        raise DvError(f"it cannot be read to its end ({fault.strerror})") from None


def _copied(path: Path) -> Iterator[bytes]:
    """What ffmpeg copies out of a container. Where it fails after some frames, these are what there is."""
    argv = [ffmpeg.find().path, "-hide_banner", "-nostdin", "-v", "error", "-i", _named(path)]
    argv += ["-map", "0:v:0", "-c", "copy", "-f", "rawvideo", "-"]
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    came = False
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, creationflags=hidden
        )
        out: IO[bytes] = process.stdout  # type: ignore[assignment]
        try:
            while piece := out.read(PIECE):
                if not came and system_of(piece[:256]) is None and not _is_raw(piece):
                    raise DvError("its picture is no DV. `launch.py probe` says what it is")
                came = True
                yield piece
            code = process.wait()
        finally:
            with contextlib.suppress(OSError):
                process.kill()
            out.close()
            process.wait()
        if code and not came:
            raise DvError(f"no DV can be taken out of it ({_last_line(said)})")
    if not came:
        raise DvError("there is no picture in it")


def _named(path: Path) -> str:
    """A name that ffmpeg takes for a file, whatever signs are in it."""
    return f"file:{path}"


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line.strip() for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else "ffmpeg failed"
