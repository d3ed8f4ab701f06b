"""J-K-L as on an edit controller: decides how fast and where to, from keys going down and up. Pure.

L plays and, pressed again, doubles up to 8 ×; J the same backwards; K stops. With K held, J or L moves one frame at
once and then crawls for as long as it is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Key = Literal["J", "K", "L"]
FASTEST = Fraction(8)
CRAWL = Fraction(1, 4)


@dataclass(frozen=True)
class Shuttle:
    """`speed` in tape seconds a second; `step` frames to move at once, before anything plays."""

    speed: Fraction = Fraction(0)
    held: bool = False
    crawling: bool = False
    step: int = 0


def pressed(state: Shuttle, key: Key) -> Shuttle:
    if key == "K":
        return Shuttle(held=True)
    way = 1 if key == "L" else -1
    if state.held:
        return Shuttle(way * CRAWL, held=True, crawling=True, step=way)
    faster = state.speed * 2 if state.speed * way >= 1 else Fraction(way)
    return replace(state, speed=max(-FASTEST, min(FASTEST, faster)), step=0)


def released(state: Shuttle, key: Key) -> Shuttle:
    """A crawl ends with either of its keys; at speed, letting go changes nothing."""
    if key == "K":
        return Shuttle(Fraction(0) if state.crawling else state.speed)
    return Shuttle(held=state.held) if state.crawling else replace(state, step=0)


def toggled(state: Shuttle) -> Shuttle:
    """Space: stop, or play as recorded."""
    return replace(state, speed=Fraction(0) if state.speed else Fraction(1), crawling=False, step=0)
