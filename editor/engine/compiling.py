"""The engine's own thread: compiles the newest graph and hands it to the worker; the window never waits for either.

Graphs that were overtaken while it was busy are skipped. At most two plans are on their way to the worker, so that
it can leave the older one unbuilt and is not drowned in the steps of a slider.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from editor.engine.analysis import Analysis, Places
from editor.engine.indexing import Indexing
from editor.engine.standins import PAUSE_S
from editor.language import tr
from graphs.document import Graph, NodeId
from runtime.at_once import AtOnce
from runtime.incremental import Compiler
from runtime.protocol import StepCode, StepReport
from runtime.session import SessionError

_MOST_LOADS = 2


@dataclass(frozen=True)
class Held:
    """The plan that the worker has from now on. `waiting` are the steps that wait for an index."""

    analysis: Analysis
    places: Places
    waiting: frozenset[str] = frozenset()

    @property
    def quick(self) -> bool:
        """Whether some nodes only show their stand-ins."""
        return self.places is not self.analysis.places


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom to tell, on threads of ours. `dear` says which nodes are to show a stand-in first; `send` gives a plan to
    the worker (None: it has it) and asks for what is wanted of it, with nothing else asked for in between; `failed`
    gets words and whether it is the worker that is gone."""

    analysed: Callable[[Analysis], None]
    dear: Callable[[Analysis], frozenset[NodeId]]
    send: Callable[[Held, str, tuple[StepCode, ...] | None], Future[tuple[StepReport, ...]]]
    built: Callable[[Held, tuple[StepReport, ...]], None]
    failed: Callable[[str, bool], None]


@dataclass(slots=True)
class _Post:
    """What waits to be done; changed under the condition."""

    graph: Graph | None = None
    edited_s: float = 0.0
    again: bool = False  # the same graph: an index is there, a file has come
    true: Analysis | None = None  # behind a stand-in
    closing: bool = False
    loads: int = 0


@dataclass
class Compiling:
    """Starts with its first graph. All methods may be called from any thread."""

    compiler: Compiler
    indexing: Indexing
    ears: Ears
    _post: _Post = field(default_factory=_Post)
    _at_once: AtOnce = field(default_factory=AtOnce)
    _last: Graph | None = None
    _sent: tuple[str, tuple[StepCode, ...]] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def compile(self, graph: Graph) -> None:
        """Compile this, and whatever was asked before need not be any more."""
        with self._changed:
            self._post.graph, self._post.edited_s = graph, time.monotonic()
            if self._thread is None and not self._post.closing:
                self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def again(self) -> None:
        """Compile and load the same graph once more: something outside it has changed."""
        with self._changed:
            self._post.again = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._post.closing = True
            self._changed.notify_all()

    # ---- on the thread

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._ready():
                    self._changed.wait(self._wait_s())
                post = self._post
                if post.closing:
                    return
                graph, true = post.graph, post.true
                if post.again:
                    graph, self._sent = graph or self._last, None
                post.graph, post.again, post.true = None, False, None
            try:
                if graph is not None:
                    self._last = graph
                    self._compile(graph)
                elif true is not None:
                    self._load(Held(true, true.places))
            except SessionError as fault:
                self.ears.failed(str(fault), True)
            except Exception as fault:  # a bug of ours costs this version of the graph, not the window
                traceback.print_exc()
                self.ears.failed(tr("This version of the graph could not be compiled") + f" ({fault})", False)

    def _ready(self) -> bool:
        post = self._post
        if post.closing:
            return True
        if post.loads >= _MOST_LOADS:
            return False
        return post.graph is not None or post.again or (post.true is not None and self._wait_s() == 0)

    def _wait_s(self) -> float | None:
        if self._post.true is None or self._post.loads >= _MOST_LOADS:
            return None
        return max(0.0, self._post.edited_s + PAUSE_S - time.monotonic())

    def _compile(self, graph: Graph) -> None:
        everything = tuple(graph.nodes)
        analysis = Analysis(graph, self.compiler.compile(graph, everything))
        try:  # the picture is asked for first: what the window does with the news takes its time
            dear = self.ears.dear(analysis)
            if dear:
                quick = self.compiler.compile(graph, everything, stand_in=dear)
                with self._changed:
                    self._post.true = analysis
                self._load(Held(analysis, Places(quick.plan)))
            else:
                self._load(Held(analysis, analysis.places))
        finally:
            self.ears.analysed(analysis)

    def _load(self, held: Held) -> None:
        plan = held.places.plan
        waiting = self.indexing.held_back(plan)
        held = Held(held.analysis, held.places, waiting)
        prelude, codes = self.compiler.codes(self._at_once(plan))
        codes = tuple(code for step, code in zip(plan.steps, codes, strict=True) if step.id not in waiting)
        same = self._sent == (prelude, codes)  # where nodes were only moved or renamed
        self._sent = (prelude, codes)
        with self._changed:
            self._post.loads += 1
        try:
            done = self.ears.send(held, prelude, None if same else codes)
        except SessionError as fault:
            done = Future()
            done.set_exception(fault)
        done.add_done_callback(lambda future: self._loaded(held, future))

    def _loaded(self, held: Held, done: Future[tuple[StepReport, ...]]) -> None:
        with self._changed:
            self._post.loads -= 1
            self._changed.notify_all()
        fault = done.exception()
        if fault is not None:
            self._sent = None
            self.ears.failed(str(fault), True)
        else:
            self.ears.built(held, done.result())
