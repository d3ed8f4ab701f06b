"""Which frames are shown for others that cannot be made, by output. For any number of threads."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphs.document import NodeId
from runtime.jobs.journal import Whole
from runtime.jobs.segments import Span

_NEIGHBOURS = 5  # frames that may be at fault in a row before a substitute would be no picture of the tape any more


@dataclass
class Substitutes:
    _shown: dict[NodeId, dict[int, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, wholes: Iterable[Whole]) -> None:
        """Those of segments that were made before."""
        for whole in wholes:
            for node, pairs in whole.shown.items():
                self._shown.setdefault(NodeId(node), {}).update(pairs)

    def find(self, node: NodeId, frame: int, span: Span) -> int | None:
        """The neighbour that is shown for `frame` from now on; None where too many lie at fault beside it. One that is
        itself shown for another may be at fault in its turn: then that other gets a new one, too."""
        with self._lock:
            shown = self._shown.setdefault(node, {})
            bad = {*shown, shown.get(frame, frame)}
            found = {one: _nearest(one, bad, span) for one in bad}
            if None in found.values():
                return None
            shown.update({one: other for one, other in found.items() if other is not None})
            return shown[frame]

    def within(self, node: NodeId, span: Span) -> tuple[tuple[int, int], ...]:
        """Frames of [first, last) and what is shown for them."""
        with self._lock:
            shown: Mapping[int, int] = dict(self._shown.get(node, {}))
        return tuple((frame, other) for frame, other in sorted(shown.items()) if span[0] <= frame < span[1])


def _nearest(frame: int, bad: set[int], span: Span) -> int | None:
    """The nearest frame that can be shown for `frame`."""
    for distance in range(1, _NEIGHBOURS + 1):
        for other in (frame - distance, frame + distance):
            if span[0] <= other < span[1] and other not in bad:
                return other
    return None
