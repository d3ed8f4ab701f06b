"""Which recordings are of one tape: by what their frames say, and by the sets of takes beside them.

What is known of a recording is what `capture dv --json` tells of it (capture/dv/telling.py)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capture.dv.again import Again
from capture.dv.timecodes import timecode
from capture.sets.kept import listed
from runtime.takes import SetError, TapeSet, found

type Told = Mapping[str, Any]

NEAR_S = 2.0
"""The camera's clock has whole seconds."""


@dataclass(frozen=True)
class Recorded:
    """A DV recording that was read through. `told`: of each of its files."""

    name: str
    files: tuple[Path, ...]
    told: tuple[Told, ...]

    @property
    def places(self) -> tuple[Again, ...]:
        """What of its tape is worth playing once more."""
        return tuple(Again(**one) for told in self.told for one in told["again"])


@dataclass(frozen=True, slots=True)
class Offer:
    """Another pass of the tape: what it is called, and its files."""

    name: str
    files: tuple[Path, ...]


def same_tape(one: Recorded, other: Recorded) -> bool:
    """Whether they hold frames of one tape: the camera's clock stood at the same moment for the same timecode; where
    one of them has no date, whether their timecodes overlap."""
    ours, theirs = ([*_epochs(each)] for each in (one, other))
    if ours and theirs:
        return any(abs(a - b) <= NEAR_S for a in ours for b in theirs)
    return any(
        a[0] <= b[1] and b[0] <= a[1] for first in one.told for second in other.told
        for a in _span(first) for b in _span(second)
    )  # fmt: skip


def of_sets(files: Sequence[Path]) -> tuple[Offer, ...]:
    """The other passes in the sets that these files are in. Reads the folder; what cannot be read is left out."""
    mine = {one.absolute() for one in files}
    made: list[Offer] = []
    with suppress(SetError, IndexError):
        for path, held in listed(files[0].parent):
            if isinstance(held, TapeSet):
                passes = {each.id: _files(path, held, each.id) for each in held.passes}
                if any(mine & set(found) for found in passes.values()):
                    made += [
                        Offer(f"{held.tape or path.stem} · {number}", found)
                        for number, found in passes.items()
                        if found and not mine & set(found)
                    ]
    return tuple(made)


def _files(path: Path, held: TapeSet, number: int) -> tuple[Path, ...]:
    """Empty where one of them is not there, or not as it was."""
    one = held.find(number)
    assert one is not None
    try:
        return tuple(found(part, path) for part in one.parts)
    except SetError:
        return ()


def _epochs(one: Recorded) -> Iterator[float]:
    """What the camera's clock would have been at timecode 0, in seconds, for each of the tape's recordings."""
    for told in one.told:
        for begun in told["recordings"]:
            at = _seconds(told, begun["tc"])
            with suppress(ValueError, TypeError):
                if at is not None:
                    when = datetime.datetime.fromisoformat(begun["rdt"])
                    yield (when - datetime.datetime(1970, 1, 1)).total_seconds() - at


def _span(told: Told) -> Iterator[tuple[float, float]]:
    first, last = _seconds(told, told["tc"]["first"]), _seconds(told, told["tc"]["last"])
    if first is not None and last is not None:
        yield first, last


def _seconds(told: Told, text: str) -> float | None:
    """Of the day, at this timecode."""
    nominal = 25 if told["system"] == "PAL" else 30
    read = timecode(text, nominal)
    return None if read is None else read.count / nominal * (1.001 if nominal == 30 else 1)
