"""Keeps every view's picture true: from cache where it is at hand, else from the worker. No Qt signals here.

Called from the window's thread (wishes), the engine's (plans) and the session's (pictures), all under one lock. A
picture is only kept under its fingerprint if no plan that makes another one of it was sent while it was on its way:
the worker answers from the newest plan that it has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from editor.engine.analysis import Analysis, Place
from editor.engine.board import Aim, Board, Flight
from editor.engine.compiling import Held
from editor.engine.failures import Failures, crashed, frames_there, named_within
from editor.engine.pictures import Kept, PictureCache, kept_from
from editor.engine.standins import Effort, stand_ins
from editor.engine.wishes import Shot, Trouble, Wish
from graphs.document import NodeId
from graphs.groups.flatten import outermost
from graphs.resolve import Port
from runtime.outcomes import PreviewOutcome
from runtime.protocol import StepCode, StepReport
from runtime.session import NodeCost, NodeFailure, Picture, Session, SessionError, Superseded, WorkerGone


@dataclass(frozen=True, slots=True)
class Listeners:
    """Called on any thread, under the lock: they must only note what they hear."""

    delivered: Callable[[Shot | Trouble], None]
    touched: Callable[[], None]  # the state of some nodes may have changed
    gone: Callable[[str], None]  # the worker, for good


class Supply:
    def __init__(self, listeners: Listeners) -> None:
        self._tell = listeners
        self.lock = threading.RLock()
        self.board, self.cache, self.failures = Board(), PictureCache(), Failures()
        self.session: Session | None = None
        self.held: Held | None = None
        self.plans = 0  # how many were sent
        self._efforts: dict[NodeId, Effort] = {}
        self._unbuilt: set[str] = set()  # views of nodes that could not be built: each plan tries them again

    # ---- what is wanted

    def want(self, view: str, wish: Wish | None) -> None:
        with self.lock:
            if self.board.want(view, wish):
                self._aim(view)
                self._serve(view)
                self._ask_more()

    def forgive(self, node: NodeId | None) -> None:
        """What has failed may be tried again."""
        with self.lock:
            self.failures.forget(node)
            if self.session is not None:
                self.session.forgive()
            for view in self.board.views:
                self.board.forget(view)
                self._aim(view)

    def use(self, session: Session | None) -> None:
        """Another session: whatever was on its way is lost."""
        with self.lock:
            self.session, self.held = session, None
            self.board.ground()

    # ---- what a wish means

    def _aim(self, view: str) -> None:
        one = self.board.views[view]
        aim = self.aimed(one.wish)
        if isinstance(aim, Trouble):
            self.board.aimed(view, None, None)
            self._complain(view, None, self.board.number(), aim)
        else:
            self.board.aimed(view, aim)

    def aimed(self, wish: Wish) -> Aim | Trouble | None:
        """What to ask for; None: nothing yet."""
        held = self.held
        if held is None:
            return None
        analysis = held.analysis
        output = _output(analysis, wish)
        true = analysis.places.of(*output) if output else None
        if output is None or true is None:
            problem = analysis.hindrance(wish.node)
            return Trouble("", wish, problem.line(), problem.node) if problem is not None else None
        frame = self._frame(analysis, output, true, wish)
        aim = Aim(true.node, true.port, true.fingerprint, frame)
        seen = held.places.of(*output)
        if seen == true and true.step not in held.waiting:
            return aim
        if self.cache.get(aim.key(wish)) is not None:
            return aim
        if seen is None or seen.step in held.waiting or wish.background:
            return None  # in the background only what is true
        return Aim(seen.node, seen.port, seen.fingerprint, frame, stand_in=seen.fingerprint != true.fingerprint)

    def _frame(self, analysis: Analysis, output: Port, place: Place, wish: Wish) -> int:
        frame, fields = wish.frame, 2 if wish.look == "bob" else 1
        if frame is None:
            clock = analysis.clock(*output)
            if clock is None:
                return 0
            clock = replace(clock, fps=clock.fps * fields, frames=clock.frames * fields)
            frame = clock.frame_at(wish.moment)
        there = self.failures.frames.get(place.fingerprint)
        return max(0, frame if there is None else min(frame, there * fields - 1))

    # ---- plans

    def dear(self, analysis: Analysis) -> frozenset[NodeId]:
        """The nodes that are to show a stand-in first."""
        with self.lock:
            alive = self.held.places.steps if self.held is not None else frozenset[str]()
            shown = []
            for view in self.board.views.values():
                wish = view.wish
                output = None if wish.background else _output(analysis, wish)
                place = analysis.places.of(*output) if output else None
                if output is None or place is None:
                    continue
                aim = Aim(place.node, place.port, place.fingerprint, self._frame(analysis, output, place, wish))
                if self.cache.get(aim.key(wish)) is None:
                    shown.append(place.step)
            return stand_ins(analysis, shown, alive, self._efforts)

    def send(self, held: Held, prelude: str, codes: tuple[StepCode, ...] | None) -> Future[tuple[StepReport, ...]]:
        """Give the worker a plan (None: it has this one) and at once ask for what is open."""
        with self.lock:
            if self.session is None:
                raise WorkerGone("the worker was stopped")
            if codes is None:
                done: Future[tuple[StepReport, ...]] = Future()
                done.set_result(())
            else:
                done = self.session.load_async(codes, prelude)
                self.plans += 1
                for view in self._unbuilt & self.board.views.keys():
                    self.board.forget(view)
                self._unbuilt.clear()
                if self.board.flights:
                    self.board.replanned(held.places.fingerprints)
            self.held = held
            for background in (False, True):  # what is looked at is on its way before the thumbnails are thought of
                for view, one in self.board.views.items():
                    if one.wish.background is background:
                        self._aim(view)
                        self._serve(view)
                self._ask_more()
        return done

    def built(self, held: Held, reports: tuple[StepReport, ...]) -> None:
        """What became of a plan's steps in the worker."""
        with self.lock:
            if held is not self.held:
                return
            for report in reports:
                node = NodeId(report.node)
                if report.state == "failed":
                    log = self.session.log_tail() if self.session is not None and crashed(report.message) else ()
                    failure = NodeFailure(report.node, "", None, report.line, report.message, log)
                    self.failures.failed(node, self.does(node), failure)
                elif report.state == "built" and not held.quick:
                    self._efforts.setdefault(node, Effort()).built_ms = report.took_ms
        self._tell.touched()

    def costs(self, costs: Iterable[NodeCost]) -> None:
        """What nodes take for a picture, as far as they have made one."""
        with self.lock:
            for cost in costs:
                if cost.frames and self.held is not None and not self.held.quick:
                    self._efforts.setdefault(NodeId(cost.node), Effort()).picture_ms = cost.ms_per_frame

    def does(self, node: NodeId) -> str:
        """Names what a node does in the plan that the worker has."""
        return self.held.places.does.get(node, "") if self.held is not None else ""

    # ---- pictures

    def _serve(self, view: str) -> bool:
        """Give a view its picture if that is at hand."""
        one = self.board.views[view]
        kept = self.cache.get(one.aim.key(one.wish)) if one.aim is not None and one.open else None
        if kept is None or one.aim is None:
            return False
        self._deliver(view, one.key, self.board.number(), shot(view, one.wish, one.aim, kept))
        return True

    def _ask_more(self) -> None:
        """Ask for what is open, as far as there is room."""
        if self.session is None:
            return
        begun = list(self.board.start(lambda view, _: not self._serve(view)))
        for flight in begun:
            wish, aim = flight.wish, flight.aim
            self.session.preview_async(
                aim.node,
                aim.port,
                aim.frame,
                partial(self._arrived, self.session, flight.number),
                view=f"{flight.view} {flight.number}",
                max_width=wish.max_width,
                max_height=wish.max_height,
                square=wish.square,
                background=wish.background,
                look=wish.look,
                region=wish.region,
            )
        if begun:
            self._tell.touched()

    def _arrived(self, session: Session, number: int, outcome: PreviewOutcome) -> None:
        """On the session's thread; where a node is known to crash, at once."""
        kept = kept_from(outcome) if isinstance(outcome, Picture) else None
        with self.lock:
            flight = self.board.landed(number)
            if flight is None or session is not self.session:
                return
            match outcome:
                case NodeFailure():
                    self._blame(flight, outcome)
                case WorkerGone(reason=reason):
                    self.board.ground()
                    self._tell.gone(reason)
                    return
                case SessionError() if not isinstance(outcome, Superseded):
                    self._refuse(flight, Trouble("", flight.wish, str(outcome)))
                case _ if kept is not None:
                    self._take(flight, kept)
                case _:
                    pass  # superseded: it is still open
            self._ask_more()
        self._tell.touched()

    def _take(self, flight: Flight, kept: Kept) -> None:
        aim = flight.aim
        if flight.doubtful:
            quick = aim.stand_in or (self.held is not None and self.held.quick)
            aim = replace(aim, fingerprint="", stand_in=quick)
        else:
            self.cache.put(flight.key, kept)
            self.failures.mended(flight.wish.node)
        for view in list(self.board.serves(flight)):
            one = self.board.views[view]
            exact = one.key == flight.key and not flight.doubtful
            made = shot(view, one.wish if exact else flight.wish, aim, kept)
            self._deliver(view, flight.key if exact else None, flight.number, made)

    def _blame(self, flight: Flight, failure: NodeFailure) -> None:
        if flight.doubtful:
            return  # of a plan that is gone: what is open is asked for again
        there = frames_there(failure.message)
        if there is not None and flight.aim.frame >= there > 0:
            self.failures.frames[flight.aim.fingerprint] = max(1, there // (2 if flight.wish.look == "bob" else 1))
            for view in self.board.views:
                self._aim(view)
            return
        node = NodeId(failure.node)
        self.failures.failed(node, self.does(node), failure)
        at, log = flight.aim.frame, failure.log
        known = self.failures.of(node, self.does(node))
        said, group = named_within(node, failure.message), outermost(self._cause(node, failure.message))
        trouble = Trouble("", flight.wish, said, group, at, log, known is not None and known.crashed)
        views = self._refuse(flight, trouble)
        if failure.frame is None and not failure.crashed:
            self._unbuilt.update(views)

    def _cause(self, node: NodeId, message: str) -> NodeId:
        """The first node along the tape that has failed with these words: a filter below it only passes them on."""
        resolved = self.held.analysis.compiled.resolved if self.held is not None else None
        if resolved is None or node not in resolved.placed:
            return node
        above = resolved.upstream([node])
        for one in resolved.order:
            said = self.failures.of(one, self.does(one)) if one in above else None
            if said is not None and said.message == message:
                return one
        return node

    def _refuse(self, flight: Flight, trouble: Trouble) -> list[str]:
        views = [view for view in self.board.serves(flight) if self.board.views[view].key == flight.key]
        for view in views:
            self._complain(view, flight.key, flight.number, replace(trouble, wish=self.board.views[view].wish))
        return views

    # ---- deliveries

    def _deliver(self, view: str, key: object, number: int, made: Shot) -> None:
        self.board.views[view].said = None
        self.board.got(view, key, number)
        self._tell.delivered(made)

    def _complain(self, view: str, key: object, number: int, trouble: Trouble) -> None:
        """The same trouble is told once."""
        one = self.board.views[view]
        said = (trouble.message, trouble.blamed, trouble.crashed, one.wish.node, one.wish.port)
        self.board.got(view, key, number)
        if one.said != said:
            one.said = said
            self._tell.delivered(replace(trouble, view=view))


def _output(analysis: Analysis, wish: Wish) -> Port | None:
    return (wish.node, wish.port) if wish.port else analysis.main_picture(wish.node)


def shot(view: str, wish: Wish, aim: Aim, kept: Kept) -> Shot:
    return Shot(view, wish, aim.frame, kept.image, kept.sar, kept.took_ms, aim.fingerprint, aim.stand_in)
