"""What a media file says of itself, as a source node sees it. Filled in by a probe, pure data here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from nodes.clip import ClipInfo, Fields, SoundInfo


@dataclass(frozen=True, slots=True)
class VideoStream:
    """One picture stream. `index` counts among the file's video streams. `flagged` is the field order the file
    claims (None: it says nothing), `clip` already carries the order that will be assumed."""

    index: int
    codec: str
    clip: ClipInfo
    flagged: Fields | None = None
    variable_rate: bool = False


@dataclass(frozen=True, slots=True)
class SoundStream:
    """One sound stream. `index` counts among the file's sound streams; `sound.start` is relative to the picture:
    positive where the sound begins later than the first frame."""

    index: int
    codec: str
    sound: SoundInfo
    language: str = ""
    title: str = ""


TAKE, SET, LIVE = "tapeloom take", "tapeloom set", "tapeloom live"
"""Values of Media.container for what is no file of pictures itself."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file as it was found. `identity` names its content (size and hashes of both ends), alike on every machine.
    `stamp` changes when the file changes on this machine. `cut_short`: what is missing of a file that ends too early.

    Where it stands for several files, `parts` are those: of a take that was recorded in pieces (`container` is TAKE)
    what follows each other without a gap, of a set of takes (SET) the passes of one tape. A capture that is running
    (LIVE) has none: its frames come by their numbers, and only the newest can be had."""

    path: str
    container: str
    identity: str
    size: int
    duration: Fraction | None
    video: tuple[VideoStream, ...] = ()
    sound: tuple[SoundStream, ...] = ()
    timecode: str = ""
    chapters: int = 0
    metadata: tuple[tuple[str, str], ...] = ()
    stamp: str = ""
    attachments: tuple[str, ...] = field(default=())
    parts: tuple[Media, ...] = ()
    cut_short: str = ""


class MediaError(Exception):
    """A source that cannot be used; the text says where, what, and what to do next."""


Probe = Callable[[str], Media]
"""Looks at a file. Raises MediaError."""
