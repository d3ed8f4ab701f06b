"""What an edit costs before the worker hears of it: the plan and its step codes, anew and by what remembers.

    python -m benchmarks.compile [--edits 40]

CPU milliseconds, medians; both ways take turns in one run. Then what every stand-in costs beside the node it stands
for: built anew, and its first frame of PAL.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.edits import SetParams, apply
from graphs.library import preset
from graphs.overrides import set_inputs
from graphs.upgrade import defaults
from nodes.clip import Fields, SoundInfo
from nodes.media import Media, SoundStream, VideoStream
from nodes.node import Node, has_stand_in
from nodes.registry import Registry, default_registry
from runtime.compiled import compiled, index_files
from runtime.incremental import Compiler
from runtime.script import step_codes
from tests.nodes import harness

LENGTH = 500
DEAR: dict[str, dict[str, object]] = {  # what is dear only when it is set so
    "motion.rate": {"between": "motion", "rate": "30"},
    "scale.nnedi3": {"quality": "best", "factor": "4x"},
}


def probe(path: str) -> Media:
    """A tape of a minute: looking at files is not what is measured."""
    stream = VideoStream(0, "ffv1", replace(harness.PAL, frames=1500), Fields.TFF)
    sound = SoundStream(0, "pcm_s16le", SoundInfo(48000, 2, Fraction(60)))
    return Media(path, "matroska", "the tape", 1, Fraction(60), (stream,), (sound,))


def tape(registry: Registry) -> Graph:
    found = preset("vhs-pal")
    assert found
    return set_inputs(found.graph, ["tape.mkv"], registry)[0]


def chain(registry: Registry) -> Graph:
    levels = registry.types["colour.levels"]
    usual = defaults(levels)
    docs = [
        NodeDoc(NodeId("source1"), "input.video", params={"file": "tape.mkv"}),
        *(
            NodeDoc(NodeId(f"levels{at}"), levels.id, levels.version, {**usual, "gamma": 1 + at / 1000})
            for at in range(LENGTH)
        ),
    ]
    return Graph.of(docs, [Link((a.id, "out"), (b.id, "clip")) for a, b in pairwise(docs)])


def cpu_ms(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


def edits(graph: Graph, node: str, param: str, values: list[object], count: int) -> Iterator[Graph]:
    for at in range(count + 2):
        graph, _ = apply(graph, SetParams(NodeId(node), {param: values[at % len(values)]}))  # type: ignore[dict-item]
        yield graph


def measure(title: str, registry: Registry, documents: Iterator[Graph]) -> None:
    compiler = Compiler(registry, probe)
    anew: list[float] = []
    plans: list[float] = []
    codes: list[float] = []
    for at, graph in enumerate(documents):
        every = list(graph.nodes)

        def both(graph: Graph = graph, every: list[NodeId] = every) -> None:
            plan = compiled(graph, registry, probe, every).plan
            step_codes(plan, index_files(plan.files))

        began = time.thread_time()
        plan = compiler.compile(graph, every).plan
        between = time.thread_time()
        compiler.codes(plan)
        ended = time.thread_time()
        if at > 1:
            anew.append(cpu_ms(both))
            plans.append((between - began) * 1000)
            codes.append((ended - between) * 1000)
    total = statistics.median(map(sum, zip(plans, codes, strict=True)))
    parts = f"plan {statistics.median(plans):6.2f} + codes {statistics.median(codes):6.2f}"
    print(f"{title:44} anew {statistics.median(anew):7.2f}   remembered {total:6.2f}   ({parts})")


def stand_ins(registry: Registry) -> None:
    print("\nStand-ins: building and a first frame of PAL, CPU ms")
    for kind in sorted((kind for kind in registry if has_stand_in(kind)), key=lambda kind: kind.id):
        wants = kind.inputs["clip"].wants
        tapes = (replace(info, frames=60) for info in (harness.PAL, replace(harness.PAL, fields=Fields.PROGRESSIVE)))
        info = next(info for info in tapes if wants.accepts_fields(info))
        clip = harness.picture(info)
        for frame in range(20, 42):
            clip.get_frame(frame).close()

        def first(node: Node, quick: bool, info=info, clip=clip) -> float:  # type: ignore[no-untyped-def]
            began = time.process_time()
            made = harness.run(node, {"clip": (info, clip)}, quick=quick)["out"]
            made.get_frame(30 * made.num_frames // 60 + 1).close()
            return (time.process_time() - began) * 1000

        node = kind().having(**DEAR.get(kind.id, {}))
        first(node, False), first(node, True)  # imports
        true, quick = (statistics.median(first(node, how) for _ in range(3)) for how in (False, True))
        print(f"{kind.id:28} itself {true:7.1f}   stand-in {quick:6.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=40)
    count = parser.parse_args().edits
    registry = default_registry()
    preset, long = tape(registry), chain(registry)
    print(f"Compile and codes of every node after an edit, CPU ms (medians of {count}; chain: {max(3, count // 4)})")
    lines: list[object] = [8, 10, 12, 6]
    measure("vhs-pal, 10 nodes: the last filter", registry, edits(preset, "headswitch1", "lines", lines, count))
    measure("vhs-pal, 10 nodes: QTGMC", registry, edits(preset, "qtgmc1", "final_thsad", [100, 200, 300], count))
    measure("vhs-pal, 10 nodes: the first filter", registry, edits(preset, "chroma1", "strength", [1, 2, 3, 5], count))
    gammas: list[object] = [1.5, 1.6, 1.7]
    few = max(3, count // 4)
    measure(f"{LENGTH} in a chain: the last", registry, edits(long, f"levels{LENGTH - 1}", "gamma", gammas, few))
    measure(f"{LENGTH} in a chain: the first", registry, edits(long, "levels0", "gamma", gammas, few))
    stand_ins(registry)


if __name__ == "__main__":
    main()
