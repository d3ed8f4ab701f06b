"""Frames of the clip that a node is given, against the moment that all views show."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.analysis import Analysis
from editor.forms.asks import Knows
from graphs.document import NodeId
from nodes.clip import ClipInfo


@dataclass(frozen=True)
class Clock:
    """Counts frames as the node's ranges do: on the clip that arrives at its first picture input, or, where it has
    none, on its own. None wherever nothing is known yet."""

    desk: Desk
    engine: Knows
    playhead: Playhead
    node: NodeId

    def here(self) -> int | None:
        """The frame under the playhead."""
        return self._frame(self.playhead.moment)

    def marks(self) -> tuple[int, int | None] | None:
        """The span between the in and the out point, half open; None where no point is set."""
        start, end = self.playhead.mark_in, self.playhead.mark_out
        if start is None and end is None:
            return None
        first = 0 if start is None else self._frame(start)
        last = None if end is None else self._frame(end)
        if first is None or (end is not None and last is None):
            return None
        return (first, None if last is None else max(first + 1, last))

    def rate(self) -> Fraction | None:
        """Frames a second."""
        clip = self._clip()
        return clip[2].fps if clip else None

    def frames(self) -> int | None:
        clip = self._clip()
        return clip[2].frames if clip else None

    def seek(self, frame: int) -> None:
        """Show this frame."""
        clip = self._clip()
        if clip:
            self.playhead.seek(clip[0].moment_of(clip[1][0], clip[1][1], frame))

    def _frame(self, moment: Fraction) -> int | None:
        clip = self._clip()
        return clip[0].frame_at(clip[1][0], clip[1][1], moment) if clip else None

    def _clip(self) -> tuple[Analysis, tuple[NodeId, str], ClipInfo] | None:
        facts = self.engine.analysis
        kind = self.desk.kind(self.node)
        if facts is None or kind is None:
            return None
        incoming = self.desk.graph.incoming(self.node)
        places = [incoming[port.name].source for port in kind.inputs.values() if port.name in incoming]
        places += [(self.node, port) for port in kind.outputs] if not kind.inputs else []
        for place in places:
            info = facts.info(*place)
            if isinstance(info, ClipInfo):
                return facts, place, info
        return None
