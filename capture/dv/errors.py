"""Which blocks of a frame a deck could not read: the error map.

Video blocks tell it in four bits, STA (SMPTE 314M, table 26): 0 good; 2, 4, 6 taken from the frame before, the one
after, or otherwise, with the continuity guaranteed; 10, 12, 14 the same without; 7 an error within; 15 an error of
unknown place. Audio blocks hold the code of an invalid sample all through: 0x8000 of 16 bits, 0x800 of 12. A block
whose own address is wrong was not read at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.dv.layout import BLOCK, System

__all__ = ["STA_WORDS", "UNREADABLE", "Errors", "bad", "runs"]

UNREADABLE = 16
"""Stands for STA where a block has no right address."""
STA_WORDS = {
    2: "from the frame before", 4: "from the frame after", 6: "concealed", 7: "error within the block",
    10: "from the frame before, continuity not guaranteed", 12: "from the frame after, continuity not guaranteed",
    14: "concealed, continuity not guaranteed", 15: "error of unknown place", UNREADABLE: "not read",
}  # fmt: skip
_WORDS = BLOCK // 8
_MUTE_16 = np.frombuffer(b"\x80\x00" * 36, np.uint64)
_MUTE_12 = np.frombuffer(b"\x80\x80\x00" * 24, np.uint64)


@dataclass(frozen=True, eq=False)
class Errors:
    """Of one frame. `video`: STA of each of its 1350 or 1620 video blocks, UNREADABLE too; `audio`: True for each of
    its 90 or 108 audio blocks that is bad; both in the frame's order. `other`: blocks of subcode, VAUX and header
    without a right address."""

    video: NDArray[np.uint8]
    audio: NDArray[np.bool_]
    other: int = 0

    @property
    def video_count(self) -> int:
        return int(np.count_nonzero(self.video))

    @property
    def audio_count(self) -> int:
        return int(np.count_nonzero(self.audio))

    def sta(self) -> dict[int, tuple[int, int]]:
        """For each STA that occurs: how many blocks, and how many of them in even sequences. Where nearly all lie in
        even ones, or in odd ones, one of the deck's two heads is dirty."""
        even = np.arange(len(self.video)) // 135 % 2 == 0
        kinds = np.unique(self.video[self.video > 0])
        return {
            int(kind): (int(np.sum(self.video == kind)), int(np.sum((self.video == kind) & even))) for kind in kinds
        }


def bad(frames: NDArray[np.uint8], system: System) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
    """Of n frames (n × blocks × 80): STA of the video blocks (n × 1350 or 1620), bad audio blocks (n × 90 or 108), and
    how many other blocks have a wrong address."""
    astray = ~system.in_place(frames)
    video: NDArray[np.uint8] = frames[:, system.video, 3] >> np.uint8(4)
    video[astray[:, system.video]] = UNREADABLE
    sound = astray[:, system.audio]
    if not frames.flags.c_contiguous:
        frames = np.ascontiguousarray(frames)
    words = frames.reshape(len(frames), -1).view(np.uint64).reshape(len(frames), system.blocks, _WORDS)
    maybe_frame, maybe_block = np.nonzero((frames[:, system.audio, 8] == 0x80) & ~sound)
    payload = words[maybe_frame, system.audio[maybe_block], 1:]
    mute = (payload == _MUTE_16).all(axis=1) | (payload == _MUTE_12).all(axis=1)
    sound[maybe_frame[mute], maybe_block[mute]] = True
    mine = np.concatenate((system.video, system.audio))
    other = np.count_nonzero(astray, axis=1) - np.count_nonzero(astray[:, mine], axis=1)
    return video, sound, other


def runs(values: NDArray[np.uint8] | NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """The stretches that are not 0: (first, last, value), the last one included."""
    codes = values.astype(np.int64)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], codes, [0]))))
    found = []
    for first, after in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if codes[first]:
            found.append((first, after - 1, int(codes[first])))
    return found
