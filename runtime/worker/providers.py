"""Which providers compute a model here, found by trying: `python -m runtime.worker.providers` tells as JSON.

A driver may take the process along, so each is tried in a child of its own; and a picture that differs from the
processor's is no picture. What cannot be here (no such card, another system) is not tried.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

ORDER = ("trt", "cuda", "dml", "coreml", "cpu", "ov", "ncnn")
"""The fastest first. OpenVINO and ncnn only where they are asked for: on the processor neither wins always."""
IN_ONNXRUNTIME = {
    "trt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "dml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
IN_MLRT = {"cuda": ("ort", "CUDA"), "dml": ("ort", "DML"), "coreml": ("ort", "COREML"), "cpu": ("ort", ""),
           "ov": ("ov", ""), "ncnn": ("ncnn", "")}  # fmt: skip
"""The namespace of the filter, and the provider it is asked for."""
_MODEL = Path(__file__).resolve().parents[2] / "graphs" / "demo" / "models" / "demo-upscale-2x.onnx"
_ON_CARDS = ("trt", "cuda", "dml", "coreml")
_OFF = "this render may not use a graphics card"
_CLOSE = 4e-3
"""Half precision keeps 11 bits."""
_PATIENCE_S = 90


@dataclass(frozen=True, slots=True)
class Trial:
    """`ways`: `mlrt`, `onnxruntime` or both, whichever gave the right picture. `why`: what speaks against it."""

    name: str
    ways: tuple[str, ...]
    why: str = ""


def trials() -> list[Trial]:
    """All providers, the fastest first."""
    return [tried(name) for name in ORDER]


def best() -> list[str]:
    """What `auto` may take, the fastest first."""
    return [name for name in ORDER if name not in ("ov", "ncnn", "cpu") and tried(name).ways] + ["cpu"]


@cache
def tried(name: str) -> Trial:
    """Whether a provider works here. Asked once a process; what cannot be here costs nothing."""
    why = _LACKS.get(name, _nothing)() or (_OFF if name in _ON_CARDS and no_cards() else "")
    if why:
        return Trial(name, (), why)
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "runtime.worker.providers", name],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            timeout=_PATIENCE_S,
            check=False,
        )
        if done.returncode:
            return Trial(name, (), f"it crashed while it was tried (exit {done.returncode})")
        found = json.loads(done.stdout.splitlines()[-1])
        return Trial(name, tuple(found["ways"]), str(found["why"]))
    except subprocess.TimeoutExpired:
        return Trial(name, (), f"it did not answer within {_PATIENCE_S} s")
    except (OSError, ValueError, LookupError) as fault:
        return Trial(name, (), f"it could not be tried ({fault})")


def no_cards() -> bool:
    """Whether the models of this worker keep off the graphics cards (runtime/hardware/seating.py)."""
    return os.environ.get("TAPELOOM_AI_ON") == "cpu"


def exact() -> dict[str, str]:
    """OpenVINO's settings for full precision: by itself it counts in bfloat16 where the processor can, and is wrong by
    two codes of eight bits."""
    return {"INFERENCE_PRECISION_HINT": "f32"}


def _nothing() -> str:
    return ""


def _no_nvidia() -> str:
    here = Path("/dev/nvidiactl").exists() or Path("/dev/dxg").exists() or shutil.which("nvidia-smi")
    return "" if here else "no NVIDIA card, or its driver is not here"


_LACKS: dict[str, Callable[[], str]] = {
    "cuda": _no_nvidia,
    "trt": _no_nvidia,
    "dml": lambda: "" if sys.platform == "win32" else "on Windows only",
    "coreml": lambda: "" if sys.platform == "darwin" else "on Macs only",
}


# -- in the child ----------------------------------------------------------------------------------
def _try(name: str) -> Trial:
    ways: list[str] = []
    faults: list[str] = []
    for way, attempt in (("mlrt", _mlrt), ("onnxruntime", _onnxruntime)):
        try:
            error = attempt(name)
        except Exception as fault:  # a provider may fail in any way
            faults.append(str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__)
            continue
        if error <= _CLOSE:
            ways.append(way)
        else:
            faults.append(f"its picture is wrong by {error:.3g}")
    return Trial(name, tuple(ways), "" if ways else "; ".join(dict.fromkeys(faults)))


def _picture() -> object:
    import numpy as np

    return np.random.default_rng(1).random((1, 3, 48, 64), dtype=np.float32)


def _wanted() -> object:
    from onnxruntime import InferenceSession

    session = InferenceSession(str(_MODEL), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: _picture()})[0]


def _onnxruntime(name: str) -> float:
    import numpy as np
    import onnxruntime as ort

    provider = IN_ONNXRUNTIME.get(name)
    if provider is None or provider not in ort.get_available_providers():
        raise LookupError("ONNX Runtime has been built without it")
    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(str(_MODEL), options, providers=[provider])
    if provider not in session.get_providers():
        raise LookupError("ONNX Runtime cannot load it")
    made = session.run(None, {session.get_inputs()[0].name: _picture()})[0]
    return float(np.abs(np.asarray(made) - np.asarray(_wanted())).max())


def _mlrt(name: str) -> float:
    import numpy as np
    import vapoursynth as vs

    space, provider = IN_MLRT.get(name, ("", ""))
    if not space or not hasattr(vs.core, space):
        raise LookupError("vs-mlrt's filter for it is not installed")
    values = np.asarray(_picture())[0]
    blank = vs.core.std.BlankClip(width=values.shape[2], height=values.shape[1], format=vs.RGBS, length=1)

    def paint(n: int, f: vs.VideoFrame) -> vs.VideoFrame:  # noqa: ARG001  # VapourSynth passes it by name
        made = f.copy()
        for plane in range(3):
            np.copyto(np.asarray(made[plane]), values[plane])
        return made

    options: dict[str, object] = {"provider": provider} if provider else {}
    if space == "ov":
        options["config"] = exact
    clip = getattr(vs.core, space).Model(blank.std.ModifyFrame(blank, paint), str(_MODEL), **options)
    with clip.get_frame(0) as frame:
        made = np.stack([np.asarray(frame[plane]) for plane in range(3)])
    return float(np.abs(made - np.asarray(_wanted())[0]).max())


if __name__ == "__main__":
    found = asdict(_try(sys.argv[1])) if len(sys.argv) > 1 else [asdict(one) for one in trials()]
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # a driver's tear-down may hang, and nothing of it is needed
