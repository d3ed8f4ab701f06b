"""Reads ncnn's model files: `.param`, a text with a layer a line, and `.bin`, the weights in the layers' order.

A weight begins with a 32-bit tag: 0x01306B47 halves padded to 4 bytes, 0 or 0x0002C056 singles, 0x000D4B38 8-bit
integers (refused). Biases, slopes and constants are singles without a tag.
Source: github.com/Tencent/ncnn, src/modelbin.cpp and docs/developer-guide/operators.md.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = "7767517"
_HALVES, _SINGLES, _BYTES = 0x01306B47, (0, 0x0002C056), 0x000D4B38
_MOST_LAYERS = 100_000
_ARRAY = -23300
"""A param's key below this holds an array, and is _ARRAY minus the param's number."""

Floats = NDArray[np.float32]


class NcnnError(ValueError):
    """The files are not ncnn's, are cut short, or hold what is not read here."""


@dataclass(frozen=True)
class Layer:
    """One line of a `.param`."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    numbers: Mapping[int, float]
    arrays: Mapping[int, tuple[float, ...]]

    def whole(self, key: int, default: int = 0) -> int:
        return int(self.numbers.get(key, default))

    def real(self, key: int, default: float = 0.0) -> float:
        return float(self.numbers.get(key, default))


def read_param(path: Path) -> list[Layer]:
    """The layers in order. NcnnError."""
    try:
        lines = path.read_text("ascii").splitlines()
    except UnicodeDecodeError:
        raise NcnnError(f"{path.name}: not an ncnn text file") from None
    if not lines or lines[0].strip() != MAGIC:
        raise NcnnError(f"{path.name}: not an ncnn text file: {MAGIC} is missing in its first line")
    try:
        count = int(lines[1].split()[0])
    except (IndexError, ValueError):
        raise NcnnError(f"{path.name}: line 2 does not say how many layers there are") from None
    layers = [_layer(line, f"{path.name} line {at}") for at, line in enumerate(lines[2:], 3) if line.strip()]
    if len(layers) != count or count > _MOST_LAYERS:
        raise NcnnError(f"{path.name}: {len(layers)} layers where {count} are told: the file is cut short")
    known: set[str] = set()
    for layer in layers:
        for blob in layer.inputs:
            if blob not in known:
                raise NcnnError(f"{path.name}: {layer.name} wants {blob!r}, which no layer before it gives")
        known.update(layer.outputs)
    return layers


def _layer(line: str, where: str) -> Layer:
    words = line.split()
    try:
        kind, name, takes, gives = words[0], words[1], int(words[2]), int(words[3])
        blobs = words[4 : 4 + takes + gives]
        if min(takes, gives) < 0 or len(blobs) != takes + gives:
            raise IndexError
        numbers: dict[int, float] = {}
        arrays: dict[int, tuple[float, ...]] = {}
        for pair in words[4 + takes + gives :]:
            key, _, value = pair.partition("=")
            if int(key) <= _ARRAY:
                arrays[_ARRAY - int(key)] = tuple(float(part) for part in value.split(",")[1:])
            else:
                numbers[int(key)] = float(value)
    except (IndexError, ValueError):
        raise NcnnError(f"{where}: not a layer: {line[:80]!r}") from None
    return Layer(kind, name, tuple(blobs[:takes]), tuple(blobs[takes:]), numbers, arrays)


class Bin:
    """A `.bin`, read from front to back."""

    def __init__(self, data: bytes, name: str = "the .bin") -> None:
        self.data, self.name, self.at = data, name, 0

    def singles(self, count: int) -> Floats:
        return self._take(count, "<f4").copy()

    def weights(self, count: int) -> Floats:
        """Weights behind their tag, as singles."""
        (tag,) = struct.unpack("<I", self._bytes(4))
        if tag == _HALVES:
            values = self._take(count, "<f2").astype(np.float32)
            self._bytes(-2 * count % 4)
            return values
        if tag in _SINGLES:
            return self.singles(count)
        what = "8-bit integers" if tag == _BYTES else f"weights of a kind not known here ({tag:#010x})"
        raise NcnnError(f"{self.name}: {what}; only half and single precision are read")

    def end(self) -> None:
        """NcnnError where bytes are left over: then something was read wrongly."""
        if self.at != len(self.data):
            raise NcnnError(
                f"{self.name}: {len(self.data) - self.at} bytes are left over: it belongs to another .param"
            )

    def _take(self, count: int, kind: str) -> NDArray[np.floating]:
        return np.frombuffer(self._bytes(count * np.dtype(kind).itemsize), kind)

    def _bytes(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise NcnnError(f"{self.name}: it ends too early: cut short, or of another .param")
        self.at += count
        return self.data[self.at - count : self.at]
