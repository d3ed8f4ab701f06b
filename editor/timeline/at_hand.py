"""Stretches of tape whose frames are at hand, as the green line shows them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

Stretch = tuple[float, float]
"""From when to when, in seconds."""


def common(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """Where both are at hand. Each in order, nothing in it overlapping."""
    found: list[Stretch] = []
    left, right = list(some), list(others)
    while left and right:
        start, end = max(left[0][0], right[0][0]), min(left[0][1], right[0][1])
        if end - start > 1e-9:
            found.append((start, end))
        (left if left[0][1] <= right[0][1] else right).pop(0)
    return found
