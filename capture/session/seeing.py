"""What the live picture is, a few times a second: a picture, blank, blue or snow, and its luma excursions; and of every
frame, whether a scene begins with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from capture.measure import scenes
from capture.measure.kind import kind
from capture.measure.luma import luma
from capture.measure.planes import planes_of
from capture.session.messages import Signal, SignalKind
from runtime.ring import RingFacts

__all__ = ["Eye"]

_REMEMBERED = 64


class Eye:
    """`tell` hears Signal; `kinds` each change of what the picture is; `cuts` each scene's first frame. `facts` come
    with the first frame."""

    def __init__(
        self,
        tell: Callable[[Signal], None],
        kinds: Callable[[SignalKind, int, float], None],
        cuts: Callable[[int, float], None],
    ) -> None:
        self._tell, self._kinds, self._cuts = tell, kinds, cuts
        self._kind: SignalKind = "none"
        self._scenes = scenes.Scenes()
        self._seen: deque[tuple[int, int, float]] = deque(maxlen=_REMEMBERED)
        self.facts: RingFacts | None = None

    def look(self, number: int, t_s: float, data: memoryview) -> None:
        """The newest frame, now and then."""
        facts = self.facts
        if facts is None or len(data) != facts.frame_bytes:
            return
        planes = planes_of(data, facts)
        seen = kind(planes)
        if seen != self._kind:
            self._kind = seen
            self._kinds(seen, number, t_s)
        is_ = luma(planes.y, planes.bits)
        self._tell(Signal(t_s, number, seen, is_.low, is_.high, is_.below, is_.above, is_.crushed, is_.clipped))

    def every(self, number: int, t_s: float, data: memoryview) -> None:
        """Every frame, by its upper field: a cut is told two frames late."""
        facts = self.facts
        if facts is None or len(data) != facts.frame_bytes:
            return
        planes = planes_of(data, facts)
        self._seen.append((self._scenes.fields, number, t_s))
        self._scenes, cut = scenes.step(self._scenes, scenes.signature(planes.y[::2], planes.bits))
        if cut is not None and self._kind == "picture":
            for index, frame, at_s in self._seen:
                if index == cut:
                    self._cuts(frame, at_s)
