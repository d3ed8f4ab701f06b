"""A frame of the live ring as a picture to look at, and as values for the scopes. Numpy only, no Qt.

The picture is for setting up a deck, not for judging a restoration: 8 bits, one field of an interlaced frame unless
both are asked for (woven fields comb at every movement), BT.601 unless the frame says otherwise (ITU-R BT.601-7, 2.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from capture.measure import planes
from capture.measure.planes import Plane
from editor.scopes.traces import KR_KB, Frame
from runtime.ring import RingFacts

POINTS = (480, 288)
"""At most so many columns and lines go to the scopes."""
TAPE_LINES = frozenset((480, 486, 576, 240, 243, 288))
STRIPE_PX = 3
LOW, HIGH = 16, 235
OVER, UNDER = (255, 84, 84), (72, 150, 255)
"""Stripes where luma lies above white, and below black."""

type Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Yuv:
    """A frame's three planes as they came, and how deep they are."""

    planes: tuple[Plane, Plane, Plane]
    bits: int
    matrix: int


def planes_of(data: bytes | bytearray | memoryview, facts: RingFacts) -> Yuv:
    """Cut a ring's frame into its planes; nothing is copied."""
    cut = planes.planes_of(data, facts)
    return Yuv((cut.y, cut.u, cut.v), cut.bits, facts.matrix)


def eight_bit(frame: Yuv) -> tuple[npt.NDArray[np.uint8], ...]:
    """The planes in 8 bits."""
    if frame.bits == 8:
        return tuple(plane.astype(np.uint8, copy=False) for plane in frame.planes)
    return tuple((plane >> (frame.bits - 8)).astype(np.uint8) for plane in frame.planes)


def one_field(frame: Yuv) -> Yuv:
    """The lines of the upper field."""
    y, u, v = frame.planes
    lines = y.shape[0]
    halved = [plane[::2] if plane.shape[0] == lines else plane for plane in (u, v)]  # 4:2:0 has both fields in a line
    return Yuv((y[::2], halved[0], halved[1]), frame.bits, frame.matrix)


def to_rgb(frame: Yuv, *, marked: bool = False) -> Rgb:
    """(height, width, 3), 8 bits, contiguous. `marked`: stripes where luma leaves the legal range."""
    y, u, v = eight_bit(frame)
    height, width = y.shape
    luma, to_r, u_to_g, v_to_g, to_b = _tables(frame.matrix)
    light = luma[y]
    red, blue = to_r[v], to_b[u]
    green = u_to_g[u] + v_to_g[v]
    made = np.empty((height, width, 3), np.uint8)
    for channel, colour in enumerate((red, green, blue)):
        made[..., channel] = np.clip((light + _grown(colour, height, width)) >> 6, 0, 255)
    if marked:
        _mark(made, y)
    return made


def values_of(frame: Yuv) -> Frame:
    """Points of the frame on the scale of 8 bits, as editor/scopes draws them: never averaged."""
    height, width = frame.planes[0].shape
    rows = _points(height, POINTS[1])
    columns = _points(width, POINTS[0])
    made = []
    for plane in frame.planes:
        own_rows = rows * plane.shape[0] // height
        own_columns = columns * plane.shape[1] // width
        values = plane[own_rows[:, None], own_columns[None, :]].astype(np.float32)
        made.append(values / np.float32(2 ** (frame.bits - 8)))
    return Frame(tuple(made), "yuv", frame.matrix if frame.matrix in KR_KB else 6, full_range=False)


def shape_of(facts: RingFacts) -> float:
    """How wide the picture is for its height, as it is to be seen: 4:3 for what comes off a tape unless it says so."""
    across, down = facts.sar if all(facts.sar) else (1, 1)
    if across == down and facts.height in TAPE_LINES and facts.width in (704, 720, 352, 768, 640):
        return 4 / 3
    return facts.width * across / (facts.height * down)


def excursions(frame: Yuv) -> tuple[float, float]:
    """The shares of the picture that lie below black and above white, 0 … 1."""
    y = eight_bit(frame)[0]
    return float(np.mean(y < LOW)), float(np.mean(y > HIGH))


def _points(count: int, most: int) -> npt.NDArray[np.int64]:
    shown = min(count, most)
    return np.arange(shown, dtype=np.int64) * count // shown


def _grown(plane: npt.NDArray[np.int32], height: int, width: int) -> npt.NDArray[np.int32]:
    """Chroma as large as luma, samples repeated."""
    if plane.shape[1] != width:
        plane = np.repeat(plane, -(-width // plane.shape[1]), axis=1)[:, :width]
    if plane.shape[0] != height:
        plane = np.repeat(plane, -(-height // plane.shape[0]), axis=0)[:height]
    return plane


def _mark(made: Rgb, y: npt.NDArray[np.uint8]) -> None:
    height, width = y.shape
    lines, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    stripe = ((lines + columns) // STRIPE_PX) % 2 == 0
    made[(y > HIGH) & stripe] = OVER
    made[(y < LOW) & stripe] = UNDER


@lru_cache(maxsize=8)
def _tables(matrix: int) -> tuple[Any, Any, Any, Any, Any]:
    """What each code value adds to R, G and B, in 64ths: limited range to 0 … 255."""
    kr, kb = KR_KB.get(matrix, KR_KB[6])
    codes = np.arange(256, dtype=np.float64)
    luma = (codes - 16) * 255 / 219
    chroma = (codes - 128) * 255 / 224
    kg = 1 - kr - kb

    def fixed(values: Any) -> Any:
        return np.rint(values * 64).astype(np.int32)

    return (
        fixed(luma),
        fixed(2 * (1 - kr) * chroma),
        fixed(-2 * (1 - kb) * kb / kg * chroma),
        fixed(-2 * (1 - kr) * kr / kg * chroma),
        fixed(2 * (1 - kb) * chroma),
    )
