"""What a net should answer: real frames and the answers of the weights, or of the ONNX in singles, kept in one file.

The file (NumPy's .npz) holds `fed0`, `made0` and, for a second size, `fed1`, `made1`; `calibration` are other frames.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from runtime.worker.conversion.pictures import Batch, Feed, decoded, fed, feed
from runtime.worker.conversion.session import session

EACH = 2
"""Frames at each size."""
CALIBRATION = 12
Answer = Callable[[Batch], Batch]


def keep(to: Path, clip: Path, how: Feed, answer: Answer) -> list[str]:
    """Write the reference; the sizes, as words."""
    pictures = decoded(clip)
    held: dict[str, Batch] = {}
    for place, size in enumerate(how.sizes()):
        given = fed(pictures, how, size, EACH, first=place)
        held[f"fed{place}"] = given
        held[f"made{place}"] = np.concatenate([answer(given[at : at + 1]) for at in range(EACH)])
    held["calibration"] = fed(pictures, how, how.sizes()[-1], CALIBRATION, first=7)
    held["span"] = np.array(how.span, np.float32)
    with to.open("wb") as file:
        np.savez(file, **held)  # type: ignore[arg-type]  # numpy's stub takes them for its own options
    return [f"{width} × {height}" for width, height in how.sizes()]


def work(asked: dict[str, Any], note: Callable[[str], None]) -> dict[str, Any]:
    """{"onnx", "reference", "clip", "feed"}: the answers of an ONNX in singles."""
    net = session(Path(asked["onnx"]))
    note(f"its answers to frames of {Path(asked['clip']).name}")
    return {"sizes": keep(Path(asked["reference"]), Path(asked["clip"]), feed(asked["feed"]), net)}
