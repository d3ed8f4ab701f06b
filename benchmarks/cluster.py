"""What a cluster is worth: a simulation of 2 to 64 machines on Dask's real scheduler; and two local workers beside one.

    python -m benchmarks.cluster                        both; about half an hour, most of it spent waiting
    python -m benchmarks.cluster --machines 2 8 --only simulation
    python -m benchmarks.cluster --only workers --rounds 3

Simulation: a QTGMC chain is rendered here first, and the journal's times of its segments are what the simulated
machines need for theirs, drawn at random, `--faster` times as fast. Everything else is real: the segments go through
runtime.jobs.pool and runtime.cluster.sharing to a Dask scheduler by TCP, and to as many Dask workers, which sleep
instead of rendering. So the scheduler, the order in which segments are handed out, and what becomes of those that a
dead machine had are what they are in a render; decoding, disks and the network are not looked at.

    even         all machines are as fast as this one
    stragglers   every eighth machine (one at least) takes three times as long
    failures     every eighth machine (one at least) dies at a random moment, and another comes a while later
    both

Efficiency: the work of all segments, each counted once, by what the machines that were there could have done in the
time from the first task to the last. Each machine gets twelve segments, as 64 machines do of a three-hour tape.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import queue
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import dask
from distributed import LocalCluster, Worker, get_worker

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from runtime.cluster import bench, sharing  # noqa: E402
from runtime.cluster.doors import door  # noqa: E402
from runtime.cluster.serving import SEGMENT, settings  # noqa: E402
from runtime.jobs.events import Event, Joining  # noqa: E402
from runtime.jobs.journal import Folder, wholes_of  # noqa: E402
from runtime.jobs.pool import Maker, work  # noqa: E402
from runtime.jobs.render import How, Rules, render  # noqa: E402
from runtime.jobs.segments import TARGET_S, Segment, size_for  # noqa: E402
from runtime.protocol import RenderSink  # noqa: E402
from tests.runtime import tapes  # noqa: E402
from tests.runtime.documents import graph, save  # noqa: E402

SHARE = 12
"""Segments for each machine."""
SLOW = 3.0
MACHINES = (2, 4, 8, 16, 32, 64)
SCENES = ("even", "stragglers", "failures", "both")
QTGMC: dict[str, tuple[str, dict[str, Any]]] = {"q1": ("deinterlace.qtgmc", {"preset": "draft"})}
LIGHT: dict[str, tuple[str, dict[str, Any]]] = {"d1": ("deinterlace.bwdif", {}), "b1": ("motion.stabilise", {})}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, nargs="+", default=MACHINES)
    parser.add_argument("--scenes", nargs="+", choices=SCENES, default=SCENES)
    parser.add_argument("--faster", type=float, default=6.0, help="simulated time runs so much faster")
    parser.add_argument("--costs", type=Path, help="a file with times of segments; written where it is not there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="of one and two local workers, in turn")
    parser.add_argument("--seconds", type=float, default=40, help="length of their tape")
    parser.add_argument("--only", choices=("simulation", "workers"))
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="cluster ", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        os.environ["TAPELOOM_CACHE"], os.environ["TAPELOOM_DATA"] = str(folder / "cache"), str(folder / "data")
        if args.only != "workers":
            costs = known(args.costs, folder)
            simulated(folder, args.machines, args.scenes, args.faster, args.seed, costs)
        if args.only != "simulation":
            workers(folder, args.rounds, args.seconds)
    return 0


# -- the simulation
def simulated(
    folder: Path, machines: Sequence[int], scenes: Sequence[str], faster: float, seed: int, costs: Sequence[float]
) -> None:
    size = size_for(100, statistics.mean(costs) * 100)
    spread = statistics.stdev(costs) / statistics.mean(costs)
    print(f"QTGMC here: {1 / statistics.mean(costs):.1f} frames a second over {len(costs)} segments (± {spread:.0%}); "
          f"segments of {size} frames, {TARGET_S:.0f} s; simulated {faster:g} times as fast")  # fmt: skip
    print(f"\n{'machines':>8}  {'segments':>8}  " + "  ".join(f"{name:>22}" for name in scenes))
    for count in machines:
        cells = []
        for scene in scenes:
            one = Scene(count, scene, [cost * size / faster for cost in costs], size, random.Random(seed + count))
            done = one.run(folder)
            again = f", {done.again} again" if done.again else ""
            cells.append(f"{done.efficiency:6.1%} ({done.speed_up:4.1f}×{again})".rjust(22))
        print(f"{count:8}  {count * SHARE:8}  " + "  ".join(cells), flush=True)
    print("efficiency (speed-up against one machine; segments that were begun more than once)\n")


def known(file: Path | None, folder: Path) -> list[float]:
    """So that several simulations go by the same times."""
    if file is not None and file.is_file():
        return [float(one) for one in json.loads(file.read_text("ascii"))]
    costs = measured(folder)
    if file is not None:
        file.write_text(json.dumps(costs), "ascii")
    return costs


def measured(folder: Path) -> list[float]:
    """Seconds a frame, by segment, of a real render."""
    tape = tapes.tape(folder / "tape.mkv", seconds=16, size="384x288")
    nodes = {"source1": ("input.video", {"file": str(tape)}), **QTGMC, "encode1": ("output.ffv1", {})}
    found: list[float] = []

    def hear(event: Event) -> None:
        if isinstance(event, Joining) and not found:
            found.extend(one.took_s / (one.last - one.first) for one in wholes_of(Folder.of(folder / "out.mkv")))

    render(
        graph(nodes, "source1.out > q1.clip", "q1.out > encode1.clip"), outputs=[str(folder / "out.mkv")],
        listen=hear, how=How(least=1, rules=Rules(size=40)),
    )  # fmt: skip
    return found[1:]  # the first pays for what is done once


@dataclass(frozen=True, slots=True)
class Outcome:
    efficiency: float
    speed_up: float
    again: int


@dataclass
class Scene:
    """`costs`: seconds that a segment takes, one of them drawn for each. Segments are numbered by their frames."""

    count: int
    name: str
    costs: Sequence[float]
    size: int
    dice: random.Random
    pace: dict[str, float] = field(default_factory=dict)
    """Of each machine, by its name; 1 is this one's."""
    takes_s: dict[int, float] = field(default_factory=dict)
    """Of each segment, by its first frame."""
    useful_s: dict[int, float] = field(default_factory=dict)
    """What each really took, at this machine's speed."""
    begun: int = 0
    came: dict[str, float] = field(default_factory=dict)
    went: dict[str, float] = field(default_factory=dict)

    def run(self, folder: Path) -> Outcome:
        segments = [(at * self.size, (at + 1) * self.size) for at in range(self.count * SHARE)]
        self.takes_s = {segment[0]: self.dice.choice(self.costs) for segment in segments}
        real, bench.make = bench.make, slept  # type: ignore[assignment]
        _now.append(self)
        try:
            with dask.config.set(settings()):
                return _loop().run_until_complete(self._played(segments, folder))
        finally:
            bench.make = real
            _now.clear()

    async def _played(self, segments: Sequence[Segment], folder: Path) -> Outcome:
        async with LocalCluster(
            n_workers=0, processes=False, protocol="tcp", asynchronous=True, dashboard_address=None, silence_logs=50
        ) as cluster:
            there = [await self._joined(cluster, folder, number) for number in range(self.count)]
            slow = max(1, self.count // 8) if self.name in ("stragglers", "both") else 0
            for one in there[:slow]:
                self.pace[str(one.name)] = 1 / SLOW
            began_s = time.monotonic()
            for one in there:
                self.came[str(one.name)] = began_s
            fates = [asyncio.create_task(self._fate(one, cluster, folder)) for one in self._doomed(there)]
            await asyncio.to_thread(self._rendered, cluster.scheduler_address, segments, folder)
            ended_s = time.monotonic()
            for fate in fates:
                fate.cancel()
            await asyncio.gather(*fates, return_exceptions=True)
            for one in there:
                await one.close(timeout=0.1, executor_wait=False)
        useful_s = sum(self.useful_s.values())
        could_s = sum(
            self.pace[name] * max(0.0, self.went.get(name, ended_s) - came) for name, came in self.came.items()
        )
        return Outcome(useful_s / could_s, useful_s / (ended_s - began_s), self.begun - len(segments))

    async def _joined(self, cluster: LocalCluster, folder: Path, number: int) -> Worker:
        self.pace[f"machine{number}"] = 1.0
        made = await Worker(
            cluster.scheduler_address, nthreads=1, resources={SEGMENT: 1}, name=f"machine{number}", host="127.0.0.1",
            dashboard=False, dashboard_address="127.0.0.1:0", local_directory=str(folder), memory_limit=0,
            silence_logs=50,
        )  # fmt: skip
        self.came[f"machine{number}"] = time.monotonic()
        return made

    def _doomed(self, there: Sequence[Worker]) -> Sequence[Worker]:
        return there[-max(1, self.count // 8) :] if self.name in ("failures", "both") else ()

    async def _fate(self, one: Worker, cluster: LocalCluster, folder: Path) -> None:
        """It dies under a segment; after two segments' time somebody starts it again."""
        usual_s = statistics.mean(self.costs)
        await asyncio.sleep(usual_s * self.dice.uniform(2, 0.7 * SHARE))
        self.went[str(one.name)] = time.monotonic()
        one.batched_stream.abort()  # no word of farewell
        await one.close(timeout=0.1, executor_wait=False, reason="it died")
        await asyncio.sleep(2 * usual_s)
        await self._joined(cluster, folder, len(self.came) + 1000)

    def _rendered(self, address: str, segments: Sequence[Segment], folder: Path) -> None:
        """As runtime.jobs.piecewise does it, without files."""
        place = door(address)
        order = {"job": "simulated", "topic": "simulated", "folder": str(folder), "sign": "", "sources": []}
        client = sharing.connected(place, None)
        cluster = sharing.Cluster(place, client, order, folder, lambda _: None)
        cluster.look()
        threading.Thread(target=cluster.keep_looking, daemon=True).start()
        said: queue.SimpleQueue[Event | None] = queue.SimpleQueue()

        whole = [0]
        cluster.left = lambda: len(segments) * self.size - sum(whole)

        def make(segment: Segment, maker: Maker) -> None:
            maker.render([RenderSink("encode1", "", "out", *segment, "y4m", (), self.size)], lambda _: None)
            whole.append(self.size)

        try:
            work(cluster.makers(), segments, make, lambda one: [one], lambda _: None, said, threading.Event())
        finally:
            cluster._ended.set()
            client.close(timeout=2)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all scenes, never closed: a worker that was torn from its scheduler leaves tasks that end for nobody."""
    return asyncio.new_event_loop()


_now: list[Scene] = []
"""The one that is played: Dask carries no state to its workers, and these are of this process."""


async def slept(order: dict[str, Any], parts: dict[str, Any], _token: str) -> dict[str, Any]:
    """In place of runtime.cluster.bench.make."""
    worker, scene = get_worker(), _now[0]
    scene.begun += 1
    first, pace = parts["encode1"]["first"], scene.pace[str(worker.name)]
    began_s = time.monotonic()
    await asyncio.sleep(scene.takes_s[first] / pace)
    took_s = time.monotonic() - began_s  # a machine that is busy with other things sleeps longer
    scene.useful_s[first] = took_s * pace
    done = {"sinks": [["encode1", scene.size, scene.size, scene.size, 0]], "elapsed_s": 0.0, "cpu_s": 0.0}
    found = {"at": worker.address, "took_s": took_s, "done": done}
    return {**found, "files": [], "folder": str(order["folder"]), "shared": False}


# -- on this machine
def workers(folder: Path, rounds: int, seconds: float) -> None:
    """One and two worker processes at a chain that keeps one core busy (stabilising is serial), in turn."""
    tape = tapes.tape(folder / "long tape.mkv", seconds=seconds, size="720x576")
    nodes = {"source1": ("input.video", {"file": str(tape)}), **LIGHT, "encode1": ("output.ffv1", {})}
    wires = ("source1.out > d1.clip", "d1.out > b1.clip", "b1.out > encode1.clip")
    document = save(graph(nodes, *wires), folder / "light.graph")
    took: dict[int, list[float]] = {1: [], 2: []}
    _run(folder, document, 1)  # the index
    for _ in range(rounds):
        for count in (1, 2):
            began = time.monotonic()
            _run(folder, document, count)
            took[count].append(time.monotonic() - began)
    one, two = (statistics.median(took[count]) for count in (1, 2))
    print(f"stabilising, to FFV1, {seconds:.0f} s of PAL, {os.cpu_count()} cores, median of {rounds} rounds: "
          f"one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} times as fast")  # fmt: skip


def _run(folder: Path, document: Path, count: int) -> None:
    words = ("--overwrite", "--quiet", "--segment", "125", "--workers", str(count))
    argv: list[str | Path] = [
        sys.executable,
        "-m",
        "runtime.commands",
        "run",
        document,
        "-o",
        folder / "result.mkv",
        *words,
    ]
    subprocess.run(argv, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    code = import_module("benchmarks.cluster").main()  # by this name Dask's workers find `slept`
    sys.stdout.flush()
    os._exit(code)  # see _loop
