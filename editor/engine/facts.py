"""What is asked of a picture besides being shown: its values, one of its pixels, its run. Answers come to the window's
thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from editor.engine.board import Aim
from editor.engine.pictures import kept_from
from editor.engine.supply import Supply, shot
from editor.engine.wishes import Shot, Trouble, Wish
from graphs.document import NodeId
from runtime.playback import Playback, Played, play
from runtime.session import NodeFailure, Picture, Pixel, Samples, Session, SessionError, Superseded


class Facts:
    """`later` brings a call to the window's thread."""

    def __init__(self, supply: Supply, later: Callable[[Callable[[], None]], None]) -> None:
        self._supply, self._later = supply, later

    def samples(self, view: str, wish: Wish, on_done: Callable[[Samples | Trouble], None]) -> bool:
        found = self._found(wish)
        if found is None:
            return False
        session, aim = found

        def heard(outcome: Samples | NodeFailure | Superseded | SessionError) -> None:
            if isinstance(outcome, Samples):
                self._later(lambda: on_done(outcome))
            else:
                self._refused(view, wish, outcome, on_done)

        session.samples_async(
            aim.node,
            aim.port,
            aim.frame,
            heard,
            view=f"samples {view}",
            max_width=wish.max_width,
            max_height=wish.max_height,
            look=wish.look,
            region=wish.region,
            background=wish.background,
        )
        return True

    def pixel(self, view: str, wish: Wish, x: int, y: int, on_done: Callable[[Pixel | Trouble], None]) -> bool:
        found = self._found(wish)
        if found is None:
            return False
        session, aim = found

        def heard(outcome: Pixel | NodeFailure | Superseded | SessionError) -> None:
            if isinstance(outcome, Pixel):
                self._later(lambda: on_done(outcome))
            else:
                self._refused(view, wish, outcome, on_done)

        session.pixel_async(aim.node, aim.port, aim.frame, x, y, heard, view=f"pixel {view}", look=wish.look)
        return True

    def play(self, view: str, wish: Wish, frames: range, on_frame: Callable[[Shot | Trouble], None]) -> Playback | None:
        found = self._found(wish)
        if found is None:
            return None
        session, aim = found
        plans = self._supply.plans

        def played(frame: int, outcome: Played) -> None:
            at, one = replace(aim, frame=frame), replace(wish, frame=frame)
            if not isinstance(outcome, Picture):
                self._refused(view, one, outcome, on_frame)
                return
            kept = kept_from(outcome)
            with self._supply.lock:
                if plans == self._supply.plans:  # else it may be another plan's picture
                    self._supply.cache.put(at.key(one), kept)
            self._later(lambda: on_frame(shot(view, one, at, kept)))

        return play(
            session,
            aim.node,
            aim.port,
            frames.start,
            frames.stop,
            played,
            step=frames.step,
            max_width=wish.max_width,
            max_height=wish.max_height,
            square=wish.square,
            look=wish.look,
            region=wish.region,
        )

    def _found(self, wish: Wish) -> tuple[Session, Aim] | None:
        with self._supply.lock:
            aim, session = self._supply.aimed(wish), self._supply.session
        return (session, aim) if session is not None and isinstance(aim, Aim) else None

    def _refused(
        self,
        view: str,
        wish: Wish,
        outcome: NodeFailure | Superseded | SessionError,
        on_done: Callable[[Trouble], None],
    ) -> None:
        match outcome:
            case Superseded():
                return
            case NodeFailure(message=message, frame=frame, log=log, crashed=crashed):
                trouble = Trouble(view, wish, message, NodeId(outcome.node), frame, log, crashed)
            case fault:
                trouble = Trouble(view, wish, str(fault))
        self._later(lambda: on_done(trouble))
