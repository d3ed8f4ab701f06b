"""Live pictures on the cards: asked for where a card is seen and large enough, and no longer than that."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPixmap

from editor.canvas.cardsize import THUMB_HEIGHT, THUMB_WIDTH
from editor.engine.wishes import Shot, Wish
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.canvas.view import CanvasView
    from editor.engine.engine import Engine

PREFIX = "thumb:"
SETTLE_MS = 120
"""While the view moves nothing is asked for."""
MOMENT_MS = 80
"""While the playhead runs, thumbnails follow this often."""
LEAST_ZOOM = 0.16
"""Below it a thumbnail is too small to tell anything."""


class Thumbnails(QObject):
    def __init__(self, canvas: CanvasView, engine: Engine | None) -> None:
        super().__init__(canvas)
        self._canvas, self._engine = canvas, engine
        self._wished: dict[NodeId, Wish] = {}
        self._moment = Fraction(0)
        self.on = True
        self._soon = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._soon.timeout.connect(self.ask)
        self._later = QTimer(self, interval=MOMENT_MS, singleShot=True)
        self._later.timeout.connect(self.ask)
        if engine is not None:
            canvas.looked.connect(self._soon.start)
            engine.analysed.connect(self._soon.start)
            engine.pictured.connect(self._pictured)

    def show_moment(self, moment: Fraction) -> None:
        """All thumbnails show this moment of tape."""
        self._moment = moment
        if not self._later.isActive():
            self._later.start()

    def switch(self, on: bool) -> None:
        self.on = on
        for card in self._canvas.mirror.cards.values():
            if not on:
                card.show_thumb(None)
        self.ask()

    def ask(self) -> None:
        """Tell the engine which thumbnails are to be kept true."""
        if self._engine is None:
            return
        wanted = self._wanted() if self.on and self._canvas.isVisible() else {}
        for node in self._wished.keys() - wanted.keys():
            self._engine.want(PREFIX + node, None)
        for node, wish in wanted.items():
            if self._wished.get(node) != wish:
                self._engine.want(PREFIX + node, wish)
        self._wished = wanted

    def _wanted(self) -> dict[NodeId, Wish]:
        canvas = self._canvas
        if canvas.zoom < LEAST_ZOOM:
            return {}
        seen = canvas.seen_rect()
        ratio = canvas.devicePixelRatioF()
        width, height = round(THUMB_WIDTH * ratio), round(THUMB_HEIGHT * ratio)
        found: dict[NodeId, Wish] = {}
        for node, card in canvas.mirror.cards.items():
            size = card.face.size
            if not size.picture or size.folded or card.hidden_in is not None or not seen.intersects(card.rect()):
                continue
            place = canvas.facts.main_picture(node)
            if place is not None:
                found[node] = Wish(
                    *place, moment=self._moment, max_width=width, max_height=height, square=True, background=True
                )
        return found

    def _pictured(self, view: str, what: object) -> None:
        if not view.startswith(PREFIX) or not isinstance(what, Shot):
            return
        card = self._canvas.mirror.cards.get(NodeId(view.removeprefix(PREFIX)))
        if card is not None and self.on:
            card.show_thumb(QPixmap.fromImage(what.image))
            if self._canvas.far:
                self._canvas.wires_moved()

    def close(self) -> None:
        self.on = False
        self.ask()
