"""Our `run`, in segments and in one pass, beside a hand-written `vspipe | ffmpeg` of the very same script, in turn.

    python benchmarks/throughput.py                              pass-through, BWDIF, QTGMC Medium; three rounds
    python benchmarks/throughput.py --seconds 60 --rounds 5 --only bwdif
    python benchmarks/throughput.py --memory                     peak memory at 30 s and at 5 min

Counted for each side: CPU seconds of the process and of everything it started, wall seconds, and the peak of the
memory (resident, sampled ten times a second over the whole family, shared pages counted once where the system tells).
Both sides read the same tape through the same kind of index, made beforehand, write the same FFV1 and PCM, and their
decoded files are compared frame by frame. Start-up is part of it: take clips long enough that it is noise. Machines
are seldom idle: rounds alternate, and the ratio of the medians is what counts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from imageio_ffmpeg import get_ffmpeg_exe  # noqa: E402

from tests.runtime.documents import graph, save  # noqa: E402

FFMPEG = get_ffmpeg_exe()
CHAINS = {
    "pass-through": (),
    "bwdif": (("deinterlace.bwdif", {}),),
    "qtgmc medium": (("deinterlace.qtgmc", {"preset": "medium"}),),
}


OURS = ("run", "run --single-pass")
KEYS = ("cpu_s", "wall_s", "peak_mb")


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_s: float
    wall_s: float
    peak_mb: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40, help="length of the tape")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=list(CHAINS), help="one chain; may be repeated")
    parser.add_argument("--memory", action="store_true", help="only memory: at 30 s and at 5 min, one round each")
    args = parser.parse_args()
    names = args.only or list(CHAINS)
    with tempfile.TemporaryDirectory(prefix="throughput ") as folder:
        os.environ["XDG_CONFIG_HOME"] = folder  # vspipe is told there where its Python is, not in the user's own folder
        tool = Path(sys.executable).with_name("vapoursynth")
        subprocess.run([str(tool), "config"], check=True, stdout=subprocess.DEVNULL)
        if args.memory:
            _memory(Path(folder), args.only or ["pass-through", "bwdif"])
        else:
            _speed(Path(folder), names, args.seconds, args.rounds)
    return 0


def _speed(folder: Path, names: Sequence[str], seconds: float, rounds: int) -> None:
    tape = _tape(folder / "tape.mkv", seconds)
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{seconds:g} s of 720x576 25i, {rounds} rounds in turn, {cpus} cores; medians (all rounds)\n")
    print("| chain | side | CPU s | wall s | peak MB |\n|---|---|---|---|---|")
    for name in names:
        sides = _sides(folder, name, tape)
        sides["run"].go()  # indexes, caches, disk
        costs: dict[str, list[Cost]] = {label: [] for label in sides}
        for number in range(rounds):
            order = list(sides)
            for label in (*order[number % len(order) :], *order[: number % len(order)]):
                costs[label].append(sides[label].go())
        for label, found in costs.items():
            rows = [[getattr(one, key) for one in found] for key in KEYS]
            cells = [f"{statistics.median(row):.1f} ({', '.join(f'{one:.1f}' for one in row)})" for row in rows]
            print(f"| {name} | {label} | {' | '.join(cells)} |", flush=True)
        truth = _frames_of(sides["peer"].out)
        for label in OURS:
            same = "equal" if _frames_of(sides[label].out) == truth else "DIFFER"
            cells = [f"**{_median(costs[label], key) / _median(costs['peer'], key):.3f}**" for key in KEYS]
            print(f"| {name} | {label} : peer, frames {same} | {' | '.join(cells)} |", flush=True)


def _median(costs: Sequence[Cost], key: str) -> float:
    return statistics.median(getattr(one, key) for one in costs)


def _memory(folder: Path, names: Sequence[str]) -> None:
    print("| chain | tape | run MB | run --single-pass MB | peer MB |\n|---|---|---|---|---|")
    for seconds in (30, 300):
        tape = _tape(folder / f"tape {seconds}.mkv", seconds)
        for name in names:
            sides = _sides(folder, name, tape)
            sides["run"].go()  # the index
            cells = [f"{side.go().peak_mb:.0f}" for side in sides.values()]
            print(f"| {name} | {seconds} s | {' | '.join(cells)} |", flush=True)


@dataclass(frozen=True, slots=True)
class Side:
    command: Sequence[str]
    out: Path

    def go(self) -> Cost:
        """Run it once; what it cost."""
        self.out.unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        began = time.monotonic()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(self.command, env=environment, stdout=said, stderr=subprocess.STDOUT)
            peak = 0.0
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                peak = max(peak, _resident_mb(process.pid))
                time.sleep(0.1)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0 or not self.out.exists():
                said.seek(0)
                raise SystemExit(f"{shlex.join(self.command)}\nfailed:\n{said.read().decode(errors='replace')}")
        return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, peak)


def _resident_mb(pid: int) -> float:
    """Of a process and all that it started."""
    total = 0
    try:
        family = psutil.Process(pid)
        for one in (family, *family.children(recursive=True)):
            try:
                info = one.memory_full_info()
                total += getattr(info, "pss", info.rss)
            except (psutil.Error, OSError):
                continue
    except psutil.Error:
        pass
    return total / 1e6


def _sides(folder: Path, name: str, tape: Path) -> dict[str, Side]:
    """`run` of a graph in its two ways, and what a person would type instead."""
    chain = CHAINS[name]
    nodes: dict[str, tuple[str, dict[str, object]]] = {"source1": ("input.video", {"file": str(tape)})}
    wires, last = [], "source1"
    for number, (type_id, params) in enumerate(chain, 1):
        nodes[f"step{number}"] = (type_id, params)
        wires.append(f"{last}.out > step{number}.clip")
        last = f"step{number}"
    nodes["encode1"] = ("output.ffv1", {})
    wires += [f"{last}.out > encode1.clip", "source1.sound > encode1.audio"]
    document = save(graph(nodes, *wires), folder / f"{name.replace(' ', '-')}.graph")  # type: ignore[arg-type]

    ours, single = folder / "ours.mkv", folder / "single.mkv"
    python = [sys.executable, "-m", "runtime.commands"]
    run = [*python, "run", str(document), "--overwrite", "--quiet", "-o"]

    script, theirs = folder / f"{name}.vpy", folder / "peer.mkv"
    subprocess.run(
        [*python, "compile", str(document), "-o", str(script), "--overwrite"],
        check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    vspipe = Path(sys.executable).parent / "vspipe"
    fields = "field_mode=prog" if chain else "field_mode=tff"
    tags = f"setparams=range=tv:color_primaries=bt470bg:color_trc=smpte170m:colorspace=bt470bg:{fields},setsar=16/15"
    encode = [
        FFMPEG, "-v", "error", "-nostdin", "-y", "-f", "yuv4mpegpipe", "-i", "pipe:0", "-i", str(tape),
        "-filter_complex", f"[0:v]{tags}[v]", "-map", "[v]", "-map", "1:a", "-fps_mode", "passthrough",
        "-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", "16", "-slicecrc", "1", "-c:a", "pcm_s16le", str(theirs),
    ]  # fmt: skip
    line = f"{shlex.join([str(vspipe), '-c', 'y4m', str(script), '-'])} | {shlex.join(encode)}"
    return {
        "run": Side([*run, str(ours)], ours),
        "run --single-pass": Side([*run, str(single), "--single-pass"], single),
        "peer": Side(["sh", "-c", line], theirs),
    }


def _tape(path: Path, seconds: float) -> Path:
    """An interlaced PAL tape of a natural scene with tape-like noise, FFV1 and PCM."""
    scene = ROOT / "tests" / "media" / "bigbuckbunny_1280x720_25p.mp4"
    looks = "scale=720:576:flags=bicubic,fps=50,noise=alls=6:allf=t,interlace=scan=tff:lowpass=off,setsar=16/15"
    argv = [FFMPEG, "-v", "error", "-y", "-stream_loop", "-1", "-i", str(scene), "-f", "lavfi", "-i"]
    argv += ["anoisesrc=r=48000:a=0.05", "-map", "0:v", "-map", "1:a", "-t", f"{seconds:g}", "-vf"]
    argv += [f"setpts=PTS/2,{looks},format=yuv422p", "-c:v", "ffv1", "-level", "3", "-slices", "4", "-ac", "2"]
    subprocess.run([*argv, "-c:a", "pcm_s16le", str(path)], check=True)
    return path


def _frames_of(path: Path) -> str:
    """A digest of every decoded frame."""
    argv = [FFMPEG, "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"]
    return hashlib.sha256(subprocess.run(argv, check=True, capture_output=True).stdout).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
