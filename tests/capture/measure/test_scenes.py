"""Cuts of a made-up programme with movement, noise, a fade and a flash."""

from __future__ import annotations

import numpy as np
import pytest

from capture.measure.scenes import Scenes, signature, step

HEIGHT, WIDTH = 144, 180
RNG = np.random.default_rng(11)


def scene(seed: int) -> np.ndarray:
    """A wide picture to pan over."""
    own = np.random.default_rng(seed)
    rows, columns = np.fft.fftfreq(HEIGHT)[:, None], np.fft.fftfreq(4 * WIDTH)[None]
    spread = 1 / np.maximum(np.hypot(rows, columns), 1 / 200) ** 1.4
    y = np.fft.ifft2(np.fft.fft2(own.standard_normal((HEIGHT, 4 * WIDTH))) * spread).real
    return 60 + 25 * (seed % 3) + y / y.std() * 30


def programme(lengths: list[int], speed: int, noise: float, flash: int | None = None) -> list[np.ndarray]:
    frames = []
    for number, length in enumerate(lengths):
        wide = scene(number)
        for at in range(length):
            y = wide[:, at * speed % (3 * WIDTH) :][:, :WIDTH] + RNG.normal(0, noise, (HEIGHT, WIDTH))
            frames.append(np.clip(y, 1, 254).astype(np.uint8))
    if flash is not None:
        frames[flash] = np.clip(frames[flash].astype(int) + 90, 1, 254).astype(np.uint8)
    return frames


def cuts(frames: list[np.ndarray], by_field: bool) -> list[int]:
    state, found = Scenes(), []
    for frame in frames:
        for parity in (0, 1) if by_field else (0,):
            state, cut = step(state, signature(frame[parity::2]), parity)
            if cut is not None:
                found.append(cut // (2 if by_field else 1))
    return found


@pytest.mark.parametrize("by_field", [False, True])
@pytest.mark.parametrize("speed", [0, 2, 5])
@pytest.mark.parametrize("noise", [1.0, 9.0])
def test_every_cut_is_found_and_nothing_else(noise: float, speed: int, by_field: bool) -> None:
    lengths = [40, 33, 50, 27, 45]
    assert cuts(programme(lengths, speed, noise, flash=20), by_field) == [40, 73, 123, 150]


def test_a_fade_is_no_cut() -> None:
    wide = scene(1)[:, :WIDTH]
    faded = [np.clip(16 + (wide - 16) * abs(1 - at / 30), 1, 254).astype(np.uint8) for at in range(60)]
    assert cuts(faded, by_field=False) == []


def test_ten_bits_are_the_same_cuts() -> None:
    frames = [frame.astype(np.uint16) * 4 for frame in programme([30, 30], 2, 3.0)]
    state, found = Scenes(), []
    for frame in frames:
        state, cut = step(state, signature(frame, 10))
        if cut is not None:
            found.append(cut)
    assert found == [30]


@pytest.mark.parametrize("by_field", [False, True])
def test_a_whip_pan_is_no_cut(by_field: bool) -> None:
    wide = scene(2)
    at = np.concatenate((np.zeros(30), np.cumsum([2, 5, 9, 12, 12, 12, 12, 9, 5, 2] * 3), np.full(30, 240))).astype(int)
    frames = [np.clip(wide[:, one : one + WIDTH] + RNG.normal(0, 3, (HEIGHT, WIDTH)), 1, 254) for one in at]
    assert cuts([frame.astype(np.uint8) for frame in frames], by_field) == []
