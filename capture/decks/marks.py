"""A number in the sound that a program can read, to the fraction of a sample: a chirp that says *here*, and the number
of the picture that begins there.

Once a second of tape, at the first sample of that picture: a chirp of 10 ms from 500 to 8000 Hz, then 40 bits of 1.5 ms
each, a tone of 2000 Hz for 0 and of 4000 Hz for 1: 24 bits of the number and the check code of a stamp. Marks lie at
−12 dBFS. They are found by matched filter (correlation with the chirp), so noise, a resampler or a clock that is off
do not hurt.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from capture.decks.standard import RATE_HZ

_CHIRP_S, _LOW_HZ, _HIGH_HZ = 0.010, 500.0, 8000.0
_BIT_S, _ZERO_HZ, _ONE_HZ = 0.0015, 2000.0, 4000.0
_BITS = 40
LENGTH_S = _CHIRP_S + _BITS * _BIT_S
LEVEL = 0.25
"""Of full scale: −12 dBFS."""
_LIKENESS = 0.6
"""Correlation, normalised to 1, from which a place is looked at as a chirp."""
_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True)
class Mark:
    """`number` is the picture's that begins at `sample` of this sound."""

    number: int
    sample: float


def wave(number: int, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """A mark's samples, 70 ms of them, −1…1."""
    bits = np.unpackbits(np.frombuffer(_word(number), dtype=np.uint8)).astype(bool)
    time_s = np.arange(round(_BITS * _BIT_S * rate_hz)) / rate_hz
    tone_hz = np.where(bits[np.minimum((time_s / _BIT_S).astype(int), _BITS - 1)], _ONE_HZ, _ZERO_HZ)
    tones = np.sin(2 * np.pi * tone_hz * (time_s % _BIT_S))
    return (LEVEL * np.concatenate((_chirp(rate_hz), tones))).astype(np.float32)


def read(sound: NDArray[np.int16] | NDArray[np.float32], rate_hz: int = RATE_HZ) -> list[Mark]:
    """The marks in a sound (samples, or samples × channels: the first is read), in order. What is no mark, or has a
    wrong check code, is left out."""
    first = sound if sound.ndim == 1 else sound[:, 0]
    chirp = _chirp(rate_hz)
    found: list[Mark] = []
    step = _BLOCK - len(chirp) + 1
    for start in range(0, max(len(first) - len(chirp) + 1, 0), step):
        piece = first[start : start + _BLOCK].astype(np.float64)
        for place in _peaks(_likeness(piece, chirp)):
            mark = _decoded(first, start + place, rate_hz)
            if mark and (not found or mark.sample - found[-1].sample > len(chirp)):
                found.append(mark)
    return found


@lru_cache(maxsize=4)
def _chirp(rate_hz: int) -> NDArray[np.float64]:
    time_s = np.arange(round(_CHIRP_S * rate_hz)) / rate_hz
    return np.asarray(np.sin(2 * np.pi * (_LOW_HZ + (_HIGH_HZ - _LOW_HZ) * time_s / (2 * _CHIRP_S)) * time_s))


def _word(number: int) -> bytes:
    three = number.to_bytes(3, "big")
    return three + binascii.crc_hqx(three, 0xFFFF).to_bytes(2, "big")


def _likeness(piece: NDArray[np.float64], chirp: NDArray[np.float64]) -> NDArray[np.float64]:
    """How like the chirp each stretch of the piece is: 1 for the chirp itself at any level, 0 for silence."""
    size = 1 << (len(piece) + len(chirp)).bit_length()
    both = np.fft.rfft(piece, size) * np.conj(np.fft.rfft(chirp, size))
    match = np.fft.irfft(both, size)[: len(piece) - len(chirp) + 1]
    sums = np.concatenate(([0.0], np.cumsum(piece * piece)))
    energy = sums[len(chirp) :] - sums[: -len(chirp)]
    floor = 1e-9 * max(1.0, float(energy.max(initial=0.0)))
    return np.asarray(match / np.sqrt(np.maximum(energy, floor) * np.dot(chirp, chirp)))


def _peaks(likeness: NDArray[np.float64]) -> list[float]:
    """Where it is highest, between samples: a parabola through the peak and its neighbours."""
    found: list[float] = []
    above = np.flatnonzero(likeness > _LIKENESS)
    for group in np.split(above, np.flatnonzero(np.diff(above) > 96) + 1):
        if not len(group):
            continue
        top = int(group[np.argmax(likeness[group])])
        shift = 0.0
        if 0 < top < len(likeness) - 1:
            left, here, right = likeness[top - 1 : top + 2]
            bend = left - 2 * here + right
            shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
        found.append(top + float(shift))
    return found


def _decoded(sound: NDArray[np.int16] | NDArray[np.float32], place: float, rate_hz: int) -> Mark | None:
    bit = round(_BIT_S * rate_hz)
    start = round(place + _CHIRP_S * rate_hz)
    piece = sound[start : start + _BITS * bit].astype(np.float64)
    if len(piece) < _BITS * bit:
        return None
    time_s = np.arange(bit) / rate_hz
    tones = np.exp(-2j * np.pi * np.outer((_ZERO_HZ, _ONE_HZ), time_s))
    strength = np.abs(piece.reshape(_BITS, bit) @ tones.T)
    word = np.packbits(strength[:, 1] > strength[:, 0]).tobytes()
    number = int.from_bytes(word[:3], "big")
    return Mark(number, place) if _word(number) == word else None
