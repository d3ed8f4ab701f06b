"""A model's pictures in tiles that overlap, made smaller where memory runs out: what every way of computing them in
Python has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import vapoursynth as vs

from runtime.worker.tiles import halved, spans

Picture = npt.NDArray[np.float32]
"""Planes, height, width."""

BYTES_A_PIXEL = 5000
"""What a pixel of a model's input may take while it is worked on, where it is not known of the model and the picture
becomes twice as large: measured 600 (a Compact) to 3,000 (SPAN); four times as large 1,340 to 18,700 (x4plus); of a row
of eleven pictures 9,300 to 15,500 (ProPainter)."""
_A_ROW = 9
"""Planes: a net that is given more of them at once holds something of every picture while it works."""
_SHARE = 0.6
_LEAST_TILE = 128
_MEMORY = (
    "out of memory",
    "out_of_memory",
    "outofmemory",
    "bad_alloc",
    "failed to allocate",
    "can't allocate memory",
    "not enough memory",
    "bfcarena",
    "alloc failed",
)


def out_of_memory(fault: BaseException) -> bool:
    """Whether memory is what it lacked, as the many libraries say it."""
    said = str(fault).lower()
    return isinstance(fault, MemoryError) or any(words in said for words in _MEMORY)


def free_memory() -> int:
    """Bytes."""
    import psutil

    return int(psutil.virtual_memory().available)


def tile_that_fits(
    size: tuple[int, int], overlap: int, scale: Fraction, multiple: int, seen: int = 0, planes: int = 0
) -> tuple[int, int]:
    """The tile for a picture that would take more memory whole than there is; (0, 0) where it would not.
    `seen`: bytes that this model took for a pixel of its input, 0 where nobody has looked. `planes`: of its input."""
    free = int(free_memory() * _SHARE)
    width, height = size
    each = seen or int(BYTES_A_PIXEL * max(Fraction(1), scale**2 / 4, Fraction(planes // _A_ROW)))
    if width * height * each <= free:
        return 0, 0
    side = max(isqrt(free // each), _LEAST_TILE + 2 * overlap)
    side = -(-side // multiple) * multiple
    return (min(side, width), min(side, height)) if side < width or side < height else (0, 0)


class Tiled(ABC):
    """One stage. `frame` is for `std.ModifyFrame`: VapourSynth calls it from its threads, one at a time."""

    def __init__(
        self, tile: tuple[int, int], overlap: int, scale: Fraction, multiple: int, warn: Callable[[str], None]
    ) -> None:
        self._tile, self._overlap, self._scale, self._multiple, self._warn = tile, overlap, scale, multiple, warn

    @property
    @abstractmethod
    def planes_out(self) -> int:
        """Of all its pictures together."""

    @abstractmethod
    def _run(self, planes: Picture) -> Picture:
        """What the model makes of a whole tile."""

    @abstractmethod
    def _retreat(self, fault: Exception) -> bool:
        """Take another way of computing, and tell so; False where there is none."""

    def clips(self, given: Sequence[vs.VideoNode], pictures: int) -> list[vs.VideoNode]:
        """The pictures, a clip each, that the model makes of the planes of `given`."""
        first = given[0]
        planes, step = self.planes_out // pictures, self._grown(first.height)
        blank = first.std.BlankClip(
            width=self._grown(first.width),
            height=step * pictures,
            format=vs.RGBS if planes == 3 else vs.GRAYS,
            keep=True,
        )
        tall = blank.std.ModifyFrame([blank, *given], self.frame).std.CopyFrameProps(first)
        if pictures == 1:
            return [tall]
        tall.std.SetVideoCache(mode=1)
        return [tall.std.CropAbs(tall.width, step, 0, at * step) for at in range(pictures)]

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
        """What the model makes of these planes. Tries again with smaller tiles, and in another way."""
        while True:
            try:
                return self._tiled(planes)
            except Exception as fault:  # a driver may fail in any way
                tile = self._tile if self._tile[0] else (planes.shape[2], planes.shape[1])
                smaller = halved(tile, self._overlap, self._multiple) if out_of_memory(fault) else None
                if smaller is not None:
                    self._warn(f"out of memory; goes on with tiles of {smaller[0]} × {smaller[1]}")
                    self._tile = smaller
                elif not self._retreat(fault):
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

    def _fitting(self, planes: Picture, made: npt.NDArray[Any]) -> Picture:
        """The one picture of a batch, of the size that it must have."""
        wanted = self._grown(planes.shape[1]), self._grown(planes.shape[2])
        if made.ndim != 4 or made.shape[2:] != wanted:
            text = f"the model makes {' × '.join(map(str, made.shape))} of {planes.shape[2]} × {planes.shape[1]}"
            raise ValueError(f"{text} instead of {wanted[1]} × {wanted[0]}: the scale in its description is wrong")
        return np.asarray(made[0], np.float32)
