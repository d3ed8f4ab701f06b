"""Kills renders at random moments, goes on with them, and compares what comes out with renders that nobody killed.

    python -m benchmarks.kills                    50 kills, several graphs; about ten minutes
    python -m benchmarks.kills --kills 8 --seed 3

Each kill takes the worker, an ffmpeg, or the whole program (SIGKILL, nothing can be tidied up). After the program is
killed, `resume` goes on; the others must mend themselves. A segment is redone when it had been begun; one that was
whole must never be lost. Exit code 1 where a result differs or a whole segment was lost.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from runtime.jobs.journal import Folder, wholes_of  # noqa: E402
from tests.runtime import tapes  # noqa: E402
from tests.runtime.documents import graph, save  # noqa: E402
from tests.runtime.written import FFMPEG  # noqa: E402

VICTIMS = ("worker", "ffmpeg", "program")
_FFV1: tuple[str, Mapping[str, object]] = ("output.ffv1", {})
CHAINS: Mapping[str, Mapping[str, tuple[str, Mapping[str, object]]]] = {
    "bwdif": {"b1": ("deinterlace.bwdif", {}), "encode1": _FFV1},
    "qtgmc": {"q1": ("deinterlace.qtgmc", {"preset": "draft"}), "encode1": _FFV1},
    "onnx": {"b1": ("deinterlace.bwdif", {}), "u1": ("ai.upscale", {"model": "demo-upscale-2x"}), "encode1": _FFV1},
    "denoise, h264": {
        "d1": ("clean.temporal_median", {}),
        "encode1": ("output.h264", {"preset": "ultrafast", "container": "mkv"}),
    },
}


@dataclass
class Tally:
    """`lost` counts whole segments that were gone after a kill; it must stay 0."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VICTIMS, 0))
    redone: int = 0
    lost: int = 0
    different: list[str] = field(default_factory=list)
    renders: int = 0

    @property
    def total(self) -> int:
        return sum(self.kills.values())


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8, help="length of the tape")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kills ") as place:
        tally = killed(Path(place), args.kills, args.seed, args.seconds)
    print(
        f"\n{tally.total} kills ({', '.join(f'{count} {name}' for name, count in tally.kills.items())}), "
        f"{tally.renders} renders: {tally.redone} segments redone, {tally.lost} whole ones lost, "
        f"{len(tally.different)} results different"
    )
    return 1 if tally.lost or tally.different else 0


def killed(folder: Path, kills: int, seed: int, seconds: float) -> Tally:
    """Render the graphs in turn until so many kills have been dealt."""
    dice = random.Random(seed)
    os.environ["TAPELOOM_CACHE"], os.environ["TAPELOOM_DATA"] = str(folder / "cache"), str(folder / "data")
    tape = tapes.tape(folder / "tape.mkv", seconds=seconds, size="192x160")
    tally = Tally()
    known: dict[str, tuple[str, float]] = {}
    names = list(CHAINS)
    while tally.total < kills:
        name = names[tally.renders % len(names)]
        document = _document(folder, name, tape)
        if name not in known:
            began = time.monotonic()
            out = folder / f"reference {tally.renders}.mkv"
            assert _started("run", document, "-o", out, "--segment", "40", "--quiet").wait() == 0, name
            known[name] = _frames(out), time.monotonic() - began
        wanted, took_s = known[name]
        out = folder / f"result {tally.renders}.mkv"
        dealt = _tormented(document, out, dice, took_s, min(5, kills - tally.total), tally)
        same = _frames(out) == wanted
        if not same:
            tally.different.append(f"{name} {out.name}")
        tally.renders += 1
        print(f"{name}: {dealt} kills, {'equal' if same else 'DIFFERENT'}", flush=True)
    return tally


def _tormented(document: Path, out: Path, dice: random.Random, took_s: float, most: int, tally: Tally) -> int:
    """One render to its end, killed up to `most` times on its way."""
    process = _started("run", document, "-o", out, "--segment", "40", "--quiet")
    dealt = whole = 0
    while dealt < most and process.poll() is None:
        try:
            process.wait(dice.uniform(0.3, 0.3 + 0.6 * took_s))
        except subprocess.TimeoutExpired:
            victim = dice.choice(VICTIMS)
            if not _kill(process, victim):
                continue
            dealt += 1
            tally.kills[victim] += 1
            if victim == "program":
                process.wait()
                now = len(wholes_of(Folder.of(out))) if Folder.of(out).is_dir() else 0
                tally.lost += max(0, whole - now)
                whole = now
                tally.redone += _begun(Folder.of(out))
                process = _gone_on(document, out)
            else:
                tally.redone += 1
    code = process.wait()
    if code != 0:
        process = _gone_on(document, out)
        code = process.wait()
    assert code == 0, f"{document.name}: ended with {code}"
    return dealt


def _gone_on(document: Path, out: Path) -> subprocess.Popen[bytes]:
    if (Folder.of(out) / "job.json").is_file():
        return _started("resume", out, "--quiet")
    return _started("run", document, "-o", out, "--segment", "40", "--quiet", "--overwrite")  # killed before it began


def _begun(folder: Path) -> int:
    """Whether a segment lies there half made."""
    if not folder.is_dir():
        return 0
    named = {piece.file for one in wholes_of(folder) for piece in one.pieces.values()}
    return int(any(path.suffix in (".mkv", ".mp4") and path.name not in named for path in folder.iterdir()))


def _kill(process: subprocess.Popen[bytes], victim: str) -> bool:
    if victim == "program":
        os.kill(process.pid, signal.SIGKILL)
        return True
    mark = {"worker": "runtime.worker", "ffmpeg": "-filter_complex"}[victim]
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if mark in child.cmdline():
                child.kill()
                return True
        except psutil.Error:
            continue
    return False


def _document(folder: Path, name: str, tape: Path) -> Path:
    nodes: dict[str, tuple[str, Mapping[str, object]]] = {"source1": ("input.video", {"file": str(tape)})}
    nodes |= CHAINS[name]
    ids = list(nodes)
    ports = [*(f"{one}.out" for one in ids[:-1])]
    wires = [f"{port} > {other}.clip" for port, other in zip(ports, ids[1:], strict=True)]
    return save(graph(nodes, *wires, "source1.sound > encode1.audio"), folder / f"{name.split(',')[0]}.graph")  # type: ignore[arg-type]


def _started(*words: str | Path) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "runtime.commands", *map(str, words)]
    return subprocess.Popen(
        argv, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _frames(path: Path) -> str:
    """framemd5 of picture and sound."""
    path = path if path.exists() else path.with_suffix(".mkv.mp4")
    argv = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-map", "0:a", "-f", "framemd5", "-"]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
