"""Reads what a file of ours says of its making, and proves it.

sizes and packets    every coded picture is the one that was written
pictures             where the codec keeps all: every decoded picture is the one that went in
sources, models      are they still what they were
samples              some frames made again, and compared
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.encode import FRAME_HASH
from runtime.jobs.hashing import HashError, combined, packets, pictures
from runtime.jobs.journal import digest
from runtime.jobs.record import FORMAT, SUFFIX, VERSION
from runtime.session import RequestError, Session


class NoRecordError(Exception):
    """The file does not say how it was made; one line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`good` is None where nothing can be said."""

    what: str
    good: bool | None
    said: str


def read(path: Path, session: Session) -> dict[str, Any]:
    """The record of a file: attached to it, or beside it. NoRecordError."""
    beside = path.with_name(path.name + SUFFIX)
    try:
        text = beside.read_text("utf-8") if beside.is_file() else str(session.probe(str(path)).get("record") or "")
    except RequestError as fault:
        raise NoRecordError(f"{path} cannot be read: {fault}") from None
    except OSError as fault:
        raise NoRecordError(f"{beside} cannot be read ({fault.strerror or fault})") from None
    if not text:
        raise NoRecordError(f"{path.name} carries no record: Tapeloom did not make it, or something has rewritten it")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT or found.get("version") != VERSION:
        raise NoRecordError(f"the record of {path.name} cannot be read by this Tapeloom")
    return found


def proved(
    path: Path, record: dict[str, Any], ffmpeg: str, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Finding]:
    """What the file itself shows, then its sources and models. Reads all of it, once or, without loss, twice."""
    segments = record["segments"]
    if not segments or record.get("hash") != FRAME_HASH:
        yield Finding("pictures", None, "it was made in one go: no checksums were kept")
    else:
        if all(one["packets"] for one in segments):
            tell("reading every coded picture")
            wanted = [(one["frames"], one["packets"]) for one in segments]
            yield _compared("coded pictures", wanted, lambda: packets(ffmpeg, path))
        if record["lossless"]:
            tell("decoding every picture")
            yield _compared(
                "decoded pictures",
                [(one["frames"], one["pictures"]) for one in segments],
                lambda: list(pictures(ffmpeg, path, "")),
            )
    for one in record["sources"]:
        yield _file("source", one["path"], one["sha256"])
    for one in record["models"]:
        yield _file("model", one["path"], one["sha256"])


def _compared(what: str, wanted: Sequence[tuple[int, str]], read: Callable[[], list[bytes]]) -> Finding:
    try:
        found = read()
    except HashError as fault:
        return Finding(what, False, str(fault))
    total = sum(frames for frames, _ in wanted)
    if len(found) != total:
        return Finding(what, False, f"{len(found)} instead of {total}")
    at, wrong = 0, []
    for frames, sum_ in wanted:
        if combined(found[at : at + frames]) != sum_:
            wrong.append(f"{at}–{at + frames - 1}")
        at += frames
    if wrong:
        return Finding(what, False, f"changed somewhere in the frames {', '.join(wrong)}")
    return Finding(what, True, f"all {total} are the ones that were made")


def _file(what: str, path: str, sum_: str) -> Finding:
    name = f"{what} {Path(path).name}"
    if not sum_:
        return Finding(name, None, "its checksum was not taken")
    try:
        return Finding(name, True, "as it was") if digest(Path(path)) == sum_ else Finding(name, False, "has changed")
    except OSError as fault:
        return Finding(name, None, f"cannot be read ({fault.strerror or fault})")
