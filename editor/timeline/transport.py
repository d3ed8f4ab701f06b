"""What J, K, L, the space bar, the arrows and the marks do: commands on the playhead."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from editor.desk.playhead import Playhead
from editor.timeline import shuttle
from editor.timeline.player import Player
from editor.timeline.shuttle import Key, Shuttle
from editor.timeline.timecode import Count

if TYPE_CHECKING:
    from editor.engine.engine import Engine
    from editor.engine.moments import Clock


class Transport(QObject):
    """`count` numbers the tape's frames; `events` are further places that Up and Down stop at."""

    def __init__(self, engine: Engine, playhead: Playhead, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._playhead, self._player = engine, playhead, player
        self._state = Shuttle()
        self.count = Count()
        self.events: tuple[Fraction, ...] = ()
        playhead.playing_changed.connect(self._playing_changed)

    def _playing_changed(self) -> None:
        if self._playhead.speed != self._state.speed:  # it has come to its end
            self._state = Shuttle(self._playhead.speed, self._state.held)

    # ---- playing

    def press(self, key: Key) -> None:
        self._take(shuttle.pressed(self._state, key))

    def release(self, key: Key) -> None:
        self._take(shuttle.released(self._state, key))

    def toggle(self) -> None:
        self._take(shuttle.toggled(self._state))

    def _take(self, state: Shuttle) -> None:
        self._state = state
        if state.step:
            self.step(state.step)
        self._playhead.play(state.speed)

    def toggle_loop(self) -> None:
        self._playhead.loop = not self._playhead.loop

    # ---- going

    def _clock(self) -> Clock | None:
        """Of the view that shows the most pictures a second."""
        return self._player.clock

    def step(self, frames: int) -> None:
        """So many frames of what is viewed, forwards or back."""
        self._hold()
        clock = self._clock()
        head = self._playhead
        if clock is None:
            head.seek(self.count.moment_of(max(0, self.count.frame_at(head.moment) + frames)))
        else:
            head.seek(clock.moment_of(max(0, min(clock.frames - 1, clock.frame_at(head.moment) + frames))))

    def step_second(self, seconds: int) -> None:
        clock = self._clock()
        self.step(seconds * round(clock.fps if clock is not None else self.count.fps))

    def go(self, moment: Fraction) -> None:
        self._hold()
        self._playhead.seek(min(moment, self.last))

    def go_frame(self, frame: int) -> None:
        """To a frame of the tape."""
        self.go(self.count.moment_of(frame))

    def go_start(self) -> None:
        self.go(Fraction(0))

    def go_end(self) -> None:
        self.go(self.last)

    @property
    def last(self) -> Fraction:
        """The moment of the tape's last frame."""
        frames = self.count.frame_at(self._engine.analysis.length - Fraction(1, 10**6))
        return self.count.moment_of(max(0, frames))

    def go_mark(self, way: int) -> None:
        """To the next mark, event or end; −1: the one before."""
        head = self._playhead
        out = None if head.mark_out is None else head.mark_out - 1 / self.count.fps
        places = {Fraction(0), self.last, *self.events, *(mark for mark in (head.mark_in, out) if mark is not None)}
        ahead = sorted(place for place in places if (place - head.moment) * way > 0)
        if ahead:
            self.go(ahead[0] if way > 0 else ahead[-1])

    def _hold(self) -> None:
        """Going somewhere by hand ends playing, but not a crawl's own step."""
        if not self._state.crawling and self._playhead.speed:
            self._state = Shuttle(held=self._state.held)
            self._playhead.play(Fraction(0))

    # ---- marking

    def mark_in(self, moment: Fraction | None = None) -> None:
        """The span begins with the frame that is on the screen."""
        at = self._playhead.moment if moment is None else moment
        self._playhead.set_span(self.count.moment_of(self.count.frame_at(at)), self._playhead.mark_out)

    def mark_out(self, moment: Fraction | None = None) -> None:
        """The span ends with that frame: it is the last one of it."""
        at = self._playhead.moment if moment is None else moment
        self._playhead.set_span(self._playhead.mark_in, self.count.moment_of(self.count.frame_at(at) + 1))

    def clear_in(self) -> None:
        self._playhead.set_span(None, self._playhead.mark_out)

    def clear_out(self) -> None:
        self._playhead.set_span(self._playhead.mark_in, None)

    def clear(self) -> None:
        self._playhead.set_span(None, None)

    def go_in(self) -> None:
        self.go(self._playhead.mark_in or Fraction(0))

    def go_out(self) -> None:
        out = self._playhead.mark_out
        self.go(self.last if out is None else out - 1 / self.count.fps)
