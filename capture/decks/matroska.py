"""Writes just the Matroska that carries raw pictures and sound down a pipe, each with its own time.

Of the containers that ffmpeg reads from a pipe it is the simplest that keeps explicit timestamps: a hole in the
pictures stays a hole. Segment and length are open-ended, times are whole microseconds, a cluster holds one moment.
Format: RFC 9559 (Matroska), RFC 8794 (EBML); uncompressed video as `V_UNCOMPRESSED` with its FourCC.
"""

from __future__ import annotations

import struct
from collections.abc import Buffer, Sequence
from fractions import Fraction

from capture.decks.standard import CHANNELS, RATE_HZ, Standard

PICTURE, SOUND = 1, 2
"""Track numbers."""
TICKS = 1_000_000
"""A second."""
_UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"
_KEYFRAME = 0x80


def head(standard: Standard, sound: bool = True) -> bytes:
    """What comes before the first cluster."""
    video = (
        _uint(0xB0, standard.width)
        + _uint(0xBA, standard.height)
        + _uint(0x9A, 1)  # interlaced
        + _uint(0x9D, 1 if standard.first == "top" else 6)
        + _uint(0x54B2, 3)  # the display size below is an aspect ratio
        + _uint(0x54B0, 4)
        + _uint(0x54BA, 3)
        + _element(0x2EB524, standard.fourcc.encode())
        + _element(0x55B0, _uint(0x55B1, standard.matrix) + _uint(0x55B9, 1))  # colour: matrix, limited range
    )
    tracks = _element(
        0xAE,
        _uint(0xD7, PICTURE)
        + _uint(0x73C5, PICTURE)
        + _uint(0x83, 1)
        + _uint(0x9C, 0)
        + _element(0x86, b"V_UNCOMPRESSED")
        + _uint(0x23E383, round(1_000_000_000 / standard.fps))
        + _element(0xE0, video),
    )
    if sound:
        audio = _element(0xB5, _float(RATE_HZ)) + _uint(0x9F, CHANNELS) + _uint(0x6264, 16)
        tracks += _element(
            0xAE,
            _uint(0xD7, SOUND)
            + _uint(0x73C5, SOUND)
            + _uint(0x83, 2)
            + _uint(0x9C, 0)
            + _element(0x86, b"A_PCM/INT/LIT")
            + _element(0xE1, audio),
        )
    ebml = _uint(0x4286, 1) + _uint(0x42F7, 1) + _uint(0x42F2, 4) + _uint(0x42F3, 8)
    ebml += _element(0x4282, b"matroska") + _uint(0x4287, 4) + _uint(0x4285, 2)
    info = _uint(0x2AD7B1, 1_000_000_000 // TICKS) + _element(0x4D80, b"Tapeloom") + _element(0x5741, b"test deck")
    return (
        _element(0x1A45DFA3, ebml)
        + _id(0x18538067)
        + _UNKNOWN
        + _element(0x1549A966, info)
        + _element(0x1654AE6B, tracks)
    )


def cluster(at_s: Fraction, picture: Sequence[Buffer], sound: bytes) -> list[Buffer]:
    """A moment's bytes in pieces to be written one after the other, so that a picture need not be copied. Either part
    may be empty: `picture` in pieces of any size, `sound` as 16-bit samples."""
    sizes = sum(memoryview(piece).nbytes for piece in picture)
    stamp = _uint(0xE7, round(at_s * TICKS))
    shown = _block_head(PICTURE, sizes) if sizes else b""
    heard = _block_head(SOUND, len(sound)) if sound else b""
    total = len(stamp) + len(shown) + sizes + len(heard) + len(sound)
    pieces: list[Buffer] = [_id(0x1F43B675) + _size(total) + stamp + shown, *picture]
    return [*pieces, heard + sound] if sound else pieces


def _block_head(track: int, size: int) -> bytes:
    """A SimpleBlock at the cluster's own time."""
    return _id(0xA3) + _size(size + 4) + bytes((0x80 | track, 0, 0, _KEYFRAME))


def _element(id: int, body: bytes) -> bytes:
    return _id(id) + _size(len(body)) + body


def _uint(id: int, value: int) -> bytes:
    return _element(id, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _float(value: float) -> bytes:
    return struct.pack(">d", value)


def _id(id: int) -> bytes:
    return id.to_bytes((id.bit_length() + 7) // 8, "big")


def _size(size: int) -> bytes:
    for length in range(1, 9):
        if size < (1 << 7 * length) - 1:
            return (size | 1 << 7 * length).to_bytes(length, "big")
    raise ValueError(f"{size} bytes are more than an element holds")
