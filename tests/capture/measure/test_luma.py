"""Excursions and clipping, told from pictures whose luma is known."""

from __future__ import annotations

import numpy as np
import pytest

from capture.measure.luma import counts, luma, luma_of

RNG = np.random.default_rng(5)


def ramp(low: float, high: float, bits: int = 8, noise: float = 1.0) -> np.ndarray:
    scale = 1 << (bits - 8)
    line = np.linspace(low * scale, high * scale, 720)
    plane = np.tile(line, (576, 1)) + RNG.normal(0, noise * scale, (576, 720))
    return np.clip(np.rint(plane), 1 * scale, (1 << bits) - 1 - scale).astype(np.uint8 if bits == 8 else np.uint16)


@pytest.mark.parametrize("bits", [8, 10])
def test_a_legal_picture_has_no_excursions(bits: int) -> None:
    found = luma(ramp(20, 230, bits), bits)
    assert found.below == 0
    assert found.above == 0
    assert (found.crushed, found.clipped, found.floor, found.ceiling) == (0, 0, None, None)
    assert found.low == pytest.approx(20, abs=3)
    assert found.high == pytest.approx(230, abs=3)


@pytest.mark.parametrize("bits", [8, 10])
def test_what_lies_beyond_white_is_counted_and_is_not_lost(bits: int) -> None:
    found = luma(ramp(16, 250, bits, noise=0), bits)
    assert found.above == pytest.approx((250 - 235) / (250 - 16), abs=0.005)
    assert found.clipped == 0
    assert found.ceiling is None


@pytest.mark.parametrize("bits", [8, 10])
def test_what_a_converter_cut_off_is_clipped(bits: int) -> None:
    found = luma(ramp(16, 300, bits), bits)
    assert found.clipped == pytest.approx((300 - 254) / (300 - 16), abs=0.01)
    assert found.ceiling == pytest.approx(254, abs=0.8)
    dark = luma(ramp(-40, 200, bits), bits)
    assert dark.crushed == pytest.approx(41 / 240, abs=0.01)
    assert dark.floor == pytest.approx(1, abs=0.3)


def test_a_card_that_stops_at_white_is_found_though_nothing_lies_beyond() -> None:
    plane = np.clip(ramp(30, 260), 0, 235).astype(np.uint8)
    found = luma(plane)
    assert found.above == 0
    assert found.ceiling == 235
    assert found.floor is None


def test_histograms_of_several_frames_add_up() -> None:
    one, other = ramp(16, 100), ramp(100, 250)
    both = luma_of(counts(one) + counts(other))
    assert both.above == pytest.approx((luma(one).above + luma(other).above) / 2)
