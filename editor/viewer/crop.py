"""The edges of a crop as they are dragged on the picture: which one is grabbed, and where it may go. Pure.

Pixels that share a chroma sample are cut together, and lines in pairs on interlaced clips (in fours on 4:2:0), as
the node itself rounds them: so what is dragged is what is cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt

from graphs.document import NodeDoc
from nodes.clip import ClipInfo

Side = Literal["left", "right", "top", "bottom"]
SIDES: tuple[Side, ...] = ("left", "right", "top", "bottom")
TYPES = frozenset({"geometry.crop", "geometry.edges"})
"""Node types whose left, right, top and bottom count pixels inwards from the edges of what they are given."""
LEAST_LEFT = 16
"""Columns and lines that stay."""


@dataclass(frozen=True)
class Cut:
    """Pixels off each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    @staticmethod
    def of(node: NodeDoc) -> Cut:
        values = {side: node.params.get(side, 0) for side in SIDES}
        return Cut(**{side: value if isinstance(value, int) else 0 for side, value in values.items()})

    def params(self) -> Mapping[str, int]:
        return {side: getattr(self, side) for side in SIDES}

    def rect(self, clip: ClipInfo) -> QRectF:
        """What is kept, in pixels of the picture."""
        return QRectF(self.left, self.top, clip.width - self.left - self.right, clip.height - self.top - self.bottom)


def steps(clip: ClipInfo) -> tuple[int, int]:
    """Columns and lines that must be cut together."""
    return 1 << clip.format.ss_w, (1 << clip.format.ss_h) * (2 if clip.interlaced else 1)


def grabbed(point: QPointF, kept: QRectF, reach: float) -> frozenset[Side]:
    """The edges under a point of the screen, two at a corner; `kept` is on the screen too."""
    if not kept.adjusted(-reach, -reach, reach, reach).contains(point):
        return frozenset()
    away: dict[Side, float] = {
        "left": abs(point.x() - kept.left()),
        "right": abs(point.x() - kept.right()),
        "top": abs(point.y() - kept.top()),
        "bottom": abs(point.y() - kept.bottom()),
    }
    across: Side = min("left", "right", key=lambda side: away[side])
    down: Side = min("top", "bottom", key=lambda side: away[side])
    return frozenset(side for side in (across, down) if away[side] <= reach)


def dragged(cut: Cut, sides: frozenset[Side], by: QPointF, clip: ClipInfo) -> Cut:
    """The cut after its edges were pulled by so many pixels of the picture."""
    columns, lines = steps(clip)
    values = dict(cut.params())
    for side in sides:
        across = side in ("left", "right")
        step, whole = (columns, clip.width) if across else (lines, clip.height)
        opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[side]
        pull = by.x() if across else by.y()
        wanted = values[side] + (pull if side in ("left", "top") else -pull)
        most = whole - values[opposite] - min(LEAST_LEFT, whole // 2)
        values[side] = max(0, min(round(wanted / step), most // step)) * step
    return Cut(**values)


def cursor(sides: frozenset[Side]) -> Qt.CursorShape:
    across, down = sides & {"left", "right"}, sides & {"top", "bottom"}
    if across and down:
        falling = sides in ({"left", "top"}, {"right", "bottom"})
        return Qt.CursorShape.SizeFDiagCursor if falling else Qt.CursorShape.SizeBDiagCursor
    return Qt.CursorShape.SizeHorCursor if across else Qt.CursorShape.SizeVerCursor
