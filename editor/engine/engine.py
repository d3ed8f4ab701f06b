"""From the document to pictures: what every part of the window asks for what is to be seen.

The window's thread only notes what is wanted. Graphs are compiled on the engine's own thread (compiling.py), pictures
come on the session's (supply.py); what is for the window comes to its thread as a call that Qt queues.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from fractions import Fraction
from types import MappingProxyType

import psutil
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.analysis import Analysis
from editor.engine.cards import of_cards
from editor.engine.compiling import Compiling, Ears, Held
from editor.engine.facts import Facts
from editor.engine.indexing import Indexing
from editor.engine.notes import EVERY_MS as NOTES_EVERY_MS
from editor.engine.notes import WorkerNotes
from editor.engine.states import NodeStates
from editor.engine.supply import Listeners, Supply
from editor.engine.watching import Watching, files_read
from editor.engine.wishes import NodeState, Shot, Trouble, Wish
from editor.engine.worker_news import WorkerNews
from editor.language import tr
from graphs.document import Graph, NodeId
from nodes.media import Media, MediaError
from runtime.at_hand import at_hand
from runtime.compiled import compiled
from runtime.incremental import Compiler
from runtime.playback import Playback
from runtime.protocol import Look, StepReport
from runtime.session import NodeCost, Pixel, Region, Samples, Session, SessionError
from runtime.sources import prober
from runtime.watch import Limits

COSTS_AFTER_MS = 600
STATES_EVERY_MS = 80
NEEDS_AFTER_MS = 5000


class Engine(QObject):
    """Keeps the picture of every view true, and knows what is known of each node.

    Signals, all on the window's thread:
        analysed(Analysis)            a graph has been compiled: after each edit, but only of the newest
        pictured(view, Shot|Trouble)  the newest picture of a view, or why there is none
        costs_changed()               `costs` has news
        node_state(node)              `state_of` has news of this node
        noted(text, nodes)            what the worker tells the user, and the nodes that it is about
        worker_state(state, text)     "starting" | "ready" | "busy" | "restarting" | "gone", and words for the user
    """

    analysed = Signal(object)
    pictured = Signal(str, object)
    costs_changed = Signal()
    node_state = Signal(str)
    noted = Signal(str, object)
    worker_state = Signal(str, str)
    _call = Signal(object)

    def __init__(
        self, desk: Desk, playhead: Playhead, *, session: Session | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._playhead, self._given = desk, playhead, session
        self._supply = Supply(Listeners(self._deliver, self._touch_states, self._gone))
        self._facts = Facts(self._supply, self._later)
        self._watching = Watching(self._file_changed)
        self._compiling: Compiling | None = None
        self._analysis = Analysis(Graph(), compiled(Graph(), desk.registry, _no_files))
        self._notes = WorkerNotes(desk.registry, lambda text, nodes: self._later(lambda: self._tell_note(text, nodes)))
        self._states = NodeStates(self._supply, self._notes)
        self._worker = WorkerNews(self, self.worker_state.emit, self._ask_costs_of)
        self._costs: Mapping[NodeId, NodeCost] = MappingProxyType({})
        self._started = self._closed = self._trust = False
        self._starting: threading.Thread | None = None
        self._needs: frozenset[str] | None = None  # None: not known, then nothing is said to be missing
        self._fresh: Analysis | None = None  # analysed, and the window does not know yet
        self._outbox: dict[str, Shot | Trouble] = {}
        self._states_touched = False
        self._call.connect(self._run_call, Qt.ConnectionType.QueuedConnection)
        desk.changed.connect(lambda change: self._edited(change.after))
        desk.reset.connect(self._other_document)
        playhead.moved.connect(self._touch_states)
        self._costs_timer = self._timer(COSTS_AFTER_MS, self._ask_costs)
        self._states_timer = self._timer(STATES_EVERY_MS, self._tell_states)
        self._needs_timer = self._timer(NEEDS_AFTER_MS, self._ask_needs)
        self._notes_timer = self._timer(NOTES_EVERY_MS, self._look_for_notes)
        self._notes_timer.setSingleShot(False)

    def _timer(self, ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(ms)
        timer.setSingleShot(True)
        timer.timeout.connect(call)
        return timer

    # ---- life

    def start(self) -> None:
        """Begin: after the window's first paint. Until then wishes are only noted."""
        if self._started or self._closed:
            return
        self._started = True
        self._worker.say("starting", tr("Starting the worker"))
        self._starting = threading.Thread(target=self._open, name="engine start", daemon=True)
        self._starting.start()

    def _open(self) -> None:
        session, self._given = self._given or _session(), None
        ears = Ears(self._compiled, self._supply.dear, self._supply.send, self._built, self._failed)
        with self._supply.lock:  # what is trusted meanwhile, or no longer, is heard before or after, never in between
            if self._closed:
                session.close()
                return
            self._supply.use(session)
            indexing = Indexing(session, self._indexing, self._indexed)
            self._compiling = compiling = Compiling(self._compiler(session), indexing, ears)
        graph = None
        while graph is not self._desk.graph:  # edited meanwhile: what is compiled last is what stands on the desk
            graph = self._desk.graph
            compiling.compile(graph)
        self._later(lambda: self._worker.watch(session))
        self._later(self._notes_timer.start)
        if self._needs is None:
            self._later(self._needs_timer.start)

    def _compiler(self, session: Session) -> Compiler:
        return Compiler(self._desk.registry, prober(session), available=self._needs, trust=self._trust)

    def close(self) -> None:
        """End the worker. Nothing is told any more."""
        with self._supply.lock:
            self._closed = True
            session = self._supply.session
            self._supply.use(None)
        if self._starting is not None:
            self._starting.join()  # a worker that has just been started is ended too
        for timer in (self._costs_timer, self._states_timer, self._needs_timer, self._notes_timer):
            timer.stop()
        self._worker.watch(None)
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
        """For what the engine does not do; None before it has begun. May be called from any thread."""
        return self._supply.session

    def costs(self) -> Mapping[NodeId, NodeCost]:
        return self._costs

    def state_of(self, node: NodeId) -> NodeState:
        return self._states.of(node)

    def notes_of(self, node: NodeId) -> tuple[str, ...]:
        """What the worker has told the user of this node, while it does what it did then."""
        return self._notes.of(node, self._supply.does(node))

    def cached_frames(self, node: NodeId, port: str) -> tuple[tuple[int, int], ...]:
        """The frames of which a picture is at hand: half-open ranges in order."""
        place = self._analysis.places.of(node, port)
        with self._supply.lock:
            return self._supply.cache.ranges(place.fingerprint) if place is not None else ()

    def limit_cache(self, most_bytes: int) -> None:
        """How much memory the pictures at hand may take."""
        with self._supply.lock:
            self._supply.cache.limit(most_bytes)

    # ---- wishes

    def want(self, view: str, wish: Wish | None) -> None:
        """Keep this view's picture true from now on; None: no more. An empty port is the node's main picture."""
        self._supply.want(view, wish)
        if wish is None:
            with self._supply.lock:
                self._outbox.pop(view, None)

    def forgive(self, node: NodeId | None = None) -> None:
        """Try again what has failed: nodes that crashed the worker, a worker that gave up."""
        self._supply.forgive(node)
        if self._worker.state == "gone":
            self._start_again()
        elif self._compiling is not None:
            self._compiling.again()
        self._touch_states()

    def _start_again(self) -> None:
        session, compiling = self._supply.session, self._compiling
        self._supply.use(None)
        self._compiling, self._started = None, False
        if compiling is not None:
            compiling.close()
        if session is not None:
            session.close("another one is started")
        self.start()

    def look_again(self) -> None:
        """Something has come or gone that a graph names otherwise than by its path: a model of the shelf."""

        def look() -> None:  # not on the window's thread: a graph may just be compiling
            compiling = self._compiling
            if compiling is not None:
                compiling.compiler.forget("")  # no file is called that: the files that are known stay so
                compiling.again()

        threading.Thread(target=look, name="look again", daemon=True).start()

    # ---- trust and needs

    @property
    def trust(self) -> bool:
        """Whether nodes that run the document's own code may do so."""
        return self._trust

    def set_trust(self, on: bool) -> None:
        """Of this document; another one begins without."""
        with self._supply.lock:
            if on != self._trust:
                self._trust = on
                self._renew()

    def _renew(self) -> None:
        with self._supply.lock:
            session, compiling = self._supply.session, self._compiling
            if session is not None and compiling is not None:
                compiling.compiler = self._compiler(session)
                compiling.again()

    def _ask_needs(self) -> None:
        """What the nodes of the registry need and this machine lacks is only looked for once there are pictures: it
        takes a process of its own."""

        def look() -> None:
            found = at_hand(self._desk.registry)
            self._later(lambda: self._tell_needs(found))

        threading.Thread(target=look, name="needs", daemon=True).start()

    def _tell_needs(self, found: Collection[str] | None) -> None:
        if found is not None and any(set(kind.needs) - set(found) for kind in self._desk.registry):
            with self._supply.lock:
                self._needs = frozenset(found)
                self._renew()

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
        return self._facts.samples(view, wish, on_done)

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
        return self._facts.pixel(view, Wish(node, port, moment, look=look, frame=frame), x, y, on_done)

    def play(self, view: str, wish: Wish, frames: range, on_frame: Callable[[Shot | Trouble], None]) -> Playback | None:
        """Play frames of the picture that `wish` means; None where there is none now. The pictures are kept. Tell the
        Playback what was `shown`, or it pauses; a range of step 2 plays every other frame, −1 backwards."""
        return self._facts.play(view, wish, frames, on_frame)

    # ---- from the other threads: noted, and told on the window's

    def _compiled(self, analysis: Analysis) -> None:
        self._watching.watch(files_read(analysis.compiled.resolved.placed.values()))
        first, self._fresh = self._fresh is None, analysis
        if first:
            self._later(self._tell_analysed)

    def _built(self, held: Held, reports: tuple[StepReport, ...]) -> None:
        self._supply.built(held, reports)
        if not held.waiting:
            self._later(self._worker.ready)

    def _failed(self, text: str, gone: bool) -> None:
        self._later(lambda: self._worker.say("gone" if gone else "ready", text))

    def _gone(self, reason: str) -> None:
        self._later(lambda: self._worker.say("gone", reason))

    def _indexing(self, path: str, percent: int) -> None:
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        text = tr("Looking through {name}: {percent} %").format(name=name, percent=percent)
        self._later(lambda: self._worker.say("busy", text))

    def _indexed(self, _path: str) -> None:
        if self._compiling is not None:
            self._compiling.again()

    def _file_changed(self, path: str) -> None:
        if self._compiling is not None:
            self._compiling.compiler.forget(path)
            self._compiling.again()

    def _deliver(self, what: Shot | Trouble) -> None:
        """Under the supply's lock; of one view only the newest."""
        first = not self._outbox
        self._outbox[what.view] = what
        if first:
            self._later(self._tell_pictured)

    def _touch_states(self) -> None:
        if not self._states_touched:
            self._states_touched = True
            self._later(self._states_timer.start)

    def _heard_costs(self, outcome: tuple[NodeCost, ...] | SessionError) -> None:
        self._later(lambda: self._tell_costs(outcome))

    def _later(self, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the window has gone, and this with it
            self._call.emit(call)

    # ---- on the window's thread

    def _run_call(self, call: object) -> None:
        if not self._closed and callable(call):
            call()

    def _edited(self, graph: Graph) -> None:
        if self._compiling is not None:
            self._compiling.compile(graph)

    def _other_document(self) -> None:
        self.set_trust(False)
        self._notes.clear()
        self._edited(self._desk.graph)

    def _tell_analysed(self) -> None:
        analysis, self._fresh = self._fresh, None
        if analysis is not None:
            self._analysis = analysis
            self.analysed.emit(analysis)
            self._touch_states()

    def _tell_pictured(self) -> None:
        with self._supply.lock:
            news, self._outbox = self._outbox, {}
        for view, what in news.items():
            if view in self._supply.board.views:
                self.pictured.emit(view, what)
        if not self._costs_timer.isActive():
            self._costs_timer.start()

    def _ask_costs(self) -> None:
        if self._supply.session is not None:
            self._ask_costs_of(self._supply.session)

    def _ask_costs_of(self, session: Session) -> None:
        session.costs_async(self._heard_costs)

    def _tell_costs(self, outcome: tuple[NodeCost, ...] | SessionError) -> None:
        self._worker.heard(outcome)
        if isinstance(outcome, SessionError):
            return
        self._supply.costs(outcome)
        found = of_cards(outcome)
        if found != self._costs:
            self._costs = MappingProxyType(found)
            self.costs_changed.emit()

    def _look_for_notes(self) -> None:
        self._notes.look(self._supply.session, self._analysis.graph)

    def _tell_note(self, text: str, nodes: tuple[NodeId, ...]) -> None:
        for node in nodes:
            self._notes.put(text, node, self._supply.does(node))
        self.noted.emit(text, nodes)
        self._touch_states()

    def _tell_states(self) -> None:
        self._states_touched = False
        for node in self._states.news(self._analysis, self._playhead.moment):
            self.node_state.emit(node)


def _session() -> Session:
    """A worker that leaves most of the machine's memory to others, and does not take the rest along."""
    memory = psutil.virtual_memory().total
    return Session(cache_mb=max(256, min(1024, memory // 8 >> 20)), limits=Limits(memory_bytes=memory // 4 * 3))


def _no_files(path: str) -> Media:
    raise MediaError(path)
