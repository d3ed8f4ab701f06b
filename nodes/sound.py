"""Sound on its way through a graph: a tree of values that the runtime turns into one ffmpeg filter graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from nodes.clip import SoundInfo


@dataclass(frozen=True, slots=True)
class SoundFile:
    """Sound stream `stream` (counted among sound streams) of a file. It begins `offset` seconds after the
    picture (negative: before). The time of this sound counts from the picture's first frame."""

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
class SoundLevel:
    """Made as loud as `target` by one gain for the whole, after the runtime has listened through `source`.

    `measure`: `loudness` (EBU R128 integrated, LUFS) or `peak` (true peak, dBTP). `ceiling` in dBTP is never
    passed.
    """

    source: SoundOp
    measure: str
    target: float
    ceiling: float = -1.0


@dataclass(frozen=True, slots=True)
class SoundSpeed:
    """Played `factor` times as fast, pitch and all, and resampled to `rate`: mends drift."""

    source: SoundOp
    factor: Fraction
    rate: int


@dataclass(frozen=True, slots=True)
class SoundCut:
    """The stretches [first, last) in seconds of `source`'s own time, joined; cut on whole samples at
    `rate`."""

    source: SoundOp
    spans: tuple[tuple[Fraction, Fraction | None], ...]
    rate: int


@dataclass(frozen=True, slots=True)
class SoundJoin:
    """One after the other, each made exactly `duration` seconds long first (silence added or cut), so that
    later parts stay in sync with their pictures. None: as long as it is, to the sample."""

    parts: tuple[tuple[SoundOp, Fraction | None], ...]
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class SoundShift:
    """Later by `seconds` (silence first), or earlier (its beginning cut)."""

    source: SoundOp
    seconds: Fraction
    rate: int


@dataclass(frozen=True, slots=True)
class SoundBlend:
    """`amount` (0 … 1) of `wet` over the rest of `source`, sample for sample; as long as `source`."""

    source: SoundOp
    wet: SoundOp
    amount: float


@dataclass(frozen=True, slots=True)
class Silence:
    rate: int
    channels: int
    duration: Fraction


SoundOp = SoundFile | SoundFilter | SoundLevel | SoundSpeed | SoundCut | SoundJoin | SoundShift | SoundBlend | Silence


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
        whole = self.info.duration
        if len(spans) == 1 and spans[0][0] == 0 and spans[0][1] is None:
            return self
        kept = sum(
            (max(Fraction(0), min(whole, whole if last is None else last) - first) for first, last in spans),
            Fraction(0),
        )
        start = self.info.start + (spans[0][0] if spans else 0)
        return Sound(SoundCut(self.op, spans, self.info.rate), replace(self.info, duration=kept, start=start))

    def shift(self, seconds: Fraction) -> Sound:
        """Later by `seconds`, or earlier where negative."""
        if not seconds:
            return self
        length = max(Fraction(0), self.info.duration + seconds)
        return Sound(SoundShift(self.op, seconds, self.info.rate), replace(self.info, duration=length))

    def aligned(self, start: Fraction) -> Sound:
        """Beginning where a picture that starts at `start` on the tape's clock begins: so a trim of the
        picture alone leaves both together."""
        gap = start - self.info.start
        moved = self.cut((gap, None)) if gap > 0 else self.shift(-gap)
        return replace(moved, info=replace(moved.info, start=start))

    def level(self, measure: str, target: float, ceiling: float = -1.0) -> Sound:
        """As loud as `target` by one gain for the whole; see SoundLevel."""
        return replace(self, op=SoundLevel(self.op, measure, target, ceiling))

    def blended(self, wet: Sound, amount: float) -> Sound:
        """`amount` of another treatment of the same sound over the rest of this."""
        return replace(self, op=SoundBlend(self.op, wet.op, amount))

    def speed(self, factor: Fraction) -> Sound:
        """Played `factor` times as fast."""
        if factor == 1:
            return self
        made = SoundSpeed(self.op, factor, self.info.rate)
        return Sound(made, replace(self.info, duration=self.info.duration / factor))


def leaves(op: SoundOp) -> tuple[SoundFile, ...]:
    """The files that the sound comes from, in order of use."""
    match op:
        case SoundFile():
            return (op,)
        case Silence():
            return ()
        case SoundJoin(parts):
            return tuple(leaf for part, _ in parts for leaf in leaves(part))
        case SoundBlend(source, wet):
            return (*leaves(source), *leaves(wet))
        case _:
            return leaves(op.source)
