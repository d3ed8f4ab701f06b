"""Paints over the edges of a picture with what lies beside them."""

from __future__ import annotations

from nodes.api import ClipInfo, Ref, Script, StrEnum


class Fill(StrEnum):
    """What the lost edge is painted with."""

    MIRROR = "mirror"
    """The picture beside it, mirrored: moves along, hard to notice."""
    REPEAT = "repeat"
    """The last good line or column, again and again: streaks, but quiet."""
    COLOUR = "colour"
    """A plain colour."""


def refilled(script: Script, clip: Ref, info: ClipInfo, side: str, size: int, fill: Fill, colour: list[float]) -> Ref:
    """`clip` with `size` lines or columns at `side` painted over; its format stays. Fields are kept apart.

    Only a strip of twice that size is worked on. `size` must be a whole number of line or column groups.
    """
    if fill is Fill.COLOUR:
        return clip.std.Crop(**{side: size}).std.AddBorders(**{side: size}, color=colour)
    across = side in ("left", "right")
    length = info.width if across else info.height
    rest = length - 2 * size
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[side]
    strip = clip.std.Crop(**{opposite: rest}) if rest else clip
    strip = strip.akarin.Expr([_pixels(info, plane, side, size, fill) for plane in range(_planes(info))])
    if not rest:
        return strip
    kept = clip.std.Crop(**{side: 2 * size})
    both = [strip, kept] if side in ("left", "top") else [kept, strip]
    return script.core.std.StackHorizontal(both) if across else script.core.std.StackVertical(both)


def _planes(info: ClipInfo) -> int:
    return 1 if info.format.family.value == "gray" else 3


def _pixels(info: ClipInfo, plane: int, side: str, size: int, fill: Fill) -> str:
    """akarin.Expr for one plane of the strip. Line Y takes another line of its own field: parity p = Y %
    2."""
    across = side in ("left", "right")
    n = size >> ((info.format.ss_w if across else info.format.ss_h) if plane else 0)
    at = "X" if across else "Y"
    pairs = info.interlaced and not across
    first = side in ("left", "top")
    if fill is Fill.MIRROR:
        source = f"{2 * n - 2} Y - Y 2 % 2 * +" if pairs else f"{2 * n - 1} {at} -"
    elif pairs:
        source = f"{n if first else n - 2} Y 2 % +"
    else:
        source = str(n if first else n - 1)
    lost = f"{at} {n} <" if first else f"{at} {n} >="
    moved = f"{source} Y x[]" if across else f"X {source} x[]"
    return f"{lost} {moved} x ?"
