"""A DV deck's stream: the frames of a real DV file round and round, each with the timecode and the recording date and
time that a tape would have there.

Where packs lie (IEC 61834, SMPTE 314M; docs/facts.md): 80-byte blocks, `byte 0 >> 5` says which kind; in subcode blocks
packs of 5 bytes at 6 + 8k, in VAUX blocks at 3 + 5k, in sound blocks at 3. ffmpeg counts DV frames instead of timing
them, so a hole shows in the timecode alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Buffer, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.decks.standard import NTSC, PAL, RATE_HZ, Standard
from capture.decks.tape import Slot
from runtime import timecode

Byte = NDArray[np.uint8]

MEDIA = Path(__file__).parent / "media"
FRAME_BYTES = {"pal": 144_000, "ntsc": 120_000}
_BLOCK = 80
_SUBCODE, _VAUX, _SOUND, _VIDEO = 1, 2, 3, 4
_PLACES = {_SUBCODE: range(6, 54, 8), _VAUX: range(3, 78, 5), _SOUND: (3,)}
Kinds = tuple[int, ...]
_TIMECODE, _DATES, _TIMES = (0x13,), (0x62, 0x52), (0x63, 0x53)
_ERROR = 0x70
"""STA of a video block: an error that nothing was put in the place of."""
_RECORDED = datetime.datetime(1999, 12, 31, 23, 59, 50)
"""When a tape that does not say was recorded."""


class TapeFileError(Exception):
    """A file is no DV that can be played; the text says why."""


class Dv:
    """`frames`: raw DV frames (n × bytes) of one standard."""

    def __init__(self, frames: Byte, seed: int = 1) -> None:
        self._frames, self._seed = frames, seed
        self.standard = PAL if frames.shape[1] == FRAME_BYTES["pal"] else NTSC
        kinds: tuple[Kinds, ...] = (_TIMECODE, _DATES, _TIMES)
        self._packs = [{kind: _packs(one, kind) for kind in kinds} for one in frames]
        self._first = _timecode(frames[0], self._packs[0][_TIMECODE])
        self._recorded = _recorded(frames[0], self._packs[0]) or _RECORDED

    def head(self) -> bytes:
        return b""

    def pieces(self, slot: Slot, at_s: Fraction) -> Sequence[Buffer]:  # noqa: ARG002  DV carries no times
        return (self.frame(slot),) if slot.picture else ()

    def samples(self, slot: Slot) -> int:
        return round(RATE_HZ / self.standard.fps) if slot.picture else 0

    def frame(self, slot: Slot) -> Byte:
        """What the tape gives at this place."""
        place = slot.shown % len(self._frames)
        frame: Byte = self._frames[place].copy()
        packs = self._packs[place]
        when = self.recorded(slot)
        date = (0xFF, 0xC0 | _bcd(when.day), 0xE0 | _bcd(when.month), _bcd(when.year % 100))
        hour = (0xFF, 0x80 | _bcd(when.second), 0x80 | _bcd(when.minute), 0xC0 | _bcd(when.hour))
        _write(frame, packs[_TIMECODE], _timecode_bytes(self.timecode(slot)))
        _write(frame, packs[_DATES], bytes(date))
        _write(frame, packs[_TIMES], bytes(hour))
        self._damage(frame, slot)
        return frame

    def timecode(self, slot: Slot) -> str:
        fps = self.standard.fps
        return timecode.moved(self._first, Fraction(slot.shown + slot.timecode) / fps, fps, fps)

    def recorded(self, slot: Slot) -> datetime.datetime:
        """The camera's clock; every recording was made a day after the one before."""
        passed_s = slot.shown / self.standard.fps
        return self._recorded + datetime.timedelta(days=slot.recording, seconds=int(passed_s))

    def _damage(self, frame: Byte, slot: Slot) -> None:
        if not slot.corrupt and not slot.mute:
            return
        blocks = frame.reshape(-1, _BLOCK)
        kinds = blocks[:, 0] >> 5
        rng = np.random.default_rng((self._seed, slot.number))
        video = rng.permutation(np.flatnonzero(kinds == _VIDEO))[: slot.corrupt]
        blocks[video, 4:] = rng.integers(0, 256, (len(video), _BLOCK - 4), dtype=np.uint8)
        blocks[video, 3] = _ERROR | blocks[video, 3] & 0x0F
        sound = rng.permutation(np.flatnonzero(kinds == _SOUND))[: slot.mute]
        blocks[sound, 8::2], blocks[sound, 9::2] = 0x80, 0x00


def opened(path: Path, seed: int = 1) -> Dv:
    """The frames of a raw DV file. TapeFileError where it is none."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as fault:
        raise TapeFileError(f"{path}: cannot be read ({fault.strerror}). Name a raw DV file") from None
    if len(data) < _BLOCK or data[0] >> 5 or data[1] >> 4:
        remedy = "Take it out of its container: ffmpeg -i IN -map 0:v -c copy -f rawvideo OUT.dv"
        raise TapeFileError(f"{path}: no raw DV. {remedy}")
    size = FRAME_BYTES["pal" if data[3] & 0x80 else "ntsc"]
    if len(data) < size:
        raise TapeFileError(f"{path}: {len(data)} bytes are less than one DV frame ({size})")
    return Dv(data[: len(data) // size * size].reshape(-1, size), seed)


def bundled(standard: Standard, seed: int = 1) -> Dv:
    return opened(MEDIA / f"dv_{standard.name}.dv", seed)


def _packs(frame: Byte, kinds: Kinds) -> NDArray[np.int64]:
    """Where the packs of these kinds begin in a frame."""
    blocks = frame.reshape(-1, _BLOCK)
    sections = blocks[:, 0] >> 5
    found = [
        block * _BLOCK + place
        for section, places in _PLACES.items()
        for block in np.flatnonzero(sections == section)
        for place in places
        if blocks[block, place] in kinds
    ]
    return np.array(found, dtype=np.int64)


def _write(frame: Byte, packs: NDArray[np.int64], body: bytes) -> None:
    for offset, value in enumerate(body, start=1):
        frame[packs + offset] = value


def _timecode(frame: Byte, packs: NDArray[np.int64]) -> str:
    if not len(packs):
        return "00:00:00:00"
    frames, seconds, minutes, hours = (int(one) for one in frame[packs[0] + 1 : packs[0] + 5])
    mark = ";" if frames & 0x40 else ":"
    return f"{hours & 0x3F:02x}:{minutes & 0x7F:02x}:{seconds & 0x7F:02x}{mark}{frames & 0x3F:02x}"


def _timecode_bytes(text: str) -> bytes:
    hours, minutes, seconds, frames = (int(text[place : place + 2], 16) for place in (0, 3, 6, 9))
    return bytes((frames | (0x40 if text[8] == ";" else 0), seconds, minutes, hours))


def _recorded(frame: Byte, packs: dict[Kinds, NDArray[np.int64]]) -> datetime.datetime | None:
    if not len(packs[_DATES]) or not len(packs[_TIMES]):
        return None
    _, day, month, year = frame[packs[_DATES][0] + 1 :][:4].tolist()
    _, second, minute, hour = frame[packs[_TIMES][0] + 1 :][:4].tolist()
    try:
        century = 1900 if _number(year) >= 75 else 2000
        return datetime.datetime(
            century + _number(year),
            _number(month & 0x1F),
            _number(day & 0x3F),
            _number(hour & 0x3F),
            _number(minute & 0x7F),
            _number(second & 0x7F),
        )
    except ValueError:
        return None


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def _number(bcd: int) -> int:
    return int(f"{bcd:02x}")  # ValueError where it is none
