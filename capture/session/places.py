"""Where a recording lies. While the tape plays, in a work folder; when it is whole, beside it.

FOLDER/Summer 1988.capture/       while it records: parts, lists, ffmpeg's log; what was asked (asked.msgpack)
FOLDER/Summer 1988.log.jsonl      every event, as it happens
FOLDER/Summer 1988.live.json      where the live ring is, while there is one
FOLDER/Summer 1988.mkv            when it is whole; or Summer 1988.001.mkv … and Summer 1988.ffconcat
FOLDER/Summer 1988.framemd5       a checksum of every frame, as it came from the device
FOLDER/Summer 1988.report.json, Summer 1988.report.html
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from capture.session.asking import Asked

__all__ = ["Places", "PlacesError", "checked"]

_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_BAD = '<>:"/\\|?*' if sys.platform == "win32" else "/"


class PlacesError(Exception):
    """Nothing can be recorded there: where, what, what next."""


@dataclass(frozen=True, slots=True)
class Places:
    folder: Path
    name: str

    @property
    def work(self) -> Path:
        return self.folder / f"{self.name}.capture"

    @property
    def asked(self) -> Path:
        return self.work / "asked.msgpack"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log.jsonl"

    @property
    def live(self) -> Path:
        return self.folder / f"{self.name}.live.json"

    @property
    def framemd5(self) -> Path:
        return self.folder / f"{self.name}.framemd5"

    @property
    def report(self) -> Path:
        return self.folder / f"{self.name}.report.html"

    @property
    def facts(self) -> Path:
        return self.folder / f"{self.name}.report.json"

    @property
    def concat(self) -> Path:
        return self.folder / f"{self.name}.ffconcat"

    def whole(self, suffix: str) -> Path:
        return self.folder / f"{self.name}{suffix}"

    def part(self, number: int, suffix: str) -> Path:
        """`number` from 1."""
        return self.folder / f"{self.name}.{number:03}{suffix}"

    def taken(self) -> list[Path]:
        """What is there of a recording of this name."""
        found = [self.work, self.log, self.framemd5, self.report, self.facts, self.concat]
        found += [self.whole(suffix) for suffix in (".mkv", ".mov", ".avi", ".dv")]
        found += [self.part(1, suffix) for suffix in (".mkv", ".mov", ".avi", ".dv")]
        return [one for one in found if one.exists()]


def checked(asked: Asked, resume: bool = False) -> Places:
    """The places of a recording that may begin (or go on) now. PlacesError."""
    name = asked.name.strip()
    if not name or name in (".", "..") or any(one in name for one in _BAD) or "\0" in name:
        raise PlacesError(f"{asked.name!r} cannot be a file's name. Name the recording, without any of {_BAD} in it")
    if sys.platform == "win32" and (_RESERVED.match(name) or name.endswith(".")):
        raise PlacesError(f"{name!r} cannot be a file's name on Windows. Choose another name")
    places = Places(Path(asked.folder or ".").absolute(), name)
    if resume:
        return places
    there = places.taken()
    if places.work in there:
        mend = f'`launch.py capture report "{places.work}"` makes it whole'
        raise PlacesError(
            f"{places.work} is a recording under way, or one that was cut off. {mend}; or choose another name"
        )
    if there:
        raise PlacesError(f"{there[0]} is there already, and no recording is written over. Choose another name")
    try:
        places.work.mkdir(parents=True)
    except OSError as fault:
        why = fault.strerror or fault
        raise PlacesError(f"{places.folder} cannot be written ({why}). Choose another folder") from None
    return places
