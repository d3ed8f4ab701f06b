"""A number in a picture that a program can read: in blocks big enough to outlive compression and scaling, with a check
code, so that a number is read rightly or not at all.

The picture is 45 columns wide: one of margin on each side, where digitised tape is black, and between them a white and
a black block that tell the levels, 24 bits of the number, 16 of the check code (CRC-16 of X.25, of the three bytes),
and a white block that ends it. The band is an eighteenth of the picture high and as far from its top.
"""

from __future__ import annotations

import binascii
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

COLUMNS = 45
_SYNC, _BITS, _CHECK = 2, 24, 16
MOST = (1 << _BITS) - 1
DARK, BRIGHT, NEUTRAL = 40, 200, 128
"""8-bit codes of the blocks and of their colour difference."""
_LEAST_CONTRAST = 40.0
"""Between the white and the black block, in 8-bit codes; with less, what is read is not a stamp."""
_SURE = 0.25
"""A block lies within this share of the contrast from white or from black, else nothing is read."""


def band(height: int) -> tuple[int, int]:
    """The rows that the stamp lies in: from, to (half-open), both even."""
    tall = max(2, height // 18 & ~1)
    return tall, 2 * tall


@lru_cache(maxsize=256)
def blocks(number: int) -> NDArray[np.bool_]:
    """The 45 blocks of a number, True for white. ValueError where it has more than 24 bits."""
    if not 0 <= number <= MOST:
        raise ValueError(f"a stamp counts to {MOST}, not {number}")
    three = number.to_bytes(3, "big")
    word = three + _check(three).to_bytes(2, "big")
    bits = np.unpackbits(np.frombuffer(word, dtype=np.uint8)).astype(bool)
    return np.concatenate(([False, True, False], bits, [True, False]))


def _check(three: bytes) -> int:
    return binascii.crc_hqx(three, 0xFFFF)


def row(number: int, width: int) -> NDArray[np.uint8]:
    """One line of luma that shows the number, `width` samples wide."""
    columns = np.arange(width) * COLUMNS // width
    return np.where(blocks(number)[columns], np.uint8(BRIGHT), np.uint8(DARK))


Luma = NDArray[np.uint8] | NDArray[np.uint16]


def read(luma: Luma, bits: int = 8) -> int | None:
    """The number in a picture's luma (height × width), or None where there is none that can be read."""
    found = int(read_all(luma[None], bits)[0])
    return None if found < 0 else found


def read_all(luma: Luma, bits: int = 8) -> NDArray[np.int64]:
    """The numbers in pictures (n × height × width, codes of `bits`); −1 where there is none that can be read."""
    first, last = band(luma.shape[1])
    return read_bands(luma[:, first:last], bits)


def read_bands(rows: Luma, bits: int = 8) -> NDArray[np.int64]:
    """As `read_all`, of pictures that were cropped to the band."""
    levels = _levels(rows)
    black = levels[:, _SYNC]
    contrast = (levels[:, 1] + levels[:, COLUMNS - 2]) / 2 - black
    share = (levels - black[:, None]) / np.where(contrast > 0, contrast, 1)[:, None]
    word = share[:, 1 + _SYNC : 1 + _SYNC + _BITS + _CHECK]
    sure = (np.minimum(np.abs(word), np.abs(word - 1)) < _SURE).all(axis=1)
    sure &= contrast > _LEAST_CONTRAST * (1 << (bits - 8))
    packed = np.packbits(word > 0.5, axis=1)
    numbers = np.full(len(rows), -1, dtype=np.int64)
    for place in np.flatnonzero(sure):
        said = packed[place].tobytes()
        if _check(said[:3]) == int.from_bytes(said[3:], "big"):
            numbers[place] = int.from_bytes(said[:3], "big")
    return numbers


def _levels(rows: Luma) -> NDArray[np.float32]:
    """The mean of the middle of each block: pictures × columns. Its rim is left out: there neighbours bleed in."""
    count, tall, width = rows.shape
    lines = rows[:, tall // 4 : max(tall // 4 + 1, tall - tall // 4)].mean(axis=1, dtype=np.float32)
    levels = np.empty((count, COLUMNS), dtype=np.float32)
    for column in range(COLUMNS):
        left, right = column * width / COLUMNS, (column + 1) * width / COLUMNS
        rim = (right - left) / 4
        start = min(int(np.ceil(left + rim)), width - 1)
        levels[:, column] = lines[:, start : max(start + 1, int(right - rim))].mean(axis=1)
    return levels
