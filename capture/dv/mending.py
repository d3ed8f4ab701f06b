"""Makes one frame out of the same frame of several passes: the least damaged one, with the others' good blocks. Pure.

Video is mended by whole *segments*: five blocks that follow each other in a sequence hold five macroblocks, and what
one of these needs beyond its own block lies in what the other four leave over (IEC 61834-2; SMPTE 314M, 5.4). So one
block of another recording in such a five spoils all of them, and a five is exchanged as a whole. Where no pass has all
five good, blocks of several passes are put together only if it is known that they hold the same data: wherever both are
good in this frame they are the same, byte for byte. Audio blocks stand for themselves; they are exchanged one by one
where both passes say that the sound is of the same kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capture.dv import errors
from capture.dv.layout import BLOCK, SEGMENT, System

__all__ = ["Candidate", "Mended", "candidate", "mended"]

type Blocks = NDArray[np.uint8]
type Mask = NDArray[np.bool_]

_PENALTY = np.array([0, 9, 2, 9, 2, 9, 3, 8, 9, 9, 4, 9, 4, 9, 5, 8, 9], np.int64)
"""How bad a block is, by its STA: concealed with guaranteed continuity, without, errors, unread."""
_ENOUGH = 100
"""Blocks that must be the same in both before blocks of one five are mixed."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """The frame as one pass has it: its blocks (blocks × 80), STA of the video blocks, bad audio blocks, and which of
    all its blocks have their right address."""

    number: int
    blocks: Blocks
    sta: NDArray[np.uint8]
    mute: Mask
    in_place: Mask

    @property
    def penalty(self) -> int:
        return int(_PENALTY[self.sta].sum()) + 9 * int(self.mute.sum()) + 9 * int((~self.in_place).sum())


@dataclass(frozen=True, eq=False)
class Mended:
    """`base`: the pass that the frame is of. `video`, `audio`, `other`: how many blocks came from which other pass.
    `mixed`: video blocks put together with others' within a five. `bad_video`, `bad_audio`: what is bad still."""

    blocks: Blocks
    base: int
    video: dict[int, int] = field(default_factory=dict)
    audio: dict[int, int] = field(default_factory=dict)
    other: dict[int, int] = field(default_factory=dict)
    mixed: int = 0
    bad_video: int = 0
    bad_audio: int = 0


def candidate(number: int, blocks: Blocks, system: System) -> Candidate:
    sta, mute, _ = errors.bad(blocks[None], system)
    return Candidate(number, blocks, sta[0], mute[0], system.in_place(blocks))


def mended(candidates: Sequence[Candidate], system: System) -> Mended:
    """Of at least one candidate; among equals the first is taken."""
    base = min(candidates, key=lambda one: one.penalty)
    others = [one for one in candidates if one is not base]
    if not base.penalty or not others:
        return Mended(base.blocks, base.number, bad_video=int((base.sta > 0).sum()), bad_audio=int(base.mute.sum()))
    blocks = base.blocks.copy()
    video, mixed, bad_video = _video(blocks, base, others, system)
    audio, bad_audio = _audio(blocks, base, others, system)
    other: dict[int, int] = {}
    mine = np.concatenate((system.video, system.audio))
    astray = ~base.in_place
    astray[mine] = False
    for place in np.flatnonzero(astray):
        giver = next((one for one in others if one.in_place[place]), None)
        if giver is not None:
            blocks[place] = giver.blocks[place]
            other[giver.number] = other.get(giver.number, 0) + 1
    return Mended(blocks, base.number, video, audio, other, mixed, bad_video, bad_audio)


def _video(
    blocks: Blocks, base: Candidate, others: Sequence[Candidate], system: System
) -> tuple[dict[int, int], int, int]:
    """Mends the video of `blocks`: how many came from whom, how many of them were mixed, how many are bad still."""
    fives = system.video.reshape(-1, SEGMENT)
    state = {one.number: _PENALTY[one.sta].reshape(-1, SEGMENT) for one in (base, *others)}
    alike = {one.number: _alike(base, one, system) for one in others}
    given: dict[int, int] = {}
    mixed = bad = 0
    for five in np.flatnonzero(state[base.number].any(axis=1)).tolist():
        mine = state[base.number][five]
        whole = next((one for one in others if not state[one.number][five].any()), None)
        if whole is not None:
            blocks[fives[five]] = whole.blocks[fives[five]]
            given[whole.number] = given.get(whole.number, 0) + SEGMENT
            continue
        left = mine > 0
        for one in others:
            take = left & (state[one.number][five] == 0)
            if take.any() and alike[one.number]:
                places = fives[five][take]
                blocks[places] = one.blocks[places]
                given[one.number] = given.get(one.number, 0) + int(take.sum())
                mixed += int(take.sum())
                left = left & ~take
        if left.all() or not (left != (mine > 0)).any():
            bad += _best_whole(blocks, five, fives, mine, others, state, given)
        else:
            bad += int(left.sum())
    return given, mixed, bad


def _best_whole(
    blocks: Blocks,
    five: int,
    fives: NDArray[np.int64],
    mine: NDArray[np.int64],
    others: Sequence[Candidate],
    state: dict[int, NDArray[np.int64]],
    given: dict[int, int],
) -> int:
    """No block of this five could be mended: the pass in which it is least bad gives all of it."""
    best = min(others, key=lambda one: int(state[one.number][five].sum()))
    theirs = state[best.number][five]
    if theirs.sum() >= mine.sum():
        return int((mine > 0).sum())
    blocks[fives[five]] = best.blocks[fives[five]]
    given[best.number] = given.get(best.number, 0) + SEGMENT
    return int((theirs > 0).sum())


def _alike(one: Candidate, other: Candidate, system: System) -> bool:
    """Whether two passes have the same data wherever both are good."""
    both = (one.sta == 0) & (other.sta == 0)
    places = system.video[both]
    return len(places) >= _ENOUGH and bool((one.blocks[places, 3:] == other.blocks[places, 3:]).all())


def _audio(blocks: Blocks, base: Candidate, others: Sequence[Candidate], system: System) -> tuple[dict[int, int], int]:
    """Mends the audio of `blocks`: how many came from whom, how many are bad still."""
    given: dict[int, int] = {}
    left = base.mute.copy()
    if not left.any():
        return given, 0
    kind = _kind(base, system)
    for one in others:
        take = left & ~one.mute
        if not take.any() or (kind is not None and _kind(one, system) not in (kind, None)):
            continue
        places = system.audio[take]
        blocks[places] = one.blocks[places]
        given[one.number] = int(take.sum())
        left &= one.mute
    return given, int(left.sum())


def _kind(one: Candidate, system: System) -> tuple[int, int] | None:
    """Rate, bits and number of samples as the sound's source packs have them (0x50), most often read."""
    packs = one.blocks[system.audio, 3:8][one.in_place[system.audio]]
    packs = packs[packs[:, 0] == 0x50]
    if not len(packs):
        return None
    told, often = np.unique(
        packs[:, 4].astype(np.int64) & 0x3F | (packs[:, 1].astype(np.int64) & 0x3F) << 8, return_counts=True
    )
    most = int(told[np.argmax(often)])
    return most & 0x3F, most >> 8


def frame_of(data: bytes, system: System) -> Blocks:
    return np.frombuffer(data, np.uint8).reshape(system.blocks, BLOCK)
