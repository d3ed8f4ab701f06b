"""One of the viewer's two places: which node is shown there, what has been asked for, and what has come of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from editor.engine.wishes import Shot, Trouble, Wish
from editor.viewer.sizes import Need
from graphs.document import NodeId
from nodes.clip import ClipInfo
from runtime.protocol import Look

if TYPE_CHECKING:
    from editor.engine.engine import Engine

PATIENCE_MS = 300
"""After this it is said that a picture is being computed: sooner would flicker."""


class Slot(QObject):
    """Slot A or B of a viewer. `view` is its name at the engine; `view + ".detail"` is the part that is zoomed into.

    `reason` says why there is nothing to see where nothing is wrong.

    Signals: changed() there is something else to paint.
    """

    changed = Signal()

    def __init__(self, engine: Engine, view: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.node: NodeId | None = None
        self.port = ""
        self.shot: Shot | None = None
        self.detail: Shot | None = None
        self.trouble: Trouble | None = None
        self.computing = False
        self.reason = ""
        self._engine = engine
        self._wish: Wish | None = None
        self._detail_wish: Wish | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._say_computing)
        engine.pictured.connect(self._pictured)
        engine.analysed.connect(self._analysed)

    @property
    def info(self) -> ClipInfo | None:
        """The clip that is shown; None where there is none, or nothing is known of it."""
        if self.node is None:
            return None
        found = self._engine.analysis.info(self.node, self.port)
        return found if isinstance(found, ClipInfo) else None

    @property
    def wish(self) -> Wish | None:
        return self._wish

    @property
    def frame(self) -> int | None:
        """The frame on the screen, counted in the node's own frames."""
        if self.shot is None:
            return None
        return self.shot.frame // 2 if self.shot.wish.look == "bob" else self.shot.frame

    def show(self, node: NodeId | None, port: str = "") -> None:
        """Show another node's output, or nothing."""
        if (node, port) == (self.node, self.port):
            return
        self.node, self.port = node, port
        self.shot = self.detail = self.trouble = None
        self.reason = ""
        self._drop_wishes()
        self.changed.emit()

    def close(self) -> None:
        self._drop_wishes()

    def rest(self) -> None:
        """Nobody looks: want nothing, but keep the picture for when they do."""
        self._drop_wishes()

    def _drop_wishes(self) -> None:
        self._settled()
        if self._wish is not None:
            self._wish = None
            self._engine.want(self.view, None)
        self._drop_detail()

    def _drop_detail(self) -> None:
        self.detail = None
        if self._detail_wish is not None:
            self._detail_wish = None
            self._engine.want(f"{self.view}.detail", None)

    def ask(self, moment: Fraction, need: Need, look: Look = "frame") -> None:
        """Keep showing this moment, as large as is needed."""
        if self.node is None or self.reason:
            self._drop_wishes()
            return
        wish = Wish(self.node, self.port, moment, *need.size, look, None, need.square)
        if wish != self._wish:
            self._wish = wish
            if self._is_true(self.shot):
                self._settled()
            else:
                self._patience.start()
            self._engine.want(self.view, wish)
        if need.region is None:
            self._drop_detail()
        else:
            detail = replace(wish, max_width=0, max_height=0, region=need.region, square=False)
            if detail != self._detail_wish:
                self._detail_wish = detail
                self._engine.want(f"{self.view}.detail", detail)

    def _is_true(self, shot: Shot | None) -> bool:
        """Whether this is the very picture that is wished for: another moment may be the same frame."""
        wish = self._wish
        if shot is None or wish is None or shot.stand_in or replace(shot.wish, moment=wish.moment) != wish:
            return False
        analysis = self._engine.analysis
        place = analysis.places.of(wish.node, wish.port)
        if place is not None and place.fingerprint != shot.fingerprint:
            return False
        clock = analysis.clock(wish.node, wish.port)
        if clock is None or shot.wish.moment == wish.moment:
            return True
        if wish.look == "bob":
            clock = replace(clock, fps=clock.fps * 2, frames=clock.frames * 2)
        return clock.frame_at(wish.moment) == shot.frame

    # ---- what comes back

    def _pictured(self, view: str, outcome: object) -> None:
        if view == f"{self.view}.detail":
            if isinstance(outcome, Shot) and self._detail_wish is not None:
                self.detail = outcome
                self.changed.emit()
            return
        if view != self.view or self._wish is None:
            return
        if isinstance(outcome, Shot):
            self.shot, self.trouble = outcome, None
            if self._is_true(outcome):
                self._settled()
        elif isinstance(outcome, Trouble):
            self.trouble = outcome
            self._settled()
        self.changed.emit()

    def _analysed(self) -> None:
        """After an edit the picture may be another one; the engine asks for it by itself."""
        if self._wish is None or self.trouble is not None:
            return
        if self._is_true(self.shot):
            self._settled()
        elif not self.computing and not self._patience.isActive():
            self._patience.start()

    def _say_computing(self) -> None:
        self.computing = True
        self.changed.emit()

    def _settled(self) -> None:
        self._patience.stop()
        if self.computing:
            self.computing = False
            self.changed.emit()
