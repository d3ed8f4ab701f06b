"""`launch.py capture drift`: how a finished file's sound runs away from its picture, by flashes and beeps in it."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from capture.measure.drift import Drift, correction, from_marks
from capture.measure.marks import beeps, flashes, paired
from runtime import ffmpeg
from runtime.commands import DONE, FAILED, UserError

HELP = """Measure how a file's sound runs away from its picture

By what belongs together in both: a flash and a beep, a clapperboard, the marks of a test tape; five or more, as far
apart as can be. While a tape is recorded the drift is measured by itself, and stands in the recording's report."""

RATE_HZ = 48_000
_BLOCK_S, _OVERLAP_S = 30, 0.1
_LEAST_MARKS = 5
_SURE_PPM = 25.0
"""With less certainty than this the marks do not belong together."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--minutes", type=float, default=60.0, help="length for which the mending is told (default 60)")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    path: Path = args.file
    if not path.is_file():
        raise UserError(f"{path}: there is no such file")
    try:
        program = ffmpeg.find().path
    except ffmpeg.FfmpegError as fault:
        raise UserError(str(fault), FAILED) from None
    picture, sound = seen(program, path), heard(program, path)
    pairs = paired(picture, sound)
    drift = from_marks(pairs)
    if len(pairs) < _LEAST_MARKS or drift is None or drift.error_ppm > _SURE_PPM:
        unsure = f" ({drift})" if drift is not None else ""
        raise UserError(
            f"{path}: {len(picture)} flashes, {len(sound)} beeps, {len(pairs)} of which may belong together{unsure}: "
            "too little. Record marks at both ends, or measure by eye how late the sound is: the node sound.drift",
            FAILED,
        )
    print(
        json.dumps(as_data(drift, pairs, args.minutes), indent=1)
        if args.json
        else as_text(drift, len(pairs), args.minutes)
    )
    return DONE


def as_text(drift: Drift, marks: int, minutes: float) -> str:
    said = f"the sound's clock against the picture's: {drift}, by {marks} marks"
    mended = correction(drift, minutes)
    if mended is None:
        return f"{said}; nothing to mend"
    words = " ".join(
        f"--set {mended.node.rpartition('.')[2]}1.{name}={value:g}" for name, value in mended.params.items()
    )
    late = "late" if drift.ppm > 0 else "early"
    return f"{said}: {abs(drift.late_ms):.0f} ms {late} at the last. Add {mended.node} to the graph: {words}"


def as_data(drift: Drift, pairs: list[tuple[float, float]], minutes: float) -> dict[str, object]:
    mended = correction(drift, minutes)
    return {
        "ppm": drift.ppm,
        "error_ppm": drift.error_ppm,
        "seconds": drift.seconds,
        "late_ms": drift.late_ms,
        "marks": [{"picture_s": picture, "sound_s": sound} for picture, sound in pairs],
        "mended_by": None if mended is None else {"node": mended.node, "params": mended.params},
    }


def seen(program: str, path: Path) -> list[float]:
    """Times of flashes in a file's picture, in seconds."""
    chain = "scale=32:18:flags=area,format=gray,signalstats,metadata=mode=print:key=lavfi.signalstats.YAVG:file=-"
    argv = ["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", chain, "-f", "null", "-"]
    said = b"".join(_run(program, path, argv, "picture")).decode("ascii", "replace")
    rows = re.findall(r"pts_time:(-?[\d.]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)", said)
    times, bright = [float(row[0]) for row in rows], [float(row[1]) for row in rows]
    return [times[round(at)] for at in flashes(bright, 1.0)]


def heard(program: str, path: Path) -> list[float]:
    """Times of beeps in a file's sound, by its samples, in seconds."""
    argv = ["-map", "0:a:0", "-ac", "1", "-ar", str(RATE_HZ), "-c:a", "pcm_s16le", "-f", "s16le", "-"]
    found: list[float] = []
    start, kept = 0, np.zeros(0, np.int16)
    block, overlap = _BLOCK_S * RATE_HZ, round(_OVERLAP_S * RATE_HZ)
    rest = b""
    for piece in [*_run(program, path, argv, "sound"), b""]:
        rest += piece
        while len(rest) >= 2 * block or (not piece and rest):
            taken, rest = rest[: 2 * block], rest[2 * block :]
            wave = np.concatenate((kept, np.frombuffer(taken[: len(taken) // 2 * 2], "<i2")))
            for at in beeps(wave, RATE_HZ):
                moment = (start - len(kept)) / RATE_HZ + at
                if not found or moment - found[-1] > 2 * _OVERLAP_S:
                    found.append(moment)
            start += len(taken) // 2
            kept = wave[-overlap:]
    return found


def _run(program: str, path: Path, argv: list[str], what: str) -> Iterator[bytes]:
    words = [program, "-hide_banner", "-nostdin", "-v", "error", "-i", f"file:{path}", *argv]
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        assert process.stdout is not None
        came = False
        while piece := process.stdout.read(1 << 20):
            came = True
            yield piece
    if not came:
        raise UserError(f"{path}: it has no {what} that can be read", FAILED)
