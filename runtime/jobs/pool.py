"""Several makers at the segments of one render at once: worker processes of this machine, or machines of a cluster.

Whoever is free takes the next segment, so that a quick maker makes more of them than a slow one; towards the end one
that is slow gets none that others would be done with sooner (runtime.hardware.assigning). What a maker had in hand when
it was lost goes back and is taken by another. The render itself is told of in one place: what makers say is passed on
by the thread that began it.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from runtime.hardware.assigning import Crew, next_for
from runtime.hardware.seating import Seat
from runtime.jobs.events import Event, Note
from runtime.jobs.faults import BrokenRenderError
from runtime.jobs.segments import Segment
from runtime.protocol import RenderSink, StepCode
from runtime.session import RenderResult, RenderUpdate, Session, SessionError, WorkerGone

__all__ = ["Gone", "Helper", "Maker", "Seated", "Shares", "helpers", "threads_each", "work"]

_POLL_S = 0.1
_RETHINK_S = 0.5
_NEAR_END = 16
"""Segments a maker, from which on it counts who makes the rest."""


class Maker(Protocol):
    """Makes one segment at a time: writes the files that the sinks' commands name. A Session is one."""

    def render(self, sinks: Sequence[RenderSink], on_progress: Callable[[RenderUpdate], None]) -> RenderResult:
        """RenderError where the segment fails; WorkerGone or Gone where this maker cannot go on."""
        ...

    def forgive(self) -> None:
        """Try again what has crashed."""
        ...

    def cancel(self) -> None:
        """End what is being made; from any thread."""
        ...


class Seated:
    """A maker at a card: what it encodes is encoded there, and the journal says who made it."""

    def __init__(self, maker: Maker, seat: Seat) -> None:
        self._maker, self.seat = maker, seat

    def render(self, sinks: Sequence[RenderSink], on_progress: Callable[[RenderUpdate], None]) -> RenderResult:
        there = [replace(sink, ffmpeg=self.seat.encoding(sink.ffmpeg)) for sink in sinks]
        return replace(self._maker.render(there, on_progress), by=self.seat.name)

    def forgive(self) -> None:
        self._maker.forgive()

    def cancel(self) -> None:
        self._maker.cancel()


class Gone(BrokenRenderError):  # noqa: N818  # as WorkerGone
    """A maker that cannot go on. One line for the user."""


class Shares:
    """Hands out segments, in order; ones that come back go first. For any number of threads."""

    def __init__(self, segments: Iterable[Segment], clock: Callable[[], float] = time.monotonic) -> None:
        self._due = list(segments)
        self._out: set[Segment] = set()
        self._ended = False
        self._news = threading.Condition()
        self._crew, self._clock = Crew(), clock

    def take(self, maker: str = "", guess: float = 1.0) -> Segment | None:
        """The next one; waits while one that is out may come back, and where others would be done with all that is
        left before `maker` were with one of them. None: there is nothing more to do. `guess`: how its speed compares
        with the others' before it has shown it."""
        with self._news:
            if maker:
                self._crew = self._crew.joined(maker, guess)
            while not self._ended:
                if self._due and self._may(maker):
                    segment = self._due.pop(0)
                    self._out.add(segment)
                    if maker:
                        self._crew = self._crew.began(maker, segment, self._clock())
                    return segment
                if not self._due and not self._out:
                    return None
                self._news.wait(_RETHINK_S if self._due else None)  # who is at work may turn out to be slow
            return None

    def _may(self, maker: str) -> bool:
        plenty = len(self._due) > _NEAR_END * len(self._crew.workers)
        return not maker or plenty or next_for(self._crew, maker, self._due, self._clock()) is not None

    def done(self, segment: Segment, maker: str = "") -> None:
        with self._news:
            self._out.discard(segment)
            self._crew = self._crew.done(maker, self._clock())
            self._news.notify_all()

    def back(self, segment: Segment, left: Iterable[Segment], maker: str = "") -> None:
        """Its maker was lost; `left`: what is still to be made of it."""
        with self._news:
            self._out.discard(segment)
            self._crew = self._crew.left(maker)
            self._due = [*left, *self._due]
            self._news.notify_all()

    def end(self) -> None:
        """Nobody gets any more."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def left(self) -> bool:
        """Whether something is still to be made."""
        with self._news:
            return bool(self._due or self._out)


def work(
    makers: Sequence[Maker],
    segments: Sequence[Segment],
    make: Callable[[Segment, Maker], None],
    left: Callable[[Segment], list[Segment]],
    hear: Callable[[Event], None],
    said: queue.SimpleQueue[Event | None],
    stop: threading.Event,
) -> None:
    """Make all segments; returns when they are made. What `make` raises first ends all of it, and is raised; so is the
    loss of the last maker. `left`: what is missing of a segment. `said`: the threads' words, which `hear` gets on the
    calling thread. `stop` is set once nothing more shall begin.
    """
    shares = Shares(segments)
    faults: list[BaseException] = []
    lost: list[Exception] = []

    def at_work(maker: Maker, name: str) -> None:
        guess = maker.seat.guess if isinstance(maker, Seated) else 1.0
        while (segment := shares.take(name, guess)) is not None:
            try:
                make(segment, maker)
            except (WorkerGone, Gone) as fault:
                lost.append(fault)
                shares.back(segment, left(segment), name)
                if len(lost) < len(makers):
                    said.put(Note(f"{fault}. The others go on: {len(makers) - len(lost)} of {len(makers)}"))
                break
            except BaseException as fault:
                faults.append(fault)
                shares.end()
                break
            shares.done(segment, name)
        said.put(None)

    threads = [
        threading.Thread(target=at_work, args=(maker, str(number)), name=f"maker {number}", daemon=True)
        for number, maker in enumerate(makers)
    ]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) and not faults:
            _pass_on(said, hear)
    finally:
        stop.set()
        shares.end()
        while any(thread.is_alive() for thread in threads):
            for maker in makers:
                maker.cancel()  # again and again: one may only now begin
            for thread in threads:
                thread.join(_POLL_S / len(threads))
        stop.clear()
    while not said.empty():
        _pass_on(said, hear)
    if faults:
        raise faults[0]
    if shares.left:
        raise lost[-1]


def _pass_on(said: queue.SimpleQueue[Event | None], hear: Callable[[Event], None]) -> None:
    try:
        event = said.get(timeout=_POLL_S)
    except queue.Empty:
        return
    if event is not None:
        hear(event)


def threads_each(workers: int) -> int:
    """VapourSynth's threads of one of `workers` on this machine; 0: all of them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if workers <= 1 else max(1, -(-cores // workers))


class Helper:
    """A further worker on this machine, started at its seat and given the plan when its first segment comes."""

    def __init__(
        self, opened: Callable[[Seat], Session], prelude: str, steps: Sequence[StepCode], seat: Seat
    ) -> None:  # fmt: skip
        self._opened, self._plan, self._seat = opened, (prelude, tuple(steps)), seat
        self._session: Session | None = None
        self._loaded = False

    def render(self, sinks: Sequence[RenderSink], on_progress: Callable[[RenderUpdate], None]) -> RenderResult:
        return self._ready().render(sinks, on_progress)

    def forgive(self) -> None:
        if self._session is not None:
            self._session.forgive()

    def cancel(self) -> None:
        if self._session is not None:
            if self._loaded:
                self._session.cancel()
            else:
                self._session.close("cancelled")

    def close(self) -> None:
        if self._session is not None:
            self._session.close("the render ended")

    def _ready(self) -> Session:
        if self._session is None:
            self._session = self._opened(self._seat)
        if not self._loaded:
            prelude, steps = self._plan
            try:
                reports = self._session.load(steps, prelude)
            except SessionError as fault:
                raise Gone(f"a further worker cannot be got ready: {fault}") from None
            for report in reports:
                if report.state == "failed":
                    raise Gone(f"a further worker cannot be got ready: {report.node}: {report.message}")
            self._loaded = True
        return self._session


@contextmanager
def helpers(
    seats: Sequence[Seat], opened: Callable[[Seat], Session], prelude: str, steps: Sequence[StepCode]
) -> Iterator[list[Helper]]:
    """A further worker at each of the seats, gone again at the end."""
    made = [Helper(opened, prelude, steps, seat) for seat in seats]
    try:
        yield made
    finally:
        for one in made:
            one.close()
