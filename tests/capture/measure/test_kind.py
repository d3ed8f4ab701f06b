"""A picture or none: on made-up signals with an analog wire's noise, and on what the test decks play."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from capture.measure.kind import Settled, kind, settle
from capture.measure.planes import Planes, planes_of
from runtime.ring import RingFacts

RNG = np.random.default_rng(3)
HEIGHT, WIDTH = 288, 360


def wired(y: np.ndarray, u: np.ndarray, v: np.ndarray, noise: float, bits: int = 8) -> Planes:
    """As it comes through a wire: with band-limited noise."""
    made = []
    for plane in (y, u, v):
        hiss = RNG.normal(0, noise * 2, plane.shape)
        hiss = (hiss + np.roll(hiss, 1, 1) + np.roll(hiss, 2, 1) + np.roll(hiss, 3, 1)) / 4
        codes = np.clip(np.rint((plane + hiss) * (1 << (bits - 8))), 1, (255 << (bits - 8)))
        made.append(codes.astype(np.uint8 if bits == 8 else np.uint16))
    return Planes(made[0], made[1], made[2], bits)


def flat(y: float, u: float, v: float, noise: float, bits: int = 8, *, letters: bool = False) -> Planes:
    luma = np.full((HEIGHT, WIDTH), y)
    if letters:
        luma[40:70, 40:140] = np.where(np.arange(100) // 6 % 2, 200, y)
    half = np.ones((HEIGHT, WIDTH // 2))
    return wired(luma, half * u, half * v, noise, bits)


def snow(strength: float = 55, bits: int = 8) -> Planes:
    y = RNG.normal(110, strength, (HEIGHT, WIDTH + 3))
    y = sum(y[:, at : at + WIDTH] for at in range(3)) / np.sqrt(3)
    y = y - y.mean() + 100
    half = np.full((HEIGHT, WIDTH // 2), 128.0)
    return wired(y, half + RNG.normal(0, 12, half.shape), half + RNG.normal(0, 12, half.shape), 0, bits)


def picture(noise: float, contrast: float = 1.0, bits: int = 8) -> Planes:
    """Hills of light at all scales, as photographs have them."""
    rows, columns = np.fft.fftfreq(HEIGHT)[:, None], np.fft.fftfreq(WIDTH)[None]
    spread = 1 / np.maximum(np.hypot(rows, columns), 1 / 300) ** 1.3
    y = np.fft.ifft2(np.fft.fft2(RNG.standard_normal((HEIGHT, WIDTH))) * spread).real
    y = 110 + y / y.std() * 40 * contrast
    half = np.full((HEIGHT, WIDTH // 2), 128.0)
    return wired(y, half, half, noise, bits)


HUES = {"blue": (35, 200, 115), "deep blue": (29, 180, 120), "green": (100, 90, 90), "magenta": (70, 170, 190)}


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("hue", sorted(HUES))
def test_a_mute_screen_of_any_hue(hue: str, noise: float, bits: int) -> None:
    assert kind(flat(*HUES[hue], noise, bits)) == "blue"
    assert kind(flat(*HUES[hue], noise, bits, letters=True)) == "blue"


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("grey", [16, 60, 120, 230])
def test_black_and_grey_are_blank(grey: float, noise: float) -> None:
    assert kind(flat(grey, 128, 128, noise)) == "blank"
    assert kind(flat(grey, 128, 128, noise, letters=True)) == "blank"


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("strength", [25, 40, 70])
def test_snow(strength: float, bits: int) -> None:
    assert kind(snow(strength, bits)) == "snow"


@pytest.mark.parametrize("noise", [0.0, 6.0, 14.0])
@pytest.mark.parametrize("contrast", [0.4, 1.0])
def test_a_picture_stays_one_however_noisy(noise: float, contrast: float) -> None:
    assert kind(picture(noise, contrast)) == "picture"


def test_a_buffer_that_nobody_filled_is_no_signal() -> None:
    dark = np.zeros((HEIGHT, WIDTH), np.uint8)
    assert kind(Planes(dark, dark[:, ::2], dark[:, ::2])) == "none"


def test_a_field_is_enough() -> None:
    assert kind(snow().field(0)) == "snow"
    assert kind(picture(4).field(1)) == "picture"
    assert kind(flat(*HUES["blue"], 4).field(0)) == "blue"


def test_a_change_must_hold() -> None:
    now = Settled()
    kinds = []
    for seen in ["snow"] * 2 + ["picture"] + ["snow"] * 6 + ["blue"] * 5:
        now = settle(now, seen)
        kinds.append(now.kind)
    assert kinds == ["picture"] * 7 + ["snow"] * 6 + ["blue"]
    assert len([1 for one, other in pairwise(kinds) if one != other]) == 2


def test_planes_are_cut_as_the_ring_has_them() -> None:
    facts = RingFacts("s", 8, 4, "YUV422P10", (25, 1), "tff", slots=1)
    data = np.arange(facts.frame_bytes // 2, dtype="<u2").tobytes()
    found = planes_of(data, facts)
    assert found.bits == 10
    assert (found.y.shape, found.u.shape, found.v[0, 0]) == ((4, 8), (4, 4), 48)
    small = planes_of(bytes(range(72)), replace(facts, format="YUV420P8", height=6))
    assert small.u.tolist() == [[48, 49, 50, 51], [52, 53, 54, 55], [56, 57, 58, 59]]
