"""A session as its user holds it: starts the recorder, carries words to and fro, and starts another one where it dies.

Nothing blocks but `close`. The listener is called on a thread of its own; while it blocks (a terminal that is held, a
window that hangs) it misses meters and counters, and the recording goes on.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from capture.session import messages
from capture.session.asking import Asked
from capture.session.messages import (
    VERSION,
    Arm,
    Close,
    Counters,
    Done,
    Event,
    Failed,
    Finish,
    Levels,
    Mend,
    Note,
    Picture,
    Preview,
    ProtocolError,
    Ready,
    Record,
    Request,
    Signal,
    StateIs,
    decode_event,
    encode,
)
from runtime.framing import Wire, WireClosed, WireCorrupt
from runtime.process import Child

__all__ = ["COMMAND", "Again", "Deaths", "Session", "after_death"]

COMMAND = (sys.executable, "-P", "-m", "capture.session.recorder")
_QUIET_S = 30.0
"""A recorder that records says something four times a second; one that says nothing for so long is stuck."""
_LOOK_S = 0.1
_LOOKED_S = 1.0
"""So much silence a look counts at most: if we were stopped ourselves, or the machine slept, nobody was silent."""
_UNHEARD = 500
_PASSING = (Picture, Levels, Signal, Counters)
_EXIT_S = 10.0
_LOG_LINES = 100


@dataclass(frozen=True, slots=True)
class Deaths:
    """How often recorders may die within so many seconds before we give up."""

    most: int = 5
    window_s: float = 60.0
    at_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """What the next recorder is told first; None: nothing was under way. `give_up`: there will be no next one."""

    first: Request | None
    deaths: Deaths
    give_up: bool = False


def after_death(doing: Request | None, state: messages.State, deaths: Deaths, now_s: float) -> Again:
    """Pure: what to do when a recorder died. `doing`: what it had been asked to do last."""
    recent = (*(one for one in deaths.at_s if now_s - one < deaths.window_s), now_s)
    deaths = replace(deaths, at_s=recent)
    first: Request | None = None
    match doing:
        case Record() if state in ("recording", "paused"):
            first = replace(doing, resume=True)
        case Arm(id=id, asked=asked) if state in ("recording", "paused"):
            first = Record(id, asked, resume=True)
        case Record(id=id, asked=asked) | Arm(id=id, asked=asked) | Mend(id=id, asked=asked) if state == "finishing":
            first = Mend(id, asked)
        case Preview() | Arm() | Record() if state in ("preview", "armed", "idle"):
            first = doing
    return Again(first, deaths, give_up=len(recent) > deaths.most)


@dataclass(slots=True, eq=False)
class _Recorder:
    child: Child
    wire: Wire
    threads: list[threading.Thread] = field(default_factory=list)
    silent_s: float = 0.0


class Session:
    """One tape after another on one device. `listener` hears every event."""

    def __init__(self, listener: Callable[[Event], None], command: Sequence[str] = COMMAND) -> None:
        self._listener, self._command = listener, tuple(command)
        self._lock = threading.RLock()
        self._last_id = 0
        self._doing: Request | None = None
        self._waiting: list[Request] = []
        self._deaths = Deaths()
        self._closing = False
        self._closed = threading.Event()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self.state: messages.State = "idle"
        self._recorder: _Recorder | None = None
        self._unheard: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._teller = threading.Thread(target=self._tell_all, name="session listener", daemon=True)
        self._teller.start()
        self._keeper = threading.Thread(target=self._keep, name="session", daemon=True)
        self._keeper.start()

    # ---- for the user

    def preview(self, asked: Asked) -> int:
        """Open the device and show it. Gives the request's id, as the others do: Refused names it."""
        return self._ask(lambda number: Preview(number, asked))

    def arm(self, asked: Asked) -> int:
        return self._ask(lambda number: Arm(number, asked))

    def record(self, asked: Asked) -> int:
        return self._ask(lambda number: Record(number, asked))

    def mend(self, asked: Asked) -> int:
        """Make a recording whole that was cut off."""
        return self._ask(lambda number: Mend(number, asked))

    def finish(self, reason: str = "asked") -> int:
        return self._ask(lambda number: Finish(number, reason))

    def note(self, text: str) -> int:
        return self._ask(lambda number: Note(number, text))

    def close(self, reason: str = "closed", wait_s: float = 60.0) -> bool:
        """Finish what is under way and end the recorder. False: it has not ended within `wait_s`, and goes on."""
        with self._lock:
            self._closing = True
            self._post(Close(reason))
        return self._closed.wait(wait_s)

    @property
    def pid(self) -> int | None:
        """The recorder's process id, while there is one."""
        recorder = self._recorder
        return recorder.child.pid if recorder is not None else None

    def log_tail(self) -> tuple[str, ...]:
        """What the recorder wrote to its stderr."""
        return tuple(self._log)

    # ---- inside

    def _ask(self, make: Callable[[int], Request]) -> int:
        with self._lock:
            self._last_id += 1
            request = make(self._last_id)
            busy = self.state in ("recording", "paused", "finishing")  # then it will be refused
            if isinstance(request, Preview | Arm | Record | Mend) and not busy:
                self._doing = request
            self._post(request)
            return self._last_id

    def _post(self, request: Request) -> None:
        recorder = self._recorder
        if recorder is None:
            self._waiting.append(request)
            return
        with suppress(OSError, ValueError):  # the reader notices that it has gone
            recorder.wire.send(encode(request))

    def _keep(self) -> None:
        """Starts recorders, and waits for their ends."""
        first: Request | None = None
        while True:
            try:
                recorder = self._start(first)
            except OSError as fault:
                self._tell(Failed(f"the recorder cannot be started: {fault.strerror or fault}"))
                break
            how = self._watch(recorder)
            with self._lock:
                self._recorder = None
                if self._closing:
                    break
                again = after_death(self._doing, self.state, self._deaths, time.monotonic())
                self._deaths, first = again.deaths, again.first
            if again.give_up:
                self._tell(Failed(f"the recorder died again and again; the last time it {how}", self.log_tail()))
                break
        self._unheard.put(None)
        self._teller.join(_EXIT_S)
        self._closed.set()

    def _start(self, first: Request | None) -> _Recorder:
        child = Child(self._command, outlives=True)  # it makes its recording whole without us
        assert child.process.stdin is not None and child.process.stdout is not None
        recorder = _Recorder(child, Wire(child.process.stdout, child.process.stdin))
        thread = threading.Thread(target=self._read_log, args=(child,), name="recorder log", daemon=True)
        thread.start()
        recorder.threads.append(thread)
        reader = threading.Thread(target=self._read, args=(recorder,), name="recorder events", daemon=True)
        with self._lock:
            self._recorder = recorder
            if first is not None:
                self._post(first)
            waiting, self._waiting = self._waiting, []
            for one in waiting:
                self._post(one)
        reader.start()
        recorder.threads.append(reader)
        return recorder

    def _watch(self, recorder: _Recorder) -> str:
        """Until it has ended; one that is stuck while it records is killed."""
        looked_s = time.monotonic()
        while not recorder.child.ended():
            time.sleep(_LOOK_S)
            now_s = time.monotonic()
            recorder.silent_s += min(_LOOKED_S, now_s - looked_s)
            looked_s = now_s
            if self.state in ("recording", "paused") and recorder.silent_s > _QUIET_S:
                self._log.append("[tapeloom] the recorder said nothing for too long and is killed")
                recorder.child.kill()
        for thread in recorder.threads:
            thread.join(_EXIT_S)
        how = recorder.child.reap(0.0)
        recorder.child.close()
        return how

    def _read(self, recorder: _Recorder) -> None:
        try:
            while True:
                event = decode_event(recorder.wire.receive())
                recorder.silent_s = 0.0
                if isinstance(event, StateIs):
                    self.state = event.state
                elif isinstance(event, Done | Failed):
                    self._doing = None
                elif isinstance(event, Ready) and event.version != VERSION:
                    self._tell(Failed(f"the recorder speaks version {event.version}, this program {VERSION}"))
                self._tell(event)
        except (WireCorrupt, ProtocolError) as fault:
            self._log.append(f"[tapeloom] {fault}")
            recorder.child.kill()
        except (WireClosed, OSError, ValueError):
            pass

    def _read_log(self, child: Child) -> None:
        assert child.process.stderr is not None
        with suppress(OSError, ValueError):
            for raw in child.process.stderr:
                self._log.append(raw.decode("utf-8", "replace").rstrip())

    def _tell(self, event: Event) -> None:
        if self._unheard.qsize() < _UNHEARD or not isinstance(event, _PASSING):
            self._unheard.put(event)

    def _tell_all(self) -> None:
        while (event := self._unheard.get()) is not None:
            try:
                self._listener(event)
            except Exception:  # a listener's bug must not end the thread that all others wait for
                traceback.print_exc()
