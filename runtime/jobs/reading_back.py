"""Looks at a piece that was just made, before the journal says that it is whole; and again when it is gone on with."""

from __future__ import annotations

from pathlib import Path

from runtime.jobs.hashing import HashError, combined, packets, sums_in
from runtime.jobs.journal import Piece, digest, hashes_name, size_of
from runtime.jobs.segments import Span
from runtime.session import NodeFailure, RenderError


def read_back(ffmpeg: str, path: Path, span: Span) -> Piece:
    """A file, or a folder of pictures, of the frames [first, last). RenderError where they are not all in it."""
    sums = sums_in((path.parent / hashes_name(path.name)).read_bytes())
    try:
        coded = None if path.is_dir() else packets(ffmpeg, path)
    except HashError as fault:
        raise RenderError(NodeFailure(path.name, "", span[0], None, f"cannot be read back: {fault}")) from None
    found = {len(sums), len(sums if coded is None else coded)}
    if found != {span[1] - span[0]}:
        text = f"{min(found)} of {span[1] - span[0]} frames were written"
        raise RenderError(NodeFailure(path.name, "", span[0], None, text))
    told = {"sha256": digest(path)} if coded is None else {"sha256": "", "packets_sha256": combined(coded)}
    return Piece(path.name, len(sums), size_of(path), frames_sha256=combined(sums), **told)


def coded_sum(ffmpeg: str, path: Path) -> str:
    """What the coded pictures of a piece add up to; nothing where it cannot be read."""
    try:
        return combined(packets(ffmpeg, path))
    except HashError:
        return ""
