"""Whether there is a picture at all: told apart from a blue screen of any hue, a blank one, snow, and nothing.

A deck without a signal, or on a stretch of tape with nothing on it, gives snow, or mutes the picture in a colour of its
maker's choice (blue, green, magenta …), in black or in grey, often with a few letters in it; and all of that through an
analog wire with its noise. So means of blocks of 16 × 16 are looked at, in which noise drowns, and blocks that are
unlike the rest are let be if they are few. Snow is told from a noisy picture by its lines: neighbours in a picture are
alike, in snow they have nothing in common (lines of the same field; a picture's own fields may differ by movement).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from capture.measure.planes import Plane, Planes

__all__ = ["Kind", "Settled", "kind", "settle"]

Kind = Literal["picture", "blank", "blue", "snow", "none"]

_BLOCK = 16
_MARGIN = 16
"""Lines and columns left out at each side: blanking, head switching."""
_FLAT = 5.0
"""8-bit codes by which a block's mean may be off that of a flat field."""
_FLAT_SHARE = 0.90
"""Of the blocks must be flat: the rest may be letters."""
_COLOUR = 18.0
"""8-bit codes of chroma from which a flat field is a colour; 75 % blue has 84."""
_SNOW_SPREAD = 14.0
_SNOW_LIKENESS = 0.35
_HOLD = 5


def kind(planes: Planes) -> Kind:
    """What a frame (or field) shows. A picture that is itself flat, a fade to black for instance, is `blank` too."""
    scale = float(1 << (planes.bits - 8))
    luma = _inner(planes.y)
    if luma.min() == luma.max() and luma.flat[0] < 8 * scale:
        return "none"  # darker than any black: a buffer that nobody filled
    flat = _flat(_means(luma) / scale)
    if flat:
        u, v = (_means(_inner(plane)) / scale - 128 for plane in (planes.u, planes.v))
        flat = _flat(u) and _flat(v)
        if flat and np.hypot(np.median(u), np.median(v)) > _COLOUR:
            return "blue"
    if _snow(luma, scale):
        return "snow"
    return "blank" if flat else "picture"


def _inner(plane: Plane) -> Plane:
    """Without the picture's margin, where there is something left without it."""
    across, down = (_MARGIN if size > 4 * _MARGIN else 0 for size in (plane.shape[1], plane.shape[0]))
    return plane[down : plane.shape[0] - down, across : plane.shape[1] - across]


def _means(plane: Plane) -> NDArray[np.float64]:
    """Means of blocks, less what does not fill one."""
    tall, wide = (max(1, size // _BLOCK) for size in plane.shape)
    deep, across = (min(_BLOCK, size) for size in plane.shape)
    whole = plane[: tall * deep, : wide * across]
    sums = np.add.reduceat(whole.astype(np.uint32), np.arange(0, wide * across, across), axis=1)
    return np.asarray(sums.reshape(tall, deep, wide).sum(axis=1) / (deep * across))


def _flat(blocks: NDArray[np.float64]) -> bool:
    off = np.abs(blocks - np.median(blocks))
    return bool(np.mean(off < _FLAT) >= _FLAT_SHARE)


def _snow(luma: Plane, scale: float) -> bool:
    """Much noise, and neither the next line of the same field nor what lies a few columns on has anything of it."""
    rows = np.arange(0, luma.shape[0] - 2, max(1, luma.shape[0] // 96))
    here, below = (luma[rows + off].astype(np.float32) for off in (0, 2))
    here, below = here - here.mean(), below - below.mean()
    power = float(np.mean(here * here))
    if np.sqrt(power) < _SNOW_SPREAD * scale:
        return False
    down = float(np.mean(here * below)) / power
    aside = float(np.mean(here[:, 12:] * here[:, :-12])) / power
    return max(down, aside) < _SNOW_LIKENESS


@dataclass(frozen=True, slots=True)
class Settled:
    """What the signal is by now: another kind must hold for some looks (a second at five a second) before it counts."""

    kind: Kind = "picture"
    other: Kind = "picture"
    seen: int = 0


def settle(settled: Settled, seen: Kind, hold: int = _HOLD) -> Settled:
    """With one more look; `hold`: how many looks a change takes."""
    if seen == settled.kind:
        return replace(settled, other=seen, seen=0)
    count = settled.seen + 1 if seen == settled.other else 1
    return Settled(seen, seen, 0) if count >= hold else replace(settled, other=seen, seen=count)
