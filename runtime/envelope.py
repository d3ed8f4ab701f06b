"""How loud a sound is at every moment: for the waveform along the timeline, and for meters while it plays.

One listen through the sound by ffmpeg, in the background; a hundredth of a second is one entry, with the lowest and
highest sample and the RMS of every channel. What was found is kept in the cache folder under the sound's fingerprint
(which holds the identity of its files), so that a tape is heard through once: an hour of stereo is 4 MB.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import struct
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from nodes.sound import SoundOp
from runtime import folders
from runtime.loudness import measured
from runtime.sound import write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["RATE", "Envelope", "EnvelopeError", "Level", "envelope", "kept"]

RATE = 100
"""Windows a second."""

_HEARD_AT = 48000
_WINDOW = _HEARD_AT // RATE  # samples
_BLOCK_S = 20
_FULL = 32768.0
_MAGIC = b"tapeloom envelope 1\n"
_HEAD = struct.Struct("<IQ")  # channels, windows
_SILENT_DB = -120.0


class EnvelopeError(Exception):
    """The sound cannot be heard through, or nobody waits for it any more; the text is ffmpeg's own last word."""


@dataclass(frozen=True, slots=True)
class Level:
    """Of one channel, in dBFS: 0 is full scale, and a full sine has an RMS of −3. Silence is −120."""

    peak_db: float
    rms_db: float


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """`low` and `high` are the lowest and highest 16-bit samples of each window, `rms` their root mean square on the
    same scale: arrays of windows × channels. Window k covers the seconds k / RATE to (k + 1) / RATE."""

    low: NDArray[np.int16]
    high: NDArray[np.int16]
    rms: NDArray[np.uint16]

    @property
    def channels(self) -> int:
        return int(self.low.shape[1])

    @property
    def seconds(self) -> float:
        return len(self.low) / RATE

    def levels(self, start_s: float, end_s: float) -> tuple[Level, ...]:
        """How loud each channel is in that stretch, for meters. Outside the sound it is silent."""
        first, last = _windows(start_s, end_s, len(self.low))
        if first == last:
            return (Level(_SILENT_DB, _SILENT_DB),) * self.channels
        import numpy as np

        peaks = np.maximum(self.high[first:last].max(0), -self.low[first:last].min(0).astype(np.int32))
        rms = np.sqrt(np.square(self.rms[first:last].astype(np.float64)).mean(0))
        return tuple(Level(_db(peak), _db(mean)) for peak, mean in zip(peaks, rms, strict=True))

    def columns(self, start_s: float, end_s: float, count: int) -> NDArray[np.int16]:
        """What to draw on `count` columns of pixels from one time to another: lowest and highest sample, as an array
        of columns × channels × 2. Where there is no sound, 0."""
        import numpy as np

        drawn = np.zeros((count, self.channels, 2), np.int16)
        edges = np.floor(np.linspace(start_s, end_s, count + 1) * RATE + 1e-6).astype(np.int64)
        firsts, lasts = edges[:-1], np.maximum(edges[1:], edges[:-1] + 1)
        there = np.flatnonzero((lasts > 0) & (firsts < len(self.low)))
        if len(there):
            bounds = np.stack([firsts[there].clip(0), lasts[there].clip(max=len(self.low))], 1).ravel()
            # reduceat reduces from each bound to the next, and a bound may not lie beyond the end: one row more
            drawn[there, :, 0] = np.minimum.reduceat(np.vstack([self.low, self.low[-1:]]), bounds, 0)[::2]
            drawn[there, :, 1] = np.maximum.reduceat(np.vstack([self.high, self.high[-1:]]), bounds, 0)[::2]
        return drawn


def kept(op: SoundOp) -> Envelope | None:
    """The envelope of a sound, if it was heard through before."""
    try:
        with _file(op).open("rb") as file:
            return _read(file)
    except (OSError, ValueError):
        return None


def envelope(
    op: SoundOp,
    ffmpeg: str,
    on_progress: Callable[[float], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Envelope:
    """Hear a sound through, or take what was found before. Blocks: call it on a thread of its own.

    `on_progress` is told the seconds heard so far. Setting `stop` ends it. EnvelopeError, LoudnessError.
    """
    found = kept(op)
    if found is None:
        found = _heard(op, ffmpeg, on_progress, stop or threading.Event())
        _keep(found, _file(op))
    return found


def _heard(op: SoundOp, ffmpeg: str, on_progress: Callable[[float], None], stop: threading.Event) -> Envelope:
    import numpy as np

    graph = write(measured(op, ffmpeg), first_input=0)
    # WAV tells how many channels come; -bitexact leaves everything else out of its head
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-v", "error"]
    argv += [word for one in graph.inputs for word in one]
    chain = ";".join((*graph.chains, f"[{graph.out}]aformat=sample_fmts=s16:sample_rates={_HEARD_AT}[heard]"))
    argv += ["-filter_complex", chain, "-map", "[heard]", "-bitexact", "-c:a", "pcm_s16le", "-f", "wav", "-"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said: list[bytes] = []
        ear = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
        ear.start()
        windows: list[tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.uint16]]] = []
        channels = _channels(process.stdout)
        size = 2 * channels * _WINDOW
        heard = 0
        try:
            while channels and not stop.is_set() and (block := process.stdout.read(size * RATE * _BLOCK_S)):
                samples = np.frombuffer(block[: len(block) // (2 * channels) * 2 * channels], "<i2")
                whole = len(block) // size * size // 2
                windows.append(_measured(samples[:whole].reshape(-1, _WINDOW, channels)))
                if len(samples) > whole:  # the end of the sound
                    windows.append(_measured(samples[whole:].reshape(1, -1, channels)))
                heard += len(block)
                on_progress(heard / (size * RATE))
        finally:
            process.stdout.close()
            if stop.is_set():
                process.kill()
        code = process.wait()
        ear.join()
    if stop.is_set():
        raise EnvelopeError("it was given up")
    if code != 0 or not channels:
        lines = [line.strip() for line in b"".join(said).decode("utf-8", "replace").splitlines() if line.strip()]
        raise EnvelopeError(f"its sound cannot be heard ({lines[-1] if lines else 'ffmpeg failed'})")
    windows.append(_measured(np.zeros((0, _WINDOW, channels), np.int16)))  # a sound without samples has a form too
    low, high, rms = (np.concatenate(one) for one in zip(*windows, strict=True))
    return Envelope(low, high, rms)


def _measured(samples: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.uint16]]:
    """windows × samples × channels → lowest, highest and RMS of each window and channel."""
    import numpy as np

    rms = np.sqrt(np.square(samples, dtype=np.float32).mean(1))
    return samples.min(1), samples.max(1), np.rint(rms).astype(np.uint16)


def _channels(wave: IO[bytes]) -> int:
    """Reads a WAV's head up to its samples; 0 where there is none."""
    riff = wave.read(12)
    if len(riff) < 12 or riff[:4] not in (b"RIFF", b"RF64") or riff[8:] != b"WAVE":
        return 0
    channels = 0
    while len(head := wave.read(8)) == 8:
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            return channels
        body = wave.read(size + size % 2)
        if name == b"fmt ":
            channels = int.from_bytes(body[2:4], "little")
    return 0


# ---- what is kept


def _file(op: SoundOp) -> Path:
    return folders.cache() / "envelopes" / f"{hashlib.sha256(repr(op).encode('utf-8', 'replace')).hexdigest()[:32]}.env"


def _read(file: IO[bytes]) -> Envelope:
    import numpy as np

    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("this is no envelope")
    try:
        channels, windows = _HEAD.unpack(file.read(_HEAD.size))
    except struct.error as error:
        raise ValueError("the envelope is cut short") from error
    whole, size = file.read(), 2 * channels * windows
    if not channels or len(whole) != 3 * size:
        raise ValueError("the envelope is cut short")
    parts = [whole[at : at + size] for at in (0, size, 2 * size)]
    low, high = (np.frombuffer(part, "<i2").reshape(windows, channels) for part in parts[:2])
    return Envelope(low, high, np.frombuffer(parts[2], "<u2").reshape(windows, channels))


def _keep(found: Envelope, path: Path) -> None:
    whole = io.BytesIO()
    whole.write(_MAGIC + _HEAD.pack(found.channels, len(found.low)))
    for part in (found.low, found.high, found.rms):
        whole.write(part.astype(part.dtype.newbyteorder("<")).tobytes())
    part_path = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part_path.write_bytes(whole.getvalue())
        part_path.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part_path.unlink(missing_ok=True)  # what cannot be kept is heard again


def _windows(start_s: float, end_s: float, count: int) -> tuple[int, int]:
    """The windows that touch a stretch of time."""
    first = min(count, max(0, math.floor(start_s * RATE + 1e-6)))
    return first, max(first, min(count, math.ceil(end_s * RATE - 1e-6)))


def _db(sample: float) -> float:
    return max(_SILENT_DB, 20 * math.log10(sample / _FULL)) if sample > 0 else _SILENT_DB
