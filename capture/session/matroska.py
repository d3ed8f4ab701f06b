"""Reads the little of Matroska that ffmpeg's live pipe and our own parts consist of.

`blocks` follows a stream as it comes. `pieces` gives a file's header and its clusters as bytes, without its index
and what a crash cut off, so that the clusters of several parts can be strung behind one header: the parts of one run
keep their time stamps, and so nothing needs to be counted anew. RFC 9559.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO

__all__ = ["Block", "Pieces", "Track", "blocks", "clusters_of", "pieces"]

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_INFO, _SCALE, _TRACKS, _TRACK = 0x1549A966, 0x2AD7B1, 0x1654AE6B, 0xAE
_NUMBER, _TYPE, _VIDEO, _AUDIO = 0xD7, 0x83, 0xE0, 0xE1
_WIDTH, _HEIGHT, _RATE, _CHANNELS = 0xB0, 0xBA, 0xB5, 0x9F
_SHOWN_WIDTH, _SHOWN_HEIGHT = 0x54B0, 0x54BA
_TIME, _SIMPLE, _GROUP, _BLOCK, _CRC = 0xE7, 0xA3, 0xA0, 0xA1, 0xBF
_INSIDE = (_SEGMENT, _CLUSTER, _GROUP)
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Track:
    number: int
    kind: int  # 1 picture, 2 sound
    width: int = 0
    height: int = 0
    rate: int = 0
    channels: int = 0
    shown: tuple[int, int] = (0, 0)  # DisplayWidth and -Height: pixels, or parts of an aspect

    @property
    def sar(self) -> tuple[int, int]:
        """The shape of a pixel, width : height; (0, 0): not said."""
        if not all((*self.shown, self.width, self.height)):
            return 0, 0
        shape = Fraction(self.shown[0], self.shown[1]) * Fraction(self.height, self.width)
        return shape.numerator, shape.denominator


@dataclass(frozen=True, slots=True)
class Block:
    track: Track
    pts_s: float
    data: memoryview


class _EndError(EOFError):
    pass


def blocks(stream: IO[bytes]) -> Iterator[Block]:
    """Every block as it comes, until the stream ends, be it in the middle of one."""
    tracks: dict[int, Track] = {}
    scale_s, cluster = 1e-3, 0
    try:
        while True:
            kind, size = _id(stream), _size(stream)
            if kind in _INSIDE:
                continue
            data = _take(stream, size)
            if kind == _INFO:
                scale_s = next((_uint(one) for key, one in _children(data) if key == _SCALE), 1_000_000) * 1e-9
            elif kind == _TRACKS:
                tracks = {one.number: one for one in map(_track, _children(data)) if one is not None}
            elif kind == _TIME:
                cluster = _uint(data)
            elif kind in (_SIMPLE, _BLOCK):
                number, at = _vint(data, 0)
                (offset,) = struct.unpack_from(">h", data, at)
                if number in tracks:
                    yield Block(tracks[number], (cluster + offset) * scale_s, memoryview(data)[at + 3 :])
    except _EndError:
        return


def _track(child: tuple[int, bytes]) -> Track | None:
    key, data = child
    if key != _TRACK:
        return None
    found = dict(_children(data))
    if _NUMBER not in found or _TYPE not in found:
        return None
    video, audio = dict(_children(found.get(_VIDEO, b""))), dict(_children(found.get(_AUDIO, b"")))
    rate = audio.get(_RATE, b"")
    return Track(
        _uint(found[_NUMBER]), _uint(found[_TYPE]), _uint(video.get(_WIDTH, b"")), _uint(video.get(_HEIGHT, b"")),
        round(struct.unpack(">d" if len(rate) == 8 else ">f", rate)[0]) if rate else 0,
        _uint(audio.get(_CHANNELS, b"\x01")),
        (_uint(video.get(_SHOWN_WIDTH, b"")), _uint(video.get(_SHOWN_HEIGHT, b""))),
    )  # fmt: skip


def _children(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        key, at = _vint(data, at, keep=True)
        size, at = _vint(data, at)
        yield key, data[at : at + size]
        at += size


def _uint(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _vint(data: bytes, at: int, keep: bool = False) -> tuple[int, int]:
    """An EBML number and where it ends; `keep` its length marker, as ids do."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep else value & ((1 << 7 * length) - 1)), at + length


def _take(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise _EndError
    return data


def _id(stream: IO[bytes]) -> int:
    first = _take(stream, 1)
    return int.from_bytes(first + _take(stream, 8 - first[0].bit_length()), "big")


def _size(stream: IO[bytes]) -> int:
    """The size of an element; −1: it is not said."""
    first = _take(stream, 1)
    length = 9 - first[0].bit_length()
    raw = first + _take(stream, length - 1)
    value = int.from_bytes(raw, "big") & ((1 << 7 * length) - 1)
    return _UNKNOWN if value == (1 << 7 * length) - 1 else value


# --------------------------------------------------------------------------------------------- whole files


@dataclass(frozen=True, slots=True)
class Pieces:
    """A file taken apart. `head`: all before the first cluster but the index, its segment's size open. `clusters`:
    where whole clusters lie, first byte and length. `rest`: a cluster that was cut off, with what is whole of it."""

    path: Path
    head: bytes
    clusters: tuple[tuple[int, int], ...]
    rest: bytes = b""

    @property
    def whole(self) -> bool:
        return not self.rest

    def last(self, count: int) -> Iterator[bytes]:
        """The last clusters, one by one."""
        with self.path.open("rb") as file:
            for start, length in self.clusters[-count:]:
                file.seek(start)
                yield file.read(length)
        if self.rest:
            yield self.rest

    def stream(self, chunk: int = 1 << 22) -> Iterator[bytes]:
        """The clusters' bytes."""
        with self.path.open("rb") as file:
            for start, length in self.clusters:
                file.seek(start)
                while length:
                    data = file.read(min(chunk, length))
                    if not data:
                        return
                    length -= len(data)
                    yield data
        if self.rest:
            yield self.rest


_KEPT = (_INFO, _TRACKS)


def pieces(path: Path) -> Pieces | None:
    """None: no picture is in it, or it is no Matroska."""
    head = b""
    clusters: list[tuple[int, int]] = []
    with path.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(0)
        try:
            if (kind := _id(file)) != _EBML:
                return None
            size = _size(file)
            head = _element(kind, _take(file, size))
            if _id(file) != _SEGMENT:
                return None
            _size(file)
            head += _SEGMENT.to_bytes(4, "big") + b"\x01" + b"\xff" * 7
            while True:
                start = file.tell()
                kind, size = _id(file), _size(file)
                if kind == _CLUSTER:
                    if size == _UNKNOWN or file.tell() + size > end:
                        return Pieces(path, head, tuple(clusters), _whole_part(file, end))
                    clusters.append((start, file.tell() + size - start))
                    file.seek(size, 1)
                elif kind in _KEPT and not clusters:
                    head += _element(kind, _take(file, size))
                elif size == _UNKNOWN or file.tell() + size > end:
                    break
                else:
                    file.seek(size, 1)
        except (_EndError, IndexError):
            pass
    return Pieces(path, head, tuple(clusters)) if clusters else None


def clusters_of(paths: Sequence[Path]) -> Iterator[bytes]:
    """Several files of one run as one stream: the first one's header, and all clusters."""
    first = True
    for path in paths:
        found = pieces(path)
        if found is None:
            continue
        if first:
            yield found.head
            first = False
        yield from found.stream()


def _whole_part(file: IO[bytes], end: int) -> bytes:
    """Of a cluster that was cut off: what came whole, as a cluster; empty where that is nothing."""
    body, blocks_there = b"", False
    try:
        while file.tell() < end:
            kind, size = _id(file), _size(file)
            if size == _UNKNOWN:
                break
            data = _take(file, size)
            if kind != _CRC:  # of the whole cluster
                body += _element(kind, data)
                blocks_there = blocks_there or kind in (_SIMPLE, _GROUP)
    except (_EndError, IndexError):
        pass
    return _element(_CLUSTER, body) if blocks_there else b""


def _element(kind: int, data: bytes) -> bytes:
    name = kind.to_bytes((kind.bit_length() + 7) // 8, "big")
    return name + (len(data) | 1 << 56).to_bytes(8, "big") + data
