"""Which frame of any node shows a given moment of the tape, and back. Pure.

A view must show the same moment in a 25i capture, in the 50p made of it, behind a trim and behind a change of speed.
So each picture has a clock: stretches of its own time, each a stretch of tape at some pace. Another frame rate leaves
the clock alone (frames are only counted finer); trims cut it, joins lay clocks one behind the other, another speed
stretches it.

Tapes that are joined lie one after the other on the common clock, each as long as its file: else the second tape's
moments would be the first one's too, and nobody could go there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Protocol, runtime_checkable

from graphs.document import Graph, NodeId
from graphs.forecast import Forecast
from graphs.resolve import Placed, Port, Resolved
from nodes.clip import ClipInfo
from nodes.ports import PICTURES

_JOIN = "time.join"
BEGINS = "begins"


@runtime_checkable
class Cuts(Protocol):
    """A node that keeps stretches of its clip, in this order: frames [first, end), None for the clip's end."""

    def stretches(self, clip: ClipInfo) -> Sequence[tuple[int, int | None]]: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """`length` seconds of a clip from `at` on; it shows the tape from `tape` on, `pace` tape seconds a second.

    `source` is the node that reads the tape.
    """

    at: Fraction
    length: Fraction
    tape: Fraction
    pace: Fraction
    source: NodeId

    @property
    def tape_end(self) -> Fraction:
        return self.tape + self.length * self.pace


@dataclass(frozen=True, slots=True)
class Clock:
    """A clip of `frames` frames at `fps`, and the moments of tape that it shows. There is at least one stretch."""

    fps: Fraction
    frames: int
    stretches: tuple[Stretch, ...]

    def frame_at(self, moment: Fraction) -> int:
        """The frame that shows this moment of tape, or one as near to it as there is. Counted from 0."""
        near = min(self.stretches, key=lambda one: _apart(one, moment))
        if moment >= near.tape_end:
            frame = ceil((near.at + near.length) * self.fps) - 1
        else:
            frame = floor((near.at + max(Fraction(0), moment - near.tape) / near.pace) * self.fps)
        return max(0, min(frame, self.frames - 1))

    def moment_of(self, frame: int) -> Fraction:
        """When on the tape this frame begins."""
        time = max(0, frame) / self.fps
        found = next((one for one in reversed(self.stretches) if one.at <= time), self.stretches[0])
        return found.tape + (time - found.at) * found.pace

    @property
    def begins(self) -> Fraction:
        """The earliest moment that it shows."""
        return min(one.tape for one in self.stretches)

    @property
    def ends(self) -> Fraction:
        """Behind the latest moment that it shows."""
        return max(one.tape_end for one in self.stretches)


class Clocks:
    """The clocks of one compiled graph, worked out where they are asked for. `places` tells which pictures are the
    same one (`Plan.places`)."""

    def __init__(self, resolved: Resolved, forecast: Forecast, places: Mapping[Port, tuple[str, str]]) -> None:
        self._resolved, self._forecast, self._places = resolved, forecast, places
        self._own: dict[Port, Clock | None] = {}  # each source from its own zero on
        self._shown: dict[Port, Clock | None] = {}
        self._offsets: dict[NodeId, Fraction] | None = None

    def of(self, node: NodeId, port: str) -> Clock | None:
        """The clock of a picture; None where nothing is known of it."""
        output = (node, port)
        if output not in self._shown:
            own = self._clock(output)
            self._shown[output] = own and self._shifted(own)
        return self._shown[output]

    def length(self) -> Fraction:
        """Seconds from zero to the end of the last tape; 0 where there is none."""
        ends = [clock.ends for node in self._resolved.order for clock in self._sources(node)]
        return max(ends, default=Fraction(0))

    def _sources(self, node: NodeId) -> Iterable[Clock]:
        placed = self._resolved.placed[node]
        if not placed.bypass and not self._feeds(placed):
            for port in placed.type.outputs:
                clock = self.of(node, port)
                if clock is not None:
                    yield clock

    # ---- one node

    def _clock(self, output: Port) -> Clock | None:
        """Walks upwards without recursion: chains may be long."""
        stack = [output]
        while stack:
            at = stack[-1]
            if at in self._own:
                stack.pop()
                continue
            above = [feed for feed in self._above(at) if feed not in self._own]
            if above:
                stack += above
            else:
                self._own[at] = self._made(at)
                stack.pop()
        return self._own[output]

    def _above(self, output: Port) -> list[Port]:
        placed = self._resolved.placed.get(output[0])
        if placed is None:
            return []
        if placed.bypass:
            real = self._resolved.real(output)
            return [real] if real and real != output else []
        return [feed for _, feed in self._feeds(placed)]

    def _feeds(self, placed: Placed) -> list[tuple[str, Port]]:
        """The picture inputs that are wired, with what feeds them."""
        found = []
        for name, port in placed.type.inputs.items():
            feed = self._resolved.feed(placed.id, name) if port.kind in PICTURES else None
            if feed is not None and isinstance(self._forecast.outputs.get(feed), ClipInfo):
                found.append((name, feed))
        return found

    def _made(self, output: Port) -> Clock | None:
        node, _ = output
        placed, info = self._resolved.placed.get(node), self._forecast.outputs.get(output)
        if placed is None or not isinstance(info, ClipInfo):
            return None
        if placed.bypass:
            real = self._resolved.real(output)
            return self._own.get(real) if real else None
        feeds = self._feeds(placed)
        clocks = [(name, feed, clock) for name, feed in feeds if (clock := self._own.get(feed)) is not None]
        if not clocks:
            return _source(node, info) if not feeds else None
        if placed.type.id == _JOIN:
            return _joined([clock for _, _, clock in clocks], info)
        same = [one for one in clocks if self._places.get(one[1]) == self._places.get(output, ("", ""))]
        name, _, clock = (same or clocks)[0]
        given = self._forecast.clip(node, name)
        if isinstance(placed.node, Cuts) and given is not None:
            return _cut(clock, placed.node.stretches(given), info)
        return _retimed(clock, info)

    # ---- several tapes on one clock

    def _shifted(self, clock: Clock) -> Clock:
        offsets = self._offsets
        if offsets is None:  # others may be asking meanwhile: they see all of it or nothing
            offsets = self._offsets = self._laid_out()
        if not any(one.source in offsets for one in clock.stretches):
            return clock
        moved = (replace(one, tape=one.tape + offsets.get(one.source, Fraction(0))) for one in clock.stretches)
        return replace(clock, stretches=tuple(moved))

    def _laid_out(self) -> dict[NodeId, Fraction]:
        """Where each tape of a join begins: behind those before it, unless it has its place already."""
        offsets = begins(self._resolved.graph)
        for node in self._resolved.order:
            placed = self._resolved.placed[node]
            if placed.type.id != _JOIN or placed.bypass:
                continue
            seen: dict[NodeId, None] = {}
            for _, feed in self._feeds(placed):
                clock = self._clock(feed)
                for source in dict.fromkeys(one.source for one in clock.stretches) if clock else ():
                    if seen and source not in seen and source not in offsets:
                        offsets[source] = max(self._tape(one) + offsets.get(one, Fraction(0)) for one in seen)
                    seen[source] = None
        return offsets

    def _tape(self, source: NodeId) -> Fraction:
        """How long a tape is, in seconds."""
        clocks = (self._clock((source, port)) for port in self._resolved.placed[source].type.outputs)
        return max((clock.ends for clock in clocks if clock), default=Fraction(0))


def begins(graph: Graph) -> dict[NodeId, Fraction]:
    """Sources of which the document says that they begin later on the tape (`meta.begins`: node → seconds as a ratio):
    what was rendered from an in point on shows the moments behind it."""
    told = graph.meta.get(BEGINS)
    found: dict[NodeId, Fraction] = {}
    for node, seconds in told.items() if isinstance(told, Mapping) else ():
        with suppress(ValueError, ZeroDivisionError):
            found[NodeId(node)] = max(Fraction(0), Fraction(str(seconds)))
    return found


def _apart(stretch: Stretch, moment: Fraction) -> Fraction:
    """Seconds of tape between a stretch and a moment; 0 where it is inside."""
    if moment < stretch.tape:
        return stretch.tape - moment
    # the end itself belongs to what follows: a frame further off than any inside, nearer than all outside
    return max(Fraction(0), moment - stretch.tape_end) + (Fraction(1, 10**9) if moment >= stretch.tape_end else 0)


def _source(node: NodeId, info: ClipInfo) -> Clock:
    stretch = Stretch(Fraction(0), info.duration, info.start, Fraction(1), node)
    return Clock(info.fps, info.frames, (stretch,))


def _cut(clock: Clock, kept: Sequence[tuple[int, int | None]], info: ClipInfo) -> Clock:
    pieces: list[Stretch] = []
    at = Fraction(0)
    for first, end in kept:
        begins = first / clock.fps
        ends = (clock.frames if end is None else min(end, clock.frames)) / clock.fps
        for one in clock.stretches:
            low, high = max(begins, one.at), min(ends, one.at + one.length)
            if low < high:
                tape = one.tape + (low - one.at) * one.pace
                pieces.append(Stretch(at + low - begins, high - low, tape, one.pace, one.source))
        at += ends - begins
    return Clock(info.fps, info.frames, tuple(pieces) or clock.stretches)


def _joined(clocks: Sequence[Clock], info: ClipInfo) -> Clock:
    pieces: list[Stretch] = []
    at = Fraction(0)
    for clock in clocks:
        pieces += [replace(one, at=at + one.at) for one in clock.stretches]
        at += clock.frames / clock.fps
    return Clock(info.fps, info.frames, tuple(pieces))


def _retimed(clock: Clock, info: ClipInfo) -> Clock:
    """Behind a node that makes one clip of another: the same time counted at another rate, or, where the frames stay
    and only the rate is another, the same frames at another pace."""
    ratio = info.fps / clock.fps
    if ratio == 1 or abs(info.frames - clock.frames * ratio) <= abs(info.frames - clock.frames):
        return Clock(info.fps, info.frames, clock.stretches)
    played = (
        replace(one, at=one.at / ratio, length=one.length / ratio, pace=one.pace * ratio) for one in clock.stretches
    )
    return Clock(info.fps, info.frames, tuple(played))
