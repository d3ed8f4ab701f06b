"""Real frames, made what a net is fed: a conversion is proved on what it will meet, not on noise.

An interlaced frame gives its upper field: no net is to learn combs.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.worker.conversion.fault import ConversionError

Batch = NDArray[np.float32]
"""N, planes, height, width, in the net's own range."""
MOST = 48
"""Frames that are decoded of a clip."""
RUN = 6
"""So many together, at places spread over a clip that is longer than LONG_S; else from its beginning."""
LONG_S = 60
SIZES = ((128, 96), (176, 144))
"""Width and height of the two proofs: a net that was frozen for one size fails at the other."""
RANGES = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a net takes. `pattern` is a word of nodes.model.Pattern; `fixed` is its only width and height."""

    pattern: str
    planes: int
    frames: int = 1
    multiple: int = 1
    fixed: tuple[int, int] | None = None
    value_range: str = "0..1"

    def sizes(self) -> tuple[tuple[int, int], ...]:
        """The sizes it is proved at, smaller first: one where it takes only one."""
        if self.fixed:
            return (self.fixed,)
        small, large = (self.fit(size) for size in SIZES)
        if small == large:
            large = (small[0] + self.multiple, small[1] + self.multiple)
        return small, large

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """The next size that it takes."""
        if self.fixed:
            return self.fixed
        width, height = (-(-side // self.multiple) * self.multiple for side in size)
        return width, height

    @property
    def span(self) -> float:
        low, high = RANGES[self.value_range]
        return high - low


def feed(said: dict[str, Any]) -> Feed:
    fixed = said.get("fixed")
    return Feed(**{**said, "fixed": tuple(fixed) if fixed else None})


def decoded(clip: Path) -> list[NDArray[np.uint8]]:
    """RGB pictures of a clip, height × width × 3. ConversionError where it shows none."""
    import av

    found: list[NDArray[np.uint8]] = []
    try:
        with av.open(str(clip)) as file:
            length = file.duration or 0  # microseconds
            spread = length > LONG_S * av.time_base
            for place in range(MOST // RUN if spread else 1):
                if place:
                    file.seek(length * place * RUN // MOST)
                for frame in itertools.islice(file.decode(video=0), RUN if spread else MOST):
                    picture = frame.to_ndarray(format="rgb24")
                    found.append(picture[::2] if frame.interlaced_frame else picture)
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        if not found:
            raise ConversionError(f"{clip.name}: its pictures cannot be read ({why}). Name another clip") from None
    if not found:
        raise ConversionError(f"{clip.name}: it has no pictures. Name another clip")
    return found


def fed(pictures: list[NDArray[np.uint8]], to: Feed, size: tuple[int, int], count: int, first: int = 0) -> Batch:
    """`count` pieces of `size`, spread over the pictures, each moved on by `first` so that two batches differ."""
    together = max(to.frames, 2 if to.pattern == "pair" else 1)
    places = max(1, len(pictures) - together + 1)
    starts = [(first + at * places // count) % places for at in range(count)]
    return np.stack([_one(pictures, to, size, start, together, first + at) for at, start in enumerate(starts)])


def _one(
    pictures: list[NDArray[np.uint8]], to: Feed, size: tuple[int, int], start: int, together: int, turn: int
) -> NDArray[np.float32]:
    shown = [_cut(pictures[min(start + by, len(pictures) - 1)], size, turn) for by in range(together)]
    low, high = RANGES[to.value_range]
    planes = [picture.transpose(2, 0, 1) for picture in shown]
    match to.pattern:
        case "luma":
            planes = [(shown[0] @ _LUMA)[None]]
        case "pair":
            planes = [planes[0], planes[1]]
    made = np.concatenate(planes) * np.float32(high - low) + np.float32(low)
    if to.pattern == "pair":
        made = np.concatenate([made, np.full((1, *made.shape[1:]), 0.5, np.float32)])
    if to.pattern == "mask":
        holes = np.zeros((to.frames, *made.shape[1:]), np.float32)
        for at, hole in enumerate(holes):  # it moves: what one picture hides another shows
            hole[size[1] // 3 : size[1] // 2, size[0] // 3 + 2 * at : size[0] // 2 + 2 * at] = 1
        made = np.concatenate([made, holes])
    if made.shape[0] != to.planes:
        raise ConversionError(f"it takes {to.planes} planes, which a {to.pattern} model is not fed")
    return np.ascontiguousarray(made, np.float32)


def _cut(picture: NDArray[np.uint8], size: tuple[int, int], turn: int) -> NDArray[np.float32]:
    """A piece near the middle, a little elsewhere each turn; a small picture is mirrored outwards."""
    width, height = size
    tall, wide = picture.shape[:2]
    if tall < height or wide < width:
        below, right = max(0, height - tall), max(0, width - wide)
        picture = np.pad(picture, ((0, below), (0, right), (0, 0)), mode="symmetric")
        tall, wide = picture.shape[:2]
    top = (tall - height) * (1 + turn % 3) // 4
    left = (wide - width) * (1 + turn % 2) // 3
    return picture[top : top + height, left : left + width].astype(np.float32) / np.float32(255)
