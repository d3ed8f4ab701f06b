"""How the viewer shows what it shows: one or two pictures, shape, field or plane, guides. A value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from editor.viewer.placement import Aspect
from runtime.protocol import Look


class Mode(StrEnum):
    """How A and B share the screen."""

    SINGLE = "single"
    WIPE = "wipe"
    SPLIT = "split"
    TOGGLE = "toggle"
    DIFFERENCE = "difference"

    @property
    def compares(self) -> bool:
        return self is not Mode.SINGLE


@dataclass(frozen=True)
class Manner:
    """`wipe` is where the line stands on the part of the picture that is seen, 0…1; `flat` lays it across, A above.

    `flipped` shows B while toggling; `gain` multiplies a difference.
    """

    mode: Mode = Mode.SINGLE
    aspect: Aspect = Aspect.CORRECT
    look: Look = "frame"
    wipe: float = 0.5
    flat: bool = False
    flipped: bool = False
    gain: int = 8
    safe: bool = False
    cross: bool = False
    grid: bool = True
    crop: bool = True
