"""A small picture of how far a job is: the first frame of its newest whole segment, or one of the finished file.

Segments are files that nobody writes to any more, so looking costs the render nothing but one decoded frame; there is
one look at a time, and none twice of the same segment.
"""

from __future__ import annotations

import glob
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.ffmpeg import FfmpegError, find
from runtime.jobs.journal import SUFFIX, wholes_of
from runtime.jobs.queue.order import Job

WIDTH = 640
_PATIENCE_S = 30.0
_KEPT = 32
_PICTURES = (".png", ".tif", ".tiff", ".jpg", ".dpx", ".exr")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the picture is taken from; `stamp` changes whenever it would be another one."""

    path: Path
    at_s: float
    stamp: str


def source(job: Job, outputs: Sequence[Path]) -> Source | None:
    """What there is to show of a job; None: nothing yet."""
    for file in job.files:
        if file.is_dir():
            pictures = sorted(one for one in file.iterdir() if one.suffix.lower() in _PICTURES)
            if pictures:
                return _of(pictures[len(pictures) // 2], 0.0)
        elif file.is_file():
            return _of(file, 5.0)
    for folder in (one for out in outputs for one in _folders(out)):
        for whole in reversed(wholes_of(folder)):
            for piece in whole.pieces.values():
                path = folder / Path(piece.file).name
                if path.is_file():
                    return _of(path, 0.0)
    return None


def _of(path: Path, at_s: float) -> Source | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return Source(path, at_s, f"{path.name}-{state.st_size}-{state.st_mtime_ns}")


def _folders(out: Path) -> Iterator[Path]:
    """The folder of an unfinished render of `out`, which gets its ending from the container."""
    for folder in out.parent.glob(f"{glob.escape(out.name)}*{SUFFIX}"):
        name = folder.name.removesuffix(SUFFIX)
        if name == out.name or Path(name).stem == out.name:
            yield folder


@dataclass
class Stills:
    """The last pictures that were asked for."""

    _made: dict[str, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def jpeg(self, what: Source) -> bytes | None:
        """None: it cannot be decoded, or is gone."""
        with self._lock:
            made = self._made.get(what.stamp)
            if made is None:
                made = _jpeg(what.path, what.at_s) or (_jpeg(what.path, 0.0) if what.at_s else None) or b""
                self._made[what.stamp] = made
                while len(self._made) > _KEPT:
                    self._made.pop(next(iter(self._made)))
            return made or None


def _jpeg(path: Path, at_s: float) -> bytes | None:
    shape = f"scale='trunc(min({WIDTH},iw*sar)/2)*2':'max(2,trunc(ow/dar/2)*2)',setsar=1,format=yuvj420p"
    try:
        argv = [
            find().path, "-hide_banner", "-nostdin", "-v", "error", "-protocol_whitelist", "file,crypto,data",
            "-ss", str(at_s), "-i", f"file:{path}", "-map", "0:v:0", "-frames:v", "1", "-vf", shape,
            "-c:v", "mjpeg", "-q:v", "5", "-f", "image2pipe", "pipe:1",
        ]  # fmt: skip
        done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE_S, check=False)
    except (FfmpegError, OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"\xff\xd8") else None
