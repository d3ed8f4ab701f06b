"""Fewer bits: half precision, or eight bits calibrated on real frames. From ONNX to ONNX, without torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from runtime.worker.conversion import compare
from runtime.worker.conversion.half import to_half
from runtime.worker.conversion.whole import to_int8


def work(asked: dict[str, Any], note: Callable[[str], None]) -> list[dict[str, Any]]:
    """{"onnx", "to", "precision", "reference"}: how far it is off, as `compare` tells it."""
    source, to = Path(asked["onnx"]), Path(asked["to"])
    if asked["precision"] == "fp16":
        note("half precision")
        made = to_half(onnx.load(source))
        onnx.save(made, to)
    else:
        with np.load(asked["reference"]) as held:
            frames = held["calibration"]
        note(f"eight bits, calibrated on {len(frames)} frames")
        to_int8(source, to, frames)
    return compare.work({"onnx": str(to), "reference": asked["reference"]}, note)
