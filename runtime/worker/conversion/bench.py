"""What a frame costs by one engine: time, processor time, memory. One engine a process, so that each starts alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.worker.conversion.fault import ConversionError
from runtime.worker.conversion.pictures import Batch, Feed, decoded, fed, feed
from runtime.worker.memory import rss_bytes

KINDS = 4
"""Different frames that are taken in turn."""
Frame = Callable[[int], object]


def work(asked: dict[str, Any], _: Callable[[str], None]) -> dict[str, Any]:
    """{"model", "engine", "provider", "clip", "feed", "size", "frames", "seconds"}: a frame to warm up, then up to
    `frames`, as many as begin within `seconds`. Where the first alone took longer, it is what counts."""
    how = feed(asked["feed"])
    size = how.fit(tuple(asked["size"]))
    given = fed(decoded(Path(asked["clip"])), how, size, KINDS)
    make = {"mlrt": _mlrt, "onnxruntime": _onnxruntime, "torch": _torch}[asked["engine"]]
    before = rss_bytes()
    frame = make(Path(asked["model"]), asked["provider"], how, given)
    spent = [_timed(frame, 0)]
    end_s = time.perf_counter() + asked["seconds"]
    for n in range(1, asked["frames"] + 1):
        if (n > 1 or spent[0][0] > asked["seconds"]) and time.perf_counter() > end_s:
            break
        spent.append(_timed(frame, n))
    counted = spent[1:] or spent
    return {
        "size": list(size),
        "frames": len(counted),
        "ms": round(1000 * sum(wall for wall, _ in counted) / len(counted), 2),
        "cpu_ms": round(1000 * sum(cpu for _, cpu in counted) / len(counted), 2),
        "memory_bytes": max(0, peak_bytes() - before),
    }


def _timed(frame: Frame, n: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    frame(n)
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_bytes() -> int:
    """The most memory that this process has held. Not ru_maxrss on Linux: that remembers the parent's, too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import psutil

    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


def _onnxruntime(model: Path, provider: str, _: Feed, given: Batch) -> Frame:
    import numpy as np
    import onnxruntime

    from runtime.worker.providers import IN_ONNXRUNTIME

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    net = onnxruntime.InferenceSession(str(model), options, providers=[IN_ONNXRUNTIME[provider]])
    if IN_ONNXRUNTIME[provider] not in net.get_providers():
        raise ConversionError(f"ONNX Runtime cannot load {IN_ONNXRUNTIME[provider]}")
    (taken, *_rest) = net.get_inputs()
    kind = np.float16 if "float16" in taken.type else np.float32
    return lambda n: net.run(None, {taken.name: given[n % KINDS][None].astype(kind)})


def _torch(model: Path, _provider: str, _: Feed, given: Batch) -> Frame:
    from runtime.worker.conversion.answers import answering, loaded

    answer = answering(loaded(model))
    return lambda n: answer(given[n % KINDS][None])


def _mlrt(model: Path, provider: str, how: Feed, given: Batch) -> Frame:
    """The filter by itself, fed as the graph feeds it: RGBS clips, then single planes."""
    import numpy as np
    import vapoursynth as vs

    from runtime.worker import providers

    space, named = providers.IN_MLRT[provider]
    if not hasattr(vs.core, space):
        raise ConversionError(f"vs-mlrt's {space} is not installed")
    clips, at = [], 0
    while at < how.planes:
        count = 3 if how.planes - at >= 3 else 1
        kind = vs.RGBS if count == 3 else vs.GRAYS
        blank = vs.core.std.BlankClip(
            width=given.shape[3], height=given.shape[2], format=kind, length=100_000, keep=True
        )

        def paint(n: int, f: vs.VideoFrame, at: int = at, count: int = count) -> vs.VideoFrame:
            made = f.copy()
            for plane in range(count):
                np.copyto(np.asarray(made[plane]), given[n % KINDS, at + plane])
            return made

        clips.append(blank.std.ModifyFrame(blank, paint))
        at += count
    options: dict[str, Any] = {}
    if named:
        options = {"provider": named}
    elif space == "ov":
        options = {"config": providers.exact}
    if how.pattern in ("recurrent", "chroma"):  # more or fewer planes than a picture's three
        options["flexible_output_prop"] = "plane"
    made = getattr(vs.core, space).Model(clips, str(model), **options)
    clip: vs.VideoNode = made["clip"] if isinstance(made, dict) else made

    def frame(n: int) -> None:
        with clip.get_frame(n):
            pass

    return frame
