"""Listens through sound to find how loud it is, so that one gain for the whole can set its level."""

from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Mapping

from nodes.sound import SoundLevel, SoundOp
from runtime.sound import levelled, unmeasured, write

__all__ = ["LoudnessError", "gain_db", "measured"]

_INTEGRATED = re.compile(r"\bI:\s+(-?[\d.]+|-inf|nan) LUFS")
_PEAK = re.compile(r"\bPeak:\s+(-?[\d.]+|-inf|nan) dBFS")
_SILENCE_LUFS = -70.0
"""R128 leaves out everything below this: nothing louder was heard."""


class LoudnessError(Exception):
    """ffmpeg could not listen through; the text is its own last word."""


def measured(op: SoundOp, ffmpeg: str) -> SoundOp:
    """`op` with every level in it measured and made a plain gain. Innermost first: each hears what it will get."""
    while True:
        waiting = next(unmeasured(op), None)
        if waiting is None:
            return op
        op = levelled(op, {waiting: gain_db(waiting, _listen(waiting.source, ffmpeg))})


def gain_db(level: SoundLevel, heard: Mapping[str, float]) -> float:
    """The gain that takes what was heard (`loudness` in LUFS, `peak` in dBTP) to the target, the ceiling kept."""
    now, peak = heard[level.measure], heard["peak"]
    if not math.isfinite(now) or not math.isfinite(peak) or (level.measure == "loudness" and now <= _SILENCE_LUFS):
        return 0.0  # silence stays silence
    return min(level.target - now, level.ceiling - peak)


def _listen(op: SoundOp, ffmpeg: str) -> dict[str, float]:
    graph = write(op, first_input=0)
    chain = ";".join((*graph.chains, f"[{graph.out}]ebur128=peak=true[heard]"))
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-v", "info"]
    argv += [word for one in graph.inputs for word in one]
    argv += ["-filter_complex", chain, "-map", "[heard]", "-f", "null", "-"]
    done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    said = done.stderr.decode("utf-8", "replace")
    integrated, peak = _INTEGRATED.findall(said), _PEAK.findall(said)
    if done.returncode != 0 or not integrated or not peak:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        raise LoudnessError(f"its loudness could not be measured ({lines[-1] if lines else 'ffmpeg failed'})")
    return {"loudness": float(integrated[-1]), "peak": float(peak[-1])}
