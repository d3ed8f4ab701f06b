"""DV tapes with known faults, made of real DV frames: each function alters one thing, so that the truth is known.

Written straight from IEC 61834's layout, with nothing of capture.dv in it."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.decks import dv as deck

Tape = NDArray[np.uint8]  # frames × blocks × 80
MEDIA = Path(deck.__file__).parent / "media"
FPS = {"pal": 25, "ntsc": 30}


def sections(tape: Tape) -> NDArray[np.int64]:
    """The section of each block: 0 header, 1 subcode, 2 VAUX, 3 audio, 4 video."""
    one = np.array([0, 1, 1, 2, 2, 2] + [3 if at % 16 == 0 else 4 for at in range(144)])
    return np.tile(one, tape.shape[1] // 150)


def recorded(
    count: int, system: str = "pal", tc: int = 25 * 3600, when: datetime.datetime | None = None, first: int = 0
) -> Tape:
    """`count` frames of one recording, whose timecode begins at `tc` frames, not drop frame, and whose camera's clock
    stands at `when` then (None: not set)."""
    size = deck.FRAME_BYTES[system]
    loop = np.fromfile(MEDIA / f"dv_{system}.dv", np.uint8).reshape(-1, size // 80, 80)
    tape = loop[(np.arange(count) + first) % len(loop)].copy()
    for at in range(count):
        set_timecode(tape, at, tc + at, FPS[system])
        moment = (
            None
            if when is None
            else when + datetime.timedelta(seconds=at * (1.001 if system == "ntsc" else 1) / FPS[system])
        )
        set_clock(tape, at, moment)
    return tape


def set_timecode(tape: Tape, frame: int, count: int | None, fps: int) -> None:
    """None: no timecode."""
    if count is None:
        body = [0xFF] * 4
    else:
        whole, frames = divmod(count, fps)
        body = [bcd(frames), bcd(whole % 60), bcd(whole // 60 % 60), bcd(whole // 3600 % 24)]
    blocks = tape[frame]
    for block in np.flatnonzero(sections(tape) == 1):
        for place in range(6, 54, 8):
            if blocks[block, place] == 0x13:
                blocks[block, place + 1 : place + 5] = body


def set_clock(tape: Tape, frame: int, when: datetime.datetime | None) -> None:
    date = [0xFF] * 4 if when is None else [0xFF, bcd(when.day), bcd(when.month), bcd(when.year % 100)]
    time = [0xFF] * 4 if when is None else [0xFF, bcd(when.second), bcd(when.minute), bcd(when.hour)]
    blocks, kinds = tape[frame], sections(tape)
    places = [(block, place) for block in np.flatnonzero(kinds == 1) for place in range(6, 54, 8)]
    places += [(block, place) for block in np.flatnonzero(kinds == 2) for place in range(3, 78, 5)]
    places += [(block, 3) for block in np.flatnonzero(kinds == 3)]
    for block, place in places:
        if blocks[block, place] in (0x62, 0x52):
            blocks[block, place + 1 : place + 5] = date
        elif blocks[block, place] in (0x63, 0x53):
            blocks[block, place + 1 : place + 5] = time


def set_tracks(tape: Tape, first: int, pitch: int) -> None:
    """Absolute track numbers, as a tape has them: three ID bytes of each half of a subcode block."""
    for frame in range(len(tape)):
        for block in np.flatnonzero(sections(tape) == 1):
            number = (first + frame * pitch + block // 150) << 1 | 1
            for place in range(6):
                byte = number >> (8 * (place % 3)) & 0xFF
                tape[frame, block, 3 + 8 * place] = tape[frame, block, 3 + 8 * place] & 0xF0 | byte >> 4
                tape[frame, block, 4 + 8 * place] = tape[frame, block, 4 + 8 * place] & 0x0F | (byte & 15) << 4


def set_sequence(tape: Tape, first: int = 0) -> None:
    for frame in range(len(tape)):
        video = np.flatnonzero(sections(tape) == 4)
        tape[frame, video, 0] = 0x80 | 0x10 | (first + frame) % 12


def damage(tape: Tape, frame: int, blocks: list[int], sta: int, seed: int = 1, *, rubbish: bool = True) -> None:
    """Video blocks, counted among the video blocks, get this STA, and rubbish for their contents."""
    places = np.flatnonzero(sections(tape) == 4)[blocks]
    tape[frame, places, 3] = tape[frame, places, 3] & 15 | sta << 4
    if rubbish:
        noise = np.random.default_rng((seed, frame)).integers(0, 256, (len(places), 76), dtype=np.uint8)
        tape[frame, places, 4:] = noise


def mute(tape: Tape, frame: int, blocks: list[int], code: bytes = b"\x80\x00") -> None:
    """Audio blocks, counted among the audio blocks, hold the code of an invalid sample all through."""
    places = np.flatnonzero(sections(tape) == 3)[blocks]
    tape[frame, places, 8:] = np.frombuffer(code * (72 // len(code)), np.uint8)


def set_sound(
    tape: Tape, frames: range, *, rate: int = 0, bits: int = 0, unlocked: bool = True, size: int = 24
) -> None:
    """`rate`: 0 is 48, 1 44.1, 2 32 kHz; `bits`: 0 is 16, 1 is 12; `size`: samples beyond the least."""
    places = np.flatnonzero(sections(tape) == 3)
    for frame in frames:
        told = places[tape[frame, places, 3] == 0x50]
        tape[frame, told, 4] = 0x40 | size | (0x80 if unlocked else 0)
        tape[frame, told, 7] = 0x80 | rate << 3 | bits


def set_wide(tape: Tape, frames: range, wide: bool) -> None:
    places = np.flatnonzero(sections(tape) == 2)
    for frame in frames:
        for place in range(3, 78, 5):
            told = places[tape[frame, places, place] == 0x61]
            tape[frame, told, place + 2] = tape[frame, told, place + 2] & 0xF8 | (2 if wide else 0)


def mark_start(tape: Tape, frame: int) -> None:
    """REC ST, which is 0 on the first frame of a recording."""
    places = np.flatnonzero(sections(tape) == 3)
    told = places[tape[frame, places, 3] == 0x51]
    assert len(told)
    tape[frame, told, 5] &= 0x7F


def bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def write(tape: Tape, path: Path) -> Path:
    tape.tofile(path)
    return path
