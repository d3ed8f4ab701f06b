"""Plays a run of frames: asked for ahead of time so that all of VapourSynth's threads are busy, given in order.

Built on previews alone. Scrubbing needs the newest picture and drops the others; playing needs every picture, in its
turn, and not too far ahead of the screen. So each frame here is a view of its own, marked as one of a sequence: the
worker has as many of them under way as it has threads, and lets what the user points at go first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import count

from runtime.outcomes import PreviewOutcome
from runtime.session import FieldOrder, Look, NodeFailure, Picture, Region, Session, SessionError, Superseded

__all__ = ["LEAD", "Playback", "Played", "play"]

LEAD = 12
"""Frames ahead of the screen: enough to ride over a slow one, and 20 MB of PAL pictures."""

Played = Picture | NodeFailure | SessionError
_numbers = count(1)


class Playback:
    """A run of frames on its way. Made by `play`; all methods may be called from any thread, `stop` and `shown` also
    from within on_frame."""

    def __init__(
        self,
        frames: range,
        ask: Callable[[int, Callable[[PreviewOutcome], None]], int],
        cancel: Callable[[int], None],
        on_frame: Callable[[int, Played], None],
        lead: int,
    ) -> None:
        self._frames, self._ask, self._cancel, self._on_frame = frames, ask, cancel, on_frame
        self._lead = max(1, lead)
        self._lock = threading.RLock()  # held while on_frame runs: so stop() can promise silence
        self._asked = 0  # how many of the frames
        self._given = 0
        self._seen = 0
        self._ids: dict[int, int] = {}  # place in the run → request, while it is out
        self._here: dict[int, PreviewOutcome] = {}
        self._over = False

    @property
    def over(self) -> bool:
        """All has been given, or it was stopped, or it failed."""
        return self._over

    def start(self) -> None:
        with self._lock:
            self._over = not self._frames
            self._go_on()

    def shown(self, frame: int) -> None:
        """This frame has been painted (frames may be skipped): go on, up to the lead."""
        with self._lock:
            if frame in self._frames:
                self._seen = max(self._seen, self._frames.index(frame) + 1)
                self._go_on()

    def stop(self) -> None:
        """Give nothing more; on_frame is not called after this has returned."""
        with self._lock:
            self._over = True
            for request_id in self._ids.values():
                self._cancel(request_id)
            self._ids.clear()
            self._here.clear()

    def _go_on(self) -> None:
        while not self._over and self._asked < min(len(self._frames), self._seen + self._lead):
            place = self._asked
            self._asked += 1
            self._ids[place] = 0  # refused at once, it is out no longer
            request_id = self._ask(self._frames[place], partial(self._arrived, place))
            if place in self._ids:
                self._ids[place] = request_id

    def _arrived(self, place: int, outcome: PreviewOutcome) -> None:
        with self._lock:
            self._ids.pop(place, None)
            if self._over:
                return
            self._here[place] = outcome
            while self._given in self._here:  # nothing is after a stop
                self._give(self._here.pop(self._given))

    def _give(self, outcome: PreviewOutcome) -> None:
        frame = self._frames[self._given]
        self._given += 1
        if isinstance(outcome, Superseded):  # somebody else cancelled it
            self.stop()
            return
        if not isinstance(outcome, Picture):
            self.stop()
        elif self._given == len(self._frames):
            self._over = True
        self._on_frame(frame, outcome)


def play(
    session: Session,
    node: str,
    port: str,
    first: int,
    last: int,
    on_frame: Callable[[int, Played], None],
    *,
    step: int = 1,
    lead: int = LEAD,
    max_width: int = 0,
    max_height: int = 0,
    square: bool = False,
    look: Look = "frame",
    field_order: FieldOrder = "",
    region: Region | None = None,
) -> Playback:
    """Play frames first…last (half-open; `step` 2 plays every other one, −1 backwards, then first > last).

    `on_frame(frame, picture)` is called in their order, on the session's thread, and must return quickly. After
    anything but a picture none follows. At most `lead` frames beyond the last one told to `shown` are made.
    """
    number = next(_numbers)

    def ask(frame: int, on_done: Callable[[PreviewOutcome], None]) -> int:
        return session.preview_async(
            node,
            port,
            frame,
            on_done,
            view=f"play {number}: {frame}",
            max_width=max_width,
            max_height=max_height,
            square=square,
            look=look,
            field_order=field_order,
            region=region,
            in_sequence=True,
        )

    playback = Playback(range(first, last, step), ask, session.cancel, on_frame, lead)
    playback.start()
    return playback
