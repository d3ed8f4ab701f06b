"""The live view: a branch of a graph that follows a running capture, picture by picture, a little behind the newest.

The graph is compiled with the ring of the capture in place of its recording, for one node that the user has chosen, in
a worker that gives way to the recording. Whatever that node is, the recording never waits for it: of a slow branch the
view shows fewer pictures, always the newest that it can.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import floor
from pathlib import Path

from graphs.document import Graph, NodeId
from graphs.overrides import SOURCES
from graphs.problem import Problem
from nodes.clip import ClipInfo
from nodes.ports import PICTURES
from nodes.registry import Registry
from runtime.blame import last_words
from runtime.compiled import compiled, index_files
from runtime.outcomes import PreviewOutcome
from runtime.process import COMMAND
from runtime.ring import Ring
from runtime.script import step_codes
from runtime.session import NodeError, NodeFailure, Picture, Session, SessionError
from runtime.sources import prober

__all__ = ["MARGIN", "MODEST", "Branch", "FollowError", "Following", "LivePicture", "branch"]

MODEST = (*COMMAND, "--modest")
"""The worker's command where it must give way to a recording."""
MARGIN = 8
"""Frames behind the newest one: filters that look ahead in time find what they ask for, deinterlacers need up to 7."""
_LANES = 2
_PACE_S = 3.0
_REST_S = 0.004


class FollowError(Exception):
    """The branch cannot be shown live: a line for each reason."""

    def __init__(self, problems: tuple[Problem, ...] = (), text: str = "") -> None:
        super().__init__(text or "\n".join(problem.line() for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a node's picture comes from in the worker; `source` is the capture's clip, `info` the node's own."""

    node: str
    port: str
    info: ClipInfo
    source: ClipInfo

    def frame_for(self, taped: int) -> int:
        """The node's frame that shows frame `taped` of the recording."""
        moment = Fraction(taped) / self.source.fps + self.source.start - self.info.start
        return max(0, floor(moment * self.info.fps))


@dataclass(frozen=True, slots=True)
class LivePicture:
    """`taped`: the frame of the recording that it shows, `frame`: its number in the node's own clip. `behind`: frames
    of the recording that came since."""

    picture: Picture
    frame: int
    taped: int
    behind: int


def branch(graph: Graph, capture: NodeId, target: NodeId, ring: Path, session: Session, registry: Registry) -> Branch:
    """Load what `target` needs into the session's worker, fed by the ring. FollowError, SessionError."""
    live = graph.with_node(graph.nodes[capture].with_param(SOURCES["input.capture"], str(ring)))
    made = compiled(live, registry, prober(session), [target])
    if made.errors:
        raise FollowError(made.errors)
    source = made.forecast.clip(capture, "out")
    kind = made.resolved.placed[target].type
    port = next(
        (out.name for out in kind.outputs.values() if out.kind in PICTURES and (target, out.name) in made.plan.places),
        None,
    )
    info = made.forecast.outputs.get((target, port)) if port is not None else None
    if port is None or source is None or not isinstance(info, ClipInfo):
        raise FollowError(text=f"{target} has no picture to show live. Choose a node whose output is a clip")
    prelude, steps = step_codes(made.plan, index_files(made.plan.files))
    for report in session.load(steps, prelude):
        if report.state == "failed":
            raise FollowError(text=f"{report.node}: {last_words(report.message)[0]}")
    step_id, out = made.plan.places[target, port]
    return Branch(made.plan.step(step_id).node, out, info, source)


class Following:
    """Asks for the newest picture again and again, until it is stopped. `on_picture` and `on_fault` are called on
    threads of ours and must return quickly. A fault is told once; the view goes on trying."""

    def __init__(
        self,
        session: Session,
        shown: Branch,
        ring: Ring,
        on_picture: Callable[[LivePicture], None],
        on_fault: Callable[[str], None] = lambda _: None,
        *,
        margin: int = MARGIN,
        max_width: int = 0,
        max_height: int = 0,
        square: bool = False,
    ) -> None:
        self._session, self._shown, self._ring = session, shown, ring
        self._on_picture, self._on_fault = on_picture, on_fault
        self._margin, self._size, self._square = margin, (max_width, max_height), square
        self._free = threading.Semaphore(_LANES)
        self._lock = threading.Lock()
        self._last = -1
        self._given = -1
        self._told: set[str] = set()
        self._times: deque[float] = deque()
        self._over = threading.Event()
        self.missed = 0
        """Pictures that could not be made: their frames, or neighbours of theirs, were gone or had not come yet."""
        self._thread = threading.Thread(target=self._run, name="live view", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No picture is given any more once this has returned."""
        self._over.set()
        self._thread.join()
        with self._lock:
            pass

    @property
    def fps(self) -> float:
        """Pictures a second, over the last few seconds."""
        now = time.monotonic()
        with self._lock:
            while self._times and self._times[0] < now - _PACE_S:
                self._times.popleft()
            return len(self._times) / _PACE_S

    def _run(self) -> None:
        lane = 0
        while not self._over.is_set():
            newest = self._ring.count - 1 - self._margin
            if newest < 0 or newest == self._last:
                if self._ring.ended:
                    return
                time.sleep(_REST_S)
                continue
            if not self._free.acquire(timeout=0.1):
                continue
            self._last = newest = max(newest, self._ring.count - 1 - self._margin)
            frame = self._shown.frame_for(newest)
            lane = (lane + 1) % 1_000_000
            try:
                self._session.preview_async(
                    self._shown.node,
                    self._shown.port,
                    frame,
                    partial(self._arrived, frame, newest),
                    view=f"live {lane}",
                    max_width=self._size[0],
                    max_height=self._size[1],
                    square=self._square,
                    in_sequence=True,
                )
            except SessionError as fault:
                self._free.release()
                self._failed(str(fault))
                self._over.wait(1.0)

    def _arrived(self, frame: int, taped: int, outcome: PreviewOutcome) -> None:
        self._free.release()
        match outcome:
            case Picture():
                with self._lock:
                    if self._over.is_set() or taped < self._given:  # overtaken by a newer one
                        return
                    self._given = taped
                    self._times.append(time.monotonic())
                    behind = self._ring.count - 1 - taped
                    self._on_picture(LivePicture(outcome, frame, taped, behind))
            case NodeFailure(message=message) if _of_time(message):
                self.missed += 1
            case NodeFailure() | NodeError():
                self._failed(str(NodeError(outcome) if isinstance(outcome, NodeFailure) else outcome))
            case SessionError():
                self._failed(str(outcome))
            case _:
                self.missed += 1

    def _failed(self, text: str) -> None:
        self.missed += 1
        with self._lock:
            if text in self._told or self._over.is_set():
                return
            self._told.add(text)
        self._on_fault(text)


def _of_time(message: str) -> bool:
    """Whether a frame failed for coming too early or too late only: the ring's own words."""
    return "has not been recorded so far" in message or "is not there any more" in message
