"""What the user says about the hardware, against what the scores say: `hardware.json` in the data folder, or
TAPELOOM_ENCODERS and TAPELOOM_AI for once.

    {"encoders": ["quicksync", "cpu"], "ai": ["cpu"]}

An order: what is named comes first, what is not comes behind it, as scored.
A file that cannot be read counts as none: a render does not fail over a wish.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime import folders

FILE = "hardware.json"
ENCODERS = {"nvenc": "nvenc", "amf": "amf", "quicksync": "qsv", "qsv": "qsv", "videotoolbox": "videotoolbox"}
"""The words that a user writes, and ffmpeg's ending."""
CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Wishes:
    """`encoders`: ffmpeg's endings and `cpu`, the most wanted first. `ai`: makers, parts of a card's name, its address,
    or `cpu`."""

    encoders: tuple[str, ...] = ()
    ai: tuple[str, ...] = ()


def wishes() -> Wishes:
    try:
        kept = json.loads((folders.data() / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    encoders = _words(os.environ.get("TAPELOOM_ENCODERS"), kept.get("encoders"))
    return Wishes(
        tuple(dict.fromkeys(ENCODERS.get(word, word) for word in encoders if word in ENCODERS or word == CPU)),
        tuple(_words(os.environ.get("TAPELOOM_AI"), kept.get("ai"))),
    )


def keep(encoders: Sequence[str] | None, ai: Sequence[str] | None) -> Path:
    """Write them down; None leaves one as it is. ValueError where a word is none of ours; OSError."""
    wrong = [word for word in encoders or () if word not in ENCODERS and word != CPU]
    if wrong:
        known = ", ".join([*(name for name in ENCODERS if name != "qsv"), CPU])
        raise ValueError(f"{', '.join(wrong)}: no kind of encoder. They are: {known}")
    path = folders.data() / FILE
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    kept |= {name: list(words) for name, words in (("encoders", encoders), ("ai", ai)) if words is not None}
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(kept, indent=1), "utf-8")
    part.replace(path)
    return path


def rank(word: str, wanted: Sequence[str]) -> int:
    """The place of an ending among the wishes; what is not wished for comes behind."""
    return wanted.index(word) if word in wanted else len(wanted)


def _words(said: str | None, kept: object) -> list[str]:
    if said is not None:
        return [word.strip().lower() for word in said.split(",") if word.strip()]
    return [word.lower() for word in kept if isinstance(word, str)] if isinstance(kept, list) else []
