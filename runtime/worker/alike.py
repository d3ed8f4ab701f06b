"""How far a card's picture is off the processor's: what decides whether the card is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST = 0.95
"""Of a net that picks whole pixels by what it computes, this share of the values must keep within what is found: the
last bit can change a pick, and a card counts in fewer bits. A card that counts wrongly is wrong nearly everywhere."""


def off(one: NDArray[Any], other: NDArray[Any], *, jumps: bool = False) -> float:
    """The largest difference; of a net that `jumps` (runtime.worker.nets.net) the largest but for the last twentieth.
    Endless where a value is no number."""
    apart = np.abs(np.asarray(one, np.float32) - np.asarray(other, np.float32))
    if not np.isfinite(apart).all():
        return float("inf")
    return float(np.quantile(apart, _MOST) if jumps else apart.max())
