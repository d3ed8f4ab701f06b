"""Where unfinished renders lie: a small file for each in the data folder, so that they are found after a power cut."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime import folders
from runtime.jobs.journal import SUFFIX, Folder, JournalError, read_job, wholes_of
from runtime.jobs.segments import Segment


@dataclass(frozen=True, slots=True)
class Unfinished:
    """One of them. `made` and `frames` count frames of the longest output."""

    folder: Path
    job: dict[str, Any]
    made: int
    frames: int

    @property
    def result(self) -> Path:
        return self.folder.with_name(self.folder.name.removesuffix(SUFFIX))


def note(folder: Path) -> None:
    """Remember it. That it cannot be written is no reason not to render."""
    with suppress(OSError):
        file = _file(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"folder": str(folder.absolute())}), "utf-8")


def forget(folder: Path) -> None:
    with suppress(OSError):
        _file(folder).unlink(missing_ok=True)


def known() -> Iterator[Unfinished]:
    """All that are remembered and still there."""
    for file in sorted((folders.data() / "unfinished").glob("*.json")):
        try:
            folder = Path(json.loads(file.read_bytes())["folder"])
            yield looked_at(folder)
        except (OSError, ValueError, KeyError, TypeError, JournalError):
            continue  # finished, moved, or on a disk that is away for now


def looked_at(folder: Path) -> Unfinished:
    """JournalError where it is none."""
    job = read_job(folder)
    whole = _longest(job)
    made = sum(one.last - one.first for one in wholes_of(folder))
    return Unfinished(folder, job, made, whole[1] - whole[0])


def found(text: str) -> Path:
    """The folder that a user means: by its own name, or by the result's."""
    path = Path(text)
    return path if path.name.endswith(SUFFIX) else Folder.of(path)


def _longest(job: dict[str, Any]) -> Segment:
    spans = [one["span"] for one in job["decides"]["outputs"].values()]
    first, last = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))
    return first, last


def _file(folder: Path) -> Path:
    named = hashlib.sha256(str(folder.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:20]
    return folders.data() / "unfinished" / f"{named}.json"
