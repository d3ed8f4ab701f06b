"""How many pixels and lines must stay together, so that chroma and fields stay where they belong."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.api import ClipInfo


def columns(clip: ClipInfo) -> int:
    """Pixels that share a chroma sample: 2 on 4:2:0 and 4:2:2, 4 on 4:1:1."""
    return 1 << clip.format.ss_w


def lines(clip: ClipInfo) -> int:
    """Lines that must be cut or added together: chroma samples stay whole, and both fields lose alike.

    Interlaced 4:2:0 needs four: its chroma lines belong to the fields in turn too, so after two lines the
    chroma of one field would lie on the luma of the other.
    """
    return (1 << clip.format.ss_h) * (2 if clip.interlaced else 1)


def up(value: int, step: int) -> int:
    """The next multiple of `step`."""
    return -(-value // step) * step


def fitting(clip: ClipInfo, **sides: int) -> dict[str, int]:
    """The pixels or lines of each side (left, right, top, bottom), rounded up to what must stay together."""
    return {side: up(value, _step(clip, side)) for side, value in sides.items()}


def _step(clip: ClipInfo, side: str) -> int:
    return columns(clip) if side in ("left", "right") else lines(clip)


def explain_rounding(clip: ClipInfo, **sides: int) -> Iterator[str]:
    """A text for every side whose number of pixels or lines has to be rounded up."""
    for side, value in sides.items():
        step = _step(clip, side)
        if value % step:
            kind = "columns" if side in ("left", "right") else "lines"
            why = f"4:{clip.format.chroma[1]}:{clip.format.chroma[2]}" if clip.format.chroma else clip.format.name
            if kind == "lines" and clip.interlaced:
                why = f"interlaced {why}"
            harm = " or the fields swap" if clip.interlaced and kind == "lines" else ""
            yield (
                f"{side}: {value} is no multiple of {step}, and on {why} {kind} go in groups of {step}{harm}; "
                f"{up(value, step)} are taken"
            )
