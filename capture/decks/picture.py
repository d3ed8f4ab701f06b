"""The pictures of a test tape, painted once: a few scenes, each a short loop with motion between fields, worn as a tape
is. Played for ever, it costs a deck no more than writing it out.

Worn: noise in brightness, coarser noise in colour, lines that begin a little early or late, dropouts (a short streak
of white with a tail), head switching (the last lines skewed and torn), black at both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.decks import stamp
from capture.decks.standard import Standard

SCENES = 4
SCENE_S = 6.0
"""A cut to another scene comes so often."""
_LOOP = 6
"""Pictures that a scene is made of."""
_SIDE = 8
"""Black samples left and right, as a tape has them."""
_TORN = 7
"""Lines of head switching noise."""

Byte = NDArray[np.uint8]
_BARS = ((180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58), (84, 184, 198), (65, 100, 212), (35, 212, 114))
"""75 % colour bars in Y, Cb, Cr (BT.601)."""
BLUE, BLACK = (35, 212, 114), (16, 128, 128)


@dataclass(frozen=True, slots=True)
class Wear:
    """How worn the tape is: noise's spread in 8-bit codes, dropouts a picture, lines' jitter in samples."""

    noise: float = 2.5
    chroma: float = 5.0
    dropouts: float = 0.4
    jitter: float = 0.7
    torn: bool = True


CLEAN = Wear(0, 0, 0, 0, torn=False)
COMPOSITE, SVIDEO = Wear(), Wear(chroma=2.5)


class Reel:
    """All pictures of a tape in memory (20 MB for PAL), as the card's pixel format has them."""

    def __init__(self, standard: Standard, seed: int = 1, wear: Wear = COMPOSITE) -> None:
        self._standard = standard
        rng = np.random.default_rng(seed)
        self._loop = np.stack(
            [_packed(standard, *_worn(rng, wear, *_scene(standard, n, k))) for n in range(SCENES) for k in range(_LOOP)]
        )
        self._snow = _snow(rng, standard)
        self._blue = _packed(standard, *_flat(standard, BLUE))
        self._black = [_packed(standard, *_worn(rng, wear, *_flat(standard, BLACK))) for _ in range(2)]
        self._seed = seed
        first, last = stamp.band(standard.height)
        self._before, self._after = first * standard.width * 2, last * standard.width * 2
        self._lines = last - first

    def programme(self, number: int) -> tuple[Byte, Byte, Byte]:
        """A stamped picture in three pieces that follow each other: above the stamp, its lines, below."""
        whole = self._loop[self.scene(number) % SCENES * _LOOP + number % _LOOP].reshape(-1)
        line = np.full(self._standard.width * 2, stamp.NEUTRAL, dtype=np.uint8)
        line[_luma(self._standard)] = stamp.row(number, self._standard.width)
        return whole[: self._before], np.tile(line, self._lines), whole[self._after :]

    def scene(self, number: int) -> int:
        """Which scene a picture is of, counted from 0; the scenes come round again."""
        return number // round(SCENE_S * self._standard.fps)

    def snow(self, number: int) -> Byte:
        """No two alike within hours: another cut out of one stretch of noise."""
        start = (number * 7919 + self._seed) * 4 % (len(self._snow) - self._standard.frame_bytes)
        return self._snow[start & ~3 :][: self._standard.frame_bytes]

    def blue(self) -> Byte:
        return self._blue.reshape(-1)

    def black(self, number: int) -> Byte:
        return self._black[number % 2].reshape(-1)


def _luma(standard: Standard) -> slice:
    return slice(1 if standard.fourcc == "UYVY" else 0, None, 2)


Planes = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


def _flat(standard: Standard, colour: tuple[int, int, int]) -> Planes:
    tall, wide = standard.height, standard.width
    return (
        np.full((tall, wide), colour[0], np.float32),
        np.full((tall, wide // 2), colour[1], np.float32),
        np.full((tall, wide // 2), colour[2], np.float32),
    )


def _scene(standard: Standard, scene: int, step: int) -> Planes:
    """Scene `scene` at step `step` of its loop: something that moves over something that stands, field by field."""
    tall, wide = standard.height, standard.width
    luma, blue, red = _flat(standard, BLACK)
    x, y = np.meshgrid(np.linspace(0, 1, wide, dtype=np.float32), np.linspace(0, 1, tall, dtype=np.float32))
    if scene == 0:
        bar = np.minimum((x * 7).astype(int), 6)
        table = np.array(_BARS, dtype=np.float32)
        luma[:], blue[:], red[:] = table[bar, 0], table[bar, 1][:, ::2], table[bar, 2][:, ::2]
        luma[y > 0.8] = (16 + 219 * x)[y > 0.8]
        blue[(y > 0.8)[:, ::2]] = red[(y > 0.8)[:, ::2]] = 128
    else:
        luma[:] = 60 + 45 * scene * 0.6 + 40 * np.sin((4 + 9 * scene) * x + 3 * scene) * np.cos((5 + 4 * scene) * y)
        blue[:] = (128 + 30 * np.cos(scene * 2 + 5 * y))[:, ::2]
        red[:] = (128 + 30 * np.sin(scene + 4 * x))[:, ::2]
    for field in (0, 1):
        first = field == 0  # in time; its lines are the even ones where the top field is first
        lines = slice(0 if first == (standard.first == "top") else 1, None, 2)
        turn = 2 * np.pi * (2 * step + field) / (2 * _LOOP)
        middle_x, middle_y = 0.5 + 0.12 * np.cos(turn), 0.55 + 0.1 * np.sin(turn)
        disc = ((x[lines] - middle_x) * 4 / 3) ** 2 + (y[lines] - middle_y) ** 2 < 0.012
        luma[lines][disc] = 210 - 40 * scene
        blue[lines][disc[:, ::2]], red[lines][disc[:, ::2]] = 100, 170
    return luma, blue, red


def _worn(rng: np.random.Generator, wear: Wear, luma: NDArray[np.float32], *chroma: NDArray[np.float32]) -> Planes:
    tall, wide = luma.shape
    planes = [luma.copy(), chroma[0].copy(), chroma[1].copy()]
    late = np.rint(rng.normal(0, wear.jitter, tall) * 2).astype(int) if wear.jitter else np.zeros(tall, dtype=int)
    if wear.torn:
        depth = np.arange(_TORN, dtype=np.float32)
        late[-_TORN:] += (6 + depth * depth + rng.integers(0, 12, _TORN)).astype(int)
    for line in np.flatnonzero(late):
        planes[0][line] = np.roll(planes[0][line], late[line])
        planes[1][line], planes[2][line] = (np.roll(planes[k][line], late[line] // 2) for k in (1, 2))
    if wear.torn:
        planes[0][-_TORN:] += rng.normal(0, 30, (_TORN, wide)).astype(np.float32)
    if wear.noise:
        planes[0] += wear.noise * rng.standard_normal((tall, wide), dtype=np.float32)
    if wear.chroma:
        for plane in planes[1:]:  # the colour of VHS has 30 lines' width: its noise comes in long streaks
            coarse = wear.chroma * rng.standard_normal((tall, wide // 16 + 1), dtype=np.float32)
            plane += np.repeat(coarse, 8, axis=1)[:, : wide // 2]
    for _ in range(rng.poisson(wear.dropouts)):
        _drop_out(rng, planes[0])
    for plane, side, black in zip(planes, (_SIDE, _SIDE // 2, _SIDE // 2), BLACK, strict=True):
        plane[:, :side] = plane[:, -side:] = black
    return planes[0], planes[1], planes[2]


def _drop_out(rng: np.random.Generator, luma: NDArray[np.float32]) -> None:
    tall, wide = luma.shape
    line, start, length = (
        rng.integers(tall // 6, tall - 16),
        rng.integers(wide // 36, wide * 2 // 3),
        int(rng.integers(wide // 24, wide // 4)),
    )
    luma[line, start : start + length] = 235
    tail = luma[line, start + length : start + length + 30]
    tail -= np.linspace(60, 0, len(tail), dtype=np.float32)


def _packed(standard: Standard, luma: NDArray[np.float32], blue: NDArray[np.float32], red: NDArray[np.float32]) -> Byte:
    """4:2:2 as bytes: U Y V Y, or Y U Y V."""
    out = np.empty((standard.height, standard.width * 2), dtype=np.uint8)
    chroma = 0 if standard.fourcc == "UYVY" else 1
    for start, step, plane in ((1 - chroma, 2, luma), (chroma, 4, blue), (chroma + 2, 4, red)):
        out[:, start::step] = np.clip(np.rint(plane), 1, 254)
    return out


def _snow(rng: np.random.Generator, standard: Standard) -> Byte:
    """Noise for two and a half pictures: brightness of any code, no colour (a player's colour killer sees to that)."""
    size = standard.frame_bytes * 5 // 2 & ~3
    out = np.full(size, 128, dtype=np.uint8)
    grain = rng.integers(16, 236, size // 4, dtype=np.uint8)
    out[_luma(standard)] = np.repeat(grain, 2)
    return out
