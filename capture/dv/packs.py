"""What a frame's packs say, for many frames at once: each fact stands in it dozens of times, and the most often read
value is taken, so that a damaged track changes nothing.

Frames are an array of n × blocks × 80 bytes. A pack is a number and four bytes (IEC 61834-4): in subcode at 6 + 8k of a
block, in VAUX at 3 + 5k, in audio at 3. Values come out as whole numbers, a frame each, −1 where the tape says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.dv.layout import System

__all__ = ["NOTHING", "Packs", "read"]

NOTHING = -1
type Bytes = NDArray[np.uint8]
type Values = NDArray[np.int64]

_NO_TRACK = (0x7FFFFF, 0xFFFF)
"""Absolute track numbers that decks write when they do not know (MediaInfo takes the second for none as well)."""


@dataclass(frozen=True)
class Packs:
    """One value a frame. `timecode`: frames, seconds, minutes, hours in BCD, a byte each from the lowest, bit 6 of the
    first for drop frame. `date`: day, month, year in BCD; `time`: seconds, minutes, hours. `sound`: the source pack of
    the first and of the second half of the tracks, its four bytes. `control`, `shape`, `source`: the packs 0x51, 0x61
    and 0x60. `captions`: 0 none, 1 without text, 2 with. `track`: absolute number of the frame's first track."""

    timecode: Values
    date: Values
    time: Values
    track: Values
    sound: tuple[Values, Values]
    control: Values
    shape: Values
    source: Values
    captions: NDArray[np.int64]


def read(frames: Bytes, system: System) -> Packs:
    count = len(frames)
    subcode = frames[:, system.subcode]
    in_subcode = subcode[:, :, 6:54].reshape(count, -1, 8)[:, :, :5]
    in_vaux = frames[:, system.vaux, 3:78].reshape(count, -1, 5)
    in_audio = frames[:, system.audio, 3:8]
    dates = _joined((in_vaux, 0x62), (in_subcode, 0x62), (in_audio, 0x52))
    times = _joined((in_vaux, 0x63), (in_subcode, 0x63), (in_audio, 0x53))
    half = len(system.audio) // 2
    told = in_vaux[:, :, 0] == 0x65
    empty = (in_vaux[:, :, 1:] & 0x7F == 0).all(axis=2) | (in_vaux[:, :, 1:] == 0xFF).all(axis=2)
    return Packs(
        _vote(_timecodes(_values(in_subcode, 0x13))),
        _vote(_dates(dates)),
        _vote(_times(times)),
        _vote(_tracks(subcode, system)),
        (_vote(_values(in_audio[:, :half], 0x50)), _vote(_values(in_audio[:, half:], 0x50))),
        _vote(_values(in_audio, 0x51)),
        _vote(_values(in_vaux, 0x61)),
        _vote(_values(in_vaux, 0x60)),
        told.any(axis=1).astype(np.int64) + (told & ~empty).any(axis=1),
    )


def _joined(*places: tuple[Bytes, int]) -> Values:
    return np.concatenate([_values(packs, kind) for packs, kind in places], axis=1)


def _values(packs: Bytes, kind: int) -> Values:
    """The four bytes of each pack of a kind as one number, the first the lowest; NOTHING of another kind, or empty."""
    body = packs[:, :, 1:].astype(np.int64) @ np.array([1, 1 << 8, 1 << 16, 1 << 24], np.int64)
    return np.where((packs[:, :, 0] == kind) & (body != 0xFFFFFFFF), body, NOTHING)


def _vote(values: Values) -> Values:
    """What most copies of a frame say."""
    there = values != NOTHING
    high = np.where(there, values, np.int64(NOTHING)).max(axis=1)
    low = np.where(there, values, np.int64(1) << 40).min(axis=1)
    found = high.copy()
    for frame in np.flatnonzero((low != high) & (high != NOTHING)):
        kinds, often = np.unique(values[frame][there[frame]], return_counts=True)
        found[frame] = kinds[np.argmax(often)]
    return found


def _timecodes(values: Values) -> Values:
    """Masked to what counts; what is no timecode is left out."""
    kept = values & 0x3F7F7F7F  # the highest bits are flags and binary groups
    ok = _bcd(kept & 0x3F, 30) & _bcd(kept >> 8 & 0x7F, 60) & _bcd(kept >> 16 & 0x7F, 60) & _bcd(kept >> 24 & 0x3F, 24)
    return np.where(ok & (values != NOTHING), kept, NOTHING)


def _dates(values: Values) -> Values:
    day, month, year = values >> 8 & 0x3F, values >> 16 & 0x1F, values >> 24 & 0xFF
    ok = _bcd(day, 32) & _bcd(month, 13) & _bcd(year, 100) & (day > 0) & (month > 0)
    return np.where(ok & (values != NOTHING), day | month << 8 | year << 16, NOTHING)


def _times(values: Values) -> Values:
    seconds, minutes, hours = values >> 8 & 0x7F, values >> 16 & 0x7F, values >> 24 & 0x3F
    ok = _bcd(seconds, 60) & _bcd(minutes, 60) & _bcd(hours, 24)
    return np.where(ok & (values != NOTHING), seconds | minutes << 8 | hours << 16, NOTHING)


def _bcd(values: Values, below: int) -> NDArray[np.bool_]:
    return (values & 15 < 10) & ((values >> 4) * 10 + (values & 15) < below)


def _tracks(subcode: Bytes, system: System) -> Values:
    """Absolute track numbers less the sequence's: 23 bits over the ID bytes of three sync blocks, the lowest bit of the
    first byte being the blank flag (IEC 61834-2)."""
    ids = (subcode[:, :, 3:51:8].astype(np.int64) & 15) << 4 | subcode[:, :, 4:52:8] >> 4
    found = ids[:, :, 0::3] >> 1 | ids[:, :, 1::3] << 7 | ids[:, :, 2::3] << 15
    sequence = np.repeat(np.arange(system.sequences), 2)[None, :, None]
    ok = (found[:, :, :1] == found[:, :, 1:]).all(axis=2, keepdims=True) & ~np.isin(found, _NO_TRACK)
    return np.where(ok & (found >= sequence), found - sequence, NOTHING).reshape(len(subcode), -1)
