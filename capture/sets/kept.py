"""Makes and changes sets of takes: small files beside the recordings, saved whole or not at all.

A change reads the set anew, under a lock, so that two programs that record different passes lose none of each other's.
What a set says is in runtime/takes.py.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from runtime.locking import locked
from runtime.takes import FORMAT, SUFFIX, VERSION, Part, Pass, SetError, TapeSet, decode, load

_PATIENCE_S = 10.0


def changed(path: Path, change: Callable[[TapeSet], TapeSet], *, make: bool = False) -> TapeSet:
    """The set at `path`, changed and saved. `make`: a new one where there is none. SetError, and all is as it was."""
    path = path.absolute()
    with _alone(path):
        there = load(path) if path.exists() or not make else TapeSet(tape=path.stem)
        made = change(there)
        save(made, path)
        return made


def save(one: TapeSet, path: Path) -> None:
    """Written beside, then put in place in one step. SetError."""
    text = encode(one)
    if decode(text) != one:
        raise SetError(f"{path}: this set would not be read back as it is")
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        try:
            with part.open("xb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            _put(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise SetError(f"{path}: the set was not saved ({fault.strerror or fault}). The old one is as it was") from None


def encode(one: TapeSet) -> bytes:
    held = {"format": FORMAT, "version": VERSION, **asdict(one)}
    return (json.dumps(held, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def named(folder: Path, tape: str) -> Path:
    """Where the set of a tape lies."""
    return folder / f"{tape}{SUFFIX}"


def with_pass(one: TapeSet, path: Path, files: Sequence[Path], **told: object) -> TapeSet:
    """With a further pass, in these files in this order; what was aligned must be aligned anew. SetError where it is in
    there already, or a file is not there. `told`: what else is known, as in Pass."""
    parts = tuple(_part(file, path) for file in files)
    if not parts:
        raise SetError("a pass has at least one file. Name it")
    held = {part.file: each.id for each in one.passes for part in each.parts}
    twice = next((part.file for part in parts if part.file in held), None)
    if twice is not None:
        raise SetError(f"{twice} is pass {held[twice]} of {path.name} already")
    number = max((each.id for each in one.passes), default=0) + 1
    made = replace(Pass(number, parts), **told)  # type: ignore[arg-type]
    return replace(one, passes=(*(replace(each, places="") for each in one.passes), made))


def without_pass(one: TapeSet, number: int) -> TapeSet:
    """Its files stay where they are. SetError."""
    if one.find(number) is None:
        there = ", ".join(str(each.id) for each in one.passes) or "none"
        raise SetError(f"there is no pass {number}; there are: {there}")
    return replace(one, passes=tuple(replace(each, places="") for each in one.passes if each.id != number))


def listed(folder: Path) -> Iterator[tuple[Path, TapeSet | SetError]]:
    """The sets in a folder, in the order of their names. SetError where the folder cannot be read."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == SUFFIX and path.is_file())
    except OSError as fault:
        raise SetError(f"{folder}: it cannot be read ({fault.strerror or fault})") from None
    for path in paths:
        try:
            yield path, load(path)
        except SetError as fault:
            yield path, fault


def _part(file: Path, path: Path) -> Part:
    where = file.absolute()
    try:
        size = where.stat().st_size
    except OSError as fault:
        raise SetError(f"{file}: it cannot be read ({fault.strerror or fault})") from None
    if not where.is_file():
        raise SetError(f"{file}: it is no file")
    try:
        name = where.relative_to(path.absolute().parent).as_posix()
    except ValueError:  # elsewhere
        try:
            name = Path(os.path.relpath(where, path.absolute().parent)).as_posix()
        except ValueError:  # another drive
            name = where.as_posix()
    return Part(name, size)


def _put(part: Path, path: Path) -> None:
    """On Windows a virus scanner may hold the old file for a moment: ask again for a second."""
    for pause in (0.02, 0.05, 0.1, 0.3, 0.5):
        try:
            part.replace(path)
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(pause)
    part.replace(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = path.with_name(f".{path.name}.lock")
    try:
        file = lock.open("a+b")
    except OSError as fault:
        raise SetError(f"{path}: its folder cannot be written in ({fault.strerror or fault})") from None
    with file:
        until_s = time.monotonic() + _PATIENCE_S
        while not locked(file):
            if time.monotonic() > until_s:
                raise SetError(f"{path} is held by another program. Try again when that one has done")
            time.sleep(0.02)
        yield
