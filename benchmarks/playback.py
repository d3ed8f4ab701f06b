"""How many frames a second a player gets from the supervised worker, beside the same clip pulled bare in one process.

    python -m benchmarks.playback [--frames 200] [--rounds 3] [--chain qtgmc]

- **ours**: runtime/playback.py; every picture comes in order through shared memory, and is said to be shown at once.
- **bare**: `clip.output` in this process, with VapourSynth's own prefetch; no other process, pictures thrown away.

Both make the same BGRA pictures at full size, of frames that neither has made before, in turn. Also: what the clocks
that count each node's cost (`session.costs`) take. Target: ours ≥ 0.9 × bare.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.throughput import _tape
from graphs.document import NodeId
from nodes.registry import default_registry
from runtime.compiled import compiled, index_files
from runtime.playback import LEAD, Playback, Played, play
from runtime.protocol import StepCode
from runtime.script import step_codes
from runtime.session import Picture, Session
from runtime.sources import prober
from tests.runtime.documents import graph

CHAINS: dict[str, tuple[str, dict[str, Any]]] = {
    "bwdif": ("deinterlace.bwdif", {}),
    "qtgmc": ("deinterlace.qtgmc", {"preset": "fast"}),
}
LEAST = 0.9


class Ours:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __call__(self, first: int, last: int) -> None:
        box: list[Playback] = []
        made, ended = threading.Event(), threading.Event()

        def painted(frame: int, outcome: Played) -> None:
            if not isinstance(outcome, Picture):
                sys.exit(f"frame {frame}: {outcome}")
            made.wait()
            box[0].shown(frame)
            if frame == last - 1:
                ended.set()

        box.append(play(self.session, "step1", "out", first, last, painted, lead=LEAD))
        made.set()
        ended.wait()


class Bare:
    def __init__(self, prelude: str, steps: tuple[StepCode, ...]) -> None:
        import vapoursynth as vs

        self.core = vs.core
        self.core.max_cache_size = 1024
        space: dict[str, Any] = {}
        exec(prelude, space)
        for step in steps:
            exec(step.code, space)
        clip = space[steps[-1].outputs[0].name]
        self.view = clip.resize.Bilinear(format=vs.RGB24, matrix_in_s="170m").vszip.PackRGB()

    def __call__(self, first: int, last: int) -> None:
        with Path(os.devnull).open("wb") as nowhere:
            self.view[first:last].output(nowhere)


def fps(call: Any, first: int, frames: int) -> float:
    began = time.perf_counter()
    call(first, first + frames)
    return frames / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=200, help="frames of one turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chain", choices=list(CHAINS), action="append")
    args = parser.parse_args()
    worst = 1.0
    with tempfile.TemporaryDirectory() as folder:
        tape = _tape(Path(folder) / "tape.mkv", (args.frames * args.rounds + 100) / 50)
        print(f"{'chain':8}{'ours fps':>12}{'bare fps':>12}{'ours / bare':>14}")
        for name in args.chain or list(CHAINS):
            ours, bare = rates(tape, CHAINS[name], args.frames, args.rounds)
            ratio = statistics.median(ours) / statistics.median(bare)
            worst = min(worst, ratio)
            print(f"{name:8}{statistics.median(ours):12.1f}{statistics.median(bare):12.1f}{ratio:14.2f}", flush=True)
    print(f"at least {LEAST}")
    return 0 if worst >= LEAST else 1


def rates(tape: Path, chain: tuple[str, dict[str, Any]], frames: int, rounds: int) -> tuple[list[float], list[float]]:
    made = graph({"source1": ("input.video", {"file": str(tape)}), "step1": chain}, "source1.out > step1.clip")
    with Session() as session:
        done = compiled(made, default_registry(), prober(session), [NodeId("step1")])
        prelude, steps = step_codes(done.plan, index_files(done.plan.files))
        failed = [report for report in session.load(steps, prelude) if report.state == "failed"]
        if failed:
            sys.exit(f"{failed[0].node}: {failed[0].message}")
        ours, bare = Ours(session), Bare(prelude, tuple(steps))
        for side in (ours, bare):  # indexes, plugins
            side(0, 20)
        found: tuple[list[float], list[float]] = ([], [])
        for turn in range(rounds):
            first = 40 + turn * frames
            pair = [(found[0], ours), (found[1], bare)]
            for rates_of, side in pair if turn % 2 == 0 else reversed(pair):
                rates_of.append(fps(side, first, frames))
        return found


if __name__ == "__main__":
    sys.exit(main())
