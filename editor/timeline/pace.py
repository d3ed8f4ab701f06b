"""How many frames to skip so that a tape plays at its own speed, on a machine that makes only so many. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

SMOOTH_FPS = 60.0
"""More pictures a second than this nobody sees: what plays faster skips from the beginning."""
_OVER_S = 1.5
PLENTY = 6


@dataclass
class Meter:
    """Counts events over the last moments. Times in seconds of any clock."""

    _times: deque[float] = field(default_factory=deque)

    def count(self, now: float) -> None:
        self._times.append(now)
        while now - self._times[0] > _OVER_S:
            self._times.popleft()

    def rate(self, now: float) -> float:
        """Events a second; 0 while there are too few to tell."""
        times = [at for at in self._times if now - at <= _OVER_S]
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 2 and times[-1] > times[0] else 0.0

    def clear(self) -> None:
        self._times.clear()


def first_step(fps: float, speed: float) -> int:
    """Of how many frames one is asked for, when nothing is known yet of the machine."""
    return max(1, math.ceil(fps * abs(speed) / SMOOTH_FPS - 1e-9))


@dataclass
class Ease:
    """Tells when a machine that skips could do with less: pictures have waited to be shown for a while. After each
    time that it could not, it is left alone for twice as long."""

    _wait_s: float = 4.0
    _not_before: float = 0.0
    _since: float | None = None

    def failed(self, now: float) -> None:
        self._not_before, self._since = now + self._wait_s, None
        self._wait_s *= 2

    def begin(self) -> None:
        """What waited so far does not count any more."""
        self._since = None

    def is_time(self, waiting: int, now: float) -> bool:
        """`waiting`: how many pictures are ready and not due yet."""
        if waiting < PLENTY:
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        return now - self._since > _OVER_S and now >= self._not_before


def pays(effective: float, before: float) -> bool:
    """Whether skipping was worth it: `effective` is frames of tape covered a second, `before` with a smaller step.
    Filters over time make what is skipped too, and then it is not."""
    return effective > 1.25 * before


def next_step(step: int, fps: float, speed: float, made_fps: float) -> int:
    """The step at which a machine that makes `made_fps` pictures a second keeps up: more than now, as it is called
    when it does not. Skipping makes filters over time dearer, so it goes up by a half at least, and to 16 at most."""
    needed = math.ceil(fps * abs(speed) / made_fps * 1.1) if made_fps > 0 else step * 2
    return min(16, max(needed, step + 1, math.ceil(step * 1.5)))
