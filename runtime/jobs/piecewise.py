"""Renders segment by segment, so that little is lost whatever happens, and goes on by itself where it can.

A segment that fails is made once more. One that fails again is at fault at a frame: that is said, or, where the user
has chosen so, its neighbour is shown instead. Where the worker dies without a word the segment is halved until one
frame is left. A full disk and a source that is gone are waited for. Every segment that is whole stays whole.
"""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from graphs.document import NodeId
from runtime.jobs.adding_up import bytes_of, summed
from runtime.jobs.events import Event, Joining, Note, Waiting, Writing
from runtime.jobs.holding_up import HoldingUp, disk_is_full, free_bytes, in_gb
from runtime.jobs.joining import join, listing
from runtime.jobs.journal import Folder, Piece, Whole, hashes_name
from runtime.jobs.lanes import Lane
from runtime.jobs.pool import Maker, work
from runtime.jobs.reading_back import coded_sum, read_back
from runtime.jobs.segments import (
    TARGET_S,
    TRIAL_FRAMES,
    Segment,
    Timeline,
    due,
    halves,
    missing,
    size_among,
    size_for,
)
from runtime.jobs.substitutes import Substitutes
from runtime.protocol import RenderSink
from runtime.session import NodeFailure, RenderError, RenderResult, RenderUpdate

__all__ = ["Piecewise", "Rules"]

_JOIN_SHARE = 1.05  # the joined file and its sound, of what the pieces take


@dataclass(frozen=True, slots=True)
class Rules:
    """`size`: frames of a segment; None finds it from the speed. `substitute`: show its neighbour for a frame that
    cannot be made. `spare_bytes`: what always stays free on the disk."""

    size: int | None = None
    trial: int = TRIAL_FRAMES
    target_s: float = TARGET_S
    substitute: bool = False
    spare_bytes: int = 256 << 20
    poll_s: float = 2.0
    free: Callable[[Path], int] = free_bytes


@dataclass
class Piecewise:
    """One render of `lanes`. What was made before, and is in the folder, is taken as it is.

    `session` makes the segments, or all of `makers` do, where there are any; `at_once`: how many of them work at the
    same time, if not all."""

    session: Maker
    ffmpeg: str
    lanes: Sequence[Lane]
    folder: Folder
    sources: Sequence[str]
    listen: Callable[[Event], None]
    rules: Rules = field(default_factory=Rules)
    made: int = 0
    """Segments that this run made; some may have been begun before and are made again."""
    makers: Sequence[Maker] = ()
    at_once: Callable[[], int] | None = None
    _wholes: list[Whole] = field(default_factory=list)
    _substitutes: Substitutes = field(default_factory=Substitutes)
    _now: dict[int, RenderUpdate] = field(default_factory=dict)
    """How far each maker is, by its number."""
    _lived: dict[int, int] = field(default_factory=dict)
    """Segments that each maker has made since it last took too much memory."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _said: queue.SimpleQueue[Event | None] | None = None
    """Where what is said goes while several work."""

    @property
    def timeline(self) -> Timeline:
        return Timeline({lane.node: lane.span for lane in self.lanes}, {lane.node: lane.fps for lane in self.lanes})

    def left(self) -> int:
        """Frames of the lead that are not whole yet."""
        start, end = self.timeline.whole
        with self._lock:
            return end - start - sum(one.last - one.first for one in self._wholes)

    @property
    def wholes(self) -> Sequence[Whole]:
        return self._wholes

    # -- the pictures
    def render(self) -> None:
        """Make every segment that is missing. RenderError with the frame at fault, WorkerGone, Cancelled; whatever is
        raised, the folder stays as far as it is."""
        self._recollect()
        timeline = self.timeline
        first, others = self._cuts(timeline)
        self._foretell()
        self._make_all(list(due(timeline.whole, first, others, self._segments())))

    def _make_all(self, segments: Sequence[Segment]) -> None:
        makers = self.makers or (self.session,)
        if len(makers) == 1:
            for segment in segments:
                self._make(segment, makers[0])
            return
        self._said = queue.SimpleQueue()
        try:
            work(makers, segments, self._make, self._left_of, self.listen, self._said, self._stop)
        finally:
            self._said = None
            self._now.clear()

    def _left_of(self, segment: Segment) -> list[Segment]:
        """What is still to be made of a segment."""
        with self._lock:
            inside = [one for one in self._segments() if segment[0] <= one[0] < segment[1]]
        return missing(segment, inside)

    @property
    def _working(self) -> int:
        """How many makers work at the same time."""
        return max(1, self.at_once() if self.at_once is not None else len(self.makers))

    def _cuts(self, timeline: Timeline) -> tuple[int, int]:
        """How long segments are: as it was decided once, or as is wanted now, or as the first shows."""
        decided = self.folder.cuts()
        if self.rules.size is not None and decided != (self.rules.size, self.rules.size):
            decided = self.rules.size, self.rules.size
            self.folder.keep_cuts(*decided)
        if decided is not None:
            return decided
        start, end = timeline.whole
        if not self._wholes:
            self._make_all([(start, min(end, start + self.rules.trial))])
        shown = self._wholes[0]
        size = size_for(shown.last - shown.first, shown.took_s, self.rules.target_s)
        size = size_among(size, end - start, self._working)
        self.folder.keep_cuts(self.rules.trial, size)
        return self.rules.trial, size

    def _segments(self) -> list[Segment]:
        return [whole.segment for whole in self._wholes]

    def _recollect(self) -> None:
        """What is whole already, by the journal and byte for byte."""
        said = self.folder.wholes()
        self._wholes = [whole for whole in said if self.folder.sound(whole, partial(coded_sum, self.ffmpeg))]
        self._substitutes.recall(self._wholes)
        self.folder.tidy(self._wholes)
        if len(self._wholes) < len(said):
            self.tell(Note(f"{len(said) - len(self._wholes)} segments are damaged and are made again"))

    def _foretell(self) -> None:
        """The disk that is needed is told before hours are spent."""
        need = self._need(*self.timeline.whole) - sum(bytes_of(self._wholes).values())
        free = self.rules.free(self.folder.path.parent)
        if need > free:
            self.tell(Note(
                f"about {in_gb(need)} more are needed beside {self.folder.path.parent}, {in_gb(free)} are free: "
                "it will pause there, until there is room"
            ))  # fmt: skip

    def _make(self, segment: Segment, maker: Maker) -> None:
        """One segment, by hook or by crook. RenderError."""
        failures = 0
        while True:
            self._await_room(self._need(*segment) * self._working)
            if self._held_up.await_sources():
                maker.forgive()
            try:
                self._once(segment, maker)
                return
            except RenderError as fault:
                with self._lock:
                    self._now.pop(id(maker), None)
                self._forget(segment)
                if disk_is_full(fault.failure):
                    self.tell(Waiting("the disk is full"))
                    self._await_room(max(self._need(*segment), self.rules.spare_bytes))
                    continue
                if self._held_up.lost_sources():
                    continue
                if fault.failure.starved:
                    if not self._lived.pop(id(maker), 0):
                        raise  # a fresh one takes too much: no shorter segment needs less
                    self.tell(Note(f"{fault}. It is begun anew"))
                    continue
                failures += 1
                at = self._at_fault(fault, segment)
                if failures == 1:
                    self.tell(Note(f"{fault}. It is tried once more"))
                    maker.forgive()
                elif at is not None and self.rules.substitute and self._substitute(*at, fault):
                    failures = 0
                elif at is None and (parts := halves(segment)):
                    for part in parts:
                        self._make(part, maker)
                    return
                else:
                    raise

    def _once(self, segment: Segment, maker: Maker) -> None:
        parts = self.timeline.part(segment)
        asked: list[RenderSink] = []
        names: dict[NodeId, str] = {}
        lanes = [lane for lane in self.lanes if lane.node in parts]
        for lane in lanes:
            names[lane.node] = name = lane.piece_name(parts[lane.node][0])
            place = self.folder.path / name
            if lane.sink.frames_as_files:
                place.mkdir(exist_ok=True)
            sink = lane.piece(self.ffmpeg, parts[lane.node], place, self.folder.path / hashes_name(name))
            asked.append(replace(sink, shown=self._substitutes.within(lane.node, parts[lane.node])))
        try:
            done = maker.render(asked, partial(self._progress, id(maker)))
        except BaseException:
            with self._lock:
                self._now.pop(id(maker), None)
            raise
        pieces = {lane.node: read_back(self.ffmpeg, self.folder.path / names[lane.node], parts[lane.node])
                  for lane in lanes}  # fmt: skip
        self._keep(segment, pieces, done, {sink.node: sink.shown for sink in asked if sink.shown}, maker)

    def _keep(
        self,
        segment: Segment,
        pieces: Mapping[NodeId, Piece],
        done: RenderResult,
        shown: Mapping[str, tuple[tuple[int, int], ...]],
        maker: Maker,
    ) -> None:
        named = {str(node): piece for node, piece in pieces.items()}
        whole = Whole(*segment, named, done.elapsed_s, done.cpu_s, shown, done.by)
        try:
            self.folder.keep(whole)
        except OSError as fault:
            text = f"{self.folder.path.name}: cannot be written ({fault.strerror or fault})"
            raise RenderError(NodeFailure(next(iter(named)), "", segment[0], None, text)) from None
        with self._lock:
            self._wholes.append(whole)
            self._now.pop(id(maker), None)
            self._lived[id(maker)] = self._lived.get(id(maker), 0) + 1
            self.made += 1

    def _forget(self, segment: Segment) -> None:
        """Remove the remains of one that failed."""
        for node, span in self.timeline.part(segment).items():
            name = next(lane for lane in self.lanes if lane.node == node).piece_name(span[0])
            self.folder.forget(name)
            self.folder.forget(hashes_name(name))

    # -- frames that cannot be made
    def _at_fault(self, fault: RenderError, segment: Segment) -> tuple[Lane, int] | None:
        """Which frame of which output could not be made; None where the worker died without a word."""
        parts = self.timeline.part(segment)
        frame = fault.failure.frame
        if frame is not None and not fault.failure.crashed:
            for lane in self.lanes:
                if lane.node not in parts:
                    continue
                first, last = parts[lane.node]
                stands = next((one.written for one in fault.sinks if one.node == lane.node), None)
                if first <= frame < last and stands in (None, frame - first):
                    return lane, frame
        if segment[1] - segment[0] == 1:  # halved down to it
            lane = next(lane for lane in self.lanes if lane.node == self.timeline.lead)
            return lane, parts[lane.node][0]
        return None

    def _substitute(self, lane: Lane, frame: int, fault: RenderError) -> bool:
        """Show a neighbour for a frame, where there is one."""
        other = self._substitutes.find(lane.node, frame, lane.span)
        if other is None:
            return False
        text = f"{lane.node}: frame {frame} cannot be made ({fault.failure.message})"
        self.tell(Note(f"{text}; frame {other} is shown instead"))
        return True

    # -- waiting
    def _need(self, first: int, last: int) -> int:
        """Bytes that frames [first, last) of the lead take, by what was made so far."""
        frames = sum(whole.last - whole.first for whole in self._wholes)
        return int(sum(bytes_of(self._wholes).values()) / frames * (last - first) * 1.3) if frames else 0

    def _await_room(self, need: int, where: Path | None = None) -> None:
        self._held_up.await_room(need, where or self.folder.path.parent)

    @property
    def _held_up(self) -> HoldingUp:
        rules = self.rules
        return HoldingUp(self.sources, self.tell, rules.spare_bytes, rules.poll_s, rules.free, self._stop)

    # -- telling
    def tell(self, event: Event) -> None:
        """From any thread."""
        if self._said is not None:
            self._said.put(event)
        else:
            self.listen(event)

    def _progress(self, maker: int, update: RenderUpdate) -> None:
        with self._lock:
            self._now[maker] = update
            told = summed(self.lanes, self._wholes, self._now.values(), self._working)
        self.tell(Writing(told))

    # -- the files
    def join(self, lane: Lane, document: str, record: str) -> None:
        """Make the goal's `.part` of the pieces. JoinError: all pieces stay."""
        pieces = [whole.pieces[lane.node] for whole in sorted(self._wholes, key=lambda one: one.first)
                  if lane.node in whole.pieces]  # fmt: skip
        if lane.sink.frames_as_files:
            for piece in pieces:
                for picture in sorted((self.folder.path / piece.file).iterdir()):
                    shutil.copy2(picture, lane.goal.part / picture.name)
            return
        size = sum(piece.size_bytes for piece in pieces)
        self._await_room(int(size * _JOIN_SHARE), lane.goal.part.parent)
        listed = self.folder.path / f"{lane.plain_name}.ffconcat"
        listed.write_text(listing([(piece.file, piece.frames) for piece in pieces], lane.fps), "ascii")
        argv = lane.joined(self.ffmpeg, listed, document, record).argv
        join(argv, Fraction(lane.frames) / lane.fps, lambda share: self.tell(Joining(lane.node, share)))
