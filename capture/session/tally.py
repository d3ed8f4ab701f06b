"""What a recording has come to: frames over all its runs, what was lost, where the holes are. Pure.

A run's time stamps begin at 0 each time; its place on the recording's time line is where its first frame came by the
clock. Frames are counted through all runs; what is missing in a hole is told, and not counted as a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from capture.measure.drift import Drift, Drifting
from capture.session import counting
from capture.session.counting import Counting, Found, SoundCounting
from capture.session.following import DvFacts
from capture.session.lists import Packet
from capture.session.messages import Happened

__all__ = ["RunFacts", "Tally"]


@dataclass(slots=True)
class RunFacts:
    """`first`: the number of its first frame. `start_s`: when that came, on the recording's time line; None: no frame
    has come yet. `pts_s`: that frame's stamp."""

    number: int
    first: int
    start_s: float | None = None
    pts_s: float = 0.0
    counting: Counting = field(default_factory=lambda: Counting(Fraction(25)))
    sound: SoundCounting = field(default_factory=lambda: SoundCounting(48000))
    drifting: Drifting | None = None
    dv: DvFacts = field(default_factory=DvFacts)

    @property
    def last(self) -> int:
        return self.first + self.counting.frames

    def time_of(self, pts_s: float) -> float:
        return (self.start_s or 0.0) + pts_s - self.pts_s


@dataclass(slots=True)
class Tally:
    rate: Fraction
    runs: list[RunFacts] = field(default_factory=list)
    zero_s: float | None = None  # the clock when the first frame of all came
    driver: int = 0

    def begin(self, number: int) -> RunFacts:
        first = self.runs[-1].last if self.runs else 0
        drifting = Drifting(float(self.rate), 48000.0)
        self.runs.append(RunFacts(number, first, counting=Counting(self.rate), drifting=drifting))
        return self.runs[-1]

    @property
    def run(self) -> RunFacts:
        return self.runs[-1]

    @property
    def frames(self) -> int:
        return self.runs[-1].last if self.runs else 0

    @property
    def lost(self) -> int:
        """By the time stamps; of DV, whose stamps are only counted, by the timecode."""
        return sum(one.counting.lost + one.dv.lost for one in self.runs)

    @property
    def late(self) -> int:
        return sum(one.counting.late for one in self.runs)

    @property
    def repeated(self) -> int:
        return sum(one.counting.repeated + one.dv.repeated for one in self.runs)

    @property
    def errors(self) -> int:
        """DV frames with bad blocks."""
        return sum(one.dv.errors for one in self.runs)

    @property
    def samples(self) -> int:
        return sum(one.sound.samples for one in self.runs)

    @property
    def end_s(self) -> float:
        """The newest frame's end."""
        for one in reversed(self.runs):
            if one.start_s is not None:
                return one.time_of(one.counting.last_s) + float(1 / self.rate)
        return 0.0

    def drift(self) -> Drift | None:
        """Of the longest run: each has stamps of its own."""
        known = [found for one in self.runs if one.drifting is not None and (found := one.drifting.drift())]
        return max(known, key=lambda one: one.seconds, default=None)

    def fps(self) -> float:
        """Of the newest run, over all of it."""
        counts = self.runs[-1].counting if self.runs else None
        if counts is None or counts.frames < 2 or counts.last_s <= counts.first_s:
            return 0.0
        return (counts.frames - 1) / (counts.last_s - counts.first_s)

    def now_s(self, clock_s: float) -> float:
        return 0.0 if self.zero_s is None else max(0.0, clock_s - self.zero_s)

    def flat(self, is_flat: bool) -> None:
        """The picture is blank or blue: frames that are the same are nothing to be told."""
        if self.runs and self.run.counting.flat != is_flat:
            self.run.counting = counting.flattened(self.run.counting, is_flat)

    def add(self, video: Sequence[Packet], audio: Sequence[Packet], clock_s: float) -> list[Happened]:
        """What has come; gives what is to be told of it."""
        run, told = self.run, []
        for index, one in enumerate(video):
            if run.start_s is None:
                # those that came with it were read together: the first is that much older
                came_s = clock_s - (len(video) - 1 - index) * float(1 / self.rate)
                hole = self._begun(run, one.pts_s, came_s, one.length_s)
                if hole is not None:
                    told.append(hole)
            if run.drifting is not None:
                run.drifting.frame(one.pts_s, run.counting.frames + run.counting.lost)
            run.counting, found = counting.frame(run.counting, one.pts_s, one.digest)
            told += [self._told(run, each) for each in found]
        for one in audio:
            if run.drifting is not None:
                run.drifting.samples(one.pts_s, run.sound.samples + run.sound.lost)
            run.sound, found = counting.packet(run.sound, one.pts_s, one.duration)
            told += [self._told(run, each, sound=True) for each in found]
        return told

    def _begun(self, run: RunFacts, pts_s: float, came_s: float, length_s: float) -> Happened | None:
        run.pts_s = pts_s
        run.counting = replace(run.counting, rate=rate_of(length_s, run.counting.rate))
        if self.zero_s is None:
            self.zero_s = came_s
            run.start_s = 0.0
            return None
        before_s = self.end_s
        run.start_s = max(before_s, came_s - self.zero_s)
        hole_s = run.start_s - before_s
        return Happened("back", run.start_s, run.first, round(hole_s * self.rate), hole_s)

    def ended(self) -> list[Happened]:
        """This run is over."""
        run = self.run
        run.counting, found = counting.ended(run.counting)
        return [self._told(run, each) for each in found]

    def _told(self, run: RunFacts, found: Found, sound: bool = False) -> Happened:
        t_s = (run.start_s or 0.0) + found.t_s
        frame = run.first + (round(found.t_s * self.rate) if sound else found.frame)
        if sound:
            frame = min(frame, run.last)
        return Happened(found.kind, t_s, frame, found.count, found.length_s)


_RATES = tuple(Fraction(*one) for one in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (50, 1), (60000, 1001)))
_LIKE = 0.03


def rate_of(length_s: float, asked: Fraction) -> Fraction:
    """Frames a second: what was asked for, unless frames are clearly of another length: the standard has changed."""
    if length_s <= 0 or abs(length_s * asked - 1) < _LIKE:
        return asked
    return next((one for one in _RATES if abs(length_s * one - 1) < _LIKE), asked)
