"""A stream of DV, cut into frames and read: feed it bytes as they come, take frames out. Constant memory.

Where bytes are missing or foreign the next frame is looked for, and what was skipped is told with it. A frame whose
header is damaged is still one where its other blocks lie as they must.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capture.dv import errors, packs
from capture.dv.errors import Errors
from capture.dv.layout import BLOCK, System, refusal, system_of
from capture.dv.packs import NOTHING
from capture.dv.sounds import SoundMode, sound_of
from capture.dv.timecodes import Timecode, counted

__all__ = ["DvError", "Frame", "Reader", "Video"]

_BATCH = 24
_MOST_BLOCKS, _NEARLY_ALL = 0.5, 0.97
_OLDEST = 75
"""Years below this are of this century: the first DV camera is of 1995, its clock may be set to anything since 1975."""


class DvError(Exception):
    """This is no DV that can be read; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What one frame says of itself.

    `position`: of its first byte in the stream. `recorded`: when the camera took it; a date without a time is at
    midnight, and then `clock` is False. `track`: absolute number of its first track. `sequence`: 0 … 11 round and
    round, None where the tape has none. `wide`: 16:9. `captions`: 0 none, 1 without text, 2 with. `starts`: the camera
    marked the beginning of a recording. `same`: all its video data are those of the frame before. `skipped`: bytes
    before it that belong to no frame.
    """

    number: int
    position: int
    system: System
    timecode: Timecode | None = None
    recorded: datetime.datetime | None = None
    clock: bool = False
    track: int | None = None
    sequence: int | None = None
    sound: SoundMode | None = None
    samples: int = 0
    wide: bool | None = None
    captions: int = 0
    starts: bool = False
    same: bool = False
    errors: Errors | None = None  # None: not one block is bad
    skipped: int = 0
    professional: bool = False  # DVCPRO or DVCAM's profile (APT 1), not the consumers' DV

    @property
    def bad_blocks(self) -> int:
        return self.errors.video_count + self.errors.audio_count if self.errors else 0


type Video = NDArray[np.uint8]


@dataclass(slots=True)
class Reader:
    """`feed` the bytes, in pieces of any size; `end` when there are no more. Both give the frames that became whole.

    `blocks` keeps each frame's own blocks for whoever wants them (blocks × 80), else they are let go."""

    system: System | None = None
    keep: bool = False
    blocks: list[Video] = field(default_factory=list)
    _rest: bytearray = field(default_factory=bytearray)
    _position: int = 0
    _number: int = 0
    _skipped: int = 0
    _before: Video | None = None

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """DvError where this is DV of a kind that is not read, or changes its system."""
        self._rest += data
        if self.system is not None and len(self._rest) < _BATCH * self.system.frame_bytes:
            return []
        return list(self._read())

    def end(self) -> list[Frame]:
        found = list(self._read())
        self._skipped += len(self._rest)
        return found

    @property
    def left_over(self) -> int:
        """Bytes since the last whole frame; after `end`, those of a frame that was cut off."""
        return self._skipped

    def now(self) -> list[Frame]:
        """The frames that are whole by now, without waiting for a batch: for live use."""
        return list(self._read())

    def _read(self) -> Iterator[Frame]:
        self.blocks.clear()
        while True:
            if not self._synchronised():
                return
            assert self.system is not None
            size = self.system.frame_bytes
            count = 0
            while count < _BATCH and len(self._rest) >= (count + 1) * size and self._frame_at(count * size):
                count += 1
            if not count:
                return
            data = np.frombuffer(bytes(memoryview(self._rest)[: count * size]), np.uint8)
            del self._rest[: count * size]
            yield from self._frames(data.reshape(count, self.system.blocks, BLOCK), self.system)

    def _synchronised(self) -> bool:
        """Whether a whole frame begins at the front; what comes before one is skipped."""
        while len(self._rest) >= 3 * BLOCK:
            if self._frame_at(0):
                assert self.system is not None
                return len(self._rest) >= self.system.frame_bytes
            if self.system is not None and len(self._rest) < self.system.frame_bytes:
                return False  # whether it is a damaged frame cannot be told yet
            self._skip(self._next_frame())
        return False

    def _frame_at(self, at: int) -> bool:
        """Whether a frame begins there: its header says so and the next frame is where it must be; or most of its
        blocks are, and no other frame begins among them."""
        rest = memoryview(self._rest)[at:]
        found = system_of(rest[: 3 * BLOCK])
        if found is not None and self.system is None:
            if len(rest) < 6 * BLOCK:
                return False
            self._refused(rest)
            self.system = found
        if found not in (None, self.system):
            was, now = (one.name for one in (self.system, found) if one is not None)
            raise DvError(f"it changes from {was} to {now} at byte {self._position + at}: split it there")
        if self.system is None or len(rest) < self.system.frame_bytes:
            return found is not None
        size = self.system.frame_bytes
        if found is not None and system_of(rest[size : size + 3 * BLOCK]) is self.system:
            return True
        blocks = np.frombuffer(rest[:size], np.uint8).reshape(-1, BLOCK)
        there = float(np.mean(self.system.in_place(blocks)))
        return there > _MOST_BLOCKS and (there > _NEARLY_ALL or not 0 < self._next_frame(at) < size)

    def _refused(self, rest: memoryview) -> None:
        other = refusal(bytes(rest[: 6 * BLOCK]))
        if other:
            raise DvError(f"it is {other}. Only DV of 25 Mbit/s (DV, DVCAM, DVCPRO) can be read block by block")

    def _next_frame(self, at: int = 0) -> int:
        """How far behind `at` the next frame seems to begin, from 1; where none does, as far as that is known."""
        found = at + 1
        while (found := self._rest.find(b"\x07\x00", found + 1)) != -1:
            start = found - 1  # a header's first three bytes are 1f 07 00, or others with these last two
            if system_of(memoryview(self._rest)[start : start + 3 * BLOCK]) is not None:
                return start - at
        return max(1, len(self._rest) - at - 3 * BLOCK + 1)

    def _skip(self, count: int) -> None:
        del self._rest[:count]
        self._position += count
        self._skipped += count

    def _frames(self, data: Video, system: System) -> Iterator[Frame]:
        said = packs.read(data, system)
        video, sound, other = errors.bad(data, system)
        damaged = video.any(axis=1) | sound.any(axis=1) | (other > 0)
        sequences = _sequences(data, system)
        profile = data[:, 0, 4] & 7
        for at in range(len(data)):
            mode = sound_of(int(said.sound[0][at]), int(said.sound[1][at]), system)
            day = _day(int(said.date[at]), int(said.time[at]))
            shape, control = int(said.shape[at]), int(said.control[at])
            yield Frame(
                self._number,
                self._position,
                system,
                _timecode(int(said.timecode[at]), system),
                day,
                day is not None and int(said.time[at]) != NOTHING,
                None if said.track[at] == NOTHING else int(said.track[at]),
                sequences[at],
                mode[0] if mode else None,
                mode[1] if mode else 0,
                _wide(shape, int(profile[at])),
                int(said.captions[at]),
                _starts(control, shape),
                self._same(data[at], system),
                Errors(video[at].copy(), sound[at].copy(), int(other[at])) if damaged[at] else None,
                self._skipped,
                bool(profile[at] == 1),
            )
            if self.keep:
                self.blocks.append(data[at])
            self._before = data[at]
            self._number += 1
            self._position += system.frame_bytes
            self._skipped = 0

    def _same(self, blocks: Video, system: System) -> bool:
        """Whether the video data are the last frame's: all but the blocks' addresses and STA."""
        before = self._before
        if before is None:
            return False
        probe = system.video[:: len(system.video) // 6]  # a few blocks tell most frames apart at once
        if (blocks[probe, 8:] != before[probe, 8:]).any():
            return False
        return bool((blocks[system.video, 4:] == before[system.video, 4:]).all())


def _sequences(data: Video, system: System) -> list[int | None]:
    """The frames' sequence numbers, as most video blocks have them (IEC 61834-4; 15: none)."""
    low = data[:, system.video, 0] & 15
    places = low + 16 * np.arange(len(data), dtype=np.int64)[:, None]
    often = np.bincount(places.ravel(), minlength=16 * len(data)).reshape(-1, 16)
    return [int(best) if best < 12 else None for best in often.argmax(axis=1)]


def _timecode(value: int, system: System) -> Timecode | None:
    if value == NOTHING:
        return None
    frames, seconds, minutes, hours = (_number(value >> shift & mask) for shift, mask in _TIME_PARTS)
    drop = bool(value & 0x40) and system.nominal == 30
    if frames >= system.nominal:
        return None
    return Timecode(counted(hours, minutes, seconds, frames, system.nominal, drop), system.nominal, drop)


_TIME_PARTS = ((0, 0x3F), (8, 0x7F), (16, 0x7F), (24, 0x3F))


def _day(date: int, time: int) -> datetime.datetime | None:
    """The date alone is enough; a time without a date is not."""
    if date == NOTHING:
        return None
    day, month, year = (_number(date >> shift & 0xFF) for shift in (0, 8, 16))
    seconds, minutes, hours = (0, 0, 0) if time == NOTHING else (_number(time >> shift & 0xFF) for shift in (0, 8, 16))
    try:
        return datetime.datetime(year + (1900 if year >= _OLDEST else 2000), month, day, hours, minutes, seconds)
    except ValueError:
        return None  # the 30th of February


def _number(bcd: int) -> int:
    return (bcd >> 4) * 10 + (bcd & 15)


def _wide(shape: int, profile: int) -> bool | None:
    """As ffmpeg reads it: 2 is 16:9, and 7 is too in the consumers' profile."""
    if shape == NOTHING:
        return None
    display = shape >> 8 & 7
    return display == 2 or (display == 7 and profile == 0)


def _starts(control: int, shape: int) -> bool:
    """REC ST, 0 on the first frame of a recording: in the sound's control pack, or else in the picture's."""
    pack = control if control != NOTHING else shape
    return pack != NOTHING and not pack >> 15 & 1
