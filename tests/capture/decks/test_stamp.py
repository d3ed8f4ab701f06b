"""A stamp is read rightly or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from capture.decks import stamp


def picture(number: int, width: int = 720, height: int = 576) -> NDArray[np.uint8]:
    luma = np.full((height, width), 90, dtype=np.uint8)
    first, last = stamp.band(height)
    luma[first:last] = stamp.row(number, width)
    return luma


@given(number=st.integers(0, stamp.MOST))
@settings(max_examples=50, deadline=None)
def test_any_number_is_read_back(number: int) -> None:
    assert stamp.read(picture(number, 180, 144)) == number


@pytest.mark.parametrize("size", [(720, 576), (720, 480), (704, 480), (640, 480), (1440, 1152), (180, 144), (90, 72)])
def test_at_any_size(size: tuple[int, int]) -> None:
    assert stamp.read(picture(1_234_567, *size)) == 1_234_567


@pytest.mark.parametrize("scale", [0.5, 0.71, 2.0])
def test_scaled_pictures_keep_their_number(scale: float) -> None:
    whole = Image.fromarray(picture(54_321))
    scaled = whole.resize((round(720 * scale), round(576 * scale)), Image.Resampling.LANCZOS)
    assert stamp.read(np.asarray(scaled)) == 54_321


def test_heavy_noise_and_other_levels_do_not_hurt() -> None:
    noise = np.random.default_rng(1).normal(0, 25, (576, 720))
    worn = np.clip(picture(99_999) * 0.6 + 40 + noise, 0, 255).astype(np.uint8)
    assert stamp.read(worn) == 99_999


def test_ten_bits_are_read_as_eight() -> None:
    assert stamp.read(picture(4711).astype(np.uint16) << 2, bits=10) == 4711


def test_what_has_no_stamp_has_no_number() -> None:
    rng = np.random.default_rng(2)
    plain = np.full((576, 720), 16, dtype=np.uint8)
    snow = rng.integers(16, 236, (200, 32, 720), dtype=np.uint8)
    blocks = np.repeat(rng.integers(0, 2, (2000, 32, 45), dtype=np.uint8) * 160 + 40, 16, axis=2)
    assert stamp.read(plain) is None
    assert (stamp.read_bands(snow) == -1).all()
    assert (stamp.read_bands(blocks[:, :1].repeat(8, axis=1)) == -1).all()


def test_a_block_that_flipped_is_refused() -> None:
    for column in range(3, 43):
        luma = picture(70_000)
        block = luma[32:64, column * 16 : column * 16 + 16]
        luma[32:64, column * 16 : column * 16 + 16] = stamp.DARK + stamp.BRIGHT - block
        assert stamp.read(luma) is None, column


def test_two_pictures_woven_together_are_refused_where_they_differ() -> None:
    woven = picture(7)
    woven[1::2] = picture(8)[1::2]
    assert stamp.read(woven) is None


def test_more_than_24_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="counts to"):
        stamp.row(stamp.MOST + 1, 720)
