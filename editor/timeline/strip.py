"""The film strip: small pictures of the viewed node along the tape. Few, one after the other, when nothing else is to
be done; those that are there stay until truer ones come."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from editor.engine.wishes import Shot, Wish
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.engine.engine import Engine

VIEW = "timeline.strip"
MOST_KEPT = 600
_CALM_MS = 350
_DEAR_MS = 120.0
"""A node whose picture costs more than this is not asked for a strip: its tape's own pictures are shown."""

type _Film = tuple[str, str, str]  # node, port, fingerprint


@dataclass(frozen=True, slots=True)
class Still:
    """A picture on the strip; `near`: it is of a moment beside the one wanted, or of the graph before the last edit."""

    image: QImage
    near: bool


class Strip(QObject):
    """Signals: changed() there is another picture."""

    changed = Signal()

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._film: _Film | None = None
        self._before: _Film | None = None
        self._kept: OrderedDict[tuple[_Film, int], QImage] = OrderedDict()
        self._frames: dict[_Film, list[int]] = {}
        self._wanted: list[int] = []
        self._asked: int | None = None
        self._height = 48
        self.paused = False
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._next)
        engine.pictured.connect(self._pictured)

    @property
    def node(self) -> tuple[NodeId, str] | None:
        return (NodeId(self._film[0]), self._film[1]) if self._film else None

    def follow(self, node: NodeId, port: str) -> None:
        """Show this output from now on, as the graph makes it now; or its tape's, where it is dear."""
        output = self._affordable(node, port)
        place = self._engine.analysis.places.of(*output)
        film = (output[0], output[1], place.fingerprint if place is not None else "")
        if film != self._film:
            if self._film is not None and self._frames.get(self._film):
                self._before = self._film
            self._film = film
            self._drop()
            self.changed.emit()

    def _affordable(self, node: NodeId, port: str) -> tuple[NodeId, str]:
        analysis = self._engine.analysis
        place, clock = analysis.places.of(node, port), analysis.clock(node, port)
        if place is None or clock is None:
            return node, port
        costs = self._engine.costs()
        steps = {analysis.compiled.plan.step(step).node for step in analysis.above(place.step)}
        if sum(cost.ms_per_frame for name, cost in costs.items() if name in steps) <= _DEAR_MS and len(costs) > 0:
            return node, port
        return analysis.main_picture(clock.stretches[0].source) or (node, port)

    def want(self, frames: list[int], height_px: int) -> None:
        """Have these frames, the first of them first."""
        self._height = height_px
        wanted = [frame for frame in frames if self._film is not None and (self._film, frame) not in self._kept]
        if wanted != self._wanted:
            self._wanted = wanted
            if wanted and self._asked is None:
                self._calm.start()

    def rest(self) -> None:
        """Something more urgent is going on."""
        if self._wanted or self._asked is not None:
            self._calm.start()

    def at(self, frame: int, reach: int) -> Still | None:
        """The picture of a frame, or of the nearest one at most `reach` away, or of the film before the edit."""
        for film in (self._film, self._before):
            if film is None:
                continue
            frames = self._frames.get(film, [])
            place = bisect_left(frames, frame)
            near = min(frames[max(0, place - 1) : place + 1], key=lambda one: abs(one - frame), default=None)
            if near is not None and abs(near - frame) <= reach:
                self._kept.move_to_end((film, near))
                return Still(self._kept[film, near], near != frame or film is not self._film)
        return None

    def has(self, frame: int) -> bool:
        """Whether the film has a picture of just this frame."""
        return self._film is not None and (self._film, frame) in self._kept

    def close(self) -> None:
        self._calm.stop()
        self._drop()

    def _drop(self) -> None:
        self._wanted = []
        if self._asked is not None:
            self._asked = None
            self._engine.want(VIEW, None)

    def _next(self) -> None:
        if self._film is None or not self._wanted or self.paused:
            return
        node, port, _ = self._film
        self._asked = self._wanted[0]
        size = (0, self._height)
        self._engine.want(
            VIEW, Wish(NodeId(node), port, Fraction(0), *size, square=True, background=True, frame=self._asked)
        )

    def _pictured(self, view: str, outcome: object) -> None:
        if view != VIEW or self._film is None or self._asked is None:
            return
        if isinstance(outcome, Shot):
            if outcome.stand_in or outcome.fingerprint not in ("", self._film[2]):
                return
            self._keep(self._film, self._asked, outcome.image)
            self._wanted = [frame for frame in self._wanted if frame != self._asked]
        else:
            self._wanted = []  # it cannot be: do not ask for the others
        self._asked = None
        self.changed.emit()
        if self._wanted:
            QTimer.singleShot(0, self._next)
        else:
            self._engine.want(VIEW, None)

    def _keep(self, film: _Film, frame: int, image: QImage) -> None:
        if (film, frame) not in self._kept:
            frames = self._frames.setdefault(film, [])
            frames.insert(bisect_left(frames, frame), frame)
        self._kept[film, frame] = image
        while len(self._kept) > MOST_KEPT:
            (old, gone), _ = self._kept.popitem(last=False)
            self._frames[old].remove(gone)
            if not self._frames[old]:
                del self._frames[old]
