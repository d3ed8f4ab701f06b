"""Plays: moves the playhead at the tape's own speed over the frames that the machine can make.

The pictures are made ahead by the engine, in order. The clock on the wall says which frame is due; of those that are
ready the newest due one is shown, the others are dropped. Where the machine falls behind for good, the run begins
anew further on with every second, third, … frame. Where that does not help (filters over time make what is skipped
too) every frame is shown, slower than the tape. It is said how many of how many are seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from editor.desk.playhead import Playhead
from editor.engine.wishes import Shot, Trouble, Wish
from editor.language import tr
from editor.timeline import pace
from editor.timeline.run import Run, followed

if TYPE_CHECKING:
    from editor.engine.engine import Engine
    from editor.engine.moments import Clock

BEHIND_S = 0.6
"""So far behind the clock it begins anew with fewer frames."""
_SAY_MS = 500

Wishes = Callable[[], Sequence[tuple[str, Wish]]]


class Player(QObject):
    """`wishes` gives the views to play, as they are now; the one with the most pictures a second leads.

    Signals: told(str) the rate while it plays (`18.4 of 25 fps`), empty when it stops; failed(Trouble).
    """

    told = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        engine: Engine,
        playhead: Playhead,
        parent: QObject | None = None,
        *,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self.wishes: Wishes = lambda: ()
        self._engine, self._playhead, self._now = engine, playhead, now
        self._runs: list[Run] = []
        self._step = 1
        self._slow = False
        self._unskippable: set[str] = set()
        self._covered = 0.0
        self._ease = pace.Ease()
        self._from = 0
        self._since: float | None = None
        self._last_at: float | None = None
        self._moving = False
        self._made, self._seen = pace.Meter(), pace.Meter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._say = QTimer(self, interval=_SAY_MS)
        self._say.timeout.connect(self._tell)
        playhead.playing_changed.connect(self._playing_changed)
        playhead.moved.connect(self._moved)
        engine.analysed.connect(self._again)

    @property
    def playing(self) -> bool:
        return bool(self._playhead.speed)

    @property
    def clock(self) -> Clock | None:
        """Of the view that leads: a frame's step is one of its frames."""
        views = self._views()
        return views[0][2] if views else None

    def close(self) -> None:
        self._halt()

    # ---- starting and stopping

    def _playing_changed(self) -> None:
        self._halt()
        if self._playhead.speed:
            self._step, self._covered = 0, 0.0  # nothing is known yet
            self._ease = pace.Ease()
            self._slow = self._film() in self._unskippable
            self._begin(self._first())

    def _views(self) -> list[tuple[str, Wish, Clock]]:
        """What is to be played, the view with the most pictures a second first."""
        found = []
        for view, wish in self.wishes():
            clock = self._engine.analysis.clock(wish.node, wish.port)
            if clock is not None:
                fields = 2 if wish.look == "bob" else 1
                found.append((view, wish, replace(clock, fps=clock.fps * fields, frames=clock.frames * fields)))
        return sorted(found, key=lambda one: -one[2].fps)

    def _first(self) -> int:
        """Where to start from; at the end (or the out point) it starts over."""
        views = self._views()
        if not views:
            return 0
        clock, speed = views[0][2], self._playhead.speed
        low, high = self._limits(clock)
        here = clock.frame_at(self._playhead.moment)
        outside = self._playhead.loop and not low <= here < high
        a_frame = max(1, round(clock.fps / views[-1][2].fps))  # of the slowest view: the tape's, beside its 50p
        if speed > 0 and (here >= high - a_frame or outside):
            return low
        if speed < 0 and (here <= low or outside):
            return high - 1
        return here

    def _limits(self, clock: Clock) -> tuple[int, int]:
        """The frames to play: between the marks if it loops or begins between them, else all."""
        head = self._playhead
        after_in = head.mark_in is None or head.moment >= head.mark_in
        before_out = head.mark_out is None or head.moment < head.mark_out
        low, high = 0, clock.frames
        if head.loop or (after_in and before_out):
            low = clock.frame_at(head.mark_in) if head.mark_in is not None else low
            high = clock.frame_at(head.mark_out) if head.mark_out is not None and head.mark_out < clock.ends else high
        return low, max(low + 1, high)

    def _begin(self, first: int) -> None:
        """Ask for a run of frames from `first` of the leading view on."""
        self._drop_runs()
        views, speed = self._views(), self._playhead.speed
        if views:
            lead = views[0][2]
            self._step = self._step or pace.first_step(float(lead.fps), float(speed))
            low, high = self._limits(lead)
            way = 1 if speed > 0 else -1
            frames = range(first, high if way > 0 else low - 1, way * self._step)
            for view, wish, clock in views:
                run = Run(clock, way)
                own = followed(lead, clock, frames)
                run.playback = self._engine.play(view, wish, own, partial(self._arrived, run))
                if run.playback is not None:
                    self._runs.append(run)
        if not self._runs:
            self._playhead.play(Fraction(0))
            self.told.emit(tr("There is nothing to play yet"))
            return
        self._from, self._since = first, None
        self._timer.start(max(4, min(20, round(500 / self._wanted_fps))))
        self._say.start()

    @property
    def _wanted_fps(self) -> float:
        """Pictures a second that the speed asks for."""
        return max(1.0, float(self._runs[0].clock.fps * abs(self._playhead.speed)))

    def _halt(self) -> None:
        self._drop_runs()
        self._timer.stop()
        self._say.stop()
        self._made.clear()
        self._seen.clear()
        self.told.emit("")

    def _drop_runs(self) -> None:
        for run in self._runs:
            if run.playback is not None:
                run.playback.stop()
        self._runs.clear()

    def _again(self) -> None:
        """The graph has changed: what is on its way shows the old one."""
        if self.playing:
            self._begin(self._first())

    def _moved(self) -> None:
        """Somebody else has moved the playhead: play on from there."""
        if self.playing and not self._moving:
            self._begin(self._first())

    # ---- frame by frame

    def _arrived(self, run: Run, outcome: Shot | Trouble) -> None:
        if run not in self._runs:
            return  # of a run that is over
        if isinstance(outcome, Trouble):
            self._playhead.play(Fraction(0))
            self.failed.emit(outcome)
            return
        run.here.append(outcome.frame)
        run.newest = outcome.frame
        if run is self._runs[0]:
            self._made.count(self._now())
        if self._since is None and all(one.newest is not None for one in self._runs):
            self._since = self._now()  # the clock runs from the first picture on

    def tick(self) -> None:
        """Show what is due."""
        if not self._runs or self._since is None:
            return
        lead = self._runs[0]
        way = lead.way
        passed = (self._now() - self._since) * self._wanted_fps
        due = self._from + way * int(passed + 1e-6)
        if self._slow and lead.here:
            due = self._slow_due(lead)
        ready = [frame for frame in lead.here if (due - frame) * way >= 0 and self._has_others(frame)]
        if ready:
            self._show(ready[-1])
            self._try_more(lead, ready[-1])
        elif not lead.here and lead.playback is not None and lead.playback.over:
            if (due - (lead.newest or 0)) * way >= self._step:
                self._end()
        elif lead.newest is not None and (due - lead.newest) * way > BEHIND_S * self._wanted_fps:
            self._fall_behind(lead, due)

    def _fall_behind(self, lead: Run, due: int) -> None:
        """Skip more; where that does not help, show every frame, slower than the tape."""
        if self._slow:
            return
        made = self._made.rate(self._now())
        self._ease.failed(self._now())
        fps, speed = float(lead.clock.fps), float(self._playhead.speed)
        first = pace.first_step(fps, speed)
        if self._step > first and not pace.pays(made * self._step, self._covered):
            self._slow, self._step = True, first
            self._unskippable.add(self._film())
            due = lead.clock.frame_at(self._playhead.moment) + lead.way * first
        else:
            self._covered, self._step = made * self._step, pace.next_step(self._step, fps, speed, made)
        low, high = self._limits(lead.clock)
        self._made.clear()
        self._begin(max(low, min(high - 1, due)))

    def _try_more(self, lead: Run, frame: int) -> None:
        """Skip fewer frames again where the machine has time."""
        first = pace.first_step(float(lead.clock.fps), float(self._playhead.speed))
        if self._step > first and lead in self._runs and self._ease.is_time(len(lead.here), self._now()):
            self._ease.begin()
            self._step -= 1
            low, high = self._limits(lead.clock)
            self._begin(max(low, min(high - 1, frame + lead.way * self._step)))

    def _film(self) -> str:
        """Names what leads, as the graph makes it now."""
        views = self._views()
        place = self._engine.analysis.places.of(views[0][1].node, views[0][1].port) if views else None
        return place.fingerprint if place is not None else ""

    def _slow_due(self, lead: Run) -> int:
        """The next frame, once the one before has been seen as long as on the tape."""
        early = self._last_at is not None and self._now() - self._last_at < 0.9 * self._step / self._wanted_fps
        return lead.seen if early and lead.seen is not None else lead.here[0]

    def _has_others(self, frame: int) -> bool:
        moment = self._runs[0].clock.moment_of(frame)
        return all(run.has(run.clock.frame_at(moment)) for run in self._runs[1:])

    def _show(self, frame: int) -> None:
        lead = self._runs[0]
        moment = lead.clock.moment_of(frame)
        for run in list(self._runs):
            run.show(frame if run is lead else run.clock.frame_at(moment))
        self._last_at = self._now()
        self._seen.count(self._last_at)
        self._moving = True
        try:
            self._playhead.seek(moment)
        finally:
            self._moving = False

    def _end(self) -> None:
        low, high = self._limits(self._runs[0].clock)
        if self._playhead.loop:
            self._begin(low if self._playhead.speed > 0 else high - 1)
        else:
            self._playhead.play(Fraction(0))

    def _tell(self) -> None:
        seen = self._seen.rate(self._now())
        if self._runs and seen:
            wanted = self._wanted_fps
            seen = wanted if seen > 0.97 * wanted else seen
            text = tr("{seen:.3g} of {wanted:.4g} fps, slowed") if self._slow else tr("{seen:.3g} of {wanted:.4g} fps")
            self.told.emit(text.format(seen=seen, wanted=wanted))
