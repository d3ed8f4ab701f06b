"""How long from an edit behind QTGMC to its picture: our session, the bare cost, and the whole script again.

    python -m benchmarks.preview [--edits 30]

The node after QTGMC is edited and the frame that the user is looking at is asked for again.

- **ours**: the plan goes to the supervised worker, the picture comes back through shared memory.
- **bare**: the same new node and the same conversion for the screen in this very process, with everything upstream
  alive; no protocol, no other process.
- **whole script**: every line evaluated again, with the same frame asked for; the source's index is there already.

The three take turns in one run. Targets: ours ≤ 1.3 × bare, and ≥ 50 × faster than the whole script.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from runtime.protocol import StepCode, StepInput, StepOutput
from runtime.session import Session

CLIP = Path(__file__).parent.parent / "tests" / "media" / "bigbuckbunny_1280x720_25p.mp4"
FRAMES = (20, 34, 48)
MOST_TIMES_BARE, LEAST_TIMES_FASTER = 1.3, 50.0

IMPORTS = """\
import vapoursynth as vs
from vapoursynth import core
from vsaa import NNEDI3
from vsdeinterlace import QTempGaussMC
from vsdenoise import MVToolsPreset, PenaltyMode, SearchMode"""

# Film at 25p, taken for 50p and interlaced as a camera would.
TAPE = """\
film = core.bs.VideoSource({path!r}, cachemode=4, cachepath={index!r})
film = film.resize.Bicubic(720, 576, format=vs.YUV422P8).std.AssumeFPS(fpsnum=50)
film = film.std.SetFrameProps(_FieldBased=0, _Matrix=5, _Primaries=5, _Transfer=6)
fields = film.std.SeparateFields(tff=True).std.SelectEvery(4, [0, 3])
tape = fields.std.DoubleWeave(tff=True).std.SelectEvery(2, 0).std.SetFieldBased(2)
"""

# The classic table's Medium (havsfunc 3.33), on vsjetpack.
QTGMC = """\
analyse = dict(blksize=16, overlap_div=2, search=SearchMode.HEXAGON, searchparam=2, pelsearch=1, mvlambda=100)
analyse |= dict(lsad=400, pnew=25, plevel=PenaltyMode.NONE, globalmv=True)
engine = QTempGaussMC(
    prefilter_tr=2, prefilter_strength=(1.9, 0.1),
    prefilter_postprocess=QTempGaussMC.SearchPostProcess.GAUSSBLUR_EDGESOFTEN,
    prefilter_mask_shimmer_args={'erosion_distance': 3},
    analyze_preset=MVToolsPreset(pel=1, pad=16, chroma=False, analyze_args=analyse),
    analyze_blksize=16, analyze_overlap=2, analyze_refine=0, analyze_thscd=(180, 38.5),
    basic_tr=1, basic_thsad=640, basic_bobber=NNEDI3(nsize=5, nns=1, qual=1, pscrn=2),
    sharpen_mode=QTempGaussMC.SharpenMode.UNSHARP_MINMAX, sharpen_strength=1.2,
    back_blend_mode=QTempGaussMC.BackBlendMode.BOTH, back_blend_sigma=1.4,
    final_tr=1, final_thsad=256, final_mask_shimmer_args={'erosion_distance': 4},
)
qtgmc = engine.deinterlace(tape, tff=True)
"""


def levels(edit: int) -> str:
    return f"levels = qtgmc.std.Levels(min_in=16, max_in={200 + edit % 35}, min_out=16, max_out=235, planes=[0])\n"


def steps(tape: str, edit: int) -> list[StepCode]:
    def step(node: str, code: str, fingerprint: str, *above: str) -> StepCode:
        inputs = tuple(StepInput(one, one, "out") for one in above)
        return StepCode(fingerprint, node, node, code, inputs, (StepOutput("out", node),))

    return [
        step("tape", tape, "tape"),
        step("qtgmc", QTGMC, "qtgmc", "tape"),
        step("levels", levels(edit), f"levels {edit}", "qtgmc"),
    ]


class Ours:
    """The way of the program."""

    def __init__(self, tape: str) -> None:
        self.session, self.tape = Session(), tape

    def __call__(self, edit: int, frame: int) -> bytes:
        self.session.load_async(steps(self.tape, edit), IMPORTS)
        return self.session.preview("levels", "out", frame).data

    def cpu_s(self) -> float:
        times = psutil.Process(self.session.worker_pid).cpu_times()
        return float(times.user + times.system) + time.process_time()


class Bare:
    """The same in this process, without any of our machinery."""

    def __init__(self, tape: str) -> None:
        import vapoursynth as vs

        self.core, self.script = vs.core, f"{IMPORTS}\n{tape}{QTGMC}"
        self.core.max_cache_size = 1024
        self.upstream: dict[str, object] = {}
        exec(self.script, self.upstream)

    def __call__(self, edit: int, frame: int) -> bytes:
        return self.shown(dict(self.upstream), edit, frame)

    def whole(self, edit: int, frame: int) -> bytes:
        space: dict[str, object] = {}
        exec(self.script, space)
        return self.shown(space, edit, frame)

    def shown(self, space: dict[str, object], edit: int, frame: int) -> bytes:
        import vapoursynth as vs

        exec(levels(edit), space)
        clip = space["levels"]
        assert isinstance(clip, vs.VideoNode)
        rgb = clip.resize.Bilinear(format=vs.RGB24, matrix_in_s="170m").vszip.PackRGB()
        with rgb.get_frame(frame) as made:
            return bytes(memoryview(made[0]).tobytes())

    def cpu_s(self) -> float:
        return time.process_time()


def measure(
    call: Callable[[int, int], bytes], cpu_s: Callable[[], float], edit: int, frame: int
) -> tuple[float, float]:
    """(wall ms, CPU ms) of one edit."""
    cpu, wall = cpu_s(), time.perf_counter()
    call(edit, frame)
    return (time.perf_counter() - wall) * 1000, (cpu_s() - cpu) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=30, help="edits at each of three frames")
    edits = parser.parse_args().edits
    with tempfile.TemporaryDirectory() as folder:
        tape = TAPE.format(path=str(CLIP), index=str(Path(folder) / "tape.bsindex"))
        bare, ours = Bare(tape), Ours(tape)
        with ours.session:
            took: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": [], "whole script": []}
            edit = 0
            for frame in FRAMES:
                edit += 1
                if ours(edit, frame) != bare(edit, frame):  # also warms both at this frame
                    sys.exit("ours and bare are not the same picture")
                for turn in range(edits):
                    edit += 1
                    took["ours"].append(measure(ours, ours.cpu_s, edit, frame))
                    took["bare"].append(measure(bare, bare.cpu_s, edit, frame))
                    if turn % 10 == 0:
                        took["whole script"].append(measure(bare.whole, bare.cpu_s, edit, frame))
    return report(took)


def report(took: dict[str, list[tuple[float, float]]]) -> int:
    medians = {name: statistics.median(wall for wall, _ in times) for name, times in took.items()}
    print(f"{'':14}{'median ms':>12}{'worst ms':>12}{'mean CPU ms':>14}{'edits':>8}")
    for name, times in took.items():
        walls, cpus = zip(*times, strict=True)
        mean = statistics.fmean(cpus)
        print(f"{name:14}{medians[name]:12.2f}{max(walls):12.2f}{mean:14.2f}{len(times):8}")
    times_bare, times_faster = medians["ours"] / medians["bare"], medians["whole script"] / medians["ours"]
    good = times_bare <= MOST_TIMES_BARE and times_faster >= LEAST_TIMES_FASTER
    print(f"ours / bare          {times_bare:6.2f}   (at most {MOST_TIMES_BARE})")
    print(f"whole script / ours  {times_faster:6.1f}   (at least {LEAST_TIMES_FASTER:g})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
