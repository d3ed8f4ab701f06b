"""When a conversion is good enough, and what is said of one that is not quite. Pure.

Errors are in parts of the span from black to white, 1/255 is a code of eight bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from runtime.models.child import ConversionError

CODE = 1 / 255
MOST_OFF = 1e-3
"""A quarter of a code: what the same net in the same precision may differ by. Measured: 1e-7 to 3e-5."""
MOST_BEYOND = 0.05
"""Of a net that picks whole pixels by what it computes (DAIN's flow): the share of values that may differ by more, for
there the last bit can change the pick. Measured: up to 5e-3; an operation that is wrong shows in nearly all of them."""
LEAST_ALIKE = 40.0
"""Decibels that such a net must come to all the same."""
LEAST_PSNR = {"fp16": 40.0, "int8": 30.0}
"""Decibels against the net itself: below, another picture is made than the one that the net was chosen for."""


class Precision(StrEnum):
    """What a model counts in."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class Off:
    """How far the answers at one size are off. `psnr` is None where nothing differs at all. `beyond`: the share of
    values that are off by more than MOST_OFF."""

    size: str
    max: float = 0.0
    mean: float = 0.0
    psnr: float | None = None
    fault: str = ""
    beyond: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refused`: why it is not used. `note`: what its user should know."""

    refused: str = ""
    note: str = ""


def offs(said: Sequence[Mapping[str, Any]]) -> tuple[Off, ...]:
    return tuple(Off(**one) for one in said)


def worst(found: Sequence[Off]) -> Off:
    """The largest error of all sizes, the smallest PSNR."""
    if not found:
        raise ConversionError("nothing was compared")
    known = [one.psnr for one in found if one.psnr is not None]
    return Off(
        " and ".join(one.size for one in found),
        max(one.max for one in found),
        max(one.mean for one in found),
        min(known) if known else None,
        next((f"{one.size}: {one.fault}" for one in found if one.fault), ""),
        max(one.beyond for one in found),
    )


def judged(precision: Precision, found: Sequence[Off], *, jumps: bool = False) -> Verdict:
    """Whether a conversion may be used. `jumps`: the net picks whole pixels by what it computes."""
    off = worst(found)
    if off.fault:
        return Verdict(refused=off.fault)
    if precision is Precision.FP32:
        few = jumps and off.beyond <= MOST_BEYOND and (off.psnr is None or off.psnr >= LEAST_ALIKE)
        if off.max > MOST_OFF and few:
            share = f"{off.beyond:.1e} of its values differ by more than {MOST_OFF:.0e}, by up to {off.max:.1e}"
            return Verdict(note=f"{share}: it picks whole pixels, and there the last bit can change the pick")
        if off.max > MOST_OFF:
            return Verdict(refused=f"it differs by up to {off.max:.1e}, where {MOST_OFF:.0e} is the most")
        return Verdict()
    least = LEAST_PSNR[precision]
    if off.psnr is not None and off.psnr < least:
        return Verdict(refused=f"it is another picture: {off.psnr:.1f} dB, where {least:.0f} dB is the least")
    if off.max > CODE / 2:
        return Verdict(note=f"off by up to {off.max / CODE:.1f} codes of eight bits")
    return Verdict()
