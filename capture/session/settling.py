"""The last step of making a recording whole: files get their names, and what they were made of goes.

What is to be done is written down first, in the work folder, and forced to the disk. A recorder that dies in the midst
of it (a power failure, while gigabytes are being removed) would otherwise find half of the parts the next time, take
them for all of the recording, and give them the name of the whole file. So it finds what was meant, and does the rest.
Nothing is ever written over: a file of that name that came meanwhile is somebody's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from capture.session.messages import Part
from capture.session.places import Places

__all__ = ["Outcome", "Settling", "left_to_do", "settle"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`files`: what to open, in order. `short`: frames that were counted but had not been written when a run was cut
    off, by run. `note`: why it was not joined, and the like."""

    files: tuple[Path, ...]
    parts: tuple[Part, ...]
    short: tuple[tuple[int, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settling:
    """`moves`: what becomes which of `outcome.files`, in order. `removes`: what these were made of, and is proved to
    be in them. `listed`: players get a list of the files."""

    moves: tuple[tuple[Path, Path], ...]
    outcome: Outcome
    removes: tuple[Path, ...] = ()
    listed: bool = False


def settle(places: Places, asked: Settling) -> Outcome:
    """Do it. OSError: what has no name yet lies in the work folder still, and the next try goes on."""
    _free(places, asked)
    try:
        _note(places, asked)
    except OSError:
        if asked.removes:  # nothing goes without a note; names alone can be given on a full disk
            raise
    return _done(places, asked)


def left_to_do(places: Places) -> Outcome | None:
    """Go on where an earlier recorder died in the midst of it. None: none had begun. OSError as of `settle`."""
    try:
        raw = json.loads(_place(places).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    at = places.folder
    files, short = (at / one for one in raw["files"]), ((int(run), int(count)) for run, count in raw["short"])
    parts = (Part(**{**one, "path": str(at / one["path"])}) for one in raw["parts"])
    outcome = Outcome(tuple(files), tuple(parts), tuple(short), raw["note"])
    moves = tuple((at / old, at / new) for old, new in raw["moves"])
    asked = Settling(moves, outcome, tuple(at / one for one in raw["removes"]), raw["listed"])
    _free(places, asked)
    return _done(places, asked)


def _free(places: Places, asked: Settling) -> None:
    for old, new in asked.moves:
        if new.exists() and old.exists():
            then = f'then `launch.py capture report "{places.work}"` goes on'
            raise FileExistsError(17, f"{new} came meanwhile, and is not written over. Give it another name, {then}")


def _note(places: Places, asked: Settling) -> None:
    def name(path: Path | str) -> str:
        return os.path.relpath(path, places.folder)  # the folder may have moved when it is read

    outcome = asked.outcome
    facts = {
        "moves": [(name(old), name(new)) for old, new in asked.moves],
        "removes": [name(one) for one in asked.removes],
        "listed": asked.listed,
        "files": [name(one) for one in outcome.files],
        "parts": [asdict(replace(one, path=name(one.path))) for one in outcome.parts],
        "short": outcome.short,
        "note": outcome.note,
    }
    part = _place(places).with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(_place(places))


def _done(places: Places, asked: Settling) -> Outcome:
    for old, new in asked.moves:
        if old.exists():
            old.rename(new)
        elif not new.exists():
            raise FileNotFoundError(2, f"neither {old} nor {new} is there")
    for one in asked.removes:
        one.unlink(missing_ok=True)
    outcome = asked.outcome
    if not asked.listed:
        return outcome
    try:
        places.concat.write_text(_listing(outcome.files), encoding="utf-8")
    except OSError as fault:  # the disk is full: a list is not worth the parts
        with suppress(OSError):
            places.concat.unlink(missing_ok=True)
        return replace(outcome, note=f"{outcome.note}; without a list of them ({fault.strerror or fault})")
    return outcome


def _listing(files: Sequence[Path]) -> str:
    """For ffmpeg's concat demuxer and what is made with it."""
    quoted = (one.name.replace("'", "'\\''") for one in files)
    return "ffconcat version 1.0\n" + "".join(f"file '{name}'\n" for name in quoted)


def _place(places: Places) -> Path:
    return places.work / "settling.json"
