"""A frame as it lies in the ring, cut into its planes. Nothing is copied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.ring import RingFacts

type Plane = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Planes:
    """Y, U and V in codes of `bits`, each height × width. Chroma has its own size."""

    y: Plane
    u: Plane
    v: Plane
    bits: int = 8

    def field(self, number: int) -> Planes:
        """The lines of one field: 0 the upper, 1 the lower. Chroma of 4:2:0 has both fields' lines in turn too."""
        return Planes(self.y[number::2], self.u[number::2], self.v[number::2], self.bits)


def planes_of(data: bytes | bytearray | memoryview, facts: RingFacts) -> Planes:
    """ValueError where `data` is shorter than a frame."""
    made: list[Plane] = []
    at = 0
    for width, height, size in facts.planes:
        plane: Plane = np.frombuffer(data, "<u2" if size == 2 else "u1", width * height, at).reshape(height, width)
        made.append(plane)
        at += width * height * size
    return Planes(made[0], made[1], made[2], int(facts.format.rpartition("P")[2]))
