"""Cuts a picture into tiles that overlap. Pure numbers, in pixels."""

from __future__ import annotations


def halved(tile: tuple[int, int], overlap: int, multiple: int) -> tuple[int, int] | None:
    """The next smaller tile, a multiple of `multiple`; None where it would be hardly more than its overlap."""
    longer = 0 if tile[0] >= tile[1] else 1
    side = -(-(tile[longer] // 2) // multiple) * multiple
    if side >= tile[longer] or side < max(16, 2 * overlap + overlap // 2):
        return None
    return (side, tile[1]) if longer == 0 else (tile[0], side)


def spans(length: int, tile: int, overlap: int) -> list[tuple[int, int, int]]:
    """Tiles along one side: where each begins, and from where to where it is shown. The last ends with the side.

    `overlap` must be less than half of `tile`.
    """
    if tile >= length:
        return [(0, 0, length)]
    found: list[tuple[int, int, int]] = []
    shown = 0
    while shown < length:
        start = max(0, min(shown - overlap, length - tile))
        end = length if start + tile >= length else start + tile - overlap
        found.append((start, shown, end))
        shown = end
    return found
