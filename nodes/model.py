"""What a model is to a graph: a file, what it computes, and what it must be fed. Found by its path, or by its name on
the shelf. Pure, apart from reading the file and the description beside it.

`<model>.json` beside `<model>.onnx` says what the file itself cannot, or the shelf's journal; every key is optional:
`{"title": …, "scale": 2, "pattern": "frame", "frames": 1, "range": "0..1", "multiple": 1, "radius": 20}`,
and of a model that colours `"gives": "ab"` (of Lab) or `"rgb"`, where the file does not tell. The file's own
metadata may hold the same keys. PyTorch weights say nothing of themselves without being opened, which is done in a
process of its own only (`launch.py models import`): what that found is their description.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from nodes.described import Pattern, in_our_words, onnx_facts, torch_facts
from nodes.media import MediaError
from nodes.onnx_file import OnnxError, read_onnx
from nodes.shelf import (
    JOURNAL,
    ONNX_SUFFIX,
    SUFFIXES,
    Files,
    beside,
    items,
    journal_of,
    on_shelf,
    read_object,
    shelved,
)

__all__ = ["Mode", "Model", "Pattern", "find_model", "known_models", "on_shelf"]

_MOST_BYTES = 2 << 30  # protobuf's own limit


class Mode(StrEnum):
    """By which runtime a model is computed."""

    AUTO = "auto"
    """By ONNX where there is an ONNX file of it, else by PyTorch."""
    ONNX = "onnx"
    """By ONNX alone."""
    TORCH = "torch"
    """By PyTorch: weights as they are published, without converting them."""
    COMPILED = "torch compiled"
    """By PyTorch, compiled for the size of the picture: minutes once, then faster; kept for the next time."""


@dataclass(frozen=True, slots=True)
class Model:
    """`scale`: how much larger a picture becomes. `frames`: how many pictures it takes (window, recurrent, mask).
    `black` and `white`: what they are to it. `multiple`: width and height must be multiples of it. `radius`: how far it
    looks, in pixels of its input; 0 where that is not known. `fixed`: the only width and height it takes, None for any.
    """

    path: str
    identity: str
    title: str
    pattern: Pattern
    scale: Fraction
    frames: int = 1
    black: int = 0
    white: int = 1
    multiple: int = 1
    radius: int = 0
    fixed: tuple[int, int] | None = None
    half: bool = False
    inputs: int = 1
    ab: bool = False
    """A model of colours gives a and b of Lab, about -110 to 110."""
    torch: bool = False
    """PyTorch weights, not ONNX."""

    @property
    def pictures(self) -> int:
        """How many clips come out of it: of three planes, or of one."""
        return 2 if self.ab else self.frames if self.pattern is Pattern.RECURRENT else 1

    @property
    def planes_out(self) -> int:
        match self.pattern:
            case Pattern.CHROMA if self.ab:
                return 2
            case Pattern.LUMA:
                return 1
            case Pattern.RECURRENT:
                return 3 * self.frames
            case _:
                return 3


# -- finding it ------------------------------------------------------------------------------------
def find_model(name: str, mode: Mode = Mode.AUTO) -> Model:
    """The model called `name`, or the file of that path, as `mode` runs it. MediaError, with a remedy, where it cannot
    be used."""
    path = _place(name, mode)
    try:
        if path.suffix.lower() != ONNX_SUFFIX:
            return _weights(path)
        note = path.with_suffix(".json")
        note = note if note.exists() else path.with_name(JOURNAL)
        return _onnx(str(path), _stamp(path), str(note), _stamp(note) if note.exists() else ())
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise MediaError(f"{path}: cannot be read ({why}). Choose a model that is there") from None


def _place(name: str, mode: Mode) -> Path:
    if not name:
        raise MediaError(f"no model is chosen. Name one ({_offered()}) or a file that ends in {_ENDS}")
    path = Path(name)
    if len(path.parts) > 1 or path.suffix.lower() in SUFFIXES:
        if path.suffix.lower() not in SUFFIXES:
            raise MediaError(f"{path.name} is no model that can be run. Choose a file that ends in {_ENDS}")
        if not path.is_file():
            raise MediaError(f"{name}: the model is not there. Choose its file, or one of the shelf: {_offered()}")
        return _chosen(name, beside(path), mode)
    found = shelved().get(name)
    if found is None:
        text = f"there is no model {name!r} on the shelf. Fetch it with `launch.py models get {name}`"
        raise MediaError(f"{text}, choose a file that ends in {_ENDS}, or take one that is here: {_offered()}")
    return _chosen(name, found, mode)


def _chosen(name: str, files: Files, mode: Mode) -> Path:
    """The file for the way in which it is to be run."""
    match mode:
        case Mode.AUTO:
            found, remedy = files.best, ""
        case Mode.ONNX:
            found = files.onnx
            remedy = f"there is no ONNX file of {name}. Convert it with `launch.py models convert {name}`"
        case Mode.TORCH | Mode.COMPILED:
            found = files.torch
            remedy = f"there are no PyTorch weights of {name}, only ONNX. Choose another model"
    if found is None:
        raise MediaError(f"{remedy}, or set inference mode to auto")
    return found


_ENDS = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"


def _offered() -> str:
    return ", ".join(on_shelf()) or "the shelf is empty"


def _stamp(path: Path) -> tuple[int, int]:
    at = path.stat()
    return at.st_size, at.st_mtime_ns


# -- describing it ---------------------------------------------------------------------------------
@lru_cache(64)
def _onnx(name: str, stamp: tuple[int, int], beside: str, told: tuple[int, int] | tuple[()]) -> Model:
    path = Path(name)
    if stamp[0] > _MOST_BYTES:
        raise MediaError(f"{path.name}: is too large for an ONNX model. Choose another")
    data = path.read_bytes()
    identity = hashlib.sha256(data).hexdigest()
    _unchanged(path, identity)
    try:
        file = read_onnx(data)
    except OnnxError as fault:
        raise MediaError(f"{path.name}: {fault}. Fetch it again, or choose another model") from None
    notes: dict[str, object] = dict(file.meta)
    if told:
        notes |= _notes(Path(beside), path)
    facts = onnx_facts(path.name, file, notes)
    return Model(path=name, identity=identity, **facts)  # type: ignore[arg-type]  # built there


def _unchanged(path: Path, identity: str) -> None:
    """MediaError where a file of the shelf is not what came to it: a flipped bit gives another picture, silently."""
    journal = path.with_name(JOURNAL)
    stated = next((item.get("sha256") for item in items(read_object(journal)) if item["name"] == path.name), None)
    if stated not in (None, identity):
        name = path.parent.name
        text = f"{path.name}: is not what came to the shelf (another SHA-256)"
        raise MediaError(
            f"{text}. Fetch it again, `launch.py models get {name} --again`, or bring it anew if it is yours"
        )


def _weights(path: Path) -> Model:
    """PyTorch weights, by what is written beside them, or was found when this very file came to the shelf."""
    identity = _digest(str(path), _stamp(path))
    _unchanged(path, identity)
    note = path.with_suffix(".json")
    if not note.exists():
        note = path.with_name(JOURNAL)
        kept = read_object(note)
        if not (kept.get("inspected") and any(item["name"] == path.name for item in items(kept))):
            found = journal_of(identity)
            if found is None:
                raise MediaError(_unknown(path, note))
            note = found
    facts = torch_facts(path.name, _notes(note, path))
    return Model(path=str(path), identity=identity, torch=True, **facts)  # type: ignore[arg-type]  # built there


def _unknown(path: Path, journal: Path) -> str:
    what = f"{path.name}: PyTorch weights do not say what they compute. Have them looked into first"
    if journal.exists():
        return f"{what}: `launch.py models get {journal.parent.name}`"
    return f"{what}: `launch.py models import {path}`"


@lru_cache(64)
def _digest(name: str, stamp: tuple[int, int]) -> str:  # noqa: ARG001  # a changed file is another one
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _notes(beside: Path, path: Path) -> dict[str, object]:
    read = read_object(beside)
    if not read:
        raise MediaError(f"{beside.name}: is no description of {path.name}. Mend it or delete it")
    if beside.name == JOURNAL:
        found = read.get("inspected")
        read = dict(found) if isinstance(found, dict) else {}
        if not read.get("radius"):  # not known to whoever tried it: the file may say
            read.pop("radius", None)
    return in_our_words(read)


def known_models() -> Iterator[Model]:
    """Those of the shelf that can be used."""
    for name in on_shelf():
        try:
            yield find_model(name)
        except MediaError:
            continue
