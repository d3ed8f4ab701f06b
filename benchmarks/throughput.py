"""Our `run` beside a hand-written `vspipe | ffmpeg` of the very same script, in turn, in one sitting.

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
        ours, theirs = _sides(folder, name, tape)
        for side in (ours, theirs):  # indexes, caches, disk
            side.go()
        costs: dict[str, list[Cost]] = {"ours": [], "peer": []}
        for number in range(rounds):
            pair = (("ours", ours), ("peer", theirs))
            for label, side in pair if number % 2 == 0 else reversed(pair):
                costs[label].append(side.go())
        same = _frames_of(ours.out) == _frames_of(theirs.out)
        for label, found in costs.items():
            rows = [[getattr(one, key) for one in found] for key in ("cpu_s", "wall_s", "peak_mb")]
            cells = [f"{statistics.median(row):.1f} ({', '.join(f'{one:.1f}' for one in row)})" for row in rows]
            print(f"| {name} | {label} | {' | '.join(cells)} |", flush=True)
        ratios = [
            statistics.median(getattr(one, key) for one in costs["ours"])
            / statistics.median(getattr(one, key) for one in costs["peer"])
            for key in ("cpu_s", "wall_s", "peak_mb")
        ]
        cells = [f"**{ratio:.3f}**" for ratio in ratios]
        print(f"| {name} | ours : peer, frames {'equal' if same else 'DIFFER'} | {' | '.join(cells)} |", flush=True)


def _memory(folder: Path, names: Sequence[str]) -> None:
    print("| chain | tape | ours MB | peer MB |\n|---|---|---|---|")
    for seconds in (30, 300):
        tape = _tape(folder / f"tape {seconds}.mkv", seconds)
        for name in names:
            ours, theirs = _sides(folder, name, tape)
            ours.go()  # the index
            print(f"| {name} | {seconds} s | {ours.go().peak_mb:.0f} | {theirs.go().peak_mb:.0f} |", flush=True)


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


def _sides(folder: Path, name: str, tape: Path) -> tuple[Side, Side]:
    """`run` of a graph, and what a person would type instead."""
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

    ours = folder / "ours.mkv"
    python = [sys.executable, "-m", "runtime.commands"]
    run = [*python, "run", str(document), "-o", str(ours), "--overwrite", "--quiet"]

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
    return Side(run, ours), Side(["sh", "-c", line], theirs)


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
