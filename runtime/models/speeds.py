"""What a frame costs by each engine: a process each, one after the other, so that none has another's memory."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.inquiry import inquire
from runtime.models.child import ConversionError, TorchMissingError, work

SECONDS = 10.0
"""What an engine is watched for at most, after its first frame."""
_LIMIT_S = 900.0


@dataclass(frozen=True, slots=True)
class Engine:
    """`by`: mlrt, onnxruntime or torch. `on`: the provider (runtime.worker.providers)."""

    by: str
    on: str = "cpu"

    @property
    def title(self) -> str:
        match self.by, self.on:
            case "mlrt", "cpu":
                return "vs-mlrt ort"
            case "mlrt", on:
                return f"vs-mlrt {on}"
            case by, "cpu":
                return by
            case by, on:
                return f"{by} {on}"


BOTH = (Engine("mlrt", "cpu"), Engine("mlrt", "ov"), Engine("onnxruntime", "cpu"))
"""What every machine has."""
TORCH = Engine("torch")


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds a frame by the clock and by the processors' time; what the model adds to the process's memory at
    its peak. `fault` where the engine does not run it."""

    engine: str
    size: tuple[int, int] = (0, 0)
    frames: int = 0
    ms: float = 0.0
    cpu_ms: float = 0.0
    memory_bytes: int = 0
    fault: str = ""


def speed(
    model: Path,
    engine: Engine,
    feed: dict[str, object],
    clip: Path,
    size: tuple[int, int],
    *,
    frames: int = 5,
    seconds: float = SECONDS,
    heed: Callable[[], None] = lambda: None,
) -> Speed:
    """One engine, timed. A fault of it is part of the answer."""
    asked: dict[str, object] = {
        "model": str(model.absolute()),
        "engine": engine.by,
        "provider": engine.on,
        "clip": str(clip.absolute()),
        "feed": feed,
        "size": size,
        "frames": frames,
        "seconds": seconds,
    }
    try:
        said = work("bench", asked, engine.title, limit_s=_LIMIT_S, heed=heed)
    except TorchMissingError:
        return Speed(engine.title, fault="PyTorch is not here: `launch.py setup torch`")
    except ConversionError as fault:
        return Speed(engine.title, fault=str(fault).removeprefix(f"{engine.title}: "))
    return Speed(engine.title, **{**said, "size": tuple(said["size"])})


def engines(say: Callable[[str], None]) -> list[Engine]:
    """Those that give the right picture here, found by trying."""
    say("looking for what computes models here")
    try:
        done = inquire("runtime.worker.providers", patience_s=600)
        done.check_returncode()
        trials = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, OSError, ValueError, IndexError):
        return list(BOTH)
    return [Engine(way, trial["name"]) for trial in trials for way in trial["ways"]]


def fastest(found: list[Speed]) -> Speed | None:
    """The one with the shortest frame."""
    return min((one for one in found if not one.fault), key=lambda one: one.ms, default=None)
