"""What a DV file is, from its first frame to its last: counted while it is read, told as values. Constant memory.

Names are those of dvrescue and MediaInfo where they have one: tc, rdt, sta, aud, captions y/n/p.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from capture.dv import following
from capture.dv.errors import UNREADABLE, runs
from capture.dv.following import Event, State
from capture.dv.frames import DvError, Frame, Reader
from capture.dv.layout import System
from capture.dv.sounds import SoundMode
from capture.dv.source import Source

__all__ = ["MOST", "Damage", "Gathering", "Recording", "Report", "analysed"]

MOST = 20_000
"""Damaged frames, and events, that are kept one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A frame with bad blocks. `sta`: for each STA the number of blocks, and how many of them in even sequences.
    `video`: stretches of video blocks (first, last, STA); `audio`: of audio blocks (first, last); `other`: blocks of
    subcode, VAUX or header without a right address."""

    frame: int
    tc: str
    sta: dict[int, tuple[int, int]]
    audio_blocks: int
    video: tuple[tuple[int, int, int], ...]
    audio: tuple[tuple[int, int], ...]
    other: int


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording on the tape: its first frame, the timecode there, and the camera's date and time."""

    frame: int
    tc: str
    rdt: str


@dataclass(frozen=True)
class Report:
    """Of a whole file. Counts are of frames unless they say blocks or bytes."""

    system: System
    frames: int
    first_tc: str = ""
    last_tc: str = ""
    professional: bool = False
    pitch: int = 0
    events: tuple[Event, ...] = ()
    recordings: tuple[Recording, ...] = ()
    damage: tuple[Damage, ...] = ()
    damaged: int = 0
    video_blocks: int = 0
    audio_blocks: int = 0
    other_blocks: int = 0
    sta: dict[int, tuple[int, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    sounds: tuple[tuple[int, SoundMode], ...] = ()
    sound_ppm: float | None = None
    shapes: tuple[tuple[int, str], ...] = ()
    captions: int = 0
    captions_text: int = 0
    without_tc: int = 0
    skipped: int = 0
    cut_off: int = 0
    container_tc: str = ""

    @property
    def duration_s(self) -> Fraction:
        return self.frames / self.system.fps

    @property
    def missing(self) -> int:
        return self.counts.get("missing", 0)

    @property
    def head(self) -> str:
        """Which of the deck's two heads has nearly all the errors: `even`, `odd`, or empty. Tracks are read by one
        head and the other in turn: with damage of the tape both have their share."""
        whole = sum(count for kind, (count, _) in self.sta.items() if kind != UNREADABLE)
        even = sum(count for kind, (_, count) in self.sta.items() if kind != UNREADABLE)
        if whole < 200:
            return ""
        return "even" if even > 0.95 * whole else "odd" if even < 0.05 * whole else ""


@dataclass(slots=True)
class Gathering:
    """Frames go in, one after the other; what has been seen so far comes out whenever it is asked for."""

    state: State = field(default_factory=State)
    frames: int = 0
    events: list[Event] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    _first: Frame | None = None
    _tcs: tuple[str, str] = ("", "")
    _counts: Counter[str] = field(default_factory=Counter)
    _sums: Counter[str] = field(default_factory=Counter)
    _sta: dict[int, tuple[int, int]] = field(default_factory=dict)
    _sounds: list[tuple[int, SoundMode]] = field(default_factory=list)
    _shapes: list[tuple[int, str]] = field(default_factory=list)
    _owed: float = 0.0  # samples that the frames with sound should have had

    def add(self, frame: Frame) -> tuple[Event, ...]:
        """One more frame; what happened at it."""
        self.state, found = following.step(self.state, frame)
        self._first = self._first or frame
        self.frames += 1
        for event in found:
            self._event(event, frame)
        if frame.timecode is not None:
            self._tcs = (self._tcs[0] or str(frame.timecode), str(frame.timecode))
        sums = self._sums
        sums["tc"] += frame.timecode is not None
        sums["captions"] += frame.captions > 0
        sums["text"] += frame.captions > 1
        if frame.sound is not None:
            sums["samples"] += frame.samples
            self._owed += float(frame.sound.rate_hz / frame.system.fps)
        if frame.errors is not None:
            self._damaged(frame)
        return found

    def _event(self, event: Event, frame: Frame) -> None:
        counted = event.kind in ("missing", "skipped", "repeated")
        self._counts[event.kind] += event.count if counted else 1
        self._sums["events"] += 1
        if len(self.events) < MOST:
            self.events.append(event)
        if event.kind == "recording" and len(self.recordings) < MOST:
            self.recordings.append(Recording(event.frame, str(frame.timecode or ""), event.now))
        if event.kind == "sound" and frame.sound is not None and len(self._sounds) < MOST:
            self._sounds.append((event.frame, frame.sound))
        if event.kind == "shape" and len(self._shapes) < MOST:
            self._shapes.append((event.frame, event.now))

    def _damaged(self, frame: Frame) -> None:
        bad = frame.errors
        assert bad is not None
        found = bad.sta()
        for kind, (count, even) in found.items():
            old = self._sta.get(kind, (0, 0))
            self._sta[kind] = (old[0] + count, old[1] + even)
        sums = self._sums
        sums["damaged"] += 1
        sums["video"] += bad.video_count
        sums["audio"] += bad.audio_count
        sums["other"] += bad.other
        if len(self.damage) < MOST:
            self.damage.append(damage_of(frame))

    def report(self, cut_off: int = 0) -> Report | None:
        """None before the first frame."""
        if self._first is None:
            return None
        sums, owed = self._sums, self._owed
        return Report(
            self._first.system, self.frames, *self._tcs, professional=self._first.professional, pitch=self.state.pitch,
            events=tuple(self.events), recordings=tuple(self.recordings), damage=tuple(self.damage),
            damaged=sums["damaged"], video_blocks=sums["video"], audio_blocks=sums["audio"],
            other_blocks=sums["other"], sta=dict(sorted(self._sta.items())), counts=dict(self._counts),
            sounds=tuple(self._sounds), shapes=tuple(self._shapes),
            sound_ppm=(sums["samples"] / owed - 1) * 1e6 if owed and self.frames >= _LEAST else None,
            captions=sums["captions"], captions_text=sums["text"], without_tc=self.frames - sums["tc"],
            skipped=self._counts["skipped"], cut_off=cut_off,
        )  # fmt: skip


_LEAST = 250
"""Frames from which the number of samples says something of the sound's clock: they come in whole ones."""


def damage_of(frame: Frame) -> Damage:
    """The error map of a damaged frame."""
    bad = frame.errors
    if bad is None:
        raise ValueError(f"frame {frame.number} is not damaged")
    return Damage(
        frame.number,
        str(frame.timecode or ""),
        bad.sta(),
        bad.audio_count,
        tuple(runs(bad.video)),
        tuple((first, last) for first, last, _ in runs(bad.audio)),
        bad.other,
    )


def analysed(source: Source, container_tc: str = "", each: Callable[[Frame], None] | None = None) -> Report:
    """Reads a file through. DvError where it is no DV, or has not one whole frame. `each` is given every frame."""
    gathering, reader = Gathering(), Reader()
    for frame in _frames(source, reader):
        gathering.add(frame)
        if each is not None:
            each(frame)
    found = gathering.report(reader.left_over)
    if found is None:
        raise DvError("there is not one whole DV frame in it")
    return replace(found, container_tc=container_tc)


def _frames(source: Source, reader: Reader) -> Iterator[Frame]:
    for piece in source.pieces():
        yield from reader.feed(piece)
    yield from reader.end()
