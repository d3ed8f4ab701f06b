"""Which ffmpeg can open a device: the bundled one knows neither ALSA nor FireWire, the system's may.

The usual one is asked first; another is used only for devices that the usual one lacks.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from functools import lru_cache

from runtime import ffmpeg
from runtime.ffmpeg import Ffmpeg, FfmpegError

_PATIENCE_S = 20.0
DEVICES = frozenset({"alsa", "avfoundation", "decklink", "dshow", "iec61883", "oss", "pulse", "v4l2"})
"""ffmpeg's input formats that are devices; any other is a file's or a pipe's, which every ffmpeg reads."""


def reaching(formats: Iterable[str]) -> Ffmpeg:
    """An ffmpeg that opens all of these input formats (`{"v4l2", "alsa"}`). FfmpegError, in one line, where none
    does."""
    wanted = frozenset(formats) & DEVICES
    here = programs()
    for one in here:
        if wanted <= inputs(one):
            return one
    lacked = ", ".join(sorted(wanted))
    tried = " nor ".join(f"ffmpeg {one.version}" for one in here)
    raise FfmpegError(
        f"neither {tried} opens {lacked}. Install an ffmpeg that does, or name one in {ffmpeg.VARIABLE}"
        if len(here) > 1
        else f"ffmpeg {here[0].version} does not open {lacked}. Install one that does, or name it in {ffmpeg.VARIABLE}"
    )


def programs() -> tuple[Ffmpeg, ...]:
    """The ffmpeg that Tapeloom uses, then that of PATH where it is another. FfmpegError where there is none at all."""
    usual = ffmpeg.find()
    other = shutil.which("ffmpeg")
    if other is None or other == usual.path:
        return (usual,)
    version = _version(other)
    return (usual, Ffmpeg(other, version)) if version else (usual,)


def inputs(program: Ffmpeg) -> frozenset[str]:
    """The devices that it was built to read from; none where it does not answer."""
    try:
        return parsed(_answered(program.path, "-devices"))
    except (OSError, subprocess.SubprocessError):
        return frozenset()


def parsed(said: str) -> frozenset[str]:
    """`ffmpeg -devices`: ` D  dshow …`, ` DE video4linux2,v4l2 …`, and since ffmpeg 8 a third column."""
    rows = re.findall(r"^ D[ E][ d]? *(\S+) ", said, re.MULTILINE)
    return frozenset(name for row in rows for name in row.split(",") if row != "=")


def _version(path: str) -> str:
    try:
        found = re.match(r"ffmpeg version (\S+)", _answered(path, "-version"))
    except (OSError, subprocess.SubprocessError):
        return ""
    number = re.match(r"n?(\d+)\.(\d+)", found[1]) if found else None
    return "" if not found or (number and (int(number[1]), int(number[2])) < ffmpeg.OLDEST) else found[1]


@lru_cache(maxsize=8)  # an exception is not remembered: who was too busy to answer is asked again
def _answered(path: str, question: str) -> str:
    done = subprocess.run(
        [path, "-hide_banner", question],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=_PATIENCE_S,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace")
