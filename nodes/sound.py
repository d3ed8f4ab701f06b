"""Sound on its way through a graph: a tree of values that the runtime turns into one ffmpeg filter graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from nodes.clip import SoundInfo


@dataclass(frozen=True, slots=True)
class SoundFile:
    """Sound stream `stream` (counted among sound streams) of a file. It begins `offset` seconds after the
    picture (negative: before)."""

    path: str
    identity: str
    stream: int
    offset: Fraction
    codec: str = ""


@dataclass(frozen=True, slots=True)
class SoundFilter:
    """One ffmpeg audio filter. Option values are quoted by the runtime."""

    source: SoundOp
    name: str
    options: tuple[tuple[str, str | int | float], ...]


@dataclass(frozen=True, slots=True)
class SoundCut:
    """The stretches [first, last) in seconds of `source`'s own time, joined; cut on whole samples."""

    source: SoundOp
    spans: tuple[tuple[Fraction, Fraction | None], ...]


@dataclass(frozen=True, slots=True)
class SoundJoin:
    """One after the other, each made exactly `duration` seconds long first (silence added or cut), so that
    later parts stay in sync with their pictures."""

    parts: tuple[tuple[SoundOp, Fraction], ...]
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class SoundShift:
    """Later by `seconds` (silence first), or earlier (its beginning cut)."""

    source: SoundOp
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Silence:
    rate: int
    channels: int
    duration: Fraction


SoundOp = SoundFile | SoundFilter | SoundCut | SoundJoin | SoundShift | Silence


@dataclass(frozen=True, slots=True)
class Sound:
    """A handle on sound in `build`, with its format."""

    op: SoundOp
    info: SoundInfo

    def filter(self, name: str, **options: str | int | float) -> Sound:
        """An ffmpeg audio filter that keeps time: `sound.filter("volume", volume="3dB")`."""
        return replace(self, op=SoundFilter(self.op, name, tuple(options.items())))

    def cut(self, *spans: tuple[Fraction, Fraction | None]) -> Sound:
        """Only these stretches, in seconds of its own time, joined."""
        kept = sum(((min(self.info.duration, last) if last is not None else self.info.duration) - first for first, last in spans), Fraction(0))
        start = self.info.start + (spans[0][0] if spans else 0)
        return Sound(SoundCut(self.op, spans), replace(self.info, duration=max(kept, Fraction(0)), start=start))

    def shift(self, seconds: Fraction) -> Sound:
        return Sound(SoundShift(self.op, seconds), replace(self.info, duration=max(Fraction(0), self.info.duration + seconds)))
