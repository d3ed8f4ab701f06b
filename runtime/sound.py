"""Writes a tree of sound as ffmpeg inputs and one filter graph. Pure: nothing is run here.

The one place where values become filter text: `quote`. Names of filters and options are checked.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from nodes.sound import (
    Silence,
    SoundBlend,
    SoundCut,
    SoundFile,
    SoundFilter,
    SoundJoin,
    SoundLevel,
    SoundOp,
    SoundShift,
    SoundSpeed,
)

__all__ = ["SoundGraph", "SoundGraphError", "file_input", "levelled", "quote", "samples", "unmeasured", "write"]

_NAME = re.compile(r"[a-z0-9_]+\Z")
# The option parser reads \ ' and :, the graph parser around it \ ' [ ] , ;, and both white space at either end.
_OPTION_SIGNS = re.compile(r"([\\':\s])")
_GRAPH_SIGNS = re.compile(r"([\\'\[\],;\s])")
_RESTART = "asetpts=N/SR/TB"


class SoundGraphError(ValueError):
    """A tree that cannot be written: a name that is none, or a level that was not measured."""


@dataclass(frozen=True, slots=True)
class SoundGraph:
    """`inputs` are ffmpeg's arguments, one tuple an input; `chains` joined by `;` are its filter graph; the
    sound comes out of the label `out` (without brackets)."""

    inputs: tuple[tuple[str, ...], ...]
    chains: tuple[str, ...]
    out: str


def quote(value: str | int | float | Fraction) -> str:
    """One option's value as ffmpeg's filter graph reads it. ValueError for what no graph can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        raise SoundGraphError(f"{value} is no value for a filter")
    text = f"{float(value):.9f}" if isinstance(value, Fraction) else str(value)
    if "\0" in text:
        raise SoundGraphError("a filter's value holds a NUL character")
    return _GRAPH_SIGNS.sub(r"\\\1", _OPTION_SIGNS.sub(r"\\\1", text))


def file_input(path: str) -> tuple[str, ...]:
    """Arguments that open `path` and nothing else: no other protocol by its name (`concat:…`) or its
    contents."""
    return ("-protocol_whitelist", "file,crypto,data", "-i", f"file:{path}")


def samples(seconds: Fraction, rate: int) -> int:
    """The whole sample nearest to a time."""
    return math.floor(seconds * rate + Fraction(1, 2))


def layout(channels: int) -> str:
    """ffmpeg's name for a number of channels."""
    return {1: "mono", 2: "stereo"}.get(channels, f"{channels}c")


def write(op: SoundOp, first_input: int = 1, prefix: str = "s") -> SoundGraph:
    """The graph of `op`. Its inputs are counted from `first_input`; labels begin with `prefix`."""
    writer = _Writer(first_input, prefix)
    out = writer.op(op)
    return SoundGraph(tuple(writer.inputs), tuple(writer.chains), out)


def unmeasured(op: SoundOp) -> Iterator[SoundLevel]:
    """The levels that must be measured before the tree can be written, innermost first."""
    match op:
        case SoundFile() | Silence():
            return
        case SoundJoin(parts):
            for part, _ in parts:
                yield from unmeasured(part)
        case SoundBlend(source, wet):
            yield from unmeasured(source)
            yield from unmeasured(wet)
        case _:
            yield from unmeasured(op.source)
            if isinstance(op, SoundLevel):
                yield op


def levelled(op: SoundOp, gains_db: Mapping[SoundLevel, float]) -> SoundOp:
    """`op` with each measured level made a plain gain."""
    match op:
        case SoundFile() | Silence():
            return op
        case SoundJoin(parts):
            return replace(op, parts=tuple((levelled(part, gains_db), length) for part, length in parts))
        case SoundBlend(source, wet):
            return replace(op, source=levelled(source, gains_db), wet=levelled(wet, gains_db))
        case SoundLevel() if op in gains_db:
            return SoundFilter(levelled(op.source, gains_db), "volume", (("volume", f"{gains_db[op]:.3f}dB"),))
        case _:
            return replace(op, source=levelled(op.source, gains_db))


@dataclass
class _Writer:
    first_input: int
    prefix: str
    inputs: list[tuple[str, ...]] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    labels: int = 0

    def op(self, op: SoundOp) -> str:
        """Write `op` and what it needs; the label it comes out of."""
        match op:
            case SoundFile(path, _, stream, offset):
                self.inputs.append(file_input(path))
                source = f"{self.first_input + len(self.inputs) - 1}:a:{stream}"
                # gaps in the file's own time stamps become silence, so that what follows them stays in its
                # place
                return self.chain([source], "aresample=async=1", _RESTART, *_moved(offset))
            case SoundFilter(source, name, options):
                return self.chain([self.op(source)], _filter(name, options))
            case SoundLevel():
                raise SoundGraphError("this sound's level has not been measured")
            case SoundSpeed(source, factor, rate):
                return self.chain([self.op(source)], *_speed(factor, rate))
            case SoundCut(source, spans, rate):
                return self.cut(source, spans, rate)
            case SoundShift(source, seconds, rate):
                return self.chain([self.op(source)], *_moved(seconds, rate))
            case SoundJoin(parts, rate, channels):
                return self.join(parts, rate, channels)
            case SoundBlend(source, wet, amount):
                weights = quote(f"{1 - amount:.6f} {amount:.6f}")
                mixed = f"amix=inputs=2:duration=first:normalize=0:weights={weights}"
                return self.chain([self.op(source), self.op(wet)], mixed)
            case Silence(rate, channels, duration):
                end = samples(duration, rate)
                return self.chain([], f"anullsrc=r={rate}:cl={layout(channels)}", f"atrim=end_sample={end}", _RESTART)

    def chain(self, sources: list[str], *filters: str) -> str:
        """Add one chain; its label."""
        label = self.label()
        pads = "".join(f"[{source}]" for source in sources)
        self.chains.append(f"{pads}{','.join(filters)}[{label}]")
        return label

    def label(self) -> str:
        self.labels += 1
        return f"{self.prefix}{self.labels}"

    def cut(self, source: SoundOp, spans: tuple[tuple[Fraction, Fraction | None], ...], rate: int) -> str:
        if not spans:
            return self.chain([self.op(source)], "atrim=end_sample=0", _RESTART)
        if len(spans) == 1:
            return self.chain([self.op(source)], *_trimmed(spans[0], rate))
        if _forwards(spans):  # one reading serves all; out of order, the later ones would pile up in memory
            copies = [self.label() for _ in spans]
            self.chains.append(f"[{self.op(source)}]asplit={len(spans)}" + "".join(f"[{copy}]" for copy in copies))
        else:
            copies = [self.op(source) for _ in spans]
        parts = [self.chain([copy], *_trimmed(span, rate)) for copy, span in zip(copies, spans, strict=True)]
        return self.chain(parts, f"concat=n={len(parts)}:v=0:a=1")

    def join(self, parts: tuple[tuple[SoundOp, Fraction | None], ...], rate: int, channels: int) -> str:
        labels: list[str] = []
        ends, passed = Fraction(0), 0
        form = f"aformat=sample_rates={rate}:channel_layouts={layout(channels)}"
        for part, length in parts:
            if length is None:
                labels.append(self.chain([self.op(part)], form, _RESTART))
                continue
            ends += length  # rounded at the running sum, so that errors do not add up
            count = samples(ends, rate) - passed
            passed += count
            exactly = (f"apad=whole_len={count}", f"atrim=end_sample={count}") if count else ("atrim=end_sample=0",)
            labels.append(self.chain([self.op(part)], form, *exactly, _RESTART))
        return labels[0] if len(labels) == 1 else self.chain(labels, f"concat=n={len(labels)}:v=0:a=1")


def _filter(name: str, options: tuple[tuple[str, str | int | float], ...]) -> str:
    for word in (name, *(key for key, _ in options)):
        if not _NAME.match(word):
            raise SoundGraphError(f"{word!r} is no name of a filter or of its option")
    values = ":".join(f"{key}={quote(value)}" for key, value in options)
    return f"{name}={values}" if values else name


def _moved(seconds: Fraction, rate: int = 0) -> tuple[str, ...]:
    """Filters that make sound later (silence first) or earlier; on whole samples where the rate is known."""
    if seconds > 0:
        delay = f"{samples(seconds, rate)}S" if rate else f"{float(seconds * 1000):.6f}"
        return (f"adelay=delays={delay}:all=1",)
    if seconds < 0:
        start = f"start_sample={samples(-seconds, rate)}" if rate else f"start={float(-seconds):.6f}"
        return (f"atrim={start}", _RESTART)
    return ()


def _trimmed(span: tuple[Fraction, Fraction | None], rate: int) -> tuple[str, str]:
    first, last = span
    end = "" if last is None else f":end_sample={samples(last, rate)}"
    return f"atrim=start_sample={samples(first, rate)}{end}", _RESTART


def _forwards(spans: tuple[tuple[Fraction, Fraction | None], ...]) -> bool:
    pairs = itertools.pairwise(spans)
    return all(last is not None and last <= following for (_, last), (following, _) in pairs)


def _speed(factor: Fraction, rate: int) -> tuple[str, ...]:
    """Play faster by taking sound at one rate for sound at another. ffmpeg knows whole rates only: at 48 kHz the steps
    are 20 ppm, 75 ms in an hour. So rates are chosen whose ratio is near enough, or two pairs of them."""
    filters: list[str] = []
    now = rate
    for slow, fast in _ratios(factor, rate):
        filters += [f"aresample={slow}"] if slow != now else []
        filters.append(f"asetrate={fast}")
        now = fast
    return (*filters, f"aresample={rate}")


_NEAR = 1e-9
"""4 µs in an hour."""


def _ratios(factor: Fraction, rate: int) -> tuple[tuple[int, int], ...]:
    """Pairs (slow, fast) of whole rates from `rate` to twice as much, whose ratios fast/slow multiply to `factor`."""
    exact = float(factor)
    slow = min(range(rate, 2 * rate), key=lambda one: abs(round(one * exact) / one - exact))
    if abs(round(slow * exact) / slow - exact) < _NEAR:
        return ((slow, round(slow * exact)),)
    found: list[tuple[float, int, int, int]] = []
    for second in range(rate, 2 * rate):
        rest = exact * second / (second + 1)
        step = round((rest - 1) * rate * 1.5) or (1 if rest > 1 else -1)
        first = round(step / (rest - 1)) if rest != 1 else 0
        if rate <= first < 2 * rate:
            found.append((abs((first + step) / first - rest), first, first + step, second))
    if not found:
        return ((slow, round(slow * exact)),)
    _, first, other, second = min(found)
    return (first, other), (second, second + 1)
