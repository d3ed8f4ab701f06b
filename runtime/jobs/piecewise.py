"""Renders segment by segment, so that little is lost whatever happens, and goes on by itself where it can.

A segment that fails is made once more. One that fails again is at fault at a frame: that is said, or, where the user
has chosen so, its neighbour is shown instead. Where the worker dies without a word the segment is halved until one
frame is left. A full disk and a source that is gone are waited for. Every segment that is whole stays whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from graphs.document import NodeId
from runtime.jobs.events import Event, Joining, Note, Waiting, Writing
from runtime.jobs.hashing import HashError, combined, packets, sums_in
from runtime.jobs.joining import join, listing
from runtime.jobs.journal import Folder, Piece, Whole, digest, hashes_name, size_of
from runtime.jobs.lanes import Lane
from runtime.jobs.segments import TARGET_S, TRIAL_FRAMES, Segment, Span, Timeline, due, halves, size_for
from runtime.protocol import RenderSink, SinkProgress
from runtime.session import NodeFailure, RenderError, RenderResult, RenderUpdate, Session

__all__ = ["Piecewise", "Rules"]

_FULL = ("no space left", "not enough space", "disk quota", "disk full")
_NEIGHBOURS = 5  # frames that may be at fault in a row before a substitute would be no picture of the tape any more
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
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free


@dataclass
class Piecewise:
    """One render of `lanes`. What was made before, and is in the folder, is taken as it is."""

    session: Session
    ffmpeg: str
    lanes: Sequence[Lane]
    folder: Folder
    sources: Sequence[str]
    listen: Callable[[Event], None]
    rules: Rules = field(default_factory=Rules)
    made: int = 0
    """Segments that this run made; some may have been begun before and are made again."""
    _wholes: list[Whole] = field(default_factory=list)
    _shown: dict[NodeId, dict[int, int]] = field(default_factory=dict)

    @property
    def timeline(self) -> Timeline:
        return Timeline({lane.node: lane.span for lane in self.lanes}, {lane.node: lane.fps for lane in self.lanes})

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
        for segment in list(due(timeline.whole, first, others, self._segments())):
            self._make(segment)

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
            self._make((start, min(end, start + self.rules.trial)))
        shown = self._wholes[0]
        size = size_for(shown.last - shown.first, shown.took_s, self.rules.target_s)
        self.folder.keep_cuts(self.rules.trial, size)
        return self.rules.trial, size

    def _segments(self) -> list[Segment]:
        return [whole.segment for whole in self._wholes]

    def _recollect(self) -> None:
        """What is whole already, by the journal and byte for byte."""
        said = self.folder.wholes()
        self._wholes = [whole for whole in said if self.folder.sound(whole)]
        for whole in self._wholes:
            for node, pairs in whole.shown.items():
                self._shown.setdefault(NodeId(node), {}).update(pairs)
        self.folder.tidy(self._wholes)
        if len(self._wholes) < len(said):
            self.listen(Note(f"{len(said) - len(self._wholes)} segments are damaged and are made again"))

    def _foretell(self) -> None:
        """The disk that is needed is told before hours are spent."""
        need = self._need(*self.timeline.whole) - sum(self._bytes().values())
        free = self.rules.free(self.folder.path.parent)
        if need > free:
            self.listen(Note(
                f"about {_gb(need)} more are needed beside {self.folder.path.parent}, {_gb(free)} are free: "
                "it will pause there, until there is room"
            ))  # fmt: skip

    def _make(self, segment: Segment) -> None:
        """One segment, by hook or by crook. RenderError."""
        failures = 0
        while True:
            self._await_room(self._need(*segment))
            self._await_sources()
            try:
                self._once(segment)
                return
            except RenderError as fault:
                self.folder.tidy(self._wholes)
                if _disk_is_full(fault.failure):
                    self.listen(Waiting("the disk is full"))
                    self._await_room(max(self._need(*segment), self.rules.spare_bytes))
                    continue
                if self._lost_sources():
                    continue
                failures += 1
                at = self._at_fault(fault, segment)
                if failures == 1:
                    self.listen(Note(f"{fault}. It is tried once more"))
                    self.session.forgive()
                elif at is not None and self.rules.substitute and self._substitute(*at, fault):
                    failures = 0
                elif at is None and (parts := halves(segment)):
                    for part in parts:
                        self._make(part)
                    return
                else:
                    raise

    def _once(self, segment: Segment) -> None:
        parts = self.timeline.part(segment)
        asked: list[RenderSink] = []
        names: dict[NodeId, str] = {}
        lanes = [lane for lane in self.lanes if lane.node in parts]
        for lane in lanes:
            name = f"{_plain(lane.node)}-{parts[lane.node][0]:08d}"
            name += "" if lane.sink.frames_as_files else lane.suffix
            names[lane.node] = name
            place = self.folder.path / name
            if lane.sink.frames_as_files:
                place.mkdir(exist_ok=True)
            sink = lane.piece(self.ffmpeg, parts[lane.node], place, self.folder.path / hashes_name(name))
            asked.append(replace(sink, shown=self._shown_in(lane.node, parts[lane.node])))
        done = self.session.render(asked, self._progress)
        pieces = {lane.node: self._piece(names[lane.node], parts[lane.node], folder=lane.sink.frames_as_files)
                  for lane in lanes}  # fmt: skip
        self._keep(segment, pieces, done, {sink.node: sink.shown for sink in asked if sink.shown})

    def _piece(self, name: str, span: Span, *, folder: bool) -> Piece:
        path = self.folder.path / name
        sums = sums_in((self.folder.path / hashes_name(name)).read_bytes())
        try:
            coded = None if folder else packets(self.ffmpeg, path)
        except HashError as fault:
            raise RenderError(NodeFailure(name, "", span[0], None, f"cannot be read back: {fault}")) from None
        found = {len(sums), len(sums if coded is None else coded)}
        if found != {span[1] - span[0]}:
            text = f"{min(found)} of {span[1] - span[0]} frames were written"
            raise RenderError(NodeFailure(name, "", span[0], None, text))
        of_packets = "" if coded is None else combined(coded)
        return Piece(name, len(sums), size_of(path), digest(path), combined(sums), of_packets)

    def _keep(
        self,
        segment: Segment,
        pieces: Mapping[NodeId, Piece],
        done: RenderResult,
        shown: Mapping[str, tuple[tuple[int, int], ...]],
    ) -> None:
        named = {str(node): piece for node, piece in pieces.items()}
        whole = Whole(*segment, named, done.elapsed_s, done.cpu_s, shown)
        try:
            self.folder.keep(whole)
        except OSError as fault:
            text = f"{self.folder.path.name}: cannot be written ({fault.strerror or fault})"
            raise RenderError(NodeFailure(next(iter(named)), "", segment[0], None, text)) from None
        self._wholes.append(whole)
        self.made += 1

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
        """Show a neighbour for a frame; one that was shown itself for another may be at fault in its turn."""
        shown = self._shown.setdefault(lane.node, {})
        bad = {*shown, shown.get(frame, frame)}
        found = {one: _nearest(one, bad, lane.span) for one in bad}
        if None in found.values():
            return False
        shown.update({one: other for one, other in found.items() if other is not None})
        text = f"{lane.node}: frame {frame} cannot be made ({fault.failure.message})"
        self.listen(Note(f"{text}; frame {shown[frame]} is shown instead"))
        return True

    def _shown_in(self, node: NodeId, span: Span) -> tuple[tuple[int, int], ...]:
        shown = self._shown.get(node, {})
        return tuple((frame, other) for frame, other in sorted(shown.items()) if span[0] <= frame < span[1])

    # -- waiting
    def _need(self, first: int, last: int) -> int:
        """Bytes that frames [first, last) of the lead take, by what was made so far."""
        frames = sum(whole.last - whole.first for whole in self._wholes)
        return int(sum(self._bytes().values()) / frames * (last - first) * 1.3) if frames else 0

    def _bytes(self) -> dict[NodeId, int]:
        found: dict[NodeId, int] = {}
        for whole in self._wholes:
            for node, piece in whole.pieces.items():
                found[NodeId(node)] = found.get(NodeId(node), 0) + piece.size_bytes
        return found

    def _await_room(self, need: int, where: Path | None = None) -> None:
        place = where or self.folder.path.parent
        need += self.rules.spare_bytes
        while (free := self.rules.free(place)) < need:
            text = f"{place}: {_gb(free)} are free, {_gb(need)} are needed. Make room, and it goes on"
            self.listen(Waiting(text))
            time.sleep(self.rules.poll_s)

    def _lost_sources(self) -> list[str]:
        return [path for path in self.sources if not os.path.lexists(path)]

    def _await_sources(self) -> None:
        waited = False
        while lost := self._lost_sources():
            waited = True
            self.listen(Waiting(f"{lost[0]} is gone. Bring it back, and it goes on"))
            time.sleep(self.rules.poll_s)
        if waited:
            self.session.forgive()

    # -- telling
    def _progress(self, update: RenderUpdate) -> None:
        self.listen(Writing(self._summed(update)))

    def _summed(self, update: RenderUpdate) -> RenderUpdate:
        """The whole render, of what one segment says of itself."""
        now = {sink.node: sink for sink in update.sinks}
        sizes = self._bytes()
        sinks = []
        for lane in self.lanes:
            before = sum(whole.pieces[lane.node].frames for whole in self._wholes if lane.node in whole.pieces)
            one = now.get(lane.node, SinkProgress(lane.node, 0, 0, 0, 0))
            size = sizes.get(lane.node, 0) + one.size_bytes
            sinks.append(SinkProgress(lane.node, before + one.written, before + one.encoded, lane.frames, size))
        elapsed_s = sum(whole.took_s for whole in self._wholes) + update.elapsed_s
        return RenderUpdate(
            tuple(sinks),
            sum(sink.encoded for sink in sinks),
            sum(sink.total for sink in sinks),
            sum(sink.size_bytes for sink in sinks),
            elapsed_s,
        )

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
        listed = self.folder.path / f"{_plain(lane.node)}.ffconcat"
        listed.write_text(listing([(piece.file, piece.frames) for piece in pieces], lane.fps), "ascii")
        argv = lane.joined(self.ffmpeg, listed, document, record).argv
        join(argv, Fraction(lane.frames) / lane.fps, lambda share: self.listen(Joining(lane.node, share)))


def _nearest(frame: int, bad: set[int], span: Span) -> int | None:
    """The nearest frame that can be shown for `frame`."""
    for distance in range(1, _NEIGHBOURS + 1):
        for other in (frame - distance, frame + distance):
            if span[0] <= other < span[1] and other not in bad:
                return other
    return None


def _plain(node: str) -> str:
    """A file's name for a node: an id may hold signs that a file's may not."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in node)
    return plain if plain == node else f"{plain}-{hashlib.sha256(node.encode()).hexdigest()[:6]}"


def _disk_is_full(failure: NodeFailure) -> bool:
    said = " ".join((failure.message, *failure.log)).lower()
    return any(words in said for words in _FULL)


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
