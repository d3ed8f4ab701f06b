"""Puts the pieces of an output together: no picture is coded again, the sound is made in one go."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from fractions import Fraction

__all__ = ["JoinError", "join", "listing"]

_LOG_LINES = 30
_LOOK_S = 0.2


class JoinError(Exception):
    """ffmpeg could not do it. The segments are unharmed: it can be tried again."""

    def __init__(self, text: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.log = log


def listing(pieces: Sequence[tuple[str, int]], fps: Fraction) -> str:
    """An ffconcat file. `pieces`: name, of letters and digits, and number of frames. The durations are ours: what
    Matroska says of 59.94 frames a second is off by 0.7 ms a piece."""
    lines = ["ffconcat version 1.0"]
    for name, frames in pieces:
        lines += [f"file '{name}'", f"duration {float(frames / fps):.9f}"]
    return "\n".join(lines) + "\n"


def join(argv: Sequence[str], duration: Fraction, tell: Callable[[float], None]) -> None:
    """Run it; `tell` hears a few times a second how much is done, and may raise, which ends it. JoinError."""
    try:
        process = subprocess.Popen(
            [*argv, "-progress", "pipe:1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as fault:
        raise JoinError(f"cannot start {argv[0]}: {fault.strerror or fault}") from None
    said: deque[str] = deque(maxlen=_LOG_LINES)
    done = [0.0]
    assert process.stdout is not None and process.stderr is not None
    streams = process.stdout, process.stderr

    def progress() -> None:
        for raw in streams[0]:
            key, _, value = raw.decode("ascii", "replace").strip().partition("=")
            if key == "out_time_us" and value.lstrip("-").isdigit():
                done[0] = max(done[0], int(value) / 1e6)

    def log() -> None:
        for raw in streams[1]:
            said.append(raw.decode("utf-8", "replace").rstrip())

    readers = [threading.Thread(target=one, daemon=True) for one in (progress, log)]
    for reader in readers:
        reader.start()
    try:
        while True:
            try:
                code = process.wait(_LOOK_S)
            except subprocess.TimeoutExpired:
                tell(min(1.0, done[0] / max(float(duration), 1e-6)))
                continue
            break
    finally:
        process.kill()
        process.wait()
        for reader in readers:
            reader.join(_LOOK_S * 10)
        for stream in streams:
            stream.close()
    if code != 0:
        last = next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")
        raise JoinError(f"the segments cannot be joined: ffmpeg ended with exit code {code}: {last}", tuple(said))
    tell(1.0)
