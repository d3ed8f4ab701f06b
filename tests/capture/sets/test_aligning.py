"""Passes of one tape are laid over each other, frame by frame, whatever each of them lost."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.sets.aligning import align
from nodes.places import ends_at, parse_places
from tests.capture.sets.tapes import Played, played, shown, tape


def lines(passes: list[Played]) -> list[NDArray[np.int64]]:
    fits = align([one.pictures for one in passes])
    length = max(ends_at(fit.places, len(one.frames)) for fit, one in zip(fits, passes, strict=True))
    return [shown(fit.places, one, length) for fit, one in zip(fits, passes, strict=True)]


def wrong(passes: list[Played]) -> int:
    """Frames of the time line at which two passes show different moments."""
    found = np.array(lines(passes))
    highest = found.max(axis=0)
    return int(((found >= 0) & (found != highest)).any(axis=0).sum())


@pytest.mark.parametrize("begin", [0, 1, 37, 400])
def test_passes_that_begin_at_different_moments(begin: int) -> None:
    whole = tape(1500, 1)
    passes = [played(whole, 1), played(whole, 2, begin=begin)]
    assert wrong(passes) == 0
    found = lines(passes)
    assert (found[1][begin:1500] == np.arange(begin, 1500)).all()


def test_frames_that_the_second_pass_lost() -> None:
    whole = tape(1500, 2)
    lost = {*range(300, 307), 600, 601, *range(1000, 1075)}
    first, second = played(whole, 1), played(whole, 2, lost=lost)
    found = lines([first, second])
    assert (found[0] == np.arange(1500)).all()
    assert wrong([first, second]) <= 2  # where nearly nothing moves, one frame is as good as the next
    assert (found[1] >= 0).sum() == 1500 - len(lost)


def test_frames_that_the_first_pass_lost_are_put_in_from_the_second() -> None:
    whole = tape(1500, 3)
    lost = {*range(300, 307), *range(900, 930)}
    passes = [played(whole, 1, lost=lost), played(whole, 2, begin=4)]
    found = lines(passes)
    assert len(found[0]) == 1500
    assert wrong(passes) <= 2
    assert (np.maximum(found[0], found[1])[4:] == np.arange(4, 1500)).mean() > 0.998


def test_three_passes_each_of_which_lost_something_else() -> None:
    whole = tape(2500, 4)
    passes = [
        played(whole, 1, lost={*range(500, 510), 1800}),
        played(whole, 2, begin=11, lost=set(range(503, 506))),
        played(whole, 3, lost={*range(1200, 1203), *range(2000, 2060)}),
    ]
    found = np.array(lines(passes))
    assert wrong(passes) <= 6
    seen = found.max(axis=0)
    assert set(seen[seen >= 0]) >= set(range(11, 2500))


def test_a_still_picture_changes_nothing() -> None:
    whole = tape(1200, 5, still=range(300, 900))
    passes = [played(whole, 1), played(whole, 2, begin=20)]
    found = lines(passes)
    assert (found[1][20:1200] == np.arange(20, 1200)).all()


def test_a_tape_longer_than_a_block_with_a_stall_in_each() -> None:
    whole = tape(6000, 6)
    lost = {*range(1990, 2065), *range(4100, 4180)}
    passes = [played(whole, 1), played(whole, 2, begin=9, lost=lost)]
    assert wrong(passes) <= 4


def test_passes_of_different_tapes_are_told_by_their_likeness() -> None:
    whole, other = tape(800, 7), tape(800, 8)
    same = align([played(whole, 1).pictures, played(whole, 2).pictures])
    different = align([played(whole, 1).pictures, played(other, 2).pictures])
    assert same[1].likeness > 0.6 > 0.4 > different[1].likeness


def test_frames_put_in_for_lost_ones_are_as_good_as_none() -> None:
    """A file with holes in its time stamps comes with its frames repeated: time goes on, but they show nothing new."""
    whole = tape(1200, 9)
    first, second = played(whole, 1), played(whole, 2, begin=6)
    holes = [*range(200, 207), *range(700, 790)]
    for at in holes:
        first.pictures[at] = first.pictures[at - 1]
    repeated = [np.isin(np.arange(1200), holes), np.zeros(len(second.frames), bool)]
    fits = align([first.pictures, second.pictures], repeated)
    assert fits[0].places == parse_places("0:0,200:x,207:0,700:x,790:0")
    assert fits[1].places == parse_places("0:x,6:-6")


def test_a_hole_of_a_minute_is_got_over() -> None:
    whole = tape(7000, 10)
    passes = [played(whole, 1), played(whole, 2, begin=5, lost=set(range(2600, 4300)))]
    found = lines(passes)
    assert len(found[0]) == 7000
    assert wrong(passes) <= 4


def test_passes_that_drift_apart_by_many_small_losses_stay_together() -> None:
    whole = tape(6000, 11)
    lost = set(np.random.default_rng(1).choice(6000, 60, replace=False).tolist())
    passes = [played(whole, 1, noise=0.6), played(whole, 2, begin=133, lost=lost, noise=0.6)]
    found = np.array(lines(passes))
    both = (found >= 0).all(axis=0)
    off = np.abs(found[0] - found[1])[both]
    assert off.max() <= 3  # in scenes that hardly move
    assert (off > 0).mean() < 0.1
    assert abs(found.shape[1] - 6000) <= 20
