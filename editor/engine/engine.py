"""From the document to pictures: what every part of the window asks for what is to be seen.

The thread of the window only notes what is wanted. Graphs are compiled on the engine's own thread, pictures come on
the session's; both look at the board under one lock and ask the worker for what is open. What is for the window comes
to its thread as a call that Qt queues.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.analysis import Analysis, Place
from editor.engine.board import Aim, Board, Flight
from editor.engine.compiling import Compiling, Ears, Held
from editor.engine.failures import Failures, frames_there
from editor.engine.indexing import Indexing
from editor.engine.pictures import Kept, PictureCache, kept_from
from editor.engine.standins import stand_ins
from editor.engine.states import state
from editor.engine.watching import Watching, files_read
from editor.engine.wishes import NodeState, Shot, Trouble, Wish
from editor.language import tr
from graphs.document import Graph, NodeId
from nodes.media import Media, MediaError
from runtime.compiled import compiled
from runtime.incremental import Compiler
from runtime.playback import Playback, Played, play
from runtime.protocol import Look, StepCode, StepReport
from runtime.session import (
    NodeCost,
    NodeFailure,
    Picture,
    Pixel,
    PreviewOutcome,
    Region,
    Samples,
    Session,
    SessionError,
    Superseded,
    WorkerGone,
)
from runtime.sources import prober

COSTS_AFTER_MS = 600
STATES_EVERY_MS = 80
WORKER_EVERY_MS = 400


class Engine(QObject):
    """Keeps the picture of every view true, and knows what is known of each node.

    Signals, all on the window's thread:
        analysed(Analysis)            a graph has been compiled: after each edit, but only of the newest
        pictured(view, Shot|Trouble)  the newest picture of a view, or why there is none
        costs_changed()               `costs` has news
        node_state(node)              `state_of` has news of this node
        worker_state(state, text)     "starting" | "ready" | "busy" | "restarting" | "gone", and words for the user
    """

    analysed = Signal(object)
    pictured = Signal(str, object)
    costs_changed = Signal()
    node_state = Signal(str)
    worker_state = Signal(str, str)
    _call = Signal(object)

    def __init__(
        self, desk: Desk, playhead: Playhead, *, session: Session | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._playhead = desk, playhead
        self._lock = threading.RLock()
        self._given = session
        self._session: Session | None = None
        self._compiling: Compiling | None = None
        self._compiler: Compiler | None = None
        self._watching = Watching(self._file_changed)
        self._board, self._cache, self._failures = Board(), PictureCache(), Failures()
        self._held: Held | None = None
        self._outbox: dict[str, Shot | Trouble] = {}
        self._analysis = Analysis(Graph(), compiled(Graph(), desk.registry, _no_probe))
        self._states: dict[NodeId, NodeState] = {}
        self._costs: Mapping[NodeId, NodeCost] = MappingProxyType({})
        self._worker = ("", "")
        self._pid: int | None = None
        self._started = self._closed = False
        self._call.connect(self._run_call, Qt.ConnectionType.QueuedConnection)
        desk.changed.connect(lambda change: self._edited(change.after))
        desk.reset.connect(lambda: self._edited(desk.graph))
        playhead.moved.connect(self._touch_states)
        self._costs_timer = self._timer(COSTS_AFTER_MS, self._ask_costs)
        self._states_timer = self._timer(STATES_EVERY_MS, self._tell_states)
        self._worker_timer = self._timer(WORKER_EVERY_MS, self._look_at_worker, single=False)

    def _timer(self, ms: int, call: Callable[[], None], *, single: bool = True) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(ms)
        timer.setSingleShot(single)
        timer.timeout.connect(call)
        return timer

    # ---- life

    def start(self) -> None:
        """Begin: after the window's first paint. Until then wishes are only noted."""
        if self._started or self._closed:
            return
        self._started = True
        self._tell_worker("starting", tr("Starting the worker"))
        threading.Thread(target=self._open, name="engine start", daemon=True).start()

    def _open(self) -> None:
        session = self._given or Session()
        self._given = None
        compiler = Compiler(self._desk.registry, prober(session))
        indexing = Indexing(session, self._indexing, self._indexed)
        ears = Ears(self._compiled, self._dear, self._send, self._built, self._failed)
        compiling = Compiling(compiler, indexing, ears)
        with self._lock:
            if self._closed:
                session.close()
                return
            self._session, self._compiler, self._compiling = session, compiler, compiling
            self._pid = None
        compiling.compile(self._desk.graph)
        self._later(self._worker_timer.start)

    def close(self) -> None:
        """End the worker. Nothing is told any more."""
        with self._lock:
            self._closed = True
            session, self._session = self._session, None
        for timer in (self._costs_timer, self._states_timer, self._worker_timer):
            timer.stop()
        self._watching.close()
        if self._compiling is not None:
            self._compiling.close()
        if session is not None:
            session.close("the window was closed")

    # ---- what is known

    @property
    def analysis(self) -> Analysis:
        """Of the newest graph that has been compiled."""
        return self._analysis

    @property
    def session(self) -> Session | None:
        """The worker's, for what the engine does not do; None before it runs."""
        return self._session

    def costs(self) -> Mapping[NodeId, NodeCost]:
        return self._costs

    def state_of(self, node: NodeId) -> NodeState:
        return self._states.get(node) or self._state(node)

    def cached_frames(self, node: NodeId, port: str) -> tuple[tuple[int, int], ...]:
        """The frames of which a picture is at hand: half-open ranges in order."""
        place = self._analysis.places.of(node, port)
        if place is None:
            return ()
        with self._lock:
            return self._cache.ranges(place.fingerprint)

    # ---- wishes

    def want(self, view: str, wish: Wish | None) -> None:
        """Keep this view's picture true from now on; None: no more."""
        with self._lock:
            if wish is None:
                self._outbox.pop(view, None)
            if self._board.want(view, wish):
                self._aim(view)
                self._pump()

    def forgive(self, node: NodeId | None = None) -> None:
        """Try again what has failed: nodes that crashed the worker, a worker that gave up."""
        with self._lock:
            self._failures.forget(node)
            gone = self._worker[0] == "gone"
            if self._session is not None and not gone:
                self._session.forgive()
            for view in self._board.views:
                if node is None or self._board.views[view].wish.node == node:
                    self._board.forget(view)
        if gone:
            self._start_again()
        elif self._compiling is not None:
            self._compiling.again()
        self._touch_states()

    def _start_again(self) -> None:
        with self._lock:
            session, self._session = self._session, None
            compiling, self._compiling = self._compiling, None
            self._held = None
            self._board.flights.clear()
        if compiling is not None:
            compiling.close()
        if session is not None:
            session.close("another one is started")
        self._started = False
        self.start()

    def _aim(self, view: str) -> None:
        """Work out what a view's wish means now. Under the lock."""
        wish = self._board.views[view].wish
        aim = self._aimed(wish)
        if isinstance(aim, Trouble):
            said = (aim.message, aim.blamed)
            if self._board.views[view].got != said:
                self._board.got(view, said, self._board.number())
                self._deliver(replace(aim, view=view))
            self._board.aimed(view, None, said)
        else:
            self._board.aimed(view, aim)

    def _aimed(self, wish: Wish) -> Aim | Trouble | None:
        """What to ask for; None: nothing yet."""
        held = self._held
        if held is None:
            return None
        analysis = held.analysis
        output = (wish.node, wish.port) if wish.port else analysis.main_picture(wish.node)
        true = analysis.places.of(*output) if output else None
        if output is None or true is None:
            problem = analysis.hindrance(wish.node)
            return Trouble("", wish, problem.line(), problem.node) if problem is not None else None
        frame = self._frame(analysis, output, true, wish)
        aim = Aim(true.node, true.port, true.fingerprint, frame)
        if self._cache.get(aim.key(wish)) is not None:
            return aim
        seen = held.places.of(*output)
        if seen is None or seen.step in held.waiting:
            return None
        if seen.fingerprint == true.fingerprint:
            return aim
        return None if wish.background else Aim(seen.node, seen.port, seen.fingerprint, frame, stand_in=True)

    def _frame(self, analysis: Analysis, output: tuple[NodeId, str], place: Place, wish: Wish) -> int:
        frame, fields = wish.frame, 2 if wish.look == "bob" else 1
        if frame is None:
            clock = analysis.clock(*output)
            if clock is None:
                return 0
            clock = replace(clock, fps=clock.fps * fields, frames=clock.frames * fields)
            frame = clock.frame_at(wish.moment)
        there = self._failures.frames.get(place.fingerprint)
        return max(0, frame if there is None else min(frame, there * fields - 1))

    def _pump(self) -> None:
        """Give every open view what is at hand, and ask for what there is room for. Under the lock."""
        for view in self._board.open:
            one = self._board.views[view]
            if one.aim is None:
                continue
            key = one.aim.key(one.wish)
            kept = self._cache.get(key)
            if kept is not None:
                self._board.got(view, key, self._board.number())
                self._deliver(_shot(view, one.wish, one.aim, kept))
        if self._session is None:
            return
        for flight in list(self._board.start()):
            self._ask(flight)

    def _ask(self, flight: Flight) -> None:
        wish, aim = flight.wish, flight.aim
        assert self._session is not None
        self._session.preview_async(
            aim.node,
            aim.port,
            aim.frame,
            partial(self._arrived, flight.number),
            view=f"{flight.view} {flight.number}",
            max_width=wish.max_width,
            max_height=wish.max_height,
            square=wish.square,
            background=wish.background,
            look=wish.look,
            region=wish.region,
        )
        self._touch_states()

    # ---- on the session's thread

    def _arrived(self, number: int, outcome: PreviewOutcome) -> None:
        kept = kept_from(outcome) if isinstance(outcome, Picture) else None
        with self._lock:
            flight = self._board.landed(number)
            if flight is None or self._closed:
                return
            match outcome:
                case Picture():
                    assert kept is not None
                    self._take(flight, kept)
                case NodeFailure():
                    self._blame(flight, outcome)
                case Superseded():
                    pass  # it is still open
                case WorkerGone():
                    self._gone(outcome)
                    return
                case SessionError():
                    self._refuse(flight, str(outcome), None, (), crashed=False)
            self._pump()
        self._touch_states()

    def _take(self, flight: Flight, kept: Kept) -> None:
        if not flight.doubtful:
            self._cache.put(flight.key, kept)
            self._failures.mended(flight.wish.node)
        quick = flight.aim.stand_in or (flight.doubtful and self._held is not None and self._held.quick)
        aim = replace(flight.aim, stand_in=quick, fingerprint="" if flight.doubtful else flight.aim.fingerprint)
        for view in self._board.serves(flight):
            wish = self._board.views[view].wish if self._board.views[view].key == flight.key else flight.wish
            self._board.got(view, None if flight.doubtful else flight.key, flight.number)
            self._deliver(_shot(view, wish, aim, kept))

    def _blame(self, flight: Flight, failure: NodeFailure) -> None:
        if flight.doubtful:
            return  # of a plan that is gone
        there = frames_there(failure.message)
        if there is not None and flight.aim.frame >= there > 0:
            self._failures.frames[flight.aim.fingerprint] = max(1, there // (2 if flight.wish.look == "bob" else 1))
            for view in self._board.views:
                self._aim(view)
            return
        node = NodeId(failure.node)
        self._failures.failed(node, self._does(node), failure)
        self._refuse(flight, failure.message, node, failure.log, crashed=failure.crashed)

    def _refuse(
        self, flight: Flight, message: str, blamed: NodeId | None, log: tuple[str, ...], *, crashed: bool
    ) -> None:
        for view in self._board.serves(flight):
            if self._board.views[view].key == flight.key:
                self._board.got(view, flight.key, flight.number)
                wish = self._board.views[view].wish
                self._deliver(Trouble(view, wish, message, blamed, flight.aim.frame, log, crashed))

    def _does(self, node: NodeId) -> str:
        return self._held.places.does.get(node, "") if self._held is not None else ""

    def _gone(self, fault: WorkerGone) -> None:
        self._board.flights.clear()
        self._later(lambda: self._tell_worker("gone", fault.reason))

    def _indexing(self, path: str, percent: int) -> None:
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        text = tr("Looking through {name}: {percent} %").format(name=name, percent=percent)
        self._later(lambda: self._tell_worker("busy", text))

    def _indexed(self, _path: str) -> None:
        if self._compiling is not None:
            self._compiling.again()
        self._later(lambda: self._tell_worker("ready", ""))

    def _file_changed(self, path: str) -> None:
        with self._lock:
            compiler, compiling = self._compiler, self._compiling
        if compiler is not None and compiling is not None:
            compiler.forget(path)
            compiling.again()

    # ---- on the engine's thread

    def _compiled(self, analysis: Analysis) -> None:
        self._watching.watch(files_read(analysis.compiled.resolved.placed.values()))
        self._later(lambda: self._tell_analysed(analysis))

    def _dear(self, analysis: Analysis) -> frozenset[NodeId]:
        """The nodes that are to show a stand-in first."""
        with self._lock:
            alive = self._held.places.steps if self._held is not None else frozenset[str]()
            shown = []
            for view in self._board.views.values():
                wish = view.wish
                output = (wish.node, wish.port) if wish.port else analysis.main_picture(wish.node)
                place = analysis.places.of(*output) if output and not wish.background else None
                if output is None or place is None:
                    continue
                aim = Aim(place.node, place.port, place.fingerprint, self._frame(analysis, output, place, wish))
                if self._cache.get(aim.key(wish)) is None:
                    shown.append(place.step)
        return stand_ins(analysis, shown, alive)

    def _send(self, held: Held, prelude: str, codes: tuple[StepCode, ...]) -> Future[tuple[StepReport, ...]]:
        with self._lock:
            if self._session is None:
                raise WorkerGone("the window was closed")
            done = self._session.load_async(codes, prelude)
            self._held = held
            self._board.replanned(held.places.fingerprints)
            for view in self._board.views:
                self._aim(view)
            self._pump()
        return done

    def _built(self, held: Held, reports: tuple[StepReport, ...]) -> None:
        with self._lock:
            if held is not self._held:
                return
            for report in reports:
                node = NodeId(report.node)
                if report.state == "failed":
                    failure = NodeFailure(report.node, "", None, report.line, report.message)
                    self._failures.failed(node, self._does(node), failure)
            busy = bool(held.waiting)
        if not busy:
            self._later(lambda: self._tell_worker("ready", ""))
        self._touch_states()

    def _failed(self, text: str) -> None:
        with self._lock:
            closed = self._closed
        if not closed:
            self._later(lambda: self._tell_worker("gone", text))

    # ---- on the window's thread

    def _edited(self, graph: Graph) -> None:
        if self._compiling is not None:
            self._compiling.compile(graph)

    def _tell_analysed(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self.analysed.emit(analysis)
        self._tell_states()

    def _deliver(self, what: Shot | Trouble) -> None:
        """To the window, from any thread; of one view only the newest."""
        first = not self._outbox
        self._outbox[what.view] = what
        if first:
            self._later(self._tell_pictured)

    def _tell_pictured(self) -> None:
        with self._lock:
            news, self._outbox = self._outbox, {}
        for view, what in news.items():
            if view in self._board.views:
                self.pictured.emit(view, what)
        if not self._costs_timer.isActive():
            self._costs_timer.start()

    def _tell_worker(self, state: str, text: str) -> None:
        if (state, text) != self._worker:
            self._worker = (state, text)
            self.worker_state.emit(state, text)

    def _look_at_worker(self) -> None:
        session = self._session
        if session is None or self._worker[0] == "gone":
            return
        pid = session.worker_pid
        if pid != self._pid:
            if self._pid is not None:
                self._tell_worker("restarting", tr("The worker has ended and is started again"))
            self._pid = pid
            if pid is not None:
                session.costs_async(self._heard_costs)

    # ---- states and costs

    def _touch_states(self) -> None:
        self._later(self._states_soon)

    def _states_soon(self) -> None:
        if not self._states_timer.isActive():
            self._states_timer.start()

    def _state(self, node: NodeId) -> NodeState:
        analysis = self._analysis
        with self._lock:
            failure = self._failures.of(node, self._does(node))
            computing = any(flight.wish.node == node for flight in self._board.flights.values())
            output = analysis.main_picture(node)
            place = analysis.places.of(*output) if output else None
            cached = (
                output is not None
                and place is not None
                and self._cache.has(place.fingerprint, analysis.frame_at(*output, self._playhead.moment))
            )
        return state(node, analysis, failure, computing=computing, cached=cached)

    def _tell_states(self) -> None:
        states = {node: self._state(node) for node in self._analysis.graph.nodes}
        before, self._states = self._states, states
        for node, now in states.items():
            if before.get(node) != now:
                self.node_state.emit(node)

    def _ask_costs(self) -> None:
        if self._session is not None:
            self._session.costs_async(self._heard_costs)

    def _heard_costs(self, outcome: tuple[NodeCost, ...] | SessionError) -> None:
        if isinstance(outcome, WorkerGone):
            with self._lock:
                if not self._closed:
                    self._gone(outcome)
        elif not isinstance(outcome, SessionError):
            self._later(lambda: self._tell_costs(outcome))

    def _tell_costs(self, costs: tuple[NodeCost, ...]) -> None:
        if self._worker[0] == "restarting":
            self._tell_worker("ready", "")
        found = {NodeId(cost.node): cost for cost in costs}
        if found != self._costs:
            self._costs = MappingProxyType(found)
            self.costs_changed.emit()

    # ---- facts

    def samples(
        self,
        view: str,
        node: NodeId,
        port: str,
        moment: Fraction,
        on_done: Callable[[Samples | Trouble], None],
        *,
        frame: int | None = None,
        max_width: int = 360,
        max_height: int = 288,
        look: Look = "frame",
        region: Region | None = None,
        background: bool = False,
    ) -> bool:
        """The frame's own values at so many points at most, for scopes. Of one view only the newest request is sure to
        be answered. False where there is no picture now."""
        wish = Wish(node, port, moment, max_width, max_height, look, region, background=background, frame=frame)
        with self._lock:
            aim = self._aimed(wish)
            if not isinstance(aim, Aim) or self._session is None:
                return False
            self._session.samples_async(
                aim.node,
                aim.port,
                aim.frame,
                lambda outcome: self._fact(view, wish, outcome, on_done),
                view=f"samples {view}",
                max_width=max_width,
                max_height=max_height,
                look=look,
                region=region,
                background=background,
            )
        return True

    def pixel(
        self,
        view: str,
        node: NodeId,
        port: str,
        moment: Fraction,
        x: int,
        y: int,
        on_done: Callable[[Pixel | Trouble], None],
        *,
        frame: int | None = None,
        look: Look = "frame",
    ) -> bool:
        """The values of one pixel, as samples()."""
        wish = Wish(node, port, moment, look=look, frame=frame)
        with self._lock:
            aim = self._aimed(wish)
            if not isinstance(aim, Aim) or self._session is None:
                return False
            self._session.pixel_async(
                aim.node,
                aim.port,
                aim.frame,
                x,
                y,
                lambda outcome: self._fact(view, wish, outcome, on_done),
                view=f"pixel {view}",
                look=look,
            )
        return True

    def _fact[T: (Samples, Pixel)](
        self, view: str, wish: Wish, outcome: T | NodeFailure | Superseded | SessionError, on_done: Callable[..., None]
    ) -> None:
        match outcome:
            case Superseded():
                return
            case NodeFailure():
                log, crashed = outcome.log, outcome.crashed
                blamed = NodeId(outcome.node)
                trouble = Trouble(view, wish, outcome.message, blamed, outcome.frame, log, crashed)
                self._later(lambda: on_done(trouble))
            case SessionError():
                self._later(lambda: on_done(Trouble(view, wish, str(outcome))))
            case found:
                self._later(lambda: on_done(found))

    def play(self, view: str, wish: Wish, frames: range, on_frame: Callable[[Shot | Trouble], None]) -> Playback | None:
        """Play frames of the picture that `wish` means; None where there is none now. See runtime.playback: tell it
        what was `shown`. `on_frame` is called on the window's thread; the pictures are kept."""
        with self._lock:
            aim = self._aimed(wish)
            session = self._session
        if not isinstance(aim, Aim) or session is None:
            return None
        target = aim

        def played(frame: int, outcome: Played) -> None:
            at, one = replace(target, frame=frame), replace(wish, frame=frame)
            if isinstance(outcome, Picture):
                kept = kept_from(outcome)
                with self._lock:
                    prints = self._held.places.fingerprints if self._held is not None else {}
                    if prints.get((at.node, at.port)) == at.fingerprint:
                        self._cache.put(at.key(one), kept)
                self._later(lambda: on_frame(_shot(view, one, at, kept)))
            else:
                self._fact(view, one, outcome, on_frame)

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

    # ---- to the window's thread

    def _later(self, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the window has gone, and this with it
            self._call.emit(call)

    def _run_call(self, call: object) -> None:
        if not self._closed and callable(call):
            call()


def _shot(view: str, wish: Wish, aim: Aim, kept: Kept) -> Shot:
    return Shot(view, wish, aim.frame, kept.image, kept.sar, kept.took_ms, aim.fingerprint, aim.stand_in)


def _no_probe(path: str) -> Media:
    raise MediaError(path)
