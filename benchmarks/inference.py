"""What our ONNX stage takes beyond the model itself: beside vs-mlrt's bare filter, a bare onnxruntime loop, and
pictures as files.

    python -m benchmarks.inference [--models demo compact span-x2] [--frames 60] [--rounds 5] [--tiles]

One 720×576 picture of the demo tape, RGBS, over and over; every side computes the same model of it:
- **ours**: the step that AI upscale writes (`nodes.feeding.enhanced`), in the supervised worker.
- **ort**, **ov**: the filter of vs-mlrt called bare, in the same worker, everything else alike.
- **loop**: `session.run` on an array that is there, in a process of its own; nothing else.
- **files**: what chaiNNer does for each frame: a PNG decoded, floats, the model, bytes, a PNG written (with Pillow).
Sides take turns. A turn's CPU and wall time are those beyond a turn without a model; medians of the rounds. All
pictures must agree before anything is timed. Aim: ours within 3 % of the best of ort, ov and loop.
`--tiles`: instead, tiled against untiled, the largest difference for each model, with the overlap it asks for and with
none.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import vapoursynth as vs
from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks.nets import compact
from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat, Range
from nodes.feeding import enhanced
from nodes.media import MediaError
from nodes.model import Model, find_model
from nodes.script import Input, Ref, Script
from nodes.stage import Stage
from runtime.emit import write
from runtime.protocol import RenderSink, StepCode, StepInput, StepOutput
from runtime.session import Session
from runtime.worker.onnx import ModelError, run_model
from runtime.worker.providers import exact

ROOT = Path(__file__).resolve().parents[1]
TAPE = ROOT / "graphs" / "demo" / "tape.mkv"
WIDTH, HEIGHT = 720, 576
AGREE = 1e-3
SIDES = ("ours", "ort", "ov", "loop", "files")
AIM = 1.03
TURN_S = 4.0
MOST_FRAMES, LENGTH = 1000, 1_000_000


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds a frame."""

    cpu_s: float
    wall_s: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--models", nargs="+", default=["demo", "compact", "span-x2"], help="demo, compact, or any name"
    )
    parser.add_argument("--frames", type=int, default=60, help="of a turn, at most; fewer of a slow model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES)
    parser.add_argument("--tiles", action="store_true", help="seams instead of speed")
    parser.add_argument("--tile", type=int, default=256, help="with --tiles: the side of a tile")
    child = parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    child.metavar = "SIDE"
    args = parser.parse_args()
    if args.child:
        _child(*args.child)
        return 0
    with tempfile.TemporaryDirectory(prefix="inference ") as folder:
        models = [found for name in args.models if (found := _model(name, Path(folder)))]
        if args.tiles:
            _seams(models, args.tile)
            return 0
        return _speed(models, Path(folder), args.frames, args.rounds, tuple(args.sides))


def _model(name: str, folder: Path) -> Model | None:
    if name == "compact":
        path = folder / "compact.onnx"
        path.write_bytes(compact())
        return find_model(str(path))
    try:
        return find_model("demo-upscale-2x" if name == "demo" else name)
    except MediaError as fault:
        print(f"{name}: left out. {fault}")
        return None


# -- speed -------------------------------------------------------------------------------------------
def _speed(models: list[Model], folder: Path, frames: int, rounds: int, sides: tuple[str, ...]) -> int:
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{WIDTH}×{HEIGHT}, {rounds} rounds in turn, {cpus} cores; medians, ms a frame (least, most)\n")
    print("| model | side | CPU ms | wall ms | off |\n|---|---|---|---|---|")
    worst = 0.0
    for model in models:
        worst = max(worst, _one(model, folder, frames, rounds, sides))
    print(
        f"\nours within {AIM - 1:.0%} of the best of ort, ov and loop: {'yes' if worst <= AIM else f'NO, {worst:.3f}'}"
    )
    return 0 if worst <= AIM else 1


def _one(model: Model, folder: Path, frames: int, rounds: int, sides: tuple[str, ...]) -> float:
    picture = folder / "picture.npy"
    np.save(picture, _picture())
    off = _agree(model)
    with Session() as session:
        steps = _steps(model, picture)
        failed = [one for one in session.load(steps, _PRELUDE) if one.state == "failed"]
        if failed:
            sys.exit(f"{failed[0].node}: {failed[0].message}")
        frames = max(2, min(frames, MOST_FRAMES, round(TURN_S / _in_worker(session, "ours", 2, rounds + 1).wall_s)))
        children = {name: _Child(name, model, picture, folder) for name in sides if name in ("loop", "files")}
        turns: dict[str, list[Turn]] = {name: [] for name in ("none", *sides)}
        try:
            for number in range(rounds + 1):
                names = list(turns)
                for name in names if number % 2 else reversed(names):
                    turn = children[name](frames) if name in children else _in_worker(session, name, frames, number)
                    if number:  # the first warms up
                        turns[name].append(turn)
        finally:
            for one in children.values():
                one.close()
    medians = {}
    for name in sides:
        base = Turn(0, 0) if name in children else _median(turns["none"])
        found = [Turn(one.cpu_s - base.cpu_s, one.wall_s - base.wall_s) for one in turns[name]]
        medians[name] = _median(found)
        cells = []
        for key in ("cpu_s", "wall_s"):
            row = [1000 * getattr(one, key) for one in found]
            cells.append(f"{statistics.median(row):.1f} ({min(row):.1f}, {max(row):.1f})")
        said = f"{off[name]:.1e}" if name in off else ""
        print(f"| {model.title} | {name} | {' | '.join(cells)} | {said} |", flush=True)
    peers = [medians[name] for name in ("ort", "ov", "loop") if name in medians]
    if "ours" not in medians or not peers:
        return 0.0
    ratios = [getattr(medians["ours"], key) / min(getattr(peer, key) for peer in peers) for key in ("cpu_s", "wall_s")]
    print(f"| {model.title} | ours : the best | {' | '.join(f'**{one:.3f}**' for one in ratios)} | |", flush=True)
    return float(max(ratios))


def _median(turns: list[Turn]) -> Turn:
    return Turn(*(statistics.median(getattr(one, key) for one in turns) for key in ("cpu_s", "wall_s")))


_PRELUDE = """
import numpy as np
import vapoursynth as vs
from vapoursynth import core
from runtime.worker.onnx import ModelError, run_model
from runtime.worker.providers import exact

def painted(path, length):
    values = np.load(path)
    blank = core.std.BlankClip(width=values.shape[2], height=values.shape[1], format=vs.RGBS, length=1, keep=True)
    def paint(n, f):
        made = f.copy()
        for plane in range(3):
            np.copyto(np.asarray(made[plane]), values[plane])
        return made
    return blank.std.ModifyFrame(blank, paint).std.Loop(length)
"""


def _steps(model: Model, picture: Path) -> tuple[StepCode, ...]:
    path = str(model.path)
    bare = {
        "none": "none = tape",
        "ours": f"{_stage(model)[0]}\nours = {_stage(model)[1]}",
        "ort": f"ort = core.ort.Model(tape, {path!r})",
        "ov": f"ov = core.ov.Model(tape, {path!r}, config=exact)",
    }
    source = f"tape = painted({str(picture)!r}, {LENGTH})"
    steps = [StepCode("tape", "tape", "tape", source, (), (StepOutput("out", "tape"),))]
    for name, code in bare.items():
        # only a corner goes on: nothing of what follows is to be paid for
        text = f"{code}\n{name} = {name}.std.CropAbs(16, 16)"
        steps.append(StepCode(name, name, name, text, (StepInput("tape", "tape", "out"),), (StepOutput("out", name),)))
    return tuple(steps)


def _stage(model: Model) -> tuple[str, str]:
    """The lines that AI upscale writes for a clip called tape, and what they call the result."""
    info = ClipInfo(
        width=WIDTH, height=HEIGHT, format=PixelFormat.parse("RGBS"), fields=Fields.PROGRESSIVE, matrix=Matrix.RGB,
        range=Range.FULL, fps=Fraction(25), sar=Fraction(1), frames=64,
    )  # fmt: skip
    made = enhanced(Script("stage"), Stage(model), Ref(Input("in0", "out"), info))
    text = write("stage", {"out": made.expr}, {("in0", "out"): "tape"})
    return "\n".join(text.lines), text.variables["out"]


def _in_worker(session: Session, name: str, frames: int, turn: int) -> Turn:
    """A render of so many frames, all but a corner of each thrown away; of frames that no other turn has seen, for
    VapourSynth keeps pictures that are asked for again."""
    first = turn * MOST_FRAMES
    argv = [get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "gbrpf32le", "-s", "16x16", "-i", "pipe:0"]
    sink = RenderSink(name, name, "out", first, first + frames, "raw", (*argv, "-f", "null", "-"), frames)
    done = session.render([sink])
    return Turn(done.cpu_s / frames, done.elapsed_s / frames)


# -- sides in processes of their own -----------------------------------------------------------------
class _Child:
    """A process that computes so many frames whenever it is told to, and says what that took."""

    def __init__(self, side: str, model: Model, picture: Path, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.inference", "--child", side, str(model.path), str(picture)]
        self.process = subprocess.Popen(
            [*command, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, frames: int) -> Turn:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{frames}\n")
        self.process.stdin.flush()
        cpu_s, wall_s = map(float, self.process.stdout.readline().split())
        return Turn(cpu_s / frames, wall_s / frames)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def _child(side: str, model: str, picture: str, folder: str) -> None:
    import onnxruntime
    from PIL import Image

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    values = np.load(picture)[None]
    taken, given = (Path(folder) / f"{side} {way}.png" for way in ("in", "out"))
    Image.fromarray(_bytes(values[0])).save(taken, compress_level=1)

    def loop() -> None:
        session.run(None, {name: values})

    def files() -> None:
        with Image.open(taken) as opened:
            fed = np.asarray(opened).astype(np.float32).transpose(2, 0, 1)[None] / np.float32(255)
        made = session.run(None, {name: np.ascontiguousarray(fed)})[0][0]
        Image.fromarray(_bytes(made)).save(given, compress_level=1)  # as OpenCV does, which chaiNNer saves with

    once: Callable[[], None] = {"loop": loop, "files": files}[side]
    for line in sys.stdin:
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            once()
        print(time.process_time() - cpu, time.perf_counter() - began, flush=True)


def _bytes(planes: np.ndarray) -> np.ndarray:
    codes: np.ndarray = (np.clip(planes, 0, 1) * 255 + 0.5).astype(np.uint8)
    return codes.transpose(1, 2, 0)


# -- the picture, and that all agree on it -------------------------------------------------------------
def _picture() -> np.ndarray:
    clip = vs.core.bs.VideoSource(str(TAPE), cachemode=0)[50].resize.Bicubic(format=vs.RGBS, matrix_in=5)
    return _planes(clip)


def _planes(clip: vs.VideoNode) -> np.ndarray:
    with clip.get_frame(0) as frame:
        return np.stack([np.asarray(frame[plane]).copy() for plane in range(3)])


def _clip() -> vs.VideoNode:
    return vs.core.bs.VideoSource(str(TAPE), cachemode=0)[50].resize.Bicubic(format=vs.RGBS, matrix_in=5)


def _agree(model: Model) -> dict[str, float]:
    """How far each side's picture is off onnxruntime's. Exits where one is another picture."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model.path), providers=["CPUExecutionProvider"])
    truth = session.run(None, {session.get_inputs()[0].name: _picture()[None]})[0][0]
    path = str(model.path)
    scale = int(model.scale)
    made = {
        "ours": run_model([_clip()], path, overlap=model.radius, scale=scale)[0],
        "ort": vs.core.ort.Model(_clip(), path),
        "ov": vs.core.ov.Model(_clip(), path, config=exact),
    }
    off = {name: float(np.abs(_planes(clip) - truth).max()) for name, clip in made.items()}
    wrong = [name for name, far in off.items() if not far <= AGREE]
    if wrong:
        sys.exit(f"{model.title}: {wrong[0]} makes another picture, {off[wrong[0]]:.3g} off")
    return off


# -- seams -------------------------------------------------------------------------------------------
def _seams(models: list[Model], tile: int) -> None:
    print(f"tiles of {tile} against none, {WIDTH}×{HEIGHT}, largest difference (of 1)\n")
    print("| model | radius told | overlap | vs-mlrt | onnxruntime |\n|---|---|---|---|---|")
    for model in models:
        whole = {one: _tiled(model, one, 0, 0) for one in ("mlrt", "onnxruntime")}
        for overlap in sorted({0, 8, 16, Stage(model, tile=tile).around}):
            cells = []
            for engine, one in whole.items():
                try:
                    cells.append(f"{np.abs(_tiled(model, engine, tile, overlap) - one).max():.1e}")
                except ModelError:
                    cells.append("–")  # vs-mlrt overlaps in pixels of its output: nothing is left of such a tile
            mark = " (used)" if overlap == Stage(model, tile=tile).around else ""
            print(f"| {model.title} | {model.radius or '–'} | {overlap}{mark} | {' | '.join(cells)} |", flush=True)


def _tiled(model: Model, engine: str, tile: int, overlap: int) -> np.ndarray:
    made = run_model(
        [_clip()], str(model.path), tile=(tile, tile), overlap=overlap, scale=model.scale, engine=engine, provider="cpu"
    )
    return _planes(made[0])


if __name__ == "__main__":
    sys.exit(main())
