"""From a frame's values to what scopes draw: counts of values, by column or by colour. Numpy only, no Qt.

All levels are on the scale of 8 bits, 0 … 255, whatever the clip's depth: 16 and 235 are black and white of a
legal picture. Values of a picture's full range keep their own scale, where 0 and 255 are black and white.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.readings import SamplePlane, Samples

type Counts = npt.NDArray[np.int64]
type Levels = npt.NDArray[np.float32]

LEVELS = 256
KR_KB = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087),
         9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}  # fmt: skip
"""Luma coefficients by H.273's matrix numbers; an unknown matrix is taken for that of tape, 6."""


@dataclass(frozen=True)
class Frame:
    """Planes on the 8-bit scale, all of the first one's size (height × width). Chroma lies around 128."""

    planes: tuple[Levels, ...]
    family: str
    matrix: int
    full_range: bool

    @property
    def luma(self) -> Levels:
        """Y, or what R, G, B make of it."""
        if self.family != "rgb":
            return self.planes[0]
        red, blue = KR_KB.get(self.matrix, KR_KB[6])
        r, g, b = self.planes
        return np.asarray(red * r + (1 - red - blue) * g + blue * b, np.float32)

    def rgb(self) -> tuple[Levels, Levels, Levels]:
        """R, G, B with black at 0 and white at 255; what lies outside stays outside. BT.601, BT.709 or BT.2020 by the
        frame's matrix (ITU-R BT.601-7, 2.5)."""
        if self.family == "rgb":
            r, g, b = self.planes
            return r, g, b
        if self.family == "gray":
            grey = self._stretched(self.planes[0])
            return grey, grey, grey
        red, blue = KR_KB.get(self.matrix, KR_KB[6])
        y = self._stretched(self.planes[0])
        swing = 255.0 if self.full_range else 224.0
        pb, pr = ((plane - 128) * np.float32(255 / swing) for plane in self.planes[1:])
        r = y + np.float32(2 * (1 - red)) * pr
        b = y + np.float32(2 * (1 - blue)) * pb
        g = (y - np.float32(red) * r - np.float32(blue) * b) / np.float32(1 - red - blue)
        return r, g, b

    def _stretched(self, plane: Levels) -> Levels:
        return plane if self.full_range else (plane - 16) * np.float32(255 / 219)

    def chroma(self) -> tuple[Levels, Levels] | None:
        """Pb and Pr, −0.5 … 0.5; None of a grey picture."""
        if self.family == "gray":
            return None
        if self.family == "rgb":
            red, blue = KR_KB.get(self.matrix, KR_KB[6])
            y = self.luma
            pb = (self.planes[2] - y) / np.float32(255 * 2 * (1 - blue))
            pr = (self.planes[0] - y) / np.float32(255 * 2 * (1 - red))
            return pb, pr
        swing = np.float32(255.0 if self.full_range else 224.0)
        return (self.planes[1] - 128) / swing, (self.planes[2] - 128) / swing


def frame_of(samples: Samples) -> Frame:
    """The samples as planes of one size."""
    whole = samples.planes[0]
    planes = [
        _spread(_levels(plane, samples, chroma=number > 0), whole.height, whole.width)
        for number, plane in enumerate(samples.planes)
    ]
    return Frame(tuple(planes), samples.family, samples.matrix or 6, samples.full_range or samples.family == "rgb")


def _levels(plane: SamplePlane, samples: Samples, *, chroma: bool) -> Levels:
    values = np.frombuffer(plane.data, plane.data.format).reshape(plane.height, plane.width).astype(np.float32)
    if samples.is_float:  # Y, R, G, B 0…1, chroma −0.5…0.5, always of full swing
        if samples.family == "rgb" or samples.full_range:
            return values * np.float32(255) + np.float32(128 if chroma and samples.family == "yuv" else 0)
        if chroma and samples.family == "yuv":
            return values * np.float32(224) + np.float32(128)
        return values * np.float32(219) + np.float32(16)
    if samples.full_range or samples.family == "rgb":
        top = np.float32(2**samples.bits - 1)
        if chroma and samples.family == "yuv":
            return (values - np.float32(2 ** (samples.bits - 1))) * np.float32(255) / top + np.float32(128)
        return values * np.float32(255) / top
    return values / np.float32(2 ** (samples.bits - 8))


def _spread(plane: Levels, height: int, width: int) -> Levels:
    """Samples repeated until the plane is so large."""
    if plane.shape == (height, width):
        return plane
    rows = np.arange(height) * plane.shape[0] // height
    columns = np.arange(width) * plane.shape[1] // width
    spread: Levels = plane[rows[:, None], columns[None, :]]
    return spread


def waveform(plane: Levels) -> Counts:
    """How often each level stands in each column: (256 levels, columns); beyond the ends counts as the end."""
    width = plane.shape[1]
    level = np.clip(np.rint(plane), 0, LEVELS - 1).astype(np.int64)
    places = level * width + np.arange(width, dtype=np.int64)[None, :]
    return np.bincount(places.ravel(), minlength=LEVELS * width).reshape(LEVELS, width)


def histogram(plane: Levels) -> Counts:
    """How often each of the 256 levels occurs."""
    return np.bincount(np.clip(np.rint(plane), 0, LEVELS - 1).astype(np.int64).ravel(), minlength=LEVELS)


def vectors(frame: Frame, size: int = 256, reach: float = 0.62) -> Counts | None:
    """How often each colour occurs: (size, size), V upwards by row, U by column, both −reach … reach. In the U and V
    of composite video, where targets and the I axis have the angles that engineers know. None of a grey picture."""
    found = frame.chroma()
    if found is None:
        return None
    u, v = uv(*found)
    x = np.clip((u + reach) * (size / (2 * reach)), 0, size - 1).astype(np.int64)
    y = np.clip((v + reach) * (size / (2 * reach)), 0, size - 1).astype(np.int64)
    return np.bincount((y * size + x).ravel(), minlength=size * size).reshape(size, size)


def uv(pb: Any, pr: Any) -> tuple[Any, Any]:
    """U = 0.493 (B′−Y′), V = 0.877 (R′−Y′) from Pb, Pr (ITU-R BT.470-6)."""
    return pb * 0.872, pr * 1.230


@lru_cache
def targets(amplitude: float = 0.75) -> tuple[tuple[str, float, float], ...]:
    """Where the colours of bars lie: (name, U, V). BT.601."""
    red, blue = KR_KB[6]
    found = []
    for name, (r, g, b) in {
        "R": (1, 0, 0), "Mg": (1, 0, 1), "B": (0, 0, 1), "Cy": (0, 1, 1), "G": (0, 1, 0), "Yl": (1, 1, 0)
    }.items():  # fmt: skip
        y = red * r + (1 - red - blue) * g + blue * b
        u, v = uv((b - y) / (2 * (1 - blue)) * amplitude, (r - y) / (2 * (1 - red)) * amplitude)
        found.append((name, u, v))
    return tuple(found)


def beyond(frame: Frame) -> tuple[float, float]:
    """The shares of the picture that lie below black and above white, 0 … 1."""
    low, high = (0, 255) if frame.full_range else (16, 235)
    luma = frame.luma
    return float(np.mean(luma < low - 0.5)), float(np.mean(luma > high + 0.5))
