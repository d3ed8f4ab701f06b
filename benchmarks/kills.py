"""Kills renders at random moments, goes on with them, and compares what comes out with renders that nobody killed.

    python -m benchmarks.kills                    50 kills, several graphs; about a quarter of an hour
    python -m benchmarks.kills --kills 8 --seed 3
    python -m benchmarks.kills --here             on one machine only, without a cluster

Every second render is made by a cluster of two machines on the loopback. Each kill takes the worker, an ffmpeg, the
whole program, the cluster's scheduler, or one of its machines (SIGKILL, nothing can be tidied up). Scheduler and
machine are started again, as a service manager does; after the program is killed, or has ended because the scheduler
was gone, `resume` goes on; all else must mend itself. A segment is redone when it had been begun; one that was whole
must never be lost. Exit code 1 where a result differs or a whole segment was lost.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from runtime.jobs.journal import Folder, wholes_of  # noqa: E402
from runtime.jobs.segments import grid  # noqa: E402
from tests.runtime import tapes  # noqa: E402
from tests.runtime.cluster.loopback import Restarting, restarting  # noqa: E402
from tests.runtime.documents import graph, save  # noqa: E402
from tests.runtime.written import FFMPEG  # noqa: E402

HERE = ("worker", "ffmpeg", "program")
FAR = (*HERE, "scheduler", "machine")
SEGMENT, MACHINES, TRIES = 40, 2, 12
READY_S = 4.0
"""What a machine of a cluster needs, about, before it begins its first segment."""
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

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAR, 0))
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
    parser.add_argument("--here", action="store_true", help="no cluster")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kills ", ignore_cleanup_errors=True) as place:
        tally = killed(Path(place), args.kills, args.seed, args.seconds, cluster=not args.here)
    print(
        f"\n{tally.total} kills ({', '.join(f'{count} {name}' for name, count in tally.kills.items())}), "
        f"{tally.renders} renders: {tally.redone} segments redone, {tally.lost} whole ones lost, "
        f"{len(tally.different)} results different"
    )
    return 1 if tally.lost or tally.different else 0


def killed(folder: Path, kills: int, seed: int, seconds: float, *, cluster: bool = False) -> Tally:
    """Render the graphs in turn until so many kills have been dealt."""
    dice = random.Random(seed)
    os.environ["TAPELOOM_CACHE"], os.environ["TAPELOOM_DATA"] = str(folder / "cache"), str(folder / "data")
    tape = tapes.tape(folder / "tape.mkv", seconds=seconds, size="192x160")
    tally = Tally()
    known: dict[str, tuple[str, float]] = {}
    names = list(CHAINS)
    with ExitStack() as stack:
        far = stack.enter_context(restarting(folder, MACHINES)) if cluster else None
        while tally.total < kills:
            at = tally.renders
            by = far if at % 2 else None
            name = names[(at // 2 if far else at) % len(names)]
            document = _document(folder, name, tape)
            if name not in known:
                began = time.monotonic()
                out = folder / f"reference {at}.mkv"
                assert _started("run", document, "-o", out, "--segment", str(SEGMENT), "--quiet").wait() == 0, name
                known[name] = _frames(out), time.monotonic() - began
            wanted, took_s = known[name]
            render = _Render(document, folder / f"result {at}.mkv", by, dice, tally)
            before = tally.redone
            dealt = render.tormented(took_s, min(5, kills - tally.total), wanted)
            same = _frames(render.out) == wanted
            if not same:
                tally.different.append(f"{name} {render.out.name}")
            tally.renders += 1
            where = f"{name}, {'cluster' if by else 'here'}"
            print(f"{where}: {', '.join(dealt) or 'none'} killed, {tally.redone - before} redone, "
                  f"{'equal' if same else 'DIFFERENT'}", flush=True)  # fmt: skip
    return tally


@dataclass
class _Render:
    """One render, by a cluster where there is one."""

    document: Path
    out: Path
    far: Restarting | None
    dice: random.Random
    tally: Tally

    def tormented(self, took_s: float, most: int, wanted: str) -> list[str]:
        """To its end, killed up to `most` times on its way."""
        dealt: list[str] = []
        whole = tries = 0
        longest_s = 0.3 + 0.6 * took_s + (READY_S if self.far else 0.0)
        with self._counted(wanted):
            process = self._begun_anew()
            while True:
                while len(dealt) < most and process.poll() is None:
                    try:
                        process.wait(self.dice.uniform(0.3, longest_s))
                    except subprocess.TimeoutExpired:
                        victim = self._chosen()
                        if not self._kill(process, victim):
                            continue
                        dealt.append(victim)
                        self.tally.kills[victim] += 1
                        if victim == "program":
                            process.wait()
                        now = len(wholes_of(self._folder)) if self._folder.is_dir() else 0
                        self.tally.lost += max(0, whole - now)
                        whole = now
                        if self.far is None:
                            self.tally.redone += _begun(self._folder) if victim == "program" else 1
                if process.wait() == 0:
                    return dealt
                tries += 1
                assert tries < TRIES, f"{self.document.name}: ends with {process.returncode} again and again"
                process = self._gone_on()

    def _chosen(self) -> str:
        """Rather one of which few were killed so far."""
        possible = FAR if self.far else HERE
        weights = [1 / (1 + self.tally.kills[one]) ** 2 for one in possible]
        return self.dice.choices(possible, weights)[0]

    @property
    def _folder(self) -> Path:
        return Folder.of(self.out)

    @property
    def _where(self) -> tuple[str, ...]:
        return ("--cluster", self.far.address) if self.far else ()

    def _begun_anew(self, *words: str) -> subprocess.Popen[bytes]:
        how = ("--segment", str(SEGMENT), "--quiet", *self._where, *words)
        return _started("run", self.document, "-o", self.out, *how)

    def _gone_on(self) -> subprocess.Popen[bytes]:
        if (self._folder / "job.json").is_file():
            return _started("resume", self.out, "--quiet", *self._where)
        return self._begun_anew("--overwrite")  # killed before it began

    def _kill(self, process: subprocess.Popen[bytes], victim: str) -> bool:
        if victim == "program":
            os.kill(process.pid, signal.SIGKILL)
            return True
        if self.far is not None and victim in ("scheduler", "machine"):
            if victim == "scheduler":
                self.far.kill_scheduler()
            else:
                self.far.kill_machine(self.dice.randrange(len(self.far.machines)))
            return True
        mark = {"worker": "runtime.worker", "ffmpeg": "-filter_complex"}[victim]
        families = [one.child.pid for one in self.far.machines] if self.far else [process.pid]
        self.dice.shuffle(families)
        for pid in families:
            with suppress(psutil.Error):
                for child in psutil.Process(pid).children(recursive=True):
                    with suppress(psutil.Error):
                        if mark in child.cmdline():
                            child.kill()
                            return True
        return False

    @contextmanager
    def _counted(self, wanted: str) -> Iterator[None]:
        """Segments that a cluster began more than once: each is begun in a folder of its own, beside the journal."""
        seen: set[str] = set()
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.01):
                with suppress(OSError):
                    seen.update(one.name for one in self._folder.iterdir() if one.name.startswith("from-"))

        thread = threading.Thread(target=look, daemon=True)
        if self.far is not None:
            thread.start()
        try:
            yield
        finally:
            over.set()
            if self.far is not None:
                thread.join()
                frames = sum(line.startswith("0,") for line in wanted.splitlines())
                needed = sum(1 for _ in grid((0, frames), SEGMENT, SEGMENT))
                self.tally.redone += max(0, len(seen) - needed)


def _begun(folder: Path) -> int:
    """Whether a segment lies there half made."""
    if not folder.is_dir():
        return 0
    named = {piece.file for one in wholes_of(folder) for piece in one.pieces.values()}
    return int(any(path.suffix in (".mkv", ".mp4") and path.name not in named for path in folder.iterdir()))


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
