"""Converts a model: ONNX of PyTorch weights, and fewer bits of an ONNX. Each step is a child's; what comes of it is
compared with the net itself on real frames before it is used, and is written beside, then put in its place whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from nodes.media import MediaError
from nodes.model import Mode, find_model
from runtime.models.child import ConversionError, work
from runtime.models.download import sha256
from runtime.models.proof import Off, Precision, judged, offs, worst
from runtime.models.speeds import BOTH, Speed, speed

Say = Callable[[str], None]
BENCH_SIZE = (256, 192)
"""What the engines are timed on, where only their order matters: a whole SD frame takes a large net minutes."""


@dataclass(frozen=True)
class Wish:
    """What is wanted of a conversion. `size`: the one size that the ONNX is to take; None for any, where the net allows
    that."""

    clip: Path
    precisions: tuple[Precision, ...] = (Precision.FP32,)
    size: tuple[int, int] | None = None
    timed: bool = True


@dataclass(frozen=True)
class Made:
    """A file that came of it, or why it did not. `off`: against the weights, or against the ONNX in singles."""

    precision: Precision
    file: Path | None
    size_bytes: int = 0
    off: tuple[Off, ...] = ()
    speeds: tuple[Speed, ...] = ()
    refused: str = ""
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A whole conversion. `against`: what the errors are measured against. `facts`: what the net says of itself; empty
    where the source is ONNX."""

    name: str
    source: str
    against: str
    facts: dict[str, Any]
    made: tuple[Made, ...]
    notes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        return all(not one.refused for one in self.made)


@dataclass
class Bench:
    """A folder to work in, for one model."""

    name: str
    folder: Path
    wish: Wish
    say: Say
    meta: dict[str, str] = field(default_factory=dict)
    heed: Callable[[], None] = lambda: None
    """Called all along; stops it by raising."""

    @property
    def reference(self) -> Path:
        return self.folder / "reference.npz"

    def file(self, precision: Precision) -> Path:
        return self.folder / file_name(self.name, precision)

    def do(self, task: str, **asked: object) -> Any:
        return work(task, asked, self.name, self.say, heed=self.heed)


def file_name(name: str, precision: Precision) -> str:
    """`NAME.onnx`, `NAME.fp16.onnx`, `NAME.int8.onnx`: the part before `.onnx` is what a node calls it."""
    return f"{name}.onnx" if precision is Precision.FP32 else f"{name}.{precision}.onnx"


def from_weights(weights: Path, bench: Bench) -> Report:
    """PyTorch weights to ONNX, and to the other precisions. ConversionError where not even the first succeeds."""
    frozen = bench.wish.size is not None
    facts, off = _exported(weights, bench, frozen)
    notes: list[str] = []
    jumps = facts["jumps"]
    verdict = judged(Precision.FP32, off, jumps=jumps)
    if verdict.refused and facts["fixed"] is None:
        bench.say(f"{bench.name}: not right at every size ({verdict.refused}); frozen for one")
        facts, off = _exported(weights, bench, frozen=True)
        verdict = judged(Precision.FP32, off, jumps=jumps)
        width, height = facts["fixed"]
        notes.append(f"its ONNX is right at one size alone: {width} × {height}")
    if verdict.refused:
        raise ConversionError(f"{bench.name}: its ONNX is not the net: {verdict.refused}. Nothing was kept")
    base = _usable(bench.file(Precision.FP32))
    feed = feed_of(base)
    whole = Made(Precision.FP32, base, size_bytes=base.stat().st_size, off=off, note=verdict.note)
    made = [_timed(whole, feed, bench)]
    made += [_lowered(precision, base, feed, bench) for precision in _others(bench.wish)]
    return Report(bench.name, weights.name, "PyTorch", facts, tuple(made), tuple(notes))


def from_onnx(base: Path, bench: Bench) -> Report:
    """Fewer bits of an ONNX in singles, proved against it."""
    feed = feed_of(base)
    clip = str(bench.wish.clip.absolute())
    bench.do("reference", onnx=str(base.absolute()), reference=str(bench.reference), clip=clip, feed=feed)
    whole = Made(Precision.FP32, base, size_bytes=base.stat().st_size)
    made = [_timed(whole, feed, bench)]
    made += [_lowered(precision, base, feed, bench) for precision in _others(bench.wish)]
    return Report(bench.name, base.name, "the ONNX in singles", {}, tuple(made))


def verified(weights: Path | None, files: dict[Precision, Path], bench: Bench) -> Report:
    """Conversions that are there, compared once more. Writes nothing but into the folder to work in."""
    base = files[Precision.FP32]
    clip = str(bench.wish.clip.absolute())
    facts: dict[str, Any] = {}
    if weights:
        fixed = find_model(str(base), Mode.ONNX).fixed
        facts = bench.do(
            "answers", weights=str(weights.absolute()), reference=str(bench.reference), clip=clip, size=fixed
        )
    else:
        feed = feed_of(base)
        bench.do("reference", onnx=str(base.absolute()), reference=str(bench.reference), clip=clip, feed=feed)
    made = []
    for precision, file in files.items():
        off = _compared(file, bench)
        verdict = judged(precision, off, jumps=bool(facts.get("jumps")))
        made.append(Made(precision, file, file.stat().st_size, off, refused=verdict.refused, note=verdict.note))
    against = "PyTorch" if weights else "the ONNX in singles"
    return Report(bench.name, weights.name if weights else base.name, against, facts, tuple(made))


def feed_of(file: Path, mode: Mode = Mode.ONNX) -> dict[str, object]:
    """What a model's file is fed, as the worker's conversions are told. ConversionError where it is none for video."""
    try:
        model = find_model(str(file.absolute()), mode)
    except MediaError as fault:
        raise ConversionError(str(fault)) from None
    if model.pattern == "detector":
        raise ConversionError(f"{file.name}: it tells where faces are and makes no picture: it is used as it is")
    planes = {"luma": 1, "pair": 7, "mask": 4 * model.frames}.get(model.pattern, 3 * model.frames)
    return {
        "pattern": str(model.pattern),
        "planes": planes,
        "frames": model.frames,
        "multiple": model.multiple,
        "fixed": model.fixed,
        "value_range": f"{model.black}..{model.white}",
    }


def whole_scale(facts: dict[str, Any]) -> int:
    """The enlargement as the shelf keeps it. ConversionError where it is no whole number."""
    scale = Fraction(facts["scale"])
    if scale.denominator != 1:
        raise ConversionError(f"it makes pictures {scale} times as large, which the shelf cannot hold; use --out")
    return int(scale)


def _exported(weights: Path, bench: Bench, frozen: bool) -> tuple[dict[str, Any], tuple[Off, ...]]:
    file = bench.file(Precision.FP32)
    facts = bench.do(
        "export",
        weights=str(weights.absolute()),
        onnx=str(file),
        reference=str(bench.reference),
        clip=str(bench.wish.clip.absolute()),
        size=bench.wish.size,
        frozen=frozen,
        meta={**bench.meta, "source": weights.name, "source_sha256": sha256(weights)},
    )
    return facts, offs(facts.pop("off"))


def _compared(file: Path, bench: Bench) -> tuple[Off, ...]:
    return offs(bench.do("compare", onnx=str(file.absolute()), reference=str(bench.reference)))


def _lowered(precision: Precision, base: Path, feed: dict[str, object], bench: Bench) -> Made:
    """One with fewer bits; a fault of it leaves the others standing."""
    to = bench.file(precision)
    try:
        found = bench.do(
            "lower", onnx=str(base.absolute()), to=str(to), precision=str(precision), reference=str(bench.reference)
        )
        off = offs(found)
        _usable(to)
        verdict = judged(precision, off)
        made = Made(precision, None if verdict.refused else to, to.stat().st_size, off)
    except ConversionError as fault:
        to.unlink(missing_ok=True)
        return Made(precision, None, refused=str(fault).removeprefix(f"{bench.name}: "))
    if verdict.refused:
        to.unlink(missing_ok=True)
        return Made(precision, None, made.size_bytes, off, refused=verdict.refused)
    bench.say(f"{bench.name}: {precision} is {said(off)}")
    return _timed(Made(precision, to, made.size_bytes, off, note=verdict.note), feed, bench)


def said(off: tuple[Off, ...]) -> str:
    """An error in a few words."""
    whole = worst(off)
    return "exactly the same" if whole.psnr is None else f"off by up to {whole.max:.1e}, {whole.psnr:.1f} dB"


def _timed(made: Made, feed: dict[str, object], bench: Bench) -> Made:
    if not bench.wish.timed or made.file is None:
        return made
    bench.say(f"{bench.name}: timing {made.precision}")
    speeds = tuple(speed(made.file, engine, feed, bench.wish.clip, BENCH_SIZE, heed=bench.heed) for engine in BOTH)
    return Made(made.precision, made.file, made.size_bytes, made.off, speeds, made.refused, made.note)


def _usable(file: Path) -> Path:
    """The file on the disk, and one that nodes can use."""
    try:
        with file.open("rb+") as written:
            os.fsync(written.fileno())
        find_model(str(file), Mode.ONNX)
    except MediaError as fault:
        raise ConversionError(str(fault)) from None
    return file


def _others(wish: Wish) -> list[Precision]:
    return [precision for precision in Precision if precision in wish.precisions and precision is not Precision.FP32]
