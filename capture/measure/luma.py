"""How bright a picture is and what of it is lost: the excursions by which a proc amp is set.

Codes of studio range (ITU-R BT.601-7): black 16, white 235, and of 10 bits four times as much. The codes at either
end are kept for synchronisation (0 and 255; 0 to 3 and 1020 to 1023), so a converter that is driven too hard stops at
the code before. Some cards stop at black or at white already: then what lay beyond is gone as well, though nothing lies
outside. That shows as a *wall*: many samples at one code and none beyond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.measure.planes import Plane

__all__ = ["Luma", "counts", "luma", "luma_of"]

BLACK, WHITE = 16, 235
_EDGE = 0.001
"""The share of the picture beyond what is called its darkest and its brightest: specks do not count."""
_WALL_SHARE, _WALL_RATIO = 0.005, 6.0
"""A wall holds so much of the picture, and so many times what a code beside it holds."""


@dataclass(frozen=True, slots=True)
class Luma:
    """`low`, `high`: 8-bit codes that a thousandth of the picture lies below, above. Shares are of the picture, 0…1.

    `below`, `above`: darker than black, brighter than white; not lost. `crushed`, `clipped`: at the converter's very
    ends; lost. `floor`, `ceiling`: the 8-bit code of a wall, None where there is none.
    """

    low: float
    high: float
    below: float
    above: float
    crushed: float
    clipped: float
    floor: float | None = None
    ceiling: float | None = None


def luma(y: Plane, bits: int = 8) -> Luma:
    """Of a luma plane in codes of studio range."""
    return luma_of(counts(y, bits), bits)


def counts(y: Plane, bits: int = 8) -> NDArray[np.int64]:
    """How often each code occurs: a histogram of 2**bits entries; those of several frames may be added up."""
    return np.bincount(y.ravel(), minlength=1 << bits)[: 1 << bits]


def luma_of(histogram: NDArray[np.int64], bits: int = 8) -> Luma:
    """Of a histogram of luma."""
    scale = 1 << (bits - 8)
    whole = float(histogram.sum()) or 1.0
    passed = np.cumsum(histogram) / whole
    last = len(histogram) - 1
    low = int(np.searchsorted(passed, _EDGE))
    high = min(int(np.searchsorted(passed, 1 - _EDGE)), last)
    end = 1 if bits == 8 else scale  # the last code that a converter gives
    return Luma(
        low / scale,
        high / scale,
        float(passed[BLACK * scale - 1]),
        float(1 - passed[WHITE * scale]),
        float(passed[end]),
        float(1 - passed[last - end - 1]),
        _wall(histogram, whole, scale),
        None if (top := _wall(histogram[::-1], whole, scale)) is None else last / scale - top,
    )


def _wall(histogram: NDArray[np.int64], whole: float, scale: int) -> float | None:
    """The code at which the picture ends as if cut off, counted from the beginning of `histogram`."""
    there = np.flatnonzero(histogram)
    if not len(there) or there[-1] - there[0] < 64 * scale:
        return None  # a picture of hardly any contrast has no ends to speak of
    first = int(there[0])
    beside = histogram[first + 1 : first + 1 + 4 * scale].mean()
    share = histogram[first] / whole
    return first / scale if share > _WALL_SHARE and histogram[first] > _WALL_RATIO * beside else None
