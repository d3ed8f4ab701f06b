"""Which files the service touches: those in the folders it was given, and nothing else, however a path is written.

A path from outside is `tapes/1994/summer.dv`: the name of a folder that is served, and a way within it. It is followed
to where it really leads (links included) before it is judged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from runtime.jobs.queue.watching import ENDINGS

UPLOADS, RESULTS = "uploads", "results"
_LISTED = 2000
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class PlaceError(Exception):
    """A path or a name that the service does not touch; one line that says why."""


@dataclass(frozen=True)
class Places:
    """`own`: the service's folder, with `uploads` and `results` in it. `tapes`: folders that are read, by the names
    that they have outside."""

    own: Path
    tapes: Mapping[str, Path] = field(default_factory=dict)

    @property
    def uploads(self) -> Path:
        return self.own / UPLOADS

    @property
    def results(self) -> Path:
        return self.own / RESULTS

    @property
    def roots(self) -> dict[str, Path]:
        return {UPLOADS: self.uploads, RESULTS: self.results, **self.tapes}

    def prepare(self) -> None:
        """OSError."""
        for folder in (self.uploads, self.results):
            folder.mkdir(parents=True, exist_ok=True)

    def tidy(self, outputs: Iterable[Path]) -> None:
        """Remove the folders that were made for these results, where nothing is in them."""
        for folder in {one.parent for one in outputs}:
            if folder.parent == self.results:
                with suppress(OSError):
                    folder.rmdir()

    def restore(self, outputs: Iterable[Path]) -> None:
        """Make them again. OSError."""
        for folder in {one.parent for one in outputs}:
            if folder.parent == self.results:
                folder.mkdir(exist_ok=True)

    def readable(self, text: str) -> Path:
        """The file that `tapes/…`, or a whole path, means. PlaceError: it lies nowhere that is served, or is not
        there."""
        if "\0" in text or not text.strip():
            raise PlaceError("an empty path")
        whole = Path(text)
        if whole.is_absolute():
            path = whole
        else:
            first, *rest = PurePosixPath(text.replace("\\", "/")).parts
            if first not in self.roots:
                raise PlaceError(
                    f"{text}: there is no folder {first!r} here. These are served: {', '.join(self.roots)}"
                )
            path = self.roots[first].joinpath(*rest)
        try:
            real = path.resolve()
            within = any(real.is_relative_to(root.resolve()) for root in self.roots.values())
        except (OSError, RuntimeError, ValueError):
            within = False
        if not within:
            raise PlaceError(f"{text} lies in none of the folders that are served: {', '.join(self.roots)}")
        if not real.exists():
            raise PlaceError(f"there is no file {text}")
        return real

    def named(self, path: Path) -> str:
        """How a file is called outside; its bare name where it lies elsewhere."""
        for name, root in self.roots.items():
            try:
                return str(PurePosixPath(name, *path.resolve().relative_to(root.resolve()).parts))
            except (OSError, ValueError):
                continue
        return path.name

    def videos(self) -> Iterator[tuple[str, int]]:
        """Every video in the folders that are read, and its size; 2,000 at most."""
        count = 0
        for name, root in self.roots.items():
            if name == RESULTS:
                continue
            for folder, below, files in os.walk(root):
                below[:] = sorted(one for one in below if not one.startswith(".") and not one.endswith(".job"))
                for file in sorted(files):
                    path = Path(folder, file)
                    if path.suffix.lower() not in ENDINGS or file.startswith("."):
                        continue
                    try:
                        size = path.stat().st_size
                    except OSError:
                        continue
                    yield str(PurePosixPath(name, *path.relative_to(root).parts)), size
                    count += 1
                    if count >= _LISTED:
                        return


def safe_name(text: str) -> str:
    """A file's name from outside, for a file in one folder. PlaceError."""
    name = text.strip().strip(".").strip()
    if not name or re.search(r'[/\\:*?"<>|\x00-\x1f\x7f]', name) or _RESERVED.fullmatch(name) or ".." in name:
        raise PlaceError(f"{text!r} can be no name of a file here. Letters, digits, spaces, dots and dashes can")
    if len(name.encode()) > 200:
        raise PlaceError("the name is too long: 200 bytes at most")
    if Path(name).suffix.lower() not in ENDINGS:
        raise PlaceError(f"{name} is called like no video: {', '.join(ENDINGS)}")
    return name


def unused(folder: Path, name: str) -> Path:
    """`tape.dv`, or `tape 2.dv` where that is taken, whatever ending it has."""
    stem, ending = Path(name).stem, Path(name).suffix
    there = {one.name.lower() for one in folder.iterdir()}
    for number in range(1, 100_000):
        one = f"{stem}{'' if number == 1 else f' {number}'}"
        if not any(other == one.lower() or other.startswith(f"{one.lower()}.") for other in there):
            return folder / f"{one}{ending}"
    raise PlaceError(f"{folder.name} is full of files called {stem}")
