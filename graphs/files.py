"""Graphs on disk: read with a clear word about what is wrong, saved whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
import time
from pathlib import Path

from graphs.codec import MAX_BYTES, DocumentError, decode, encode
from graphs.document import Graph

SUFFIX = ".graph"


class FileError(DocumentError):
    """A file that cannot be read or written; the text says which, why, and what to do."""


def load(path: Path) -> Graph:
    """Read the graph in a file. DocumentError's faults begin with the file's name."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file. Check the name") from None
    except IsADirectoryError:
        raise FileError(f"{path}: this is a folder. Name the .graph file in it") from None
    except PermissionError:
        what = "this is a folder. Name the .graph file in it" if path.is_dir() else "it may not be read"
        raise FileError(f"{path}: {what}") from None
    except (OSError, ValueError) as fault:
        raise FileError(f"{path}: it cannot be read ({_reason(fault)})") from None
    try:
        return decode(data)
    except DocumentError as fault:
        raise DocumentError(*(f"{path}: {line}" for line in fault.faults)) from None


def save(graph: Graph, path: Path) -> None:
    """Write the graph beside `path`, then put it in place in one step: a crash, a full disk or a pulled plug
    leaves the old file as it was. Its mode is kept; through a symbolic link the file behind it is written.

    FileError if it cannot be written. ValueError if the graph holds a number that no file can (nothing is touched).
    """
    try:
        text = encode(graph)
        same = decode(text) == graph
    except DocumentError as fault:
        raise FileError(f"{path}: this graph does not go into a file ({fault})") from None
    except (ValueError, ArithmeticError) as fault:
        raise ValueError(f"{path}: this graph does not go into a file ({fault})") from None
    if not same:
        raise ValueError(f"{path}: this graph would not be read back as it is")
    try:
        target = path.resolve()
        part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
        try:
            _write(part, text.encode("utf-8"), _mode(target))
            _replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except FileNotFoundError:
        raise FileError(f"{path}: its folder does not exist. Make it first") from None
    except (OSError, ValueError) as fault:
        raise FileError(f"{path}: it was not saved ({_reason(fault)}). The file is as it was") from None


def _write(part: Path, data: bytes, mode: int | None) -> None:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        part.chmod(mode)


def _mode(target: Path) -> int | None:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None


def _replace(part: Path, target: Path) -> None:
    """On Windows a virus scanner may hold the old file for a moment: ask again for a second."""
    for pause in (0.02, 0.05, 0.1, 0.3, 0.5):
        try:
            part.replace(target)
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(pause)
    part.replace(target)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems have no such thing; the file itself is synced
    finally:
        os.close(handle)


def _reason(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault)
