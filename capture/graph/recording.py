"""One recording from its beginning to its end, as a graph wants it: with a live view on the way, if it is wished for.

The recorder has a process of its own (capture/session); what is done here is to listen, to show, and to wait.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from capture.session.asking import Asked
from capture.session.messages import Done, Event, Failed, Live, Refused
from capture.session.session import Session as Recorder
from graphs.document import Graph, NodeId
from nodes.registry import Registry
from runtime.following import MODEST, FollowError, Following, LivePicture, branch
from runtime.ring import Ring, RingError
from runtime.session import Session, SessionError

_POLL_S = 0.2
_CLOSE_S = 120.0
_FIRST_S = 0.02


class RecordingError(Exception):
    """Nothing was recorded, or the recorder is gone: one line. `log`: its last words."""

    def __init__(self, text: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.log = log


@dataclass(frozen=True, slots=True)
class Viewed:
    """What is to be followed live: a node of the graph, and where its pictures go."""

    graph: Graph
    capture: NodeId
    node: NodeId
    registry: Registry
    on_picture: Callable[[LivePicture], None]
    on_fault: Callable[[str], None]
    max_width: int = 720
    max_height: int = 576


def recorded(
    asked: Asked, listen: Callable[[Event], None], stop: threading.Event, viewed: Viewed | None = None
) -> Done:
    """Record until it ends by itself, or `stop` is set; then what was recorded is made whole. RecordingError."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    recorder = Recorder(events.put)
    view = _View(viewed) if viewed is not None else None
    asking = recorder.record(asked)
    finishing = False
    try:
        while True:
            if stop.is_set() and not finishing:
                finishing = True
                recorder.finish("asked to stop")
            try:
                event = events.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            listen(event)
            match event:
                case Live(ring=ring) if view is not None:
                    view.show(ring)
                case Refused(id=id, text=text) if id == asking:
                    raise RecordingError(text)
                case Failed(text=text, log=log):
                    raise RecordingError(text, log)
                case Done():
                    return event
                case _:
                    pass
    finally:
        if view is not None:
            view.close()
        recorder.close("the recording is over", wait_s=_CLOSE_S)


class _View:
    """The live view, on threads of its own: whatever goes wrong here, the recording does not notice."""

    def __init__(self, viewed: Viewed) -> None:
        self._viewed = viewed
        self._rings: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="live branch", daemon=True)
        self._thread.start()

    def show(self, ring: str) -> None:
        self._rings.put(ring)

    def close(self) -> None:
        self._rings.put(None)
        self._thread.join(10.0)

    def _run(self) -> None:
        viewed = self._viewed
        with Session(command=MODEST) as session:
            following: Following | None = None
            ring: Ring | None = None
            while (path := self._rings.get()) is not None:
                if following is not None:
                    following.stop()
                    following = None
                if ring is not None:
                    ring.close()
                    ring = None
                if not path:
                    continue
                try:
                    ring = Ring.open(path)
                    while not ring.count and self._rings.empty():  # nodes look at a frame while they are made
                        time.sleep(_FIRST_S)
                    shown = branch(viewed.graph, viewed.capture, viewed.node, Path(path), session, viewed.registry)
                except (RingError, FollowError, SessionError) as fault:
                    viewed.on_fault(str(fault))
                    continue
                following = Following(
                    session, shown, ring, viewed.on_picture, viewed.on_fault,
                    max_width=viewed.max_width, max_height=viewed.max_height,
                )  # fmt: skip
                following.start()
            if following is not None:
                following.stop()
            with suppress(BufferError):  # a picture of it may still be looked at
                if ring is not None:
                    ring.close()
