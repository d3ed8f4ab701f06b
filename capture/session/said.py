"""What ffmpeg and the drivers behind it say of lost frames, vanished devices and full disks. Pure.

ffmpeg runs with `-loglevel repeat+level+info`: every line begins with who says it and how bad it is, and none is left
out for being the same as the one before. The sentences are ffmpeg's own, from libavdevice and libavformat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["Said", "cause", "listen"]

SaidKind = Literal["dropped", "damaged", "late", "gone", "disk", "format", "error", "warning"]


@dataclass(frozen=True, slots=True)
class Said:
    """`count`: frames, where the line tells. `text`: the line without its addresses."""

    kind: SaidKind
    text: str
    count: int = 1
    sound: bool = False


_SAYINGS: tuple[tuple[SaidKind, str], ...] = (
    ("dropped", r"frame dropped!"),  # dshow: real-time buffer … too full
    ("dropped", r"decklink input buffer overrun"),
    ("dropped", r"frames dropped (?P<count>[1-9]\d*)"),  # decklink counts
    ("dropped", r"buffer xrun"),  # ALSA
    ("dropped", r"dropping (?:frame|packet)"),
    ("dropped", r"^(?:\d+ )?frame dropped"),  # dvgrab
    ("damaged", r"dequeued v4l2 buffer contains corrupted data"),
    ("damaged", r"damaged frame"),  # dvgrab
    ("late", r"thread message queue blocking"),
    ("late", r"non-monoton"),
    ("disk", r"no space left on device|disk quota exceeded|file too large|there is not enough space on the disk"),
    ("gone", r"no such device|ioctl\(vidioc_dqbuf\)|device disconnected|error during demuxing"),
    ("gone", r"input/output error|broken pipe"),
    ("format", r"input format changed|changing video frame properties|frame parameters mismatch"),
    ("format", r"reconfiguring filter graph because video parameters changed"),
)

_PREFIX = re.compile(r"^(?:\[(?P<who>[^\]@]*?)(?: @ (?:0x)?[0-9a-fA-F]+)?\] )*")
_LEVEL = re.compile(r"\[(panic|fatal|error|warning|info|verbose|debug)\] ")


def listen(line: str) -> Said | None:
    """What a line of ffmpeg's log means to a recording; None: nothing."""
    level = found[1] if (found := _LEVEL.search(line)) else "info"
    text = words(line)
    if not text:
        return None
    for kind, pattern in _SAYINGS:
        if match := re.search(pattern, text, re.IGNORECASE):
            count = int(match["count"]) if "count" in match.re.groupindex else 1
            return Said(kind, text, count, sound="audio input" in text or "xrun" in text.lower())
    if level in ("panic", "fatal", "error"):
        return Said("error", text)
    return Said("warning", text) if level == "warning" else None


def words(line: str) -> str:
    """The line without who said it, and where in memory."""
    return _PREFIX.sub("", _LEVEL.sub("", line.strip())).strip()


def cause(said: list[Said]) -> Said | None:
    """Of all that was said, what ended the run: a full disk before a device that is gone, before any other error."""
    for kind in ("disk", "gone", "error"):
        for one in said:
            if one.kind == kind:
                return one
    return None
