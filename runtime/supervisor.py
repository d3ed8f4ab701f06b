"""Does what runtime/watch.py decides: processes, pipes, threads and the clock. No rule is made here.

One thread keeps the clock and starts processes. Whoever asks sends the question itself, and a thread per worker reads
its replies and hands them on at once: a preview should not wait for a second thread to wake. Two more threads of each
worker read its log and write, so that a worker that does not read cannot hold us up. Whoever changes the state holds
the lock; listeners are called without it.
"""

import queue
import select
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from runtime import watch
from runtime.framing import FRAME_BYTES, Wire, WireClosed, WireCorrupt
from runtime.process import COMMAND, Child
from runtime.protocol import (
    VERSION,
    Cancel,
    Hold,
    IndexProgress,
    LogLine,
    Ping,
    Pong,
    ProtocolError,
    Question,
    Ready,
    Release,
    RenderProgress,
    Reply,
    Started,
    StartFailed,
    Stop,
    decode_reply,
    encode,
)
from runtime.unbroken import Unbroken
from runtime.watch import Fault

__all__ = ["Asking", "Listener", "Lost", "Supervisor"]

_LOG_LINES = 400
_TAIL_LINES = 60  # the stacks of a crash
_WARNING = 2
_EXIT_S = 2.0  # from the end of the wire to the end of the process
_DRAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Lost:
    """The last word on a request that got no answer: why, and where the worker was when it was last heard."""

    fault: Fault
    begun: Started | None
    log: tuple[str, ...]


Listener = Callable[[Reply | Lost], None]
"""Called with the news of a question, and once with its answer or Lost; on a thread of ours, so it must not block."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, who listens for the answer, and what the watch must know of it (see watch.Task)."""

    question: Question
    listener: Listener
    patience_s: float = 60.0
    replay: bool = True
    setup: bool = False

    @property
    def id(self) -> int:
        return self.question.id

    def task(self) -> watch.Task:
        return watch.Task(self.id, self.patience_s, self.replay, self.setup)


@dataclass(slots=True)
class _Ask:
    question: Question
    payload: bytes  # encoded by whoever asks: what cannot be sent is told there, and ends no thread of ours
    listener: Listener
    begun: Started | None = None


@dataclass(slots=True, eq=False)
class _Worker:
    """One process and the threads at its pipes."""

    child: Child
    wire: Wire
    outbox: "queue.SimpleQueue[bytes | None]" = field(default_factory=queue.SimpleQueue)
    posting: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0  # requests that the writer has not sent yet; changed under `posting`
    threads: list[threading.Thread] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _HungUp:
    """The worker's end of the wire is closed (rubbish is None), or cannot be understood."""

    worker: _Worker
    rubbish: str | None


@dataclass(frozen=True, slots=True)
class _SpawnWanted:
    """Only the supervisor's own thread forks: Linux ends a child with the thread that made it (see lifeline)."""


_Calls = list[Callable[[], None]]
_Item = watch.Event | _HungUp | _SpawnWanted | _Calls


class Supervisor:
    """Keeps one worker alive and carries requests to it.

    `setup(waiting)` gives what a new worker must do first; `waiting` are the set-up questions that wait
    already.
    """

    def __init__(
        self,
        setup: Callable[[Sequence[Question]], Sequence[Asking]] = lambda _: (),
        limits: watch.Limits | None = None,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._setup, self._command, self._environment = setup, tuple(command), dict(environment or {})
        self._watch = watch.Watch(limits=limits or watch.Limits(), at_s=time.monotonic())
        self._asks: dict[int, _Ask] = {}
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._worker: _Worker | None = None
        self._last_id = 0
        self._lock = threading.RLock()
        self._due_s = 0.0  # when our thread next looks at the clock by itself
        self._closed = threading.Event()
        self.ready: Ready | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    # ---- from any thread

    def next_id(self) -> int:
        with self._lock:
            self._last_id += 1
            return self._last_id

    def ask(self, asking: "Asking") -> None:
        """Queue a request. Its listener hears of it exactly one answer, or Lost."""
        payload = encode(asking.question)
        with Unbroken(), self._lock:
            if not self._closed.is_set():
                self._asks[asking.id] = _Ask(asking.question, payload, asking.listener)
                calls = self._step(watch.Asked(time.monotonic(), asking.task()))
                if calls:
                    self._inbox.put(calls)  # listeners are called on threads of ours
                return
        asking.listener(Lost(Fault("gone", self.reason), None, self.log_tail()))

    def do(self, call: Callable[[], None]) -> None:
        """Call it on our thread. Takes no lock, so that it may be asked for in the middle of anything."""
        self._inbox.put([call])

    def cancel(self, question_id: int) -> None:
        self._inbox.put(watch.CancelAsked(time.monotonic(), question_id))

    def stop(self, reason: str, wait_s: float = 10.0) -> None:
        """Ask, wait, kill, reap. Returns when no process is left."""
        self._inbox.put(watch.StopAsked(time.monotonic(), reason))
        if threading.current_thread() is not self._thread:
            self._closed.wait(wait_s)
            self._thread.join(wait_s)

    @property
    def pid(self) -> int | None:
        """The worker's process id while there is one."""
        worker = self._worker
        return worker.child.pid if worker is not None else None

    @property
    def stopped(self) -> bool:
        return self._closed.is_set()

    @property
    def reason(self) -> str:
        return self._watch.reason

    def log_tail(self, lines: int = _TAIL_LINES) -> tuple[str, ...]:
        return tuple(self._log)[-lines:]

    # ---- on our own thread

    def _run(self) -> None:
        self._turn(watch.Tick(time.monotonic()))
        while not self._closed.is_set():
            with self._lock:
                due_s = watch.wake_s(self._watch)
                self._due_s = float("inf") if due_s is None else due_s
            try:
                wait_s = None if due_s is None else max(0.0, due_s - time.monotonic())
                item = self._inbox.get(timeout=wait_s)
            except queue.Empty:
                self._turn(watch.Tick(time.monotonic()))
                continue
            match item:
                case _HungUp(worker=worker, rubbish=rubbish):
                    self._hung_up(worker, rubbish)
                case _SpawnWanted():
                    self._spawn()
                case list(calls):
                    _call(calls)
                case event:
                    self._turn(event)
        while not self._inbox.empty():  # asked while we closed: refused, but answered
            item = self._inbox.get()
            if isinstance(item, list):
                _call(item)

    def _turn(self, event: watch.Event) -> None:
        with self._lock:
            calls = self._step(event)
        _call(calls)

    def _step(self, event: watch.Event) -> _Calls:
        """Decide and act; returns the listeners to call when the lock is free again."""
        calls: _Calls = []
        self._watch, actions = watch.step(self._watch, event)
        for action in actions:
            self._do(action, calls)
        due_s = watch.wake_s(self._watch)
        if due_s is not None and due_s < self._due_s and threading.current_thread() is not self._thread:
            self._inbox.put(watch.Tick(time.monotonic()))  # our thread sleeps for too long
        return calls

    def _do(self, action: watch.Action, calls: _Calls) -> None:
        match action:
            case watch.Spawn():
                self._inbox.put(_SpawnWanted())
            case watch.Send(id=id):
                self._post(self._asks[id].payload)
            case watch.SendCancel(id=id):
                self._post(encode(Cancel(id)))
            case watch.SendPing():
                self._post(encode(Ping(self.next_id())))
            case watch.SendStop(reason=reason):
                self._post(encode(Stop(reason)))
            case watch.Kill(reason=reason):
                self._log.append(f"[tapeloom] the worker is killed: {reason}")
                if self._worker is not None:
                    self._worker.child.kill()
            case watch.Fail(id=id, fault=fault):
                ask = self._asks.pop(id)
                calls.append(partial(ask.listener, Lost(fault, ask.begun, self.log_tail())))
            case watch.Closed():
                self._closed.set()

    def _post(self, payload: bytes) -> None:
        worker = self._worker
        if worker is None:
            return
        with worker.posting:
            if worker.waiting == 0 and _sent_at_once(worker, payload):
                return
            worker.waiting += 1
            worker.outbox.put(payload)

    def hold(self, question_id: int, on: bool) -> None:
        """Pause a render, or let it go on."""
        self._post(encode(Hold(question_id, on)))

    def release(self, slot: int) -> None:
        """Give a slot of shared memory back to the worker that wrote it."""
        self._post(encode(Release(slot)))

    def _hung_up(self, worker: _Worker, rubbish: str | None) -> None:
        if rubbish is not None:
            self._turn(watch.Corrupt(time.monotonic(), rubbish))
            worker.child.kill()
        how = _bury(worker)
        with self._lock:
            self._worker = None
        self._turn(watch.Exited(time.monotonic(), how))

    def _spawn(self) -> None:
        with self._lock:
            if self._watch.phase is watch.Phase.STARTING:  # nobody has told us to stop meanwhile
                try:
                    self._attend(Child(self._command, self._environment))
                    return
                except OSError as error:
                    why = f"cannot start {self._command[0]}: {error}"
                    _call(self._step(watch.CannotStart(time.monotonic(), why)))
        self._turn(watch.Exited(time.monotonic(), "was not started"))

    def _attend(self, child: Child) -> None:
        assert child.process.stdin is not None
        assert child.process.stdout is not None
        self._log.clear()
        worker = _Worker(child, Wire(child.process.stdout, child.process.stdin))
        for name, target in (("reader", self._read), ("writer", _write), ("log", self._read_log)):
            worker.threads.append(threading.Thread(target=target, args=(worker,), name=f"worker {name}", daemon=True))
        self._worker = worker
        for thread in worker.threads:
            thread.start()

    # ---- on a worker's threads

    def _read(self, worker: _Worker) -> None:
        rubbish: str | None = None
        try:
            while True:
                reply = decode_reply(worker.wire.receive())
                with self._lock:
                    calls = self._heard(reply)
                _call(calls)
        except (WireCorrupt, ProtocolError) as error:
            rubbish = str(error)
        except (WireClosed, OSError):
            pass
        self._inbox.put(_HungUp(worker, rubbish))

    def _heard(self, reply: Reply) -> _Calls:
        now_s = time.monotonic()
        match reply:
            case Ready(version=version):
                return self._greet(reply, version, now_s)
            case StartFailed(message=message):
                return self._step(watch.CannotStart(now_s, message))
            case Pong(rss_bytes=rss):
                return self._step(watch.PongHeard(now_s, rss))
            case LogLine(level=level, text=text):
                if level >= _WARNING:
                    self._log.append(text)
                return []
            case Started(id=id) | IndexProgress(id=id) | RenderProgress(id=id):
                ask = self._asks.get(id)
                calls = self._step(watch.Alive(now_s, id))
                if ask is None:
                    return calls
                if isinstance(reply, Started):
                    ask.begun = reply
                return [partial(ask.listener, reply), *calls]
            case _:
                ask = self._asks.pop(reply.id, None)
                calls = self._step(watch.Answered(now_s, reply.id))
                return calls if ask is None else [partial(ask.listener, reply), *calls]

    def _greet(self, ready: Ready, version: int, now_s: float) -> _Calls:
        if version != VERSION:
            why = f"the worker speaks version {version} of the protocol, this program version {VERSION}"
            return self._step(watch.CannotStart(now_s, why))
        self.ready = ready
        waiting = [self._asks[task.id].question for task in self._watch.tasks if task.setup]
        tasks = []
        for asking in self._setup(waiting):
            self._asks[asking.id] = _Ask(asking.question, encode(asking.question), asking.listener)
            tasks.append(asking.task())
        return self._step(watch.ReadyHeard(now_s, tuple(tasks)))

    def _read_log(self, worker: _Worker) -> None:
        assert worker.child.process.stderr is not None
        for raw in worker.child.process.stderr:
            self._log.append(raw.decode("utf-8", "replace").rstrip())


def _call(calls: _Calls) -> None:
    for call in calls:
        try:
            call()
        except Exception:  # a listener's bug must not end the thread that everybody depends on
            traceback.print_exc()


def _sent_at_once(worker: _Worker, payload: bytes) -> bool:
    """Send a small request without waking the writer, where the pipe is sure to take it whole: a tenth of a
    millisecond less between an edit and its picture. A pipe that can be written to has room for PIPE_BUF bytes."""
    if sys.platform == "win32":  # select knows no pipes there
        return False
    if len(payload) + FRAME_BYTES > select.PIPE_BUF:
        return False
    pipe = worker.child.process.stdin
    try:
        if pipe is None or not select.select([], [pipe], [], 0)[1]:
            return False
        worker.wire.send(payload)
    except (OSError, ValueError):
        pass  # the reader notices that the worker has gone
    return True


def _write(worker: _Worker) -> None:
    while (payload := worker.outbox.get()) is not None:
        try:
            worker.wire.send(payload)
        except (OSError, ValueError):
            return  # the reader notices that the worker has gone
        with worker.posting:
            worker.waiting -= 1


def _bury(worker: _Worker) -> str:
    """Reap a worker that has closed its wire, and say how it ended."""
    how = worker.child.reap(_EXIT_S)
    worker.outbox.put(None)
    for thread in worker.threads:
        thread.join(_DRAIN_S)  # for the last lines of the log
    worker.child.close()
    return how
