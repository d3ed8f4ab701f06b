"""How large a picture to ask for: not larger than the screen shows, nor than the clip is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from editor.viewer.placement import Aspect, Placement
from nodes.clip import ClipInfo

LARGE_PIXELS = 3_000_000
"""Of a picture larger than this only the part that is seen is fetched pixel for pixel."""
_TILE = 64

type Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Need:
    """A picture of at most `size` (0, 0: the clip's own), by the worker made `square` or not; besides it `region`
    (x, y, width, height) pixel for pixel."""

    size: tuple[int, int]
    square: bool = False
    region: Box | None = None


def need(placed: Placement | None, clip: ClipInfo | None, aspect: Aspect, screen: tuple[int, int]) -> Need:
    """What a place on a screen of so many device pixels needs."""
    square = aspect is Aspect.CORRECT
    if placed is None or clip is None:
        return Need(screen, square)
    if clip.separated or aspect is Aspect.RAW:
        return Need((0, 0))
    if placed.scale < 1.0:
        return Need(placed.device_size, square)
    x, y, wide, high = placed.visible()
    if clip.width * clip.height <= LARGE_PIXELS or 2 * wide * high > clip.width * clip.height:
        return Need((0, 0))
    return Need(screen, square, tiled((x, y, wide, high), clip.width, clip.height))


def smaller(asked: Need, clip: ClipInfo | None, share: float) -> Need:
    """The same at a share of its size, where the user would rather have it sooner; no part pixel for pixel then."""
    if share >= 1 or clip is None:
        return asked
    wide, high = asked.size if asked.size != (0, 0) else (clip.width, clip.height)
    return Need((max(16, round(wide * share)), max(16, round(high * share))), asked.square)


def tiled(seen: Box, width: int, height: int) -> Box:
    """The part enlarged to whole tiles, so that small pans ask for nothing new."""
    x, y, wide, high = seen
    left, top = x // _TILE * _TILE, y // _TILE * _TILE
    right, bottom = min(width, -(-(x + wide) // _TILE) * _TILE), min(height, -(-(y + high) // _TILE) * _TILE)
    return left, top, right - left, bottom - top
