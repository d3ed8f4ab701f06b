"""How fast a clock runs, from the times at which its counts were seen: frames, or samples of sound. Constant memory.

Drivers stamp late, seldom early, and unevenly: so each second's stamps become one point, the mean of that second, and a
straight line goes through the points; points far off the line are let be. (A median would jump between two grids where
packets come in bursts; a mean over a second is the better one there, and the line bears the rest.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Clock", "Rate"]

_SPAN_S = 1.0
_MOST = 8192
"""Points that are kept; then two become one."""
_FAR = 4.0
"""Times the usual scatter from which a point is let be."""
_SURE = 1.96


@dataclass(frozen=True, slots=True)
class Rate:
    """Counts a second. `error` is the half width of the interval that holds the true rate 95 times in 100."""

    per_s: float
    error: float
    seconds: float


@dataclass(slots=True)
class Clock:
    """`add` each stamp as it comes; `rate` whenever it is asked for. Times in seconds of any one clock."""

    span_s: float = _SPAN_S
    times: list[float] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    _end_s: float = -math.inf

    def add(self, at_s: float, count: float) -> None:
        """`count`: how many there had been at that time. Holes belong in the count: frames that were lost are counted,
        for the clock went on."""
        if at_s >= self._end_s or not self.times:
            self._end_s = at_s + self.span_s
            self.times.append(at_s)
            self.counts.append(count)
            self.weights.append(1)
            if len(self.times) > _MOST:
                self._halve()
            return
        self.weights[-1] += 1
        share = 1 / self.weights[-1]
        self.times[-1] += (at_s - self.times[-1]) * share
        self.counts[-1] += (count - self.counts[-1]) * share

    def rate(self) -> Rate | None:
        """None as long as there are not enough points for a line."""
        if len(self.times) < 4:
            return None
        return _line(np.array(self.times), np.array(self.counts), np.array(self.weights, float))

    def _halve(self) -> None:
        """Two neighbours become one point, their mean."""
        even = len(self.times) // 2 * 2
        weights = np.array(self.weights[:even], float).reshape(-1, 2)
        pairs = [
            (np.array(one[:even]).reshape(-1, 2) * weights).sum(1) / weights.sum(1) for one in (self.times, self.counts)
        ]
        self.times, self.counts = (list(one) for one in pairs)
        self.weights = [int(one) for one in weights.sum(1)]
        self.span_s *= 2


def _line(times: NDArray[np.float64], counts: NDArray[np.float64], weights: NDArray[np.float64]) -> Rate | None:
    """Least squares of counts over times, twice: the second time without what lay far off."""
    kept = np.ones(len(times), bool)
    slope = error = 0.0
    for _ in range(3):
        t, c, w = times[kept], counts[kept], weights[kept]
        if len(t) < 4 or t[-1] == t[0]:
            return None
        middle, mean = np.average(t, weights=w), np.average(c, weights=w)
        spread = float(np.sum(w * (t - middle) ** 2))
        slope = float(np.sum(w * (t - middle) * (c - mean))) / spread
        off = counts - mean - slope * (times - middle)
        usual = 1.4826 * float(np.median(np.abs(off[kept])))
        # neighbours' errors are alike where a driver wanders: what they have in common makes the line less sure
        error = math.sqrt(float(np.sum(w * off[kept] ** 2)) / (len(t) - 2) / spread) * _unsure(off[kept])
        if usual == 0:
            break
        kept = np.abs(off) < _FAR * usual + 1e-9
    return Rate(slope, _SURE * error, float(times[-1] - times[0]))


def _unsure(off: NDArray[np.float64]) -> float:
    """By how much the error of the line is larger when each point is like the one before (first-order correlation)."""
    power = float(np.dot(off, off))
    alike = float(np.dot(off[1:], off[:-1])) / power if power > 0 else 0.0
    alike = min(max(alike, 0.0), 0.95)
    return math.sqrt((1 + alike) / (1 - alike))
