"""Small gray pictures of a tape that never was, and passes of it whose truth is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodes.places import Places

HIGH, WIDE = 12, 16


def tape(frames: int, seed: int = 0, *, still: range = range(0)) -> NDArray[np.float64]:
    """Scenes of a few seconds, each a soft picture that drifts; nothing moves in the frames of `still`."""
    rng = np.random.default_rng(seed)
    made = np.empty((frames, HIGH, WIDE))
    at = 0
    while at < frames:
        length = int(rng.integers(40, 200))
        coarse = rng.normal(0, 1, (HIGH // 2, WIDE * 2))
        fine = np.kron(coarse, np.ones((2, 4)))
        whole = np.mean([np.roll(fine, by, 1) for by in range(-3, 4)], axis=0) * 60 + rng.uniform(70, 170)
        speed = rng.uniform(0.05, 0.8)
        for number in range(at, min(frames, at + length)):
            moment = (still.start if number in still else number) - at
            place = speed * moment
            low, share = int(np.floor(place)), place - np.floor(place)
            one, two = (np.roll(whole, -(low + by), 1)[:, :WIDE] for by in (0, 1))
            made[number] = one * (1 - share) + two * share
        at += length
    return made


@dataclass(frozen=True, slots=True)
class Played:
    """`frames`: which frame of the tape each picture is."""

    pictures: NDArray[np.uint8]
    frames: NDArray[np.int64]


def played(
    whole: NDArray[np.float64], seed: int, *, begin: int = 0, lost: Collection[int] = (), noise: float = 3
) -> Played:
    """A pass: its own noise, gain and dropouts; some frames missing."""
    rng = np.random.default_rng(seed)
    frames = np.array([one for one in range(begin, len(whole)) if one not in set(lost)])
    pictures = (
        whole[frames] * rng.uniform(0.9, 1.1) + rng.uniform(-8, 8) + rng.normal(0, noise, (len(frames), HIGH, WIDE))
    )
    for _ in range(len(frames) // 20):
        pictures[rng.integers(len(frames)), rng.integers(HIGH), rng.integers(WIDE) :] = 230
    return Played(np.clip(pictures, 0, 255).round().astype(np.uint8), frames)


def shown(places: Places, one: Played, length: int) -> NDArray[np.int64]:
    """The tape's frame that a pass shows at each frame of the time line, −1: none."""
    found = np.full(length, -1)
    edges = [*(run.first for run in places), length]
    for run, end in zip(places, edges[1:], strict=True):
        if run.offset is not None:
            for at in range(run.first, min(end, length)):
                if 0 <= at + run.offset < len(one.frames):
                    found[at] = one.frames[at + run.offset]
    return found
