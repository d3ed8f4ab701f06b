"""A model in onnxruntime, picture by picture: tiles that overlap, made smaller where memory runs out; another provider
where one fails. Sessions are shared by all steps that use the same model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vapoursynth as vs

from runtime.worker.providers import IN_ONNXRUNTIME
from runtime.worker.tiles import halved, spans

Picture = npt.NDArray[np.float32]
"""Planes, height, width."""

_KEPT = 4  # models at a time; each holds its weights
_MEMORY = (
    "out of memory",
    "out_of_memory",
    "outofmemory",
    "bad_alloc",
    "failed to allocate",
    "bfcarena",
    "alloc failed",
)


def out_of_memory(fault: BaseException) -> bool:
    """Whether memory is what it lacked, as the many libraries say it."""
    said = str(fault).lower()
    return isinstance(fault, MemoryError) or any(words in said for words in _MEMORY)


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


class Inference:
    """One stage. `frame` is for `std.ModifyFrame`: VapourSynth calls it from its threads, one at a time."""

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
        self._path, self._provider, self._tile, self._overlap = path, provider, tile, overlap
        self._scale, self._multiple, self._warn = scale, multiple, warn
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

    def frame(self, n: int, f: list[vs.VideoFrame]) -> vs.VideoFrame:  # noqa: ARG002  # VapourSynth passes it by name
        """The first of `f` painted with what the model makes of the others, its pictures one below the other."""
        planes = [np.asarray(one[plane]) for one in f[1:] for plane in range(one.format.num_planes)]
        made = self.picture(np.stack(planes))
        target = f[0].copy()
        count = target.format.num_planes
        if made.shape[0] * made.shape[1] != count * target.height:
            raise ValueError(f"the model gives {made.shape[0]} planes of {made.shape[2]} × {made.shape[1]}")
        pictures = made.shape[0] // count
        for plane in range(count):
            tall = np.concatenate([made[at * count + plane] for at in range(pictures)])
            np.copyto(np.asarray(target[plane]), tall)
        return target

    def picture(self, planes: Picture) -> Picture:
        """What the model makes of these planes. Tries again with smaller tiles, and on the processor."""
        while True:
            try:
                return self._tiled(planes)
            except Exception as fault:  # a driver may fail in any way
                tile = self._tile if self._tile[0] else (planes.shape[2], planes.shape[1])
                smaller = halved(tile, self._overlap, self._multiple) if out_of_memory(fault) else None
                if smaller is not None:
                    self._warn(f"out of memory; goes on with tiles of {smaller[0]} × {smaller[1]}")
                    self._tile = smaller
                elif self._provider != "cpu":
                    self._warn(f"{self._provider} failed ({str(fault).splitlines()[0]}); goes on with the processor")
                    self._provider = "cpu"
                    self._session = SESSIONS.get(self._path, "cpu")
                else:
                    raise

    def _tiled(self, planes: Picture) -> Picture:
        _, height, width = planes.shape
        wide, high = (min(self._tile[0] or width, width), min(self._tile[1] or height, height))
        if (wide, high) == (width, height) or self._scale.denominator > 1:
            return self._run(planes)
        made: Picture | None = None
        for left, from_x, to_x in spans(width, wide, self._overlap):
            for top, from_y, to_y in spans(height, high, self._overlap):
                part = self._run(planes[:, top : top + high, left : left + wide])
                if made is None:
                    made = np.empty((part.shape[0], self._grown(height), self._grown(width)), np.float32)
                rows = slice(self._grown(from_y), self._grown(to_y))
                columns = slice(self._grown(from_x), self._grown(to_x))
                y, x = self._grown(top), self._grown(left)
                made[:, rows, columns] = part[:, rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
        assert made is not None
        return made

    def _grown(self, pixels: int) -> int:
        return int(pixels * self._scale)

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
        wanted = self._grown(planes.shape[1]), self._grown(planes.shape[2])
        if made.ndim != 4 or made.shape[2:] != wanted:
            text = f"the model makes {' × '.join(map(str, made.shape))} of {planes.shape[2]} × {planes.shape[1]}"
            raise ValueError(f"{text} instead of {wanted[1]} × {wanted[0]}: the scale in its description is wrong")
        return np.asarray(made[0], np.float32)
