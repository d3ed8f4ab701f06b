"""What comes into the recorder's inbox: its user's requests, and the news of its own threads. A run's listener puts
them there, under the run's number."""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass

from capture.session import finishing
from capture.session.lists import Packet
from capture.session.matroska import Block
from capture.session.messages import Happened, Request, SignalKind
from capture.session.run import Ended, Listener
from capture.session.said import Said
from capture.session.showing import Showing
from capture.session.tally import RunFacts

__all__ = ["Heard", "Item", "KindIs", "Looked", "Made", "Orphaned", "Packets", "RunListener", "RunOver", "Shown"]


@dataclass(frozen=True, slots=True)
class Packets:
    run: int
    video: Sequence[Packet]
    audio: Sequence[Packet]
    at_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    said: Said
    at_s: float


@dataclass(frozen=True, slots=True)
class RunOver:
    run: int
    ended: Ended
    at_s: float


@dataclass(frozen=True, slots=True)
class KindIs:
    kind: SignalKind
    frame: int
    t_s: float


@dataclass(frozen=True, slots=True)
class Looked:
    """It still is that."""

    kind: SignalKind
    at_s: float


@dataclass(frozen=True, slots=True)
class Shown:
    run: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Made:
    outcome: finishing.Outcome | None
    fault: str


class Orphaned:
    """The user's end of the wire is closed."""


Item = Request | Packets | Heard | RunOver | KindIs | Looked | Shown | Made | Happened | Orphaned


class RunListener(Listener):
    """A run's news: put in the recorder's inbox under the run's number, numbered for the live picture."""

    def __init__(self, inbox: queue.SimpleQueue[Item], number: int, show: Showing, facts: RunFacts | None) -> None:
        self._inbox, self._number, self._show, self._facts = inbox, number, show, facts
        self._next = facts.first if facts is not None else 0

    def packets(self, video: Sequence[Packet], audio: Sequence[Packet], at_s: float) -> None:
        facts = self._facts
        for one in video:
            # the state's own thread settles when a run began; until then its first frames are early by a little
            t_s = one.pts_s if facts is None or facts.start_s is None else facts.time_of(one.pts_s)
            self._show.know(self._next, one.pts_s, t_s)
            self._next += 1
        self._inbox.put(Packets(self._number, video, audio, at_s))
        self._show.flush()

    def shown(self, block: Block) -> None:
        self._show.block(block)
        if block.track.kind == 1:
            self._inbox.put(Shown(self._number, time.monotonic()))

    def said(self, said: Said) -> None:
        self._inbox.put(Heard(said, time.monotonic()))

    def ended(self, ended: Ended) -> None:
        self._inbox.put(RunOver(self._number, ended, time.monotonic()))
