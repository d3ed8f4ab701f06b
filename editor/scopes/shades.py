"""Counts as light: many of a value shine, one is still seen. As a phosphor does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from editor.scopes.traces import Counts


def glow(counts: Counts, colour: tuple[int, int, int], gain: float = 1.0) -> npt.NDArray[np.uint8]:
    """(rows, columns, RGBA), row 0 the lowest level."""
    light = brightness(counts, gain)
    picture = np.empty((*counts.shape, 4), np.uint8)
    picture[..., :3] = colour
    white = np.clip(light * 2 - 1, 0, 1)[..., None]  # the brightest turn white
    picture[..., :3] = (picture[..., :3] * (1 - 0.55 * white) + 255 * 0.55 * white).astype(np.uint8)
    picture[..., 3] = (light * 255).astype(np.uint8)
    return picture


def brightness(counts: Counts, gain: float = 1.0) -> npt.NDArray[np.float32]:
    """0 … 1, from how often a value occurs beside how often it would if all were spread evenly."""
    usual = max(1.0, float(counts.sum()) / max(1, counts.shape[1]) / 48)
    light = 1 - np.exp(-counts.astype(np.float32) * np.float32(gain / usual))
    return np.where(counts > 0, np.maximum(light, np.float32(0.16)), np.float32(0)).astype(np.float32)
