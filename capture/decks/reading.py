"""The numbers and marks of a recording, read back with ffmpeg: what a test or a benchmark holds against the truth."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from capture.decks import marks, stamp
from capture.decks.marks import Mark
from capture.decks.standard import RATE_HZ
from runtime import ffmpeg

_WIDTH = 360
"""Bands are scaled to it: 8 samples a block are plenty."""
_LINES = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a file: its time, and the number in it; −1 where there is none that can be read."""

    at_s: Fraction
    number: int


class ReadingError(Exception):
    """A file cannot be read; the text is ffmpeg's."""


def pictures(path: Path) -> list[Picture]:
    """All pictures of a file, in order."""
    first, last = Fraction(1, 18), Fraction(2, 18)
    middle = (first + last) / 2
    crop = f"crop=iw:{_LINES}:0:ih*{float(middle)}-{_LINES // 2}:exact=1"
    with tempfile.TemporaryDirectory(prefix="stamps ") as folder:
        times = Path(folder) / "times"
        filters = f"[0:v]{crop},scale={_WIDTH}:{_LINES}:flags=area,format=gray,split[a][b]"
        raw = _run(
            ["-copyts", "-i", str(path), "-filter_complex", filters, "-fps_mode", "passthrough"],
            ["-map", "[a]", "-c:v", "rawvideo", "-enc_time_base", "1:1000000", "-f", "framecrc", str(times)],
            ["-map", "[b]", "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
        )
        moments = _times(times.read_text(encoding="ascii"))
    rows = np.frombuffer(raw, dtype=np.uint8).reshape(-1, _LINES, _WIDTH)
    if len(rows) != len(moments):
        raise ReadingError(f"{path}: {len(rows)} pictures but {len(moments)} times")
    return [Picture(at, int(n)) for at, n in zip(moments, stamp.read_bands(rows), strict=True)]


def sound(path: Path) -> list[Mark]:
    """All marks in a file's sound."""
    raw = _run(["-i", str(path)], ["-map", "0:a:0", "-ac", "1", "-f", "s16le", "-c:a", "pcm_s16le", "-"])
    return marks.read(np.frombuffer(raw, dtype=np.int16), RATE_HZ)


def samples(path: Path) -> int:
    """How many samples of each channel a file's sound has."""
    return len(_run(["-i", str(path)], ["-map", "0:a:0", "-ac", "1", "-f", "s16le", "-c:a", "pcm_s16le", "-"])) // 2


def _times(written: str) -> list[Fraction]:
    """From a framecrc: `#tb 0: 1/1000`, then `0, dts, pts, duration, size, crc` for each picture."""
    base = re.search(r"^#tb 0: (\d+)/(\d+)", written, re.MULTILINE)
    if base is None:
        return []
    unit = Fraction(int(base[1]), int(base[2]))
    rows = re.findall(r"^0, *-?\d+, *(-?\d+),", written, re.MULTILINE)
    return [int(pts) * unit for pts in rows]


def _run(*words: list[str]) -> bytes:
    argv = [
        ffmpeg.find().path,
        "-hide_banner",
        "-nostdin",
        "-v",
        "error",
        "-y",
        *(one for part in words for one in part),
    ]
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode != 0:
        raise ReadingError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout
