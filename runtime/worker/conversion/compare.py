"""How far an ONNX is off its reference: on real frames, at both sizes."""

from __future__ import annotations

from collections.abc import Callable
from math import log10
from pathlib import Path
from typing import Any

import numpy as np

from runtime.worker.conversion.fault import ConversionError
from runtime.worker.conversion.session import session

_CLEAR = 1e-3
"""What is counted as off (runtime.models.proof.MOST_OFF)."""


def work(asked: dict[str, Any], _: Callable[[str], None]) -> list[dict[str, Any]]:
    """{"onnx", "reference"}: for each size {"size", "max", "mean", "psnr", "beyond"}, where 1 is the span from black to
    white, or {"size", "fault"}. `psnr` is null where nothing differs; `beyond` is the share that is clearly off."""
    answer = session(Path(asked["onnx"]))
    found = []
    with np.load(asked["reference"]) as held:
        span = float(held["span"])
        for place in range(sum(name.startswith("fed") for name in held.files)):
            given, wanted = held[f"fed{place}"], held[f"made{place}"]
            size = f"{given.shape[3]} × {given.shape[2]}"
            try:
                made = np.concatenate([answer(given[at : at + 1]) for at in range(len(given))])
                found.append({"size": size, **_off(made, wanted, span)})
            except ConversionError as fault:
                found.append({"size": size, "fault": str(fault)})
    return found


def _off(made: Any, wanted: Any, span: float) -> dict[str, float | None]:
    if made.shape != wanted.shape:
        raise ConversionError(f"it gives {_shape(made)} where {_shape(wanted)} are right")
    if not np.isfinite(made).all():
        raise ConversionError("it answers with numbers that are none (NaN or infinite)")
    # a net of random weights may answer far outside of black and white: then its own reach is the measure
    reach = max(span, float(np.abs(wanted).max()))
    off = np.abs(made.astype(np.float64) - wanted) / reach
    square = float(np.mean(off**2))
    return {
        "max": float(off.max()),
        "mean": float(off.mean()),
        "psnr": round(-10 * log10(square), 1) if square > 0 else None,
        "beyond": float(np.mean(off > _CLEAR)),
    }


def _shape(picture: Any) -> str:
    return f"{picture.shape[1]} planes of {picture.shape[3]} × {picture.shape[2]}"
