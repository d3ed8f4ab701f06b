"""Finds the numbered pictures that a pattern such as `scan%04d.png` stands for."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_NUMBER = re.compile(r"%(?:0(\d{1,2}))?d|%%")


@dataclass(frozen=True, slots=True)
class Sequence:
    """Pictures `first` … `last`, without a gap. `following` is the number after the gap where there is one."""

    first: int
    last: int
    following: int | None
    start: Path
    end: Path
    identity: str
    stamp: str
    size: int


def is_pattern(path: str) -> bool:
    """Whether the name holds exactly one place for a number (`%d`, `%04d`; `%%` is a plain %)."""
    return sum(1 for one in _NUMBER.finditer(Path(path).name) if one[0] != "%%") == 1


def find(pattern: str) -> Sequence | None:
    """The run of pictures that begins with the lowest number; None where no picture is there."""
    folder = Path(pattern.replace("%%", "%")).absolute().parent
    matcher = _matcher(Path(pattern).name)
    numbered: dict[int, Path] = {}
    for one in folder.iterdir():
        found = matcher.fullmatch(one.name)
        if found and one.is_file():
            numbered[int(found[1])] = one
    if not numbered:
        return None
    ordered = sorted(numbered)
    first = last = ordered[0]
    while last + 1 in numbered:
        last += 1
    run = [numbered[number] for number in range(first, last + 1)]
    status = [one.stat() for one in run]
    digest = hashlib.sha256()
    digest.update(" ".join(str(one.st_size) for one in status).encode())
    for end in {run[0]: 0, run[-1]: 0}:
        with end.open("rb") as file:
            digest.update(file.read(256 * 1024))
    size = sum(one.st_size for one in status)
    return Sequence(
        first,
        last,
        next((number for number in ordered if number > last), None),
        run[0],
        run[-1],
        f"{size:x}-{digest.hexdigest()[:32]}",
        f"{max(one.st_mtime_ns for one in status)}-{size}",
        size,
    )


def _matcher(name: str) -> re.Pattern[str]:
    parts, at = [], 0
    for one in _NUMBER.finditer(name):
        parts.append(re.escape(name[at : one.start()]))
        if one[0] == "%%":
            parts.append("%")
        else:
            width = int(one[1] or 1)
            parts.append(rf"((?=\d{{{width}}}(?!\d))\d+|[1-9]\d{{{width},}})")
        at = one.end()
    return re.compile("".join(parts) + re.escape(name[at:]), re.ASCII)
