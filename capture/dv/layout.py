"""Where everything lies in a DV frame (IEC 61834-2, SMPTE 314M): 80-byte DIF blocks, 150 to a sequence.

A sequence is a track of the tape, or of PAL and NTSC one of 12 or 10: a header block, 2 of subcode, 3 of VAUX, and
nine times an audio block with 15 video blocks behind it. The first three bytes of a block say which it is. DV25 alone:
DVCPRO50 and DVCPRO HD have two and four times as much in a frame, and are told by `refusal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "NTSC", "PAL", "SEGMENT", "System", "refusal", "system_of"]

BLOCK = 80
PER_SEQUENCE = 150
SEGMENT = 5
"""Video blocks that share their bits: what one macroblock needs beyond its block lies in the other four's."""

HEADER, SUBCODE, VAUX, AUDIO, VIDEO = 0, 1, 2, 3, 4
type Indexes = NDArray[np.int64]


@dataclass(frozen=True)
class System:
    """`sequences` a frame; `nominal`: frames that a timecode counts in a second; `samples`: least number of sound
    samples in a frame at 48, 44.1 and 32 kHz."""

    name: str
    sequences: int
    fps: Fraction
    size: str
    samples: tuple[int, int, int]

    @property
    def frame_bytes(self) -> int:
        return self.blocks * BLOCK

    @property
    def blocks(self) -> int:
        return self.sequences * PER_SEQUENCE

    @property
    def nominal(self) -> int:
        return round(self.fps)

    @cached_property
    def ids(self) -> NDArray[np.uint8]:
        """What the first three bytes of each block must be, but for what varies: section, sequence, number."""
        one = np.zeros((PER_SEQUENCE, 3), np.uint8)
        one[1:3, 0], one[1:3, 2] = SUBCODE, (0, 1)
        one[3:6, 0], one[3:6, 2] = VAUX, (0, 1, 2)
        place = np.arange(6, PER_SEQUENCE)
        sound = (place - 6) % 16 == 0
        one[6:, 0] = np.where(sound, AUDIO, VIDEO)
        one[6:, 2] = np.where(sound, (place - 6) // 16, place - 6 - (place - 6) // 16 - 1)
        every = np.tile(one, (self.sequences, 1))
        every[:, 1] = np.repeat(np.arange(self.sequences), PER_SEQUENCE)
        return every

    def in_place(self, blocks: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which blocks (… × blocks × 80) have their right address."""
        ids = self.ids
        return np.asarray(
            (blocks[..., 0] >> 5 == ids[:, 0]) & (blocks[..., 1] >> 4 == ids[:, 1]) & (blocks[..., 2] == ids[:, 2])
        )

    def of(self, section: int) -> Indexes:
        """The blocks of a section, in the order of the frame."""
        return np.flatnonzero(self.ids[:, 0] == section)

    @cached_property
    def subcode(self) -> Indexes:
        return self.of(SUBCODE)

    @cached_property
    def vaux(self) -> Indexes:
        return self.of(VAUX)

    @cached_property
    def audio(self) -> Indexes:
        return self.of(AUDIO)

    @cached_property
    def video(self) -> Indexes:
        return self.of(VIDEO)


NTSC = System("NTSC", 10, Fraction(30000, 1001), "720x480", (1580, 1452, 1053))
PAL = System("PAL", 12, Fraction(25), "720x576", (1896, 1742, 1264))


def system_of(start: bytes | memoryview) -> System | None:
    """Of bytes with which a frame begins: which system it is of, None where no frame begins.

    The header block and the two of subcode behind it must be what they say."""
    if len(start) < 2 * BLOCK + 3 or start[0] >> 5 != HEADER or start[1] >> 4 or start[2]:
        return None
    for number in (0, 1):
        at = BLOCK * (1 + number)
        if start[at] >> 5 != SUBCODE or start[at + 1] >> 4 or start[at + 2] != number:
            return None
    return PAL if start[3] & 0x80 else NTSC


_STYPES = {4: "DVCPRO50", 0x14: "DVCPRO HD (1080i)", 0x18: "DVCPRO HD (720p)"}
_FIRST_VAUX = 3 * BLOCK


def refusal(frame: bytes | memoryview) -> str:
    """What a frame is that begins as DV25 does and is none: its name, empty where it is DV25.

    The source pack of VAUX has the signal type (SMPTE 314M, 370M): 0 and 1 are DV25."""
    for block in range(3):
        for pack in range(15):
            at = _FIRST_VAUX + block * BLOCK + 3 + 5 * pack
            if at + 5 <= len(frame) and frame[at] == 0x60 and frame[at + 3] != 0xFF:
                return _STYPES.get(frame[at + 3] & 0x1F, "")
    return ""
