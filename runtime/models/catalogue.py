"""Reads the registry: one TOML file a model, checked as it is loaded. All faults of a file are told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from runtime.models.entry import (
    Entry,
    HashSource,
    Licence,
    Memory,
    NcnnSource,
    Pattern,
    ShippedSource,
    Task,
    ValueRange,
    Weights,
)

FOLDER = Path(__file__).parent / "registry"
REPOSITORY = Path(__file__).parents[2]
NAME = re.compile(r"[a-z0-9]([a-z0-9.+-]{0,62}[a-z0-9])?")
"""A model's name: also a folder's, on every system, and a word on the command line."""
SHA256 = re.compile(r"[0-9a-f]{64}")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


class RegistryError(ValueError):
    """A registry file says something it may not. `faults` are whole lines."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@cache
def catalogue(folder: Path = FOLDER) -> Mapping[str, Entry]:
    """Every entry by name. RegistryError with all that is wrong in all files."""
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            entries[path.stem] = entry(path.stem, tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            faults.append(f"{path.name}: not TOML: {error}")
        except UnicodeDecodeError:
            faults.append(f"{path.name}: not UTF-8 text")
        except RegistryError as fault:
            faults += [f"{path.name}: {line}" for line in fault.faults]
    if faults:
        raise RegistryError(faults)
    return entries


def entry(name: str, said: Mapping[str, Any]) -> Entry:
    """An entry from what its file says. RegistryError."""
    faults: list[str] = []
    whole = dict(said)
    tables: dict[str, Any] = {}
    for key, kind in (("licence", Licence), ("memory", Memory), ("ncnn", NcnnSource), ("shipped", ShippedSource)):
        if key in whole:
            tables[key] = _table(kind, whole.pop(key), key, faults)
    files = whole.pop("files", [])
    if not isinstance(files, list):
        faults.append("files: a list of tables was expected")
        files = []
    tables["files"] = tuple(_table(Weights, file, f"files {place}", faults) for place, file in enumerate(files, 1))
    faults += [f"{key}: not said in a registry file" for key in ("name", "own") if whole.pop(key, None) is not None]
    made = _table(Entry, {"name": name, **whole, **tables}, "", faults)
    if not faults:
        faults += _rules(made)
    if faults:
        raise RegistryError(faults)
    return made  # type: ignore[no-any-return]


def _table(kind: type[Any], said: object, where: str, faults: list[str]) -> Any:
    """`said` as a `kind`; None with the faults noted where it cannot be."""
    start = f"{where}: " if where else ""
    if not isinstance(said, Mapping):
        faults.append(f"{start}a table was expected")
        return None
    known: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}
    hints = get_type_hints(kind)
    before = len(faults)
    faults += [f"{start}{key}: not a word of the registry" for key in said if key not in known]
    values: dict[str, Any] = {}
    for key, field in known.items():
        if key in said:
            values[key] = _value(hints[key], said[key], f"{start}{key}", faults)
        elif field.default is MISSING and field.default_factory is MISSING:
            faults.append(f"{start}{key}: missing")
    return kind(**values) if len(faults) == before else None


def _value(kind: Any, value: object, where: str, faults: list[str]) -> Any:
    if kind in (int, int | None):
        if type(value) is int and value > 0:
            return value
        faults.append(f"{where}: {value!r} is not a whole number above 0")
    elif kind is bool or kind is str:
        if type(value) is kind and value != "":
            return value
        faults.append(f"{where}: {value!r} is not {'true or false' if kind is bool else 'a text'}")
    elif hasattr(kind, "__members__"):
        if value in [member.value for member in kind]:
            return kind(value)
        faults.append(f"{where}: {value!r} is none of {', '.join(member.value for member in kind)}")
    else:
        return value  # a table or list of tables, checked where it was made
    return None


def _rules(made: Entry) -> Iterator[str]:
    """What a right type does not yet make right."""
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("the file's name: lower case letters, digits, dots and dashes", lambda: bool(NAME.fullmatch(made.name))),
        ("page: an address beginning with https:// was expected", lambda: _page(made)),
        ("files or builtin: one of them must be there", lambda: bool(made.files) != bool(made.builtin)),
        ("memory.basis: measured or estimated", lambda: not made.memory or made.memory.basis in _BASES),
        ("licence.weights: none is stated", lambda: bool(made.licence.weights.strip())),
        ("window: the pattern looks at one frame", lambda: made.window == 1 or made.pattern in _MANY_FRAMES),
        ("channels_in: two frames of RGB and a moment are 7", lambda: _pair(made)),
        ("channels_in: RGB and a mask are 4, for each frame of the window", lambda: _masked(made)),
        ("fixed_size: not a multiple of `multiple`", lambda: not (made.fixed_size or 0) % made.multiple),
        ("value_range: faces come as -1..1", lambda: _faces(made)),
        ("shipped: one file, whose sha256 is stated, and no ncnn beside it", lambda: _shipped(made)),
    )
    yield from (text for text, holds in checks if not holds())
    for file in made.files:
        yield from (f"{file.name}: {text}" for text in _of_file(file))
    if made.ncnn:
        for key in ("param_sha256", "bin_sha256"):
            if not SHA256.fullmatch(getattr(made.ncnn, key)):
                yield f"ncnn: {key}: 64 hexadecimal digits were expected"
        for key in ("param", "bin"):
            if not FILE.fullmatch(getattr(made.ncnn, key)):
                yield f"ncnn: {key}: not a plain file name"


def _page(made: Entry) -> bool:
    """What comes along with Tapeloom itself may have its page in this repository."""
    return made.page.startswith("https://") or (bool(made.builtin) and (REPOSITORY / made.page).is_file())


_BASES = ("measured", "estimated")
_MANY_FRAMES = (Pattern.WINDOW, Pattern.RECURRENT, Pattern.MASK)


def _pair(made: Entry) -> bool:
    return made.pattern is not Pattern.PAIR_TIME or made.channels_in == 7


def _masked(made: Entry) -> bool:
    return made.pattern is not Pattern.MASK or (made.channels_in == 4 * made.window and made.window % 2 == 1)


def _faces(made: Entry) -> bool:
    return made.pattern is not Pattern.FACES or made.value_range is ValueRange.SIGNED


def _shipped(made: Entry) -> bool:
    return not made.shipped or (len(made.files) == 1 and bool(made.files[0].sha256) and not made.ncnn)


def _of_file(file: Weights) -> Iterator[str]:
    if not FILE.fullmatch(file.name):
        yield "not a plain file name"
    if file.address and not file.address.startswith("https://"):
        yield "address: one beginning with https:// was expected"
    if bool(file.sha256) != (file.hash_source is not HashSource.NONE):
        yield "sha256 and hash_source: each needs the other"
    if file.sha256 and not SHA256.fullmatch(file.sha256):
        yield "sha256: 64 hexadecimal digits, in lower case, were expected"


def own_entry(name: str, said: Mapping[str, Any]) -> Entry:
    """A user's own model, from what the shelf kept of it; `said` may lack anything. RegistryError."""
    usual = {
        "title": name, "does": Task.OTHER, "about": "A model of your own.", "suits": "not stated",
        "architecture": "not stated", "pattern": Pattern.TILES, "page": "not stated",
        "licence": {"code": "not stated", "weights": "not stated"},
    }  # fmt: skip
    faults: list[str] = []
    whole = {**usual, **{key: value for key, value in said.items() if value not in ("", None, [], ())}}
    whole["licence"] = _table(Licence, {k: v for k, v in whole["licence"].items() if v != ""}, "licence", faults)
    made = _table(Entry, {**whole, "name": name, "own": True}, "", faults)
    if faults:
        raise RegistryError(faults)
    return made  # type: ignore[no-any-return]
