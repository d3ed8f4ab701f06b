"""What a render says while it is under way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runtime.session import RenderUpdate


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should know and need not act on."""

    text: str


@dataclass(frozen=True, slots=True)
class Indexing:
    """The source is decoded once, so that every frame can be found exactly."""

    path: str
    percent: int


@dataclass(frozen=True, slots=True)
class Listening:
    """The sound of an output is listened through for its loudness."""

    node: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How far the files are."""

    update: RenderUpdate


@dataclass(frozen=True, slots=True)
class Waiting:
    """It cannot go on for now, and will by itself once what `text` names is so. Said again and again."""

    text: str


@dataclass(frozen=True, slots=True)
class Joining:
    """The segments of an output become its file; `share` of it is done."""

    node: str
    share: float


@dataclass(frozen=True, slots=True)
class Kept:
    """It ends here; `made` of `frames` are whole and stay, for `resume`."""

    result: Path
    made: int
    frames: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """One finished file (or folder of pictures)."""

    node: str
    path: Path
    frames: int
    size_bytes: int
    encoder: str


Event = Note | Indexing | Listening | Writing | Waiting | Joining | Kept
