"""A model in onnxruntime, picture by picture; another provider where one fails. Sessions are shared by all steps that
use the same model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.worker.providers import IN_ONNXRUNTIME
from runtime.worker.tiled import Picture, Tiled, out_of_memory

__all__ = ["SESSIONS", "Inference", "Picture", "out_of_memory", "told"]

_KEPT = 4  # models at a time; each holds its weights


class Sessions:
    """The loaded models, by file, its state and provider; the longest unused is let go of first."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int, int, str], Any] = {}
        self._lock = threading.Lock()

    def get(self, path: str, provider: str) -> Any:
        import onnxruntime as ort

        at = Path(path).stat()
        key = (path, at.st_size, at.st_mtime_ns, provider)
        with self._lock:
            session = self._held.pop(key, None)
            if session is None:
                options = ort.SessionOptions()
                options.log_severity_level = 4
                session = ort.InferenceSession(path, options, providers=[IN_ONNXRUNTIME[provider]])
                if IN_ONNXRUNTIME[provider] not in session.get_providers():
                    raise RuntimeError(f"ONNX Runtime cannot load {IN_ONNXRUNTIME[provider]}")
            self._held[key] = session
            while len(self._held) > _KEPT:
                del self._held[next(iter(self._held))]
            return session


SESSIONS = Sessions()


def told(path: str, key: str) -> str:
    """What a model's own file says under `key`; empty where it says nothing."""
    return str(SESSIONS.get(path, "cpu").get_modelmeta().custom_metadata_map.get(key, ""))


class Inference(Tiled):
    """One stage by onnxruntime."""

    def __init__(
        self,
        path: str,
        provider: str,
        tile: tuple[int, int],
        overlap: int,
        scale: Fraction,
        multiple: int,
        warn: Callable[[str], None],
    ) -> None:
        super().__init__(tile, overlap, scale, multiple, warn)
        self._path, self._provider = path, provider
        self._session = SESSIONS.get(path, provider)

    @property
    def planes_out(self) -> int:
        planes = self._session.get_outputs()[0].shape[1]
        return planes if isinstance(planes, int) else 3

    def check(self, planes: int) -> None:
        """ValueError where the model takes another number of planes."""
        taken = [one.shape[1] for one in self._session.get_inputs()]
        if all(isinstance(each, int) for each in taken) and sum(taken) != planes:
            raise ValueError(f"expects {sum(taken)} input planes, is given {planes}")

    def _retreat(self, fault: Exception) -> bool:
        if self._provider == "cpu":
            return False
        self._warn(f"{self._provider} failed ({str(fault).splitlines()[0]}); goes on with the processor")
        self._provider = "cpu"
        self._session = SESSIONS.get(self._path, "cpu")
        return True

    def _run(self, planes: Picture) -> Picture:
        fed: dict[str, npt.NDArray[Any]] = {}
        at = 0
        inputs: Sequence[Any] = self._session.get_inputs()
        for one in inputs:
            count = planes.shape[0] - at if len(inputs) == 1 else one.shape[1]
            kind = np.float16 if "float16" in one.type else np.float32
            fed[one.name] = np.ascontiguousarray(planes[None, at : at + count], kind)
            at += count
        (made,) = self._session.run([self._session.get_outputs()[0].name], fed)
        return self._fitting(planes, made)
