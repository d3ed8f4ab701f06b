"""ONNX Runtime or OpenVINO, where a model runs on the processor: which is quicker differs from net to net and from one
version to the next (the demo upscaler 47 against 30 CPU ms a frame, a Compact 913 against 501; the versions before had
it the other way round with the Compact), so each model is timed by both, once, and the answer kept.

It is timed in a process of its own, by the processor's time and not the clock, so that a busy machine alters little;
what is kept is kept for good, so that all workers, and a render gone on with tomorrow, take the same. Both pictures
must agree. Without a place to keep the answer nothing is timed: chance never decides twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LEAST_PIXELS = 256 * 256
"""Smaller pictures are over before the question is answered: ONNX Runtime."""
_GAIN = 0.97
"""OpenVINO must take less than this of ONNX Runtime's time."""
_AGREE = 1e-4
"""Of the largest value of the picture. Measured 1e-6 to 3e-6."""
_SIDE = 64
_ENOUGH_PIXELS = 160 * 160
_FRAME_S, _ALL_S, _LIMIT_S = 0.5, 8.0, 180.0
_ROUNDS = 5
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Order:
    """`planes` of each clip, 3 or 1; `size` of the picture in question; `fixed` where the model takes no other."""

    path: str
    planes: tuple[int, ...]
    size: tuple[int, int]
    scale: str
    pictures: int
    multiple: int
    fixed: bool


@dataclass(frozen=True, slots=True)
class Timed:
    """`better`: cpu (ONNX Runtime) or ov. Processor seconds a frame by both. `bytes_a_pixel`: what the model took for
    each pixel of its input beside its weights, 0 where it was not seen."""

    better: str = "cpu"
    ort_s: float = 0.0
    ov_s: float = 0.0
    bytes_a_pixel: int = 0
    why: str = ""


def timed(order: Order) -> Timed:
    """What is known of the model; timed now where nothing is."""
    if order.size[0] * order.size[1] < LEAST_PIXELS:
        return Timed()
    try:
        note = folder() / f"{_key(order)}.json"
        found = _kept(note)
        if found is None:
            note.parent.mkdir(parents=True, exist_ok=True)
            _keep(note, _asked(order))
            found = _kept(note)
    except OSError:
        found = None
    return found or Timed()


def folder() -> Path:
    """Where the answers are kept; may be deleted at any time."""
    named = os.environ.get("TAPELOOM_CACHE")
    if named:
        return Path(named) / "timing"
    import platformdirs

    return platformdirs.user_cache_path("tapeloom") / "timing"


def _kept(note: Path) -> Timed | None:
    try:
        said = json.loads(note.read_bytes())
        found = Timed(**said)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if found.better in ("cpu", "ov") else None


def _keep(note: Path, found: Timed) -> None:
    """The first of several workers that timed at once is believed by all."""
    if note.exists() and _kept(note) is None:
        note.unlink()  # what another program left
    handle, name = tempfile.mkstemp(dir=note.parent, suffix=".part")
    part = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(found), file)
    try:
        note.hardlink_to(part)
    except FileExistsError:
        part.unlink()
    except OSError:  # a file system without links
        part.replace(note)
    else:
        part.unlink()


def _key(order: Order) -> str:
    with Path(order.path).open("rb") as file:
        model = hashlib.file_digest(file, "sha256").hexdigest()
    told = [_FORMAT, model, order.planes, *_machine()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


@cache
def _machine() -> tuple[str, ...]:
    """The processor and the versions for which an answer holds."""
    versions = []
    for name in ("vapoursynth-mlrt-ort", "vapoursynth-mlrt-ov", "onnxruntime"):
        with contextlib.suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    chip = platform.processor() or platform.machine()
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
        chip = next(line for line in lines if line.startswith("model name"))
    return chip, str(os.cpu_count()), *versions


def _asked(order: Order) -> Timed:
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "runtime.worker.timing", json.dumps(asdict(order))],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            timeout=_LIMIT_S,
            check=False,
        )
        if done.returncode:
            return Timed(why=f"ended with {done.returncode} while it was timed")
        return Timed(**json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        return Timed(why=f"took more than {_LIMIT_S:.0f} s")
    except (ValueError, LookupError, TypeError) as fault:
        return Timed(why=f"no answer ({fault})")


# -- in the child ----------------------------------------------------------------------------------
def _time(order: Order) -> Timed:
    import numpy as np
    import vapoursynth as vs

    from runtime.worker.memory import rss_bytes
    from runtime.worker.onnx import by_filter

    if not (hasattr(vs.core, "ov") and hasattr(vs.core, "ort")):
        return Timed(why="one of the filters is not installed")

    def clip(name: str, width: int, height: int) -> vs.VideoNode:
        given = []
        for at, planes in enumerate(order.planes):
            kind = vs.RGBS if planes == 3 else vs.GRAYS
            blank = vs.core.std.BlankClip(width=width, height=height, format=kind, length=1000, keep=True)
            waves = [f"X {7 + at + plane} / sin Y {11 - plane} / cos + N + 4 / 0.5 +" for plane in range(planes)]
            given.append(blank.akarin.Expr(waves))
        return by_filter(name, given, order.path, order.scale, order.pictures)[0]

    def cost(made: vs.VideoNode, n: int) -> float:
        before = time.process_time()
        with made.get_frame(n):
            return time.process_time() - before

    wide, high = order.size
    if not order.fixed:
        wide, high = (_up(min(_SIDE, each), order.multiple) for each in order.size)
    ort = clip("cpu", wide, high)
    held = rss_bytes()
    if not order.fixed:  # a net's way with the processor's caches shows in large pictures only
        first_s = min(cost(ort, n) for n in (0, 1))
        by = max(1.0, _FRAME_S / max(first_s, 1e-4)) ** 0.5
        wide, high = (_up(min(order.size[at], int((wide, high)[at] * by)), order.multiple) for at in (0, 1))
        ort = clip("cpu", wide, high)
    with ort.get_frame(0) as one:
        many = wide * high >= _ENOUGH_PIXELS  # of a few, what the weights take is most
        bytes_a_pixel = max(0, _peak_bytes() - held) // (wide * high) if many else 0
        ov = clip("ov", wide, high)
        with ov.get_frame(0) as other:
            for plane in range(one.format.num_planes):
                a, b = np.asarray(one[plane]), np.asarray(other[plane])
                off = float(np.abs(a - b).max() / max(1.0, float(np.abs(a).max())))
                if not off <= _AGREE:
                    return Timed(bytes_a_pixel=bytes_a_pixel, why=f"OpenVINO's picture is {off:.2g} off")
    until = time.perf_counter() + _ALL_S
    costs: dict[str, list[float]] = {"cpu": [], "ov": []}
    for n in range(1, 1 + _ROUNDS):
        costs["cpu"].append(cost(ort, n))
        costs["ov"].append(cost(ov, n))
        if time.perf_counter() > until:
            break
    ort_s, ov_s = min(costs["cpu"]), min(costs["ov"])
    return Timed("ov" if ov_s < _GAIN * ort_s else "cpu", round(ort_s, 5), round(ov_s, 5), bytes_a_pixel)


def _up(pixels: int, multiple: int) -> int:
    return -(-pixels // multiple) * multiple


def _peak_bytes() -> int:
    """The most memory that this process has held; 0 where the system does not tell simply."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next((line for line in status.read_text("ascii", "replace").splitlines() if line.startswith("VmHWM")), "")
    return int(line.split()[1]) * 1024 if line else 0


def main(argument: str) -> None:
    said = json.loads(argument)
    order = Order(**{**said, "planes": tuple(said["planes"]), "size": tuple(said["size"])})
    try:
        found = _time(order)
    except Exception as fault:  # a model may fail in any way; the stage says why
        found = Timed(why=str(fault).strip().partition("\n")[0][:300])
    print(json.dumps(asdict(found)))
    sys.stdout.flush()
    os._exit(0)  # a library's tear-down may hang, and nothing of it is needed


if __name__ == "__main__":
    main(sys.argv[1])
